"""How the weighted sum is learnt: logistic regression whose weights keep the signs that a head declares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from models.linear import FURTHEST, WeightedSum

# Inverse strength of the penalty on weights per standard deviation, as in scikit-learn's LogisticRegression.
C = 0.1
# Steps end where they lower the loss by less than this part of it: far below what another sample of accounts would move.
CLOSE = 1e-6
# The least and the greatest weight that a feature may have; None is any.
Bounds = tuple[float | None, float | None]


def fit(
    values: np.ndarray,
    y: np.ndarray,
    monotone: Sequence[int],
    c: float = C,
    counts: np.ndarray | None = None,
    straight: Sequence[bool] | None = None,
) -> WeightedSum:
    """Penalised logistic regression on values (n, k), NaN = unknown, and y (n,) of 0 and 1.

    monotone: +1 keeps a feature's weight at 0 or above, -1 at 0 or below. A feature that was never known, or never differs, gets none;
    that one is unknown has a weight of its own, without a sign. counts: (n,) how many times each account counts, above 0; two is the
    account twice. straight: (k,) False where a feature gets no weight, because both of its ends say the same.
    Source: L-BFGS-B (Byrd et al. 1995) on the penalised log loss.
    """
    known, times = ~np.isnan(values), np.ones(len(values)) if counts is None else np.asarray(counts, float)
    columns = zip(values.T, known.T, strict=True)
    typical = np.array([_median(column[seen], times[seen]) if seen.any() else 0.0 for column, seen in columns])
    filled = np.where(known, values, typical)
    centre = np.average(filled, axis=0, weights=times)
    spread = np.sqrt(np.average((filled - centre) ** 2, axis=0, weights=times))
    spread = np.where(spread > 1e-9 * (1.0 + np.abs(centre)), spread, 1.0)
    # A sum of weights in another order can lie a last bit above them all.
    rate = np.minimum(np.average(~known, axis=0, weights=times), 1.0)
    gap = np.sqrt(rate * (1.0 - rate))
    gap = np.where(gap > 0, gap, 1.0)
    design = np.hstack([np.clip((filled - centre) / spread, -FURTHEST, FURTHEST), (~known - rate) / gap])
    line = [True] * len(monotone) if straight is None else straight
    allowed = [_allowed(sign) if may else (0.0, 0.0) for sign, may in zip(monotone, line, strict=True)]
    weights, constant = _weights(design, y, [*allowed, *[_allowed(0)] * len(monotone)], c, times)
    own, of_gap = np.split(weights, 2)
    offset = -of_gap * rate / gap
    unknown = own * np.clip((typical - centre) / spread, -FURTHEST, FURTHEST) + of_gap * (1.0 - rate) / gap
    mean = np.average(design[:, : len(own)] * own, axis=0, weights=times)
    return WeightedSum(
        tuple(map(float, centre)),
        tuple(map(float, spread)),
        tuple(map(float, own)),
        tuple(map(float, offset - mean)),
        tuple(map(float, unknown - mean)),
        float(constant + mean.sum()),
    )


def _median(values: np.ndarray, times: np.ndarray) -> float:
    """The middle of values (m,), each of which stands there so many times."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(times[order])
    half = reached[-1] / 2.0
    low, high = np.searchsorted(reached, (half * (1.0 - 1e-12), half * (1.0 + 1e-12)))
    return float((values[order[low]] + values[order[min(high, len(order) - 1)]]) / 2.0)


def _allowed(sign: int) -> Bounds:
    return (0.0 if sign > 0 else None, 0.0 if sign < 0 else None)


def _weights(design: np.ndarray, y: np.ndarray, bounds: Sequence[Bounds], c: float, times: np.ndarray) -> tuple[np.ndarray, float]:
    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        weights, constant = parameters[:-1], parameters[-1]
        margin = design @ weights + constant
        wrong = times * (expit(margin) - y)
        value = (times * (np.logaddexp(0.0, margin) - y * margin)).sum() + (weights**2).sum() / (2 * c)
        return float(value), np.append(design.T @ wrong + weights / c, wrong.sum())

    # A matrix this small is multiplied by one thread as fast as by many, which would add its terms in another order elsewhere.
    with threadpool_limits(1):
        begin = np.zeros(design.shape[1] + 1)
        found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)], options={"ftol": CLOSE}).x
    return found[:-1], float(found[-1])
