"""Labelled follower sources: those that ship and, where the reader has them, those that may not, as numbers without names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from models import booster
from models.booster import Trees
from models.followers import FEATURES, MONOTONE, judged, matrix
from training import pools
from training.follower_model import FALSE_ALARMS, TREES, table_of, usual_of, values_of
from training.pools import COLUMNS, FollowerPool
from training.rates import Learnt

RECORDS = Path(__file__).parents[3] / "shared" / "data"
HIDDEN = 0.3


@dataclass(frozen=True)
class Source:
    """A pool with what the follower model reads of each record: `values` (n, features), and `masked`, the same after HIDDEN of the fields
    were hidden; `twin` numbers records of equal content, which must never lie on two sides."""

    pool: FollowerPool
    values: npt.NDArray[np.float64]
    masked: npt.NDArray[np.float64]
    twin: npt.NDArray[np.int64]

    @property
    def purchased(self) -> npt.NDArray[np.bool_]:
        return self.pool.purchased

    def parts(self, rng: np.random.Generator, shares: tuple[float, ...]) -> list[npt.NDArray[np.int64]]:
        """Rows of a new random cut; twins stay together."""
        spots = rng.random(int(self.twin.max()) + 1)[self.twin]
        place = np.searchsorted(np.cumsum(shares), spots, side="right")
        return [np.flatnonzero(place == i) for i in range(len(shares))]


def all_sources(shared: Path = RECORDS) -> tuple[dict[str, Source], list[str]]:
    """The sources at hand by name, and a sentence for each that is absent."""
    found = {"srf": pools.load("srf")}
    absent = []
    records = shared / "followers" / "records.parquet"
    for name, path, read in (
        ("instafake", records, lambda path: pools.load(path, "instafake")),
        ("cresci2015", records, lambda path: pools.load(path, "cresci2015")),
        ("purba", shared / "purba" / "accounts.parquet", _purba),
        ("kaggle", shared / "kaggle_insta" / "accounts.parquet", _kaggle),
    ):
        if path.is_file():
            found[name] = read(path)
        else:
            absent.append(f"{name} is not at hand (its licence forbids shipping it): every cell that needs it was left out")
    return {name: _source(pool) for name, pool in found.items()}, absent


def seen_by(learnt_on: Source, met: Source, hidden: bool = False) -> npt.NDArray[np.float64]:
    """What a model that was learnt on one source reads of the records of another, (n, features)."""
    return met.masked if hidden else met.values


def grown(source: Source, rows: npt.NDArray[np.int64], seed: int) -> Trees:
    """The trees of the follower model on these records alone."""
    values, y = seen_by(source, source)[rows], source.purchased[rows].astype(np.float64)
    return booster.fit(values, y, (values, y), FEATURES, MONOTONE, TREES, seed).trees


def learnt(trees: Trees, source: Source, rows: npt.NDArray[np.int64]) -> Learnt:
    """What records the trees did not see say of them, at the false-alarm rate of the follower model."""
    margins, purchased = trees.margins(seen_by(source, source)[rows]), source.purchased[rows]
    return Learnt(margins, purchased, float(np.quantile(margins[~purchased], 1.0 - FALSE_ALARMS)))


def judged_margins(trees: Trees, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A margin per row, NaN where a follower cannot be judged."""
    margins: npt.NDArray[np.float64] = np.where(judged(values), trees.margins(values), np.nan)
    return margins


def _source(pool: FollowerPool) -> Source:
    content = [pool.records[name].to_pylist() for name in COLUMNS if name != "handle"]
    _, twin = np.unique([repr(row) for row in zip(*content, strict=True)], return_inverse=True)
    return Source(pool, values_of(pool), matrix(table_of(_hidden(pool)), usual_of([pool])), twin)


def _hidden(pool: FollowerPool) -> FollowerPool:
    """Every field of every record hidden with probability HIDDEN, the same ones in every run."""
    rng = np.random.default_rng(int.from_bytes(hashlib.blake2b(pool.name.encode(), digest_size=4).digest(), "big"))
    columns = {}
    for name in COLUMNS:
        gone = pa.array(rng.random(len(pool)) < HIDDEN)
        column = pool.records[name].combine_chunks()
        columns[name] = pa.compute.if_else(gone, pa.scalar(None, column.type), column)
    return FollowerPool(pool.name, pool.platform, pa.table(columns), pool.purchased)


def _purba(path: Path) -> FollowerPool:
    """Instagram followers bought from several sellers, beside real accounts (Purba et al. 2020)."""
    t = pq.read_table(path)
    columns = {"followers": t["flw"], "following": t["flg"], "post_count": t["pos"], "bio_length": t["bl"]}
    flags = {"has_picture": t["pic"], "has_link": t["lin"]}
    return _pool("purba", columns, flags, np.array(t["class"].to_pylist()) == "f")


def _kaggle(path: Path) -> FollowerPool:
    t = pq.read_table(path)
    columns = {"followers": t["#followers"], "following": t["#follows"], "post_count": t["#posts"], "bio_length": t["description length"]}
    flags = {"has_picture": t["profile pic"], "has_link": t["external URL"]}
    return _pool("kaggle", columns, flags, t["fake"].to_numpy() == 1)


def _pool(
    name: str, counts: dict[str, pa.ChunkedArray], flags: dict[str, pa.ChunkedArray], purchased: npt.NDArray[np.bool_]
) -> FollowerPool:
    known = {key: column.combine_chunks().cast(pa.int64()) for key, column in counts.items()}
    known |= {key: column.combine_chunks().cast(pa.bool_()) for key, column in flags.items()}
    records = pa.table({key: known.get(key, pa.nulls(len(purchased), kind)) for key, kind in COLUMNS.items()})
    return FollowerPool(name, "instagram", records, purchased)
