"""How alike two sets of accounts are, with intervals: Kolmogorov-Smirnov by feature, a classifier between them, signs of features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import ks_2samp
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

Floats = npt.NDArray[np.float64]
Answer = dict[str, Any]

# Fewer accounts on a side say nothing about a distribution: a KS distance of .25 is chance there.
FEWEST = 30
RESAMPLES = 100
MOST = 4_000


def distance(ours: Floats, theirs: Floats, seed: int) -> Answer | None:
    """KS distance of two samples with a 95 % bootstrap interval; None with fewer than FEWEST known values on a side."""
    a, b = ours[np.isfinite(ours)], theirs[np.isfinite(theirs)]
    if min(len(a), len(b)) < FEWEST:
        return None
    rng = np.random.default_rng([seed, len(a), len(b)])
    a, b = (each if len(each) <= MOST else rng.choice(each, MOST, replace=False) for each in (a, b))
    drawn = [_ks(rng.choice(a, len(a)), rng.choice(b, len(b))) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {
        "value": _ks(a, b),
        "low": float(low),
        "high": float(high),
        "medians": [float(np.median(a)), float(np.median(b))],
        "accounts": [len(a), len(b)],
    }


def told_apart(ours: Floats, theirs: Floats, seed: int) -> Answer:
    """AUC of trees that tell rows of two matrices (n, k) apart, in five folds (Lopez-Paz & Oquab 2017); .5 is alike."""
    rng = np.random.default_rng([seed, 1])
    size = min(len(ours), len(theirs), MOST)
    x = np.concatenate([each[rng.permutation(len(each))[:size]] for each in (ours, theirs)])
    y = np.repeat([0, 1], size)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    p = cross_val_predict(_trees(seed), x, y, cv=folds, method="predict_proba")[:, 1]
    return auc(y, p, seed) | {"rows": 2 * size}


def auc(y: npt.NDArray[Any], score: Floats, seed: int) -> Answer:
    return _resampled(lambda rows: float(roc_auc_score(y[rows], score[rows])), y, seed)


def precision_kept(y: npt.NDArray[Any], ours: Floats, theirs: Floats, seed: int) -> Answer:
    """Average precision of one score as a part of another's, on the same resamples of the accounts."""

    def ratio(rows: npt.NDArray[np.int64]) -> float:
        return float(average_precision_score(y[rows], ours[rows]) / average_precision_score(y[rows], theirs[rows]))

    return _resampled(ratio, y, seed)


def scorer(x: Floats, y: npt.NDArray[Any], seed: int) -> Callable[[Floats], Floats]:
    """Trees fitted on (n, k) features, NaN is unknown; the answer scores other accounts."""
    fitted = _trees(seed).fit(x, y)
    return lambda other: np.asarray(fitted.predict_proba(other)[:, 1])


def _trees(seed: int) -> ExtraTreesClassifier:
    return ExtraTreesClassifier(200, min_samples_leaf=5, random_state=seed)


def _ks(a: Floats, b: Floats) -> float:
    return float(ks_2samp(a, b, method="asymp").statistic)


def _resampled(measure: Callable[[npt.NDArray[np.int64]], float], y: npt.NDArray[Any], seed: int) -> Answer:
    """The measure with a 95 % bootstrap interval; both classes keep their sizes."""
    rng = np.random.default_rng([seed, 2])
    sides = [np.flatnonzero(y == value) for value in (0, 1)]
    drawn = [measure(np.concatenate([rng.choice(side, len(side)) for side in sides])) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {"value": measure(np.arange(len(y))), "low": float(low), "high": float(high)}
