"""What ordinary accounts look like, learnt from the accounts that fit: peer curves and the background of creation dates."""

import numpy as np
from scipy.stats import theilslopes

from features.catalog import inputs_of
from features.columns import log10, mean, median
from features.reference import Curve, Reference
from features.schema import PLATFORMS
from features.table import AccountTable

# Theil-Sen compares every pair; more accounts than this no longer move the line.
MOST = 1_500
FEWEST = 60
GRID_DAYS = 30.0
# Where no spread can be measured: between ordinary accounts (0.24) and the top 1,000 (0.39), method.md 0.1.
USUAL_SPREAD = 0.30


def fit(table: AccountTable, rows: np.ndarray, seed: int) -> Reference:
    """A reference from the accounts `rows` of the table; robust to a minority of bought ones."""
    facts = inputs_of(table, ("followers", "mature_likes", "mature_comments", "follower_created_at"))
    size = log10(facts["followers"] + 1).values
    likes = log10(median(facts["mature_likes"], at_least=3) + 1).values
    comments = log10(mean(facts["mature_comments"], at_least=3) + 0.5).values
    chosen = np.zeros(table.n, dtype=bool)
    chosen[rows] = True
    born = facts["follower_created_at"]
    owner = np.repeat(np.arange(table.n), np.diff(born.starts))
    days, share = _background(born.values[chosen[owner]])
    by_size = _curves(size, likes, table.platform_codes, chosen, 0.75, seed)
    by_likes = _curves(likes, comments, table.platform_codes, chosen, 0.73, seed)
    return Reference(by_size, by_likes, days, share)


def _curves(x: np.ndarray, y: np.ndarray, platforms: np.ndarray, chosen: np.ndarray, usual_slope: float, seed: int) -> dict[str, Curve]:
    """A curve for every platform with enough accounts, and one over all; the published slope where even all are too few."""
    usable = chosen & np.isfinite(x) & np.isfinite(y)
    curves = {"all": _curve(x[usable], y[usable], usual_slope, seed)}
    for code, platform in enumerate(PLATFORMS):
        mine = usable & (platforms == code)
        if mine.sum() >= FEWEST:
            curves[platform] = _curve(x[mine], y[mine], usual_slope, seed)
    return curves


def _curve(x: np.ndarray, y: np.ndarray, usual_slope: float, seed: int) -> Curve:
    if len(x) > MOST:
        drawn = np.random.default_rng(seed).choice(len(x), MOST, replace=False)
        x, y = x[drawn], y[drawn]
    if len(x) < FEWEST or np.ptp(x) == 0:
        intercept = float(np.median(y - usual_slope * x)) if len(x) else -usual_slope
        return Curve(intercept, usual_slope, USUAL_SPREAD)
    line = theilslopes(y, x)
    away = y - (line.intercept + line.slope * x)
    spread = 1.4826 * float(np.median(np.abs(away - np.median(away))))
    return Curve(float(line.intercept), float(line.slope), max(spread, 0.05))


def _background(born: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Cumulative share of creation dates on a grid of 30 days."""
    known = born[np.isfinite(born)]
    if len(known) < 1_000:
        return (), ()
    edges = np.arange(known.min() - GRID_DAYS, known.max() + 2 * GRID_DAYS, GRID_DAYS)
    below = np.searchsorted(np.sort(known), edges, side="right") / len(known)
    return tuple(float(edge) for edge in edges), tuple(float(share) for share in below)
