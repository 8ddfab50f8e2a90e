"""Simulated worlds: labelled datasets in which every share is known, because somebody drew it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from features import dataset
from training.worlds import high_street

WORLDS = {high_street.NAME: high_street}
PART = 2_500


def simulate(out: Path, accounts: int, seed: int, world: str = "high_street", progress: Callable[[int, int], None] | None = None) -> None:
    """Write a labelled dataset of `accounts` accounts to the folder `out`: one file per table up to 2,500 accounts, numbered parts above.

    The same world, seed and number of accounts give the same bytes. `progress(done, accounts)` is called after each part.
    Raises ValueError for an unknown world, fewer than 1 account or a negative seed, DatasetError when `out` holds anything.
    """
    if world not in WORLDS:
        raise ValueError(f"there is no world {world!r}; there are: {', '.join(WORLDS)}")
    if accounts < 1 or seed < 0:
        raise ValueError(f"{accounts} accounts with seed {seed}: expected at least 1 account and a seed of 0 or more")
    sizes = [min(PART, accounts - first) for first in range(0, accounts, PART)]
    street, *children = np.random.SeedSequence([seed, *world.encode()]).spawn(1 + len(sizes))
    scene = WORLDS[world].setting(street)
    with dataset.writing(out) as draft:
        for number, (size, child) in enumerate(zip(sizes, children, strict=True)):
            tables = WORLDS[world].part(scene, child, number * PART, size)
            dataset.write(draft, tables, part=number if len(sizes) > 1 else None)
            if progress is not None:
                progress(number * PART + size, accounts)
