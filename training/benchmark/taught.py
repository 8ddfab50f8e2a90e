"""Heads taught on a simulated world, and accounts of it whose follower records taught and calibrated nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset
from features.catalog import build
from features.reference import Reference
from features.table import AccountTable
from models.bundle import HeadModel
from models.heads import HEADS
from training import labelled, pools
from training import reference as references
from training.benchmark.step import Size
from training.experiment import Experiment, World
from training.learning import fit, with_gaps
from training.mixtures import Tables
from training.stages import Stages
from training.subsets import threshold, whole

FULL, QUICK = 15_000, 2_000


@dataclass(frozen=True)
class Taught:
    """Heads with the margins that 1 % of the clean calibration accounts exceed; `tables`, `table`, `y`: unseen accounts with all four
    tables, their labels by head (n,), NaN = not labelled; `pool`: the follower records that taught nothing either."""

    models: Mapping[str, HeadModel]
    thresholds: Mapping[str, float]
    reference: Reference
    tables: Tables
    table: AccountTable
    y: Mapping[str, np.ndarray]
    pool: pools.FollowerPool


@lru_cache(maxsize=1)
def taught(size: Size) -> Taught:
    """Simulate, teach and calibrate; the same for all steps of one run."""
    with tempfile.TemporaryDirectory(prefix="authenticity-taught-") as home:
        return _taught(size, Path(home))


def _taught(size: Size, home: Path) -> Taught:
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
    labels = {name: values[unseen] for name, values in learning.values.items()}
    shard = int(learning.groups[unseen[0]].rpartition("/")[2])
    return Taught(models, thresholds, reference, kept, table, labels, pools.shards(pools.load(experiment.pool))[shard])
