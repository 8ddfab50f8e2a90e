"""Bundles taught by one world each, and what they say of accounts of every world whose follower records they have not seen."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features import dataset
from features.catalog import FeatureMatrix, build
from features.table import AccountTable
from models.bundle import Bundle
from models.verdict import judge_table
from training import labelled, pipeline
from training.benchmark.step import Progress, Size
from training.experiment import Experiment
from training.worlds import WORLDS, simulate

# The seeds of the worlds that are asked lie this far from those that teach.
ASKED = 1_000


@dataclass(frozen=True)
class Sheet:
    """Accounts of one world that a bundle has not learnt from, and its verdicts on them; arrays are (n,) in the order of the table.

    values, shares: head -> label and true share, NaN = unknown; truth: columns of scenarios.TRUTH, empty where the world keeps none.
    """

    table: AccountTable
    matrix: FeatureMatrix
    values: Mapping[str, np.ndarray]
    shares: Mapping[str, np.ndarray]
    verdicts: list[dict[str, Any]]
    truth: Mapping[str, np.ndarray]

    def margins(self, bundle: Bundle, head: str) -> np.ndarray:
        trees = bundle.heads[head].trees
        return trees.margins(self.matrix.only(trees.names))


@dataclass(frozen=True)
class Taught:
    """A bundle, by head the margins and labels of the accounts that calibrated it, and the accounts it is asked about by world."""

    bundle: Bundle
    calibrated: Mapping[str, tuple[np.ndarray, np.ndarray]]
    asked: Mapping[str, Sheet]


def all_taught(size: Size, progress: Progress) -> dict[str, Taught]:
    """For each world the bundle it taught, asked about new accounts of every world."""
    found = {}
    for number, world in enumerate(WORLDS):
        progress(number, len(WORLDS))
        found[world] = taught(world, size.of(20_000, 2_500), size.of(20_000, 3_000), size.seed)
    return found


@lru_cache(maxsize=4)
def taught(world: str, teaching: int, asking: int, seed: int) -> Taught:
    """Train on a world as `authenticity train` does, in a HOME that is removed; every step in this process shares it."""
    experiment = Experiment(champion=False)
    with tempfile.TemporaryDirectory(prefix="authenticity-bench-") as place:
        folder = Path(place) / world
        simulate(folder, teaching, seed, world)
        bundle = pipeline.train(experiment, Path(place) / "home", folder).bundle
        learning = labelled.read(_source(folder), tuple(bundle.heads))
        rows = labelled.split(experiment, learning).calibrate
        matrix = build(learning.table, bundle.reference)
        calibrated = {}
        for name, model in bundle.heads.items():
            known = rows[~np.isnan(learning.values[name][rows])]
            calibrated[name] = (model.trees.margins(matrix.only(model.trees.names)[known]), learning.values[name][known] == 1)
        asked = {}
        for other in WORLDS:
            there = Path(place) / f"asked-{other}"
            simulate(there, asking, seed + ASKED, other)
            asked[other] = ask(bundle, there)
    return Taught(bundle, calibrated, asked)


def ask(bundle: Bundle, folder: Path) -> Sheet:
    """The verdicts on the accounts of a dataset whose follower records taught and calibrated nothing."""
    learning = labelled.read(_source(folder), tuple(bundle.heads))
    seen = {_records(group) for group in bundle.facts.get("seen", ())}
    rows = np.array([i for i, group in enumerate(learning.groups) if _records(group) not in seen])
    ids = pa.array([learning.table.account_ids[i] for i in rows], pa.large_string())
    tables = {
        name: table.filter(pc.is_in(table["account_id"].cast(pa.large_string()), value_set=ids))
        for name, table in dataset.read(folder).items()
        if name != "labels"
    }
    table = AccountTable.from_tables(tables)
    values, shares = ({name: of[name][rows] for name in bundle.heads} for of in (learning.values, learning.shares))
    matrix = build(table, bundle.reference)
    return Sheet(table, matrix, values, shares, judge_table(bundle, table, reasons=False), _truth(folder, table.account_ids))


def has_evidence(answer: Mapping[str, Any] | None) -> bool:
    """Whether a head had anything to go by; else its probability is the base rate."""
    return answer is not None and (answer["undecided_because"] or {"code": ""})["code"] != "no_evidence"


def without(sheet: Sheet, bundle: Bundle, hidden: tuple[str, ...]) -> list[dict[str, Any]]:
    """The verdicts had these tables not been looked at."""
    everybody = np.ones(sheet.table.n, dtype=bool)
    return judge_table(bundle, sheet.table.without(dict.fromkeys(hidden, everybody)), reasons=False)


def _records(group: str) -> str:
    """Which records: "high_street-srf/2" and "village-srf/2" are followers of the same shard."""
    return group.rpartition("-")[2]


def _source(folder: Path) -> labelled.Source:
    return labelled.Source(folder, folder.name, folder.name, "", synthetic=True)


def _truth(folder: Path, ids: list[str]) -> dict[str, np.ndarray]:
    """What the simulator knows of these accounts; empty where it kept no truth."""
    files = sorted([*folder.glob("truth.parquet"), *folder.glob("truth/*.parquet")])
    if not files:
        return {}
    truth = pa.concat_tables([pq.read_table(file) for file in files])
    place = pc.index_in(pa.array(ids, pa.large_string()), value_set=truth["account_id"].combine_chunks().cast(pa.large_string()))
    return {name: truth[name].take(place).to_numpy(zero_copy_only=False) for name in truth.column_names if name != "account_id"}
