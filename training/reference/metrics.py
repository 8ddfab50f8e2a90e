"""How followers, likes, comments, views, posts and age of ordinary accounts lie and go together."""

import numpy as np

from features.reference.engagement import METRICS
from features.schema import PLATFORMS
from training.reference.curves import FEWEST
from training.reference.ordinary import Ordinary

# Fewer accounts than the covariance has numbers by far teach nothing.
FEWEST_ACCOUNTS = 5 * FEWEST
OUTER = 0.02
LEAST_SPREAD, LEAST_EIGENVALUE = 0.05, 0.02


def fit(ordinary: Ordinary) -> tuple[np.ndarray, np.ndarray]:
    """Centre (platforms, METRICS) and covariance (METRICS, METRICS), dex, from clean accounts; both empty below FEWEST_ACCOUNTS.

    Means by platform and one covariance around them, of numbers drawn in to their 2 % and 98 % quantiles (winsorised, so that a few odd
    accounts do not count); pair by pair over the accounts that know both, then brought to the nearest positive definite one.
    """
    values = ordinary.inputs("account_metrics")["account_metrics"].T[ordinary.clean]
    platform = ordinary.table.platform_codes[ordinary.clean]
    if np.isfinite(values[:, METRICS.index("likes")]).sum() < FEWEST_ACCOUNTS:
        return np.zeros((0, 0)), np.zeros((0, 0))
    held = np.column_stack([_drawn_in(column) for column in values.T])
    centre = np.array([_middle(held, held[platform == code]) for code in range(len(PLATFORMS))])
    away = held - centre[platform]
    spread = np.array([max(float(np.sqrt(_mean(column**2))), LEAST_SPREAD) if _many(column) else 1.0 for column in away.T])
    return centre, _correlation(away / spread) * np.outer(spread, spread)


def _many(column: np.ndarray) -> bool:
    return bool(np.isfinite(column).sum() >= FEWEST)


def _mean(column: np.ndarray) -> float:
    return float(np.mean(column[np.isfinite(column)]))


def _drawn_in(column: np.ndarray) -> np.ndarray:
    if not _many(column):
        return np.full(len(column), np.nan)
    return np.clip(column, *np.quantile(column[np.isfinite(column)], [OUTER, 1 - OUTER]))


def _middle(all_rows: np.ndarray, mine: np.ndarray) -> list[float]:
    """Each metric's mean on a platform; over all where too few know it there, unknown where too few know it at all."""
    return [_mean(own) if _many(own) else _mean(whole) if _many(whole) else np.nan for own, whole in zip(mine.T, all_rows.T, strict=True)]


def _correlation(scores: np.ndarray) -> np.ndarray:
    """Of centred numbers in spreads; 0 where too few accounts know both."""
    found = np.eye(len(METRICS))
    for j in range(len(METRICS)):
        for k in range(j):
            product = scores[:, j] * scores[:, k]
            if _many(product):
                found[j, k] = found[k, j] = np.clip(_mean(product), -1.0, 1.0)
    roots, axes = np.linalg.eigh(found)
    whole = (axes * np.maximum(roots, LEAST_EIGENVALUE)) @ axes.T
    scale = np.sqrt(np.diag(whole))
    return np.asarray((whole + whole.T) / 2 / np.outer(scale, scale))
