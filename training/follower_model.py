"""How the model of one follower is learnt: from labelled records of one pool, judged on records it did not see."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from sklearn.model_selection import StratifiedKFold

from features.table import AccountTable
from models import booster
from models.followers import FEATURES, MONOTONE, FollowerModel, matrix
from training import rates
from training.pools import FollowerPool
from training.refusals import TrainingRefusal

FALSE_ALARMS = 0.03
FOLDS = 5
TREES = {"rounds": 80, "patience": 80, "max_depth": 3, "eta": 0.1, "min_child_weight": 3.0, "subsample": 0.8}


def fit(pool: FollowerPool, seed: int) -> FollowerModel:
    """Trees on the pool's records; threshold at a false-alarm rate of 3 % out of fold, where the Fisher information is near its
    best for shares (method.md 3.2). The rates are those of the out-of-fold margins."""
    values, y = matrix(table_of(pool)), pool.purchased.astype(np.float64)
    fewest = int(min(y.sum(), len(y) - y.sum()))
    if fewest < 2 * FOLDS:
        raise TrainingRefusal([f"the pool {pool.name} has {fewest} followers of its rarer class; at least {2 * FOLDS} are needed"])
    margins = np.empty(len(y))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(values, y):
        margins[unseen] = _trees(values[seen], y[seen], seed).margins(values[unseen])
    threshold = float(np.quantile(margins[y == 0], 1.0 - FALSE_ALARMS))
    return FollowerModel(_trees(values, y, seed), threshold, rates.fit(rates.Learnt(margins, pool.purchased, threshold), (pool.platform,)))


def _trees(values: np.ndarray, y: np.ndarray, seed: int) -> booster.Trees:
    # Watching the training records themselves keeps all rounds: the records are too few to give some away for stopping.
    return booster.fit(values, y, (values, y), FEATURES, MONOTONE, TREES, seed).trees


def table_of(pool: FollowerPool) -> AccountTable:
    """The pool's records as the follower sample of one account, in their own order."""
    n = len(pool)
    moment = pa.array([0], pa.int64()).cast(pa.timestamp("us", "UTC"))
    accounts = pa.table({"account_id": ["pool"], "platform": [pool.platform or "instagram"], "observed_at": moment, "followers": [n]})
    ids = pa.array([f"{i:09d}" for i in range(n)], pa.large_string())
    sample = pool.records.append_column("follower_id", ids).append_column("account_id", pa.array(["pool"] * n, pa.large_string()))
    return AccountTable.from_tables({"accounts": accounts, "follower_sample": sample.append_column("rank", pa.array(range(n), pa.int64()))})
