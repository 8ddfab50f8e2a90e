"""How a raw score becomes a probability with an interval, learnt on accounts that the model never saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression

from models.calibration import Calibration
from models.venn_abers import FARTHEST, PER_UNIT, VennAbers, on_grid
from training.refusals import TrainingRefusal

SLOPE_FLOOR = 1e-3
# method.md 4: below this many positives a third parameter follows their chance.
ENOUGH_FOR_BETA = 200
FOLDS = 5


Curve = tuple[float, float, float]
Fit = Callable[[np.ndarray, np.ndarray, np.ndarray], Curve]


def calibration(
    margin: np.ndarray, y: np.ndarray, groups: Sequence[str] | np.ndarray | None, weights: np.ndarray | None = None
) -> Calibration:
    """The curve and the interval of a head from margins (n,) of accounts its trees never saw and what these are, bool (n,).

    Beta calibration where ENOUGH_FOR_BETA accounts of either kind are there and it tells more than Platt's line of groups that it was
    not fitted on; groups (n,): the vendor or source of each account. weights: (n,) how much each account counts beside the others; see
    `as_many`. Raises TrainingRefusal as `platt` does.
    """
    margin, y = np.asarray(margin, float), np.asarray(y, bool)
    times = as_many(np.ones(len(y)) if weights is None else weights)
    curve = line(margin, y, times)
    enough = min(y.sum(), (~y).sum()) >= ENOUGH_FOR_BETA
    if enough and groups is not None and unseen_loss(beta, margin, y, groups, times) < unseen_loss(line, margin, y, groups, times):
        curve = beta(margin, y, times)
    return Calibration(*curve, prevalence=float(np.average(y, weights=times)), interval=venn_abers(margin, y, times))


def as_many(weights: np.ndarray) -> np.ndarray:
    """The weights (n,) in the same ratios, adding up to how many equally weighted accounts say as much: (Σw)² / Σw² of them.

    A label that counts three times is still one account, so no weight makes an interval narrower than the accounts bear. Equal weights
    become 1. Source: Kish 1965, Survey Sampling, the effective sample size.
    """
    weights = np.asarray(weights, float)
    return np.asarray(weights * weights.sum() / (weights**2).sum())


def unseen_loss(
    fit: Fit, margin: np.ndarray, y: np.ndarray, groups: Sequence[str] | np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean log loss of a curve on accounts (n,) of groups it was not fitted on; infinite where the groups cannot be told apart.

    Groups, not accounts, are dealt out to FOLDS folds: two customers of one vendor look alike, and a random fold would only show how well
    a curve fits vendors that it knows (method.md 4).
    """
    names, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    fold = (np.random.default_rng(0).permutation(names.size) % FOLDS)[group]
    loss, times = np.empty(len(y)), np.ones(len(y)) if weights is None else weights
    for number in range(FOLDS):
        out = fold == number
        if y[~out].all() or not y[~out].any():
            return float("inf")
        odds = log_odds_of(fit(margin[~out], y[~out], times[~out]), margin[out])
        loss[out] = np.logaddexp(0, np.where(y[out], -odds, odds))
    return float(np.average(loss, weights=times))


def log_odds_of(curve: Curve, margin: np.ndarray) -> np.ndarray:
    """Log odds of yes at margins (n,) by (below, above, intercept)."""
    below, above, intercept = curve
    return np.asarray(intercept - below * np.logaddexp(0, -margin) + above * np.logaddexp(0, margin))


