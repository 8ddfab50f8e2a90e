"""How the model of one follower is learnt: from labelled records of one pool or several, judged on records it did not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from features import standing
from features.catalog import inputs_of
from features.schema import PLATFORMS
from features.standing import FACTS
from features.table import AccountTable
from models import booster
from models.followers import FEATURES, MONOTONE, FollowerModel, Usual, matrix
from training import draws, rates
from training.pools import FollowerPool, twins
from training.pools.usual import as_ordinary, centre_and_scale
from training.refusals import TrainingRefusal

FALSE_ALARMS = 0.03
FOLDS = 5
# Chosen on one half of each public source; training/benchmark/follower_records.py reports the other.
TREES = {
    "rounds": 150,
    "patience": 150,
    "max_depth": 3,
    "eta": 0.05,
    "min_child_weight": 3.0,
    "subsample": 0.5,
    "colsample_bytree": 0.6,
}
# 98 of the 975 followers that SRF's journalists looked at one by one.
PRIOR = 0.1
# A copy of every record teaches with fields hidden by this chance each, so that followers can be judged by any of them.
HIDDEN = 0.3
# Which of following, followers, posts and picture each feature reads.
READS = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=bool)


class Scorer(Protocol):
    """What gives a higher margin to followers that look more like the purchased type."""

    def margins(self, values: np.ndarray) -> np.ndarray:
        """(n, features) -> (n,)."""


# From rows of a `matrix` (n, features), purchased and source (n,), and a seed.
Grow = Callable[[np.ndarray, np.ndarray, np.ndarray, int], Scorer]


@dataclass(frozen=True)
class OutOfFold:
    """Margins of labelled followers by trees that saw neither them nor, where there are several sources, any of their source.

    All (n,). stratum: the kind of follower within its class (training/draws.py); audiences and vendors mix these differently.
    """

    margins: np.ndarray
    purchased: np.ndarray
    source: np.ndarray
    stratum: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """(n,), by which every source says as much as another, and both of its classes do."""
        return evenly(self.purchased, self.source)


@dataclass(frozen=True)
class _Records:
    """What teaches, one row a follower: values (n, features), purchased, source, twin (n,); equal twins have equal content."""

    values: np.ndarray
    purchased: np.ndarray
    source: np.ndarray
    twin: np.ndarray


def fit(pools: Sequence[FollowerPool], seed: int, others: Sequence[FollowerPool] = ()) -> FollowerModel:
    """Trees on the pools' records; threshold at a false-alarm rate of 3 % out of fold, where the Fisher information is near its
    best for shares (method.md 3.2). The rates are those of the out-of-fold margins. Raises TrainingRefusal for too few records.

    others: records that teach nothing and only say how often the trees are right, so that a third of a pool may teach and all of it
    measures.
    """
    records = _records(pools)
    trees = grown(records.values, records.purchased, records.source, seed)
    seen = _with(out_of_fold(pools, seed), others, trees)
    threshold = at_false_alarms(seen)
    platforms = tuple(dict.fromkeys(pool.platform for pool in pools))
    # One source is one crowd of unmarked audiences; of several sources each is told apart.
    found = rates.fit(rates.Learnt(seen.margins, seen.purchased, threshold, seen.source), platforms)
    return FollowerModel(trees, threshold, found, *_platt(seen), PRIOR, usual_of(pools))


def _with(seen: OutOfFold, others: Sequence[FollowerPool], trees: booster.Trees) -> OutOfFold:
    """The margins of records that taught nothing, beside those out of fold."""
    return OutOfFold(
        np.concatenate([seen.margins, *(trees.margins(values_of(pool)) for pool in others)]),
        np.concatenate([seen.purchased, *(pool.purchased for pool in others)]),
        np.concatenate([seen.source, *(np.full(len(pool), pool.name) for pool in others)]),
        np.concatenate([seen.stratum, *(strata_of(pool) for pool in others)]),
    )


def out_of_fold(pools: Sequence[FollowerPool], seed: int, grow: Grow | None = None, folds: int = FOLDS) -> OutOfFold:
    """One source is cut into folds, equal records into one fold; of several each is judged by the others. Raises TrainingRefusal.

    grow: another learner than the trees, to measure them against."""
    records = _records(pools)
    margins = np.empty(len(records.purchased))
    for unseen in _folds(records, seed, folds):
        taught = ~unseen
        scorer = (grow or grown)(records.values[taught], records.purchased[taught], records.source[taught], seed)
        margins[unseen] = scorer.margins(records.values[unseen])
    return OutOfFold(margins, records.purchased, records.source, np.concatenate([strata_of(pool) for pool in pools]))


def learnt(pools: Sequence[FollowerPool], seed: int, grow: Grow | None = None) -> Scorer:
    """The trees, or what another learner makes of all records of the pools. Raises TrainingRefusal."""
    records = _records(pools)
    return (grow or grown)(records.values, records.purchased, records.source, seed)


def grown(values: np.ndarray, purchased: np.ndarray, source: np.ndarray, seed: int, settings: Mapping[str, float] = TREES) -> booster.Trees:
    """The trees from rows of a `matrix` (n, features), each a second time with some fields hidden; purchased, source (n,)."""
    gone = np.random.default_rng([seed, len(values)]).random((len(values), READS.shape[1])) < HIDDEN
    both = np.concatenate([values, np.where(gone @ READS.T, np.nan, values)])
    y = np.tile(purchased.astype(np.float64), 2)
    even = np.tile(evenly(purchased, source), 2)
    # Watching the training records themselves keeps all rounds: the records are too few to give some away for stopping.
    return booster.fit(both, y, (both, y), FEATURES, MONOTONE, settings, seed, (even / 2, even / 2)).trees


def values_of(pool: FollowerPool) -> np.ndarray:
    """What the trees read of each record of a pool, among the ordinary followers of its own source, (n, features)."""
    return matrix(table_of(pool), usual_of([pool]))


def usual_of(pools: Sequence[FollowerPool]) -> Usual:
    """The ordinary followers of each platform as the pools show them; the mean of those of one platform."""
    found: dict[str, list[np.ndarray]] = {}
    for pool in pools:
        inputs = inputs_of(table_of(pool), ("follower_sizes", "follower_has_picture"))
        facts = standing.facts(inputs["follower_sizes"], inputs["follower_has_picture"])
        place = np.stack(centre_and_scale(facts, as_ordinary(pool.purchased)))
        found.setdefault(pool.platform, []).append(np.where(np.isnan(facts).all(axis=0), np.nan, place))
    places = np.full((len(PLATFORMS), 2, FACTS), np.nan)
    for platform, each in found.items():
        places[PLATFORMS.index(platform)] = np.mean(each, axis=0)
    return Usual(places[:, 0], places[:, 1])


def table_of(pool: FollowerPool) -> AccountTable:
    """The pool's records as the follower sample of one account, in their own order."""
    n = len(pool)
    moment = pa.array([0], pa.int64()).cast(pa.timestamp("us", "UTC"))
    accounts = pa.table({"account_id": ["pool"], "platform": [pool.platform or "instagram"], "observed_at": moment, "followers": [n]})
    ids = pa.array([f"{i:09d}" for i in range(n)], pa.large_string())
    sample = pool.records.append_column("follower_id", ids).append_column("account_id", pa.array(["pool"] * n, pa.large_string()))
    return AccountTable.from_tables({"accounts": accounts, "follower_sample": sample.append_column("rank", pa.array(range(n), pa.int64()))})


