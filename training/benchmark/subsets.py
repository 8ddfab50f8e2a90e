"""T9: heads judged on every subset of the evidence, on simulated accounts whose follower records taught nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset
from features.catalog import build
from features.reference import Reference
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models.bundle import HeadModel
from models.heads import HEADS
from training import labelled, pools
from training import reference as references
from training.benchmark.step import Progress, Size, Step
from training.experiment import Experiment, World
from training.learning import fit, with_gaps
from training.stages import Stages
from training.subsets import SUBSETS, SubsetRates, by_subset, exact_interval, named, threshold, whole

FULL, QUICK = 15_000, 2_000
MOST_FALSE_ALARMS, MOST_NEW_ALARMS = 0.015, 0.005


@dataclass(frozen=True)
class _Taught:
    """Heads that have learnt, their thresholds, and unseen accounts with all four tables."""

    models: Mapping[str, HeadModel]
    thresholds: Mapping[str, float]
    reference: Reference
    table: AccountTable
    y: Mapping[str, np.ndarray]


def measure(size: Size, progress: Progress) -> dict[str, Any]:
    """False alarms and recall of each head on each subset, at the threshold that 1 % of the clean calibration accounts with full evidence
    exceed; and how many clean accounts become an alarm when tables are deleted."""
    with tempfile.TemporaryDirectory(prefix="authenticity-subsets-") as home:
        taught = _taught(size, Path(home))
    rates = by_subset(taught.table, taught.reference, taught.models, taught.y, taught.thresholds, progress)
    return {
        "accounts": taught.table.n,
        "threshold": "exceeded by 1 % of the clean calibration accounts, as they come",
        "targets": {"false_alarm_rate": MOST_FALSE_ALARMS, "newly_flagged_when_tables_are_deleted": MOST_NEW_ALARMS},
        "heads": {name: _told(rows) for name, rows in rates.items()},
    }


def _taught(size: Size, home: Path) -> _Taught:
    experiment = Experiment(world=World(accounts=size.of(FULL, QUICK), seed=size.seed))
    source = labelled.source_of(experiment, home, None, Stages())
    learning = labelled.read(source, experiment.heads)
    split = labelled.split(experiment, learning)
    pool = pools.shards(pools.load(experiment.pool))[0]
    reference = references.fit(learning.table, split.fit, learning.values["bought_followers"], experiment.seed, pool)
    matrix = build(learning.table, reference)
    gaps = with_gaps(learning.table, reference, experiment.dropout, experiment.seed)
    unseen = split.test[whole(learning.table)[split.test]]
    models, thresholds = {}, {}
    for name in experiment.heads:
        y = learning.values[name]
        models[name], _ = fit(HEADS[name], matrix, gaps, y, split, experiment.trees, experiment.seed)
        clean = split.calibrate[y[split.calibrate] == 0]
        thresholds[name] = threshold(models[name].trees.margins(matrix.only(HEADS[name].features)[clean]))
    ids = pa.array([learning.table.account_ids[row] for row in unseen], pa.large_string())
    tables = dataset.read(source.path)
    # In the order of the dataset, which is that of `unseen`.
    kept = {name: rows.filter(pc.is_in(rows["account_id"], value_set=ids)) for name, rows in tables.items() if name != "labels"}
    table = AccountTable.from_tables(kept)
    return _Taught(models, thresholds, reference, table, {name: y[unseen] for name, y in learning.values.items()})


def _told(rows: list[SubsetRates]) -> dict[str, Any]:
    subsets = [
        {
            "seen": named(row.seen),
            "clean": row.clean,
            "positives": row.positives,
            "false_alarm_rate": _rate(row.alarms, row.clean),
            "recall": _rate(row.hits, row.positives),
            "newly_flagged": _rate(row.newly, row.clean),
        }
        for row in rows
    ]
    return {
        "subsets": subsets,
        "worst_false_alarm_rate": max(row.false_alarm_rate for row in rows),
        "worst_newly_flagged_without_one_table": max(row.newly_rate for row in rows if len(row.seen) == len(EVENT_TABLES) - 1),
        "worst_newly_flagged": max(row.newly_rate for row in rows),
        "sound_subsets": sum(row.false_alarm_rate <= MOST_FALSE_ALARMS for row in rows),
        "of_subsets": len(SUBSETS),
    }


def _rate(hits: int, of: int) -> dict[str, float]:
    low, high = exact_interval(hits, of)
    return {"value": hits / of, "low": low, "high": high}


STEPS = (
    Step("subsets", "L3", "every head on all 15 subsets of the four tables: false alarms, recall, what deleting a table raises", measure),
)
