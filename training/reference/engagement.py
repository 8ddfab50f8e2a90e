"""Curves of what posts get, by platform."""

import numpy as np
from scipy.stats import theilslopes

from features.columns import log10, mean, median
from features.reference import Curve, PeerEngagement
from features.reference.engagement import ALL
from features.schema import PLATFORMS
from training.reference.ordinary import Ordinary, at_most

# Theil-Sen compares every pair; more accounts than this no longer move the line.
MOST = 1_500
FEWEST = 60
# Where no spread can be measured: between ordinary accounts (0.24) and the top 1,000 (0.39), method.md 0.1.
USUAL_SPREAD = 0.30
# Where no slope can be: likes grow with followers, and comments with likes, by about these powers (603 accounts of InstaFake 2019).
LIKES_SLOPE, COMMENTS_SLOPE = 0.75, 0.73


def fit(ordinary: Ordinary) -> PeerEngagement:
    """Robust to a minority of bought audiences."""
    facts = ordinary.inputs("followers", "mature_likes", "mature_comments")
    size = log10(facts["followers"] + 1).values
    likes = log10(median(facts["mature_likes"], at_least=3) + 1).values
    comments = log10(mean(facts["mature_comments"], at_least=3) + 0.5).values
    return PeerEngagement(_curves(size, likes, ordinary, LIKES_SLOPE), _curves(likes, comments, ordinary, COMMENTS_SLOPE))


def _curves(x: np.ndarray, y: np.ndarray, ordinary: Ordinary, usual_slope: float) -> dict[str, Curve]:
    """A curve for every platform with enough accounts, and one over all; the published slope where even all are too few."""
    usable = ordinary.chosen & np.isfinite(x) & np.isfinite(y)
    curves = {ALL: _curve(x, y, usable, usual_slope, ordinary)}
    for code, platform in enumerate(PLATFORMS):
        mine = usable & (ordinary.table.platform_codes == code)
        if mine.sum() >= FEWEST:
            curves[platform] = _curve(x, y, mine, usual_slope, ordinary)
    return curves


def _curve(x: np.ndarray, y: np.ndarray, usable: np.ndarray, usual_slope: float, ordinary: Ordinary) -> Curve:
    rows = at_most(np.flatnonzero(usable), MOST, ordinary.rng())
    x, y = x[rows], y[rows]
    if len(x) < FEWEST or np.ptp(x) == 0:
        intercept = float(np.median(y - usual_slope * x)) if len(x) else -usual_slope
        return Curve(intercept, usual_slope, USUAL_SPREAD)
    line = theilslopes(y, x)
    away = y - (line.intercept + line.slope * x)
    spread = 1.4826 * float(np.median(np.abs(away - np.median(away))))
    return Curve(float(line.intercept), float(line.slope), max(spread, 0.05))