def _records(pools: Sequence[FollowerPool]) -> _Records:
    for pool in pools:
        fewest = int(min(pool.purchased.sum(), (~pool.purchased).sum()))
        if fewest < 2 * FOLDS:
            raise TrainingRefusal([f"the pool {pool.name} has {fewest} followers of its rarer class; at least {2 * FOLDS} are needed"])
    return _Records(
        np.concatenate([values_of(pool) for pool in pools]),
        np.concatenate([pool.purchased for pool in pools]),
        np.repeat([pool.name for pool in pools], [len(pool) for pool in pools]),
        np.concatenate([twins(pool) for pool in pools]),
    )


def _folds(records: _Records, seed: int, folds: int) -> list[np.ndarray]:
    """The rows (n,) that each fold judges."""
    sources = np.unique(records.source)
    if len(sources) > 1:
        return [records.source == source for source in sources]
    cut = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(records.values, records.purchased, records.twin)
    return [np.isin(np.arange(len(records.twin)), unseen) for _, unseen in cut]


def evenly(purchased: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Weights (n,) of mean 1 by which sources count alike, and so do the two classes of each."""
    _, group = np.unique(np.stack([source.astype(str), purchased.astype(int).astype(str)]), axis=1, return_inverse=True)
    sizes = np.bincount(group.ravel())
    weights: np.ndarray = len(purchased) / (len(sizes) * sizes[group.ravel()])
    return weights


def strata_of(pool: FollowerPool) -> np.ndarray:
    number = np.empty(len(pool), dtype=np.int64)
    for purchased in (False, True):
        kind = draws.strata(pool, purchased)
        number[kind.rows] = kind.of_row
    return number


def at_false_alarms(seen: OutOfFold) -> float:
    """The margin that 3 % of the others reach, sources counting alike."""
    margins, weights = seen.margins[~seen.purchased], seen.weights[~seen.purchased]
    order = np.argsort(-margins, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(margins[order][np.searchsorted(reached, FALSE_ALARMS)])


def _platt(seen: OutOfFold) -> tuple[float, float]:
    """Slope and intercept of the log odds where a share PRIOR is purchased-type. Platt 1999; sources count alike."""
    weights = seen.weights * np.where(seen.purchased, 2.0 * PRIOR, 2.0 * (1.0 - PRIOR))
    # A ridge that is felt only where the margins part the classes wholly.
    line = LogisticRegression(C=100.0, tol=1e-8).fit(seen.margins[:, None], seen.purchased, sample_weight=weights)
    slope = float(line.coef_[0, 0])
    # A calibration may flatten a score, never turn it round.
    return (slope, float(line.intercept_[0])) if slope > 0.0 else (0.0, float(logit(PRIOR)))
