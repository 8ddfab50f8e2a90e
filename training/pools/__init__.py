"""Follower pools: real follower records of ONE source, told apart as purchased-type or not, cut into disjoint shards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from training.pools import forms

PURCHASED_LABELS = ("fake", "bought")
HUMAN_LABELS = ("real",)
SHARES = (0.4, 0.3, 0.3)

# created_at is left out on purpose: in cresci2015 it says on which day which class was crawled, not who bought what.
COLUMNS = {
    "handle": pa.large_string(),
    "followers": pa.int64(),
    "following": pa.int64(),
    "post_count": pa.int64(),
    "has_picture": pa.bool_(),
    "bio_length": pa.int64(),
    "has_link": pa.bool_(),
    "private": pa.bool_(),
    "verified": pa.bool_(),
}


class PoolError(ValueError):
    """A file that cannot serve as a follower pool; the message says what to change."""


@dataclass(frozen=True)
class FollowerPool:
    """`records` has the columns of COLUMNS, one row per follower; `purchased` (n,) is true for purchased-type records."""

    name: str
    platform: str
    records: pa.Table
    purchased: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return self.records.num_rows

    def take(self, rows: npt.NDArray[np.int64]) -> FollowerPool:
        return FollowerPool(self.name, self.platform, self.records.take(pa.array(rows)), self.purchased[rows])


def load_all(wish: str) -> tuple[FollowerPool, ...]:
    """One pool or several, each of ONE source, separated by commas: "srf", "srf,records.parquet:instafake". What follows a colon is
    the source to take from a file that holds several. Raises PoolError for one that is not there, or that is named twice."""
    found = []
    for each in (part.strip() for part in wish.split(",")):
        path, _, source = each.rpartition(":")
        found.append(load(path, source) if path and not Path(each).is_file() else load(each))
    names = [pool.name for pool in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise PoolError(f"the pools {wish!r} name {', '.join(twice)} more than once; a source can teach once")
    return tuple(found)


def load(name: str | Path, source: str | None = None) -> FollowerPool:
    """The shipped pool `srf`, or a Parquet file of labelled records with the columns `source`, `platform` and `label`, or in one of
    the published forms of training/pools/forms.py.

    A file that holds several sources needs `source`: one source's humans beside another's purchased followers would measure the source.
    Unlabelled records are left out. Raises PoolError.
    """
    if isinstance(name, str) and name == "srf":
        with as_file(files("training.pools") / "srf.parquet") as path:
            return _from_table(pq.read_table(path), "srf", str(path))
    if not Path(name).is_file():
        raise PoolError(f"there is no follower pool {str(name)!r}: expected 'srf' or the path of a Parquet file of follower records")
    try:
        table = pq.read_table(name)
    except pa.ArrowException as fault:
        raise PoolError(f"{name} is no Parquet file that can be read: {str(fault).splitlines()[0]}") from None
    return _from_table(forms.ours(table), source, str(name))


def _from_table(table: pa.Table, source: str | None, where: str) -> FollowerPool:
    lacking = [column for column in ("source", "platform", "label") if column not in table.column_names]
    if lacking:
        raise PoolError(
            f"{where}: columns {lacking} are missing; a pool must say where each record comes from and whether it was purchased"
        )
    if source is not None:
        table = table.filter(pc.equal(table["source"], source))
        if not table.num_rows:
            raise PoolError(f"{where}: no record has source {source!r}")
    table = table.filter(pc.is_in(table["label"], pa.array([*PURCHASED_LABELS, *HUMAN_LABELS])))
    platforms = sorted(value for value in table["platform"].unique().to_pylist() if value)
    if len(platforms) > 1:
        raise PoolError(f"{where}: records of {platforms} in one pool; humans and purchased followers must come from one platform")
    purchased = pc.is_in(table["label"], pa.array(PURCHASED_LABELS)).to_numpy(zero_copy_only=False)
    sources = {
        kind: set(table.filter(pa.array(mask))["source"].to_pylist()) for kind, mask in (("purchased", purchased), ("human", ~purchased))
    }
    if not sources["purchased"] or not sources["human"]:
        raise PoolError(f"{where}: {int(purchased.sum())} purchased-type and {int((~purchased).sum())} human records; a pool needs both")
    if len(sources["purchased"] | sources["human"]) > 1:
        raise PoolError(
            f"{where}: purchased-type records from {sorted(sources['purchased'])} beside humans from {sorted(sources['human'])}; "
            "choose ONE source, or the model learns to tell the sources apart"
        )
    columns = {
        column: table[column].combine_chunks().cast(kind) if column in table.column_names else pa.nulls(table.num_rows, kind)
        for column, kind in COLUMNS.items()
    }
    return FollowerPool(next(iter(sources["human"])), platforms[0] if platforms else "", pa.table(columns), purchased)


def shards(pool: FollowerPool, shares: tuple[float, ...] = SHARES) -> list[FollowerPool]:
    """Disjoint parts of a pool. A record goes where the hash of its CONTENT says, so that exact duplicates never lie on two sides."""
    edges = np.cumsum(shares)
    if not np.isclose(edges[-1], 1.0):
        raise PoolError(f"shard shares {shares} sum to {edges[-1]:g}; they must sum to 1")
    spots = twins(pool) / 2.0**63
    numbers = np.searchsorted(edges, spots, side="right").clip(max=len(shares) - 1)
    return [pool.take(np.flatnonzero(numbers == number)) for number in range(len(shares))]


def twins(pool: FollowerPool) -> npt.NDArray[np.int64]:
    """A number (n,) for the content of each record, 0 to 2^63; equal records have equal ones."""
    # The handle is left out: handles were replaced by strangers of the same shape, so equal people may carry unequal handles.
    content = [pool.records[column].to_pylist() for column in COLUMNS if column != "handle"]
    return np.array([_number(row) for row in zip(*content, strict=True)], dtype=np.int64)


def _number(row: tuple[object, ...]) -> int:
    return int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=8).digest(), "big") >> 1
