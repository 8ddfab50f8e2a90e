"""How followers, likes, comments, views, posts and age of ordinary accounts lie and go together."""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from features.reference.engagement import METRICS
from features.schema import PLATFORMS
from training.reference.curves import FEWEST, LEAST_SPREAD
from training.reference.ordinary import Ordinary

# Fewer accounts than the covariance has numbers by far teach nothing.
FEWEST_ACCOUNTS = 5 * FEWEST
LEAST_EIGENVALUE = 0.02


def fit(ordinary: Ordinary) -> tuple[np.ndarray, np.ndarray]:
    """Centre (platforms, METRICS) and covariance (METRICS, METRICS), dex, from clean accounts; both empty below FEWEST_ACCOUNTS.

    Medians by platform; the correlation of normal scores (Boudt, Cornelissen & Croux 2012), which a minority of odd accounts hardly
    moves, pair by pair over the accounts that know both, brought to the nearest positive definite one.
    """
    values = ordinary.inputs("account_metrics")["account_metrics"][ordinary.clean]
    platform = ordinary.table.platform_codes[ordinary.clean]
    if np.isfinite(values[:, METRICS.index("likes")]).sum() < FEWEST_ACCOUNTS:
        return np.zeros((0, 0)), np.zeros((0, 0))
    centre = np.array([_middle(values, values[platform == code]) for code in range(len(PLATFORMS))])
    away = values - centre[platform]
    spread = np.array([max(1.4826 * _median(np.abs(column)), LEAST_SPREAD) if _many(column) else 1.0 for column in away.T])
    return centre, _correlation(away) * np.outer(spread, spread)


def _many(column: np.ndarray) -> bool:
    return bool(np.isfinite(column).sum() >= FEWEST)


def _median(column: np.ndarray) -> float:
    return float(np.median(column[np.isfinite(column)]))


def _middle(all_rows: np.ndarray, mine: np.ndarray) -> list[float]:
    """Each metric's median on a platform; over all where too few know it there, unknown where too few know it at all."""
    return [
        _median(own) if _many(own) else _median(whole) if _many(whole) else np.nan for own, whole in zip(mine.T, all_rows.T, strict=True)
    ]


def _correlation(away: np.ndarray) -> np.ndarray:
    scores = np.full(away.shape, np.nan)
    for j, column in enumerate(away.T):
        known = np.isfinite(column)
        scores[known, j] = ndtri((rankdata(column[known]) - 0.5) / max(known.sum(), 1))
    found = np.eye(len(METRICS))
    for j in range(len(METRICS)):
        for k in range(j):
            both = np.isfinite(scores[:, j] + scores[:, k])
            if both.sum() >= FEWEST and np.ptp(scores[both, j]) > 0 and np.ptp(scores[both, k]) > 0:
                found[j, k] = found[k, j] = np.corrcoef(scores[both, j], scores[both, k])[0, 1]
    roots, axes = np.linalg.eigh(found)
    whole = (axes * np.maximum(roots, LEAST_EIGENVALUE)) @ axes.T
    scale = np.sqrt(np.diag(whole))
    return np.asarray((whole + whole.T) / 2 / np.outer(scale, scale))
