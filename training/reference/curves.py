"""Curves through ordinary accounts: a straight line where one fits all tiers, with bends at the tiers' bounds where it does not."""

from collections.abc import Iterator

import numpy as np
from scipy.stats import theilslopes
from sklearn.linear_model import QuantileRegressor

from features.reference import Curve
from features.reference.curve import ALL, key
from features.schema import PLATFORMS, POST_KINDS
from training.reference.ordinary import Ordinary, at_most

# Theil-Sen compares every pair; more accounts than this no longer move the line.
MOST = 1_500
FEWEST = 60
# Where no spread can be measured: between ordinary accounts (0.24) and the top 1,000 (0.39), method.md 0.1.
USUAL_SPREAD = 0.30
LEAST_SPREAD = 0.05
# The contract's tiers (250, 5,000, 100,000, 1 million). A tier whose middle lies off the line by more than chance and by more than this
# (dex) bends it: InstaFake's small accounts and influencers of 2017 on one line leave up to 0.4.
BOUNDS = np.log10([250.0, 5_000.0, 100_000.0, 1_000_000.0])
BENT, SURE = 0.10, 3.0


def by_platform(x: np.ndarray, y: np.ndarray, ordinary: Ordinary, usual_slope: float) -> dict[str, Curve]:
    """A curve for every platform with enough accounts, and one over all; `usual_slope` where even all are too few. x, y: (n,), dex.

    Empty where nobody is known.
    """
    usable = ordinary.chosen & np.isfinite(x) & np.isfinite(y)
    if not usable.any():
        return {}
    curves = {ALL: fit(x, y, usable, ordinary, usual_slope)}
    for platform, mine in _platforms(ordinary):
        if (usable & mine).sum() >= FEWEST:
            curves[platform] = fit(x, y, usable & mine, ordinary, usual_slope)
    return curves


def by_format(x: np.ndarray, y: np.ndarray, ordinary: Ordinary, usual_slope: float) -> dict[str, Curve]:
    """A curve for every format of a platform with enough accounts. x, y: (formats, n), each account's middle over its posts of a format."""
    curves: dict[str, Curve] = {}
    for platform, mine in _platforms(ordinary):
        for kind, size, amount in zip(POST_KINDS, x, y, strict=True):
            usable = ordinary.chosen & mine & np.isfinite(size) & np.isfinite(amount)
            if usable.sum() >= FEWEST:
                curves[key(platform, kind)] = fit(size, amount, usable, ordinary, usual_slope)
    return curves


def _platforms(ordinary: Ordinary) -> Iterator[tuple[str, np.ndarray]]:
    for code, platform in enumerate(PLATFORMS):
        yield platform, ordinary.table.platform_codes == code


def fit(x: np.ndarray, y: np.ndarray, usable: np.ndarray, ordinary: Ordinary, usual_slope: float) -> Curve:
    """The curve of y over x (n,) through the accounts `usable` (n,)."""
    rows = at_most(np.flatnonzero(usable), MOST, ordinary.rng())
    x, y = x[rows], y[rows]
    if len(x) < FEWEST or np.ptp(x) == 0:
        return Curve(float(np.median(y - usual_slope * x)), usual_slope, USUAL_SPREAD)
    slope = float(theilslopes(y, x).slope)
    # Through the middle of all residuals: the middle of x and that of y are not one account's where two kinds of them are mixed.
    line = Curve(float(np.median(y - slope * x)), slope, max(_spread(y - slope * x), LEAST_SPREAD))
    away = y - line.intercept - slope * x
    knots = _bounds(x)
    return _bent(x, y, knots) if len(knots) and _is_bent(x, away) else line


def _spread(away: np.ndarray) -> float:
    """Robust standard deviation."""
    return 1.4826 * float(np.median(np.abs(away - np.median(away))))


def _bounds(x: np.ndarray) -> np.ndarray:
    """The tiers' bounds with enough accounts in the tiers on both sides."""
    counts = np.bincount(np.searchsorted(BOUNDS, x), minlength=len(BOUNDS) + 1)
    return BOUNDS[(counts[:-1] >= FEWEST) & (counts[1:] >= FEWEST)]


def _is_bent(x: np.ndarray, away: np.ndarray) -> bool:
    tier = np.searchsorted(BOUNDS, x)
    for one in np.unique(tier):
        mine = away[tier == one]
        # The standard error of a median is 1.25 of a mean's.
        if len(mine) >= FEWEST and abs(np.median(mine)) > max(BENT, SURE * 1.25 * _spread(mine) / np.sqrt(len(mine))):
            return True
    return False


def _bent(x: np.ndarray, y: np.ndarray, knots: np.ndarray) -> Curve:
    """Least absolute deviations, as robust as the straight line."""
    hinges = np.maximum(x[:, None] - knots, 0.0)
    found = QuantileRegressor(quantile=0.5, alpha=0.0).fit(np.column_stack([x, hinges]), y)
    slope, *bends = found.coef_.tolist()
    spread = _spread(y - found.predict(np.column_stack([x, hinges])))
    return Curve(float(found.intercept_), slope, max(spread, LEAST_SPREAD), knots.copy(), np.array(bends))
