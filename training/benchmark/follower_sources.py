"""The sources of labelled followers at hand: the one that ships, and those that a reader may have beside the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training import pools
from training.pools import FollowerPool, twins

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
ABROAD = {
    "instafake": ("followers/records.parquet", "instafake"),
    "cresci2015": ("followers/records.parquet", "cresci2015"),
    "purba": ("purba/accounts.parquet", None),
    "kaggle": ("kaggle_insta/accounts.parquet", None),
}


def at_hand() -> tuple[dict[str, FollowerPool], list[str]]:
    """The sources by name, and a sentence for each that is not there."""
    found = {"srf": pools.load("srf")}
    for name, (file, source) in ABROAD.items():
        if (SHARED / file).is_file():
            found[name] = pools.load(SHARED / file, source)
    absent = [name for name in ABROAD if name not in found]
    return found, [f"{name} was left out: its licence does not let it ship with the project, and it is not here" for name in absent]


def once(pool: FollowerPool) -> FollowerPool:
    """Every content once, so that no record has an equal one on the other side."""
    _, first = np.unique(twins(pool), return_index=True)
    return pool.take(np.sort(first))


def at_most(pool: FollowerPool, most: int, seed: int) -> FollowerPool:
    """All records, or `most` of them drawn at random, in order."""
    return pool.take(np.sort(np.random.default_rng(seed).permutation(len(pool))[:most]))