def line(margin: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> Curve:
    """Platt's line in the form of a curve: the same slope on either side."""
    slope, intercept = platt(margin, y, weights)
    return slope, slope, intercept


def platt(margin: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> tuple[float, float]:
    """Slope and intercept of P(y = 1) = 1 / (1 + exp(-(slope · margin + intercept))).

    margin: float (n,), finite, any unit; y: bool (n,). The targets are Platt's, (P + 1) / (P + 2) and 1 / (N + 2), so that
    perfectly separated accounts still give a finite slope. The slope is at least 0.001 per sd of the margin: a calibrator may
    flatten a score, never turn it round. weights: (n,) how many times each account counts, above 0; two is the account twice.
    Raises TrainingRefusal without both classes or with a margin that is not finite.
    Source: Platt 1999, Probabilistic outputs for support vector machines.
    """
    margin, y = np.asarray(margin, float), np.asarray(y, bool)
    _refuse(margin, y)
    times = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    centre = float(np.average(margin, weights=times))
    spread = float(np.sqrt(np.average((margin - centre) ** 2, weights=times))) or 1.0
    z = (margin - centre) / spread
    target = _targets(y, times)
    (slope,), intercept = _logistic(z[:, None], target, times)
    if slope < SLOPE_FLOOR:
        slope = SLOPE_FLOOR
        intercept = float(brentq(lambda b: np.average(expit(slope * z + b) - target, weights=times), -50, 50))
    return slope / spread, intercept - slope * centre / spread


def beta(margin: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> Curve:
    """(below, above, intercept) of models.calibration.Calibration: how far low and high scores are to be believed, each on its own.

    margin: log odds (n,), finite; y: bool (n,); weights as in `platt`. A side that would turn the score round gets slope 0 and the other is
    fitted alone, and where neither side may rise it is Platt's flattest line. The targets are Platt's. Raises TrainingRefusal as `platt`.
    Source: Kull, Silva Filho & Flach 2017, algorithm 1.
    """
    margin, y = np.asarray(margin, float), np.asarray(y, bool)
    _refuse(margin, y)
    times = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    sides, target = np.column_stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)]), _targets(y, times)
    (below, above), intercept = _logistic(sides, target, times)
    if below < 0:
        (above,), intercept = _logistic(sides[:, 1:], target, times)
        below = 0.0
    elif above < 0:
        (below,), intercept = _logistic(sides[:, :1], target, times)
        above = 0.0
    if below < 0 or above < 0 or below + above == 0:
        return line(margin, y, times)
    return below, above, intercept


def venn_abers(margin: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> VennAbers:
    """The table of lower and upper probabilities from margins (n,) and what these accounts are, bool (n,); weights as in `platt`.

    Each point of the grid is added once as a no and once as a yes, and the isotonic regression of all is read there.
    """
    points = np.arange(-FARTHEST * PER_UNIT, FARTHEST * PER_UNIT + 1) / PER_UNIT
    place = np.searchsorted(points, on_grid(np.asarray(margin, float)))
    times = np.ones(place.size) if weights is None else np.asarray(weights, float)
    many, yes = (np.bincount(place, weights=each, minlength=points.size) for each in (times, times * np.asarray(y, float)))
    bounds = np.array([[_read(many, yes, i, added) for added in (0.0, 1.0)] for i in range(points.size)])
    # Each point is another regression, so that rounding alone can let a bound fall by its last bit.
    bounds = np.maximum.accumulate(np.clip(bounds, 0.0, 1.0))
    bounds[:, 1] = np.maximum(bounds[:, 1], bounds[:, 0])
    begins = np.flatnonzero(np.append(True, (np.diff(bounds, axis=0) != 0).any(axis=1)))
    return VennAbers(points[begins], bounds[begins, 0], bounds[begins, 1])


def _read(many: np.ndarray, yes: np.ndarray, at: int, added: float) -> float:
    weights, total = many.copy(), yes.copy()
    weights[at] += 1
    total[at] += added
    seen = weights > 0
    fitted = isotonic_regression(total[seen] / weights[seen], sample_weight=weights[seen])
    return float(fitted[np.count_nonzero(seen[:at])])


def _logistic(x: np.ndarray, target: np.ndarray, times: np.ndarray) -> tuple[list[float], float]:
    """Coefficients and intercept of a logistic regression on targets between 0 and 1, without a penalty."""
    model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    twice = np.concatenate([x, x])
    model.fit(twice, np.repeat([True, False], len(x)), sample_weight=np.concatenate([times * target, times * (1 - target)]))
    return [float(each) for each in model.coef_[0]], float(model.intercept_[0])


def _targets(y: np.ndarray, times: np.ndarray) -> np.ndarray:
    positives, negatives = times[y].sum(), times[~y].sum()
    return np.where(y, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def _refuse(margin: np.ndarray, y: np.ndarray) -> None:
    if not np.isfinite(margin).all():
        raise TrainingRefusal([f"calibration: {(~np.isfinite(margin)).sum()} of {margin.size} scores are not finite numbers"])
    positives, negatives = int(y.sum()), int((~y).sum())
    if not positives or not negatives:
        raise TrainingRefusal([f"calibration: {positives} positive and {negatives} negative accounts; at least one of each is needed"])
