"""What the model of one follower finds where there is nothing to find, and how far the source of a record alone would go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import t
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from models.followers import Usual, matrix
from training.benchmark import follower_sources
from training.benchmark.follower_numbers import Answer, auc
from training.benchmark.step import Progress, Size
from training.follower_model import out_of_fold, table_of, values_of
from training.pools import FollowerPool

# Of the others, so many are called purchased-type at random.
MADE_UP = 0.1
# Records of a source, in full and in a quick run.
MOST, MOST_QUICK = 2_000, 1_000


def controls(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Labels that say nothing must give an AUC of .50; a result over pooled sources must beat the source alone."""
    raw, left_out = follower_sources.at_hand()
    known = {
        name: follower_sources.at_most(follower_sources.once(pool), size.of(MOST, MOST_QUICK), size.seed) for name, pool in raw.items()
    }
    rounds, rng = size.of(20, 4), np.random.default_rng([size.seed, 2])
    found: dict[str, Any] = {}
    for done, (name, pool) in enumerate(known.items()):
        progress(done, len(known))
        others = pool.take(np.flatnonzero(~pool.purchased))
        found[name] = {
            "permuted_labels": _mean([_area(pool, rng.permutation(pool.purchased), rng) for _ in range(rounds)]),
            "random_others": _mean([_area(others, rng.random(len(others)) < MADE_UP, rng) for _ in range(rounds)]),
        }
    return {"auc": found, "source_alone": _source_alone(known, size.seed) if len(known) > 1 else None, "left_out": left_out}


def _area(pool: FollowerPool, labels: np.ndarray, rng: np.random.Generator) -> float:
    seen = out_of_fold([FollowerPool(pool.name, pool.platform, pool.records, labels)], int(rng.integers(2**31)))
    return auc(seen.purchased, seen.margins)


def _mean(drawn: list[float]) -> Answer:
    """With the 95 % interval of the mean over draws."""
    half = t.ppf(0.975, len(drawn) - 1) * np.std(drawn, ddof=1) / np.sqrt(len(drawn))
    value = float(np.mean(drawn))
    return {"value": value, "low": value - float(half), "high": value + float(half), "draws": len(drawn)}


def _source_alone(known: Mapping[str, FollowerPool], seed: int) -> Answer:
    """auc: how well the share of purchased-type records in a record's source alone ranks the pooled records. Inside one source, as in
    all other measurements here, it is .50. told: how often the source of an ordinary follower is told from what the trees read, and
    from the same facts without their platform's ordinary followers, beside always naming the largest source."""
    source = np.repeat(np.arange(len(known)), [len(pool) for pool in known.values()])
    purchased = np.concatenate([pool.purchased for pool in known.values()])
    share = np.array([pool.purchased.mean() for pool in known.values()])
    plain = np.concatenate([matrix(table_of(pool), _nothing_taken_off()) for pool in known.values()])
    placed = np.concatenate([values_of(pool) for pool in known.values()])
    named = source[~purchased]
    told = {name: _told(values[~purchased], named, seed) for name, values in (("as_read", placed), ("plain", plain))}
    return {"auc": auc(purchased, share[source]), "told": told | {"largest": float(np.bincount(named).max() / len(named))}}


def _told(values: np.ndarray, source: np.ndarray, seed: int) -> float:
    line = LogisticRegression(max_iter=2000)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return float((cross_val_predict(line, StandardScaler().fit_transform(np.nan_to_num(values)), source, cv=folds) == source).mean())


def _nothing_taken_off() -> Usual:
    usual = Usual()
    return Usual(np.zeros(usual.centre.shape), np.ones(usual.scale.shape))
