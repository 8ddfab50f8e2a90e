"""Simulated accounts in memory, and those of them that a real set can be held against."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.dataset import Tables
from training.benchmark.step import Size
from training.worlds import PART, WORLDS


def drawn(world: str, n: int, seed: int, **how: Any) -> Tables:
    """The tables of `n` accounts of a world, in memory; `how`: the pool or the scenarios of its setting."""
    street, *children = np.random.SeedSequence([seed, *world.encode()]).spawn(1 + -(-n // PART))
    scene = WORLDS[world].setting(street, **how)
    parts = [WORLDS[world].part(scene, child, i * PART, min(PART, n - i * PART)) for i, child in enumerate(children)]
    return {name: pa.concat_tables([part[name] for part in parts]).combine_chunks() for name in parts[0]}


def _kept(tables: Tables, rows: pa.Array | pa.ChunkedArray) -> Tables:
    accounts = tables["accounts"].filter(rows)
    ids = accounts["account_id"].combine_chunks()
    rest = {name: table.filter(pc.is_in(table["account_id"], ids)) for name, table in tables.items() if name != "accounts"}
    return {"accounts": accounts} | rest


def population(world: str, size: Size) -> Tables:
    """Accounts of a world in its natural mixture; drawn once, since several steps look at the same ones."""
    return _population(world, size.of(12_000, 3_000), size.seed)


@lru_cache(maxsize=len(WORLDS))
def _population(world: str, n: int, seed: int) -> Tables:
    return drawn(world, n, seed)


def only(tables: Tables, platform: str) -> Tables:
    return _kept(tables, pc.equal(tables["accounts"]["platform"], platform))


def sized(tables: Tables, low: float, high: float) -> Tables:
    followers = tables["accounts"]["followers"].to_numpy()
    return _kept(tables, pa.array((followers >= low) & (followers <= high)))


def newest(tables: Tables, most: int) -> Tables:
    """As many posts of each account as the real set holds: spreads go by how many one looks at."""
    posts = tables["posts"].sort_by([("account_id", "ascending"), ("posted_at", "descending")])
    ids = posts["account_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    place = np.arange(len(ids)) - np.searchsorted(ids, ids)
    return tables | {"posts": posts.filter(pa.array(place < most))}


def last_days(tables: Tables, days: int) -> Tables:
    history = tables["history"]
    age = pc.max(history["date"].cast(pa.int32())).as_py() - history["date"].cast(pa.int32()).to_numpy()
    return tables | {"history": history.filter(pa.array(age < days))}
