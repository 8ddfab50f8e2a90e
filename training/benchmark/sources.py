"""Labelled follower sources with what the follower model reads of them, cut anew for each replicate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.booster import Trees
from models.followers import judged, matrix
from training import follower_model
from training.benchmark.follower_sources import at_hand
from training.follower_model import FALSE_ALARMS, table_of, usual_of
from training.pools import COLUMNS, FollowerPool, twins
from training.rates import Learnt

HIDDEN = 0.3


@dataclass(frozen=True, eq=False)
class Source:
    """A pool, and the same with HIDDEN of its fields hidden; `twin` numbers records of equal content, which stay on one side."""

    pool: FollowerPool
    masked: FollowerPool
    twin: npt.NDArray[np.int64]

    @property
    def purchased(self) -> npt.NDArray[np.bool_]:
        return self.pool.purchased

    def parts(self, rng: np.random.Generator, shares: tuple[float, ...]) -> list[npt.NDArray[np.int64]]:
        """Rows of a new random cut; twins stay together."""
        spots = rng.random(int(self.twin.max()) + 1)[self.twin]
        place = np.searchsorted(np.cumsum(shares), spots, side="right")
        return [np.flatnonzero(place == i) for i in range(len(shares))]


def all_sources() -> tuple[dict[str, Source], list[str]]:
    """The sources at hand by name, and a sentence for each that is absent."""
    found, absent = at_hand()
    return {name: _source(pool) for name, pool in found.items()}, absent


_SEEN: dict[tuple[str, str, bool], npt.NDArray[np.float64]] = {}


def seen_by(learnt_on: Source, met: Source, hidden: bool = False) -> npt.NDArray[np.float64]:
    """What a model that was learnt on one source reads of the records of another, (n, features).

    On its own platform it knows the ordinary followers of its own source alone; those of another platform it knows from there.
    """
    key = (learnt_on.pool.name, met.pool.name, hidden)
    if key not in _SEEN:
        ordinary = learnt_on if learnt_on.pool.platform == met.pool.platform else met
        _SEEN[key] = matrix(table_of(met.masked if hidden else met.pool), usual_of([ordinary.pool]))
    return _SEEN[key]


def grown(source: Source, rows: npt.NDArray[np.int64], seed: int) -> Trees:
    """The trees of the follower model on these records alone."""
    names = np.full(len(rows), source.pool.name)
    return follower_model.grown(seen_by(source, source)[rows], source.purchased[rows], names, seed)


def learnt(trees: Trees, source: Source, rows: npt.NDArray[np.int64]) -> Learnt:
    """What records the trees did not see say of them, at the false-alarm rate of the follower model."""
    margins, purchased = trees.margins(seen_by(source, source)[rows]), source.purchased[rows]
    return Learnt(margins, purchased, float(np.quantile(margins[~purchased], 1.0 - FALSE_ALARMS)))


def judged_margins(trees: Trees, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A margin per row, NaN where a follower cannot be judged."""
    margins: npt.NDArray[np.float64] = np.where(judged(values), trees.margins(values), np.nan)
    return margins


def _source(pool: FollowerPool) -> Source:
    _, twin = np.unique(twins(pool), return_inverse=True)
    return Source(pool, _hidden(pool), twin)


def _hidden(pool: FollowerPool) -> FollowerPool:
    """Every field of every record hidden with probability HIDDEN, the same ones in every run."""
    rng = np.random.default_rng(int.from_bytes(hashlib.blake2b(pool.name.encode(), digest_size=4).digest(), "big"))
    columns = {}
    for name in COLUMNS:
        gone = pa.array(rng.random(len(pool)) < HIDDEN)
        column = pool.records[name].combine_chunks()
        columns[name] = pc.if_else(gone, pa.scalar(None, column.type), column)
    return FollowerPool(pool.name, pool.platform, pa.table(columns), pool.purchased)
