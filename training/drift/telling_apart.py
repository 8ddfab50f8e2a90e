"""Whether a classifier can tell today's accounts from the remembered ones: what no feature shows alone."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr
from scipy.stats import rankdata

from models import booster

# Enough to see what no feature shows alone; more would take seconds on a hundred features.
TREES = {"rounds": 60, "patience": 10, "max_depth": 3, "eta": 0.2}


def telling_apart(then: np.ndarray, now: np.ndarray, cells: tuple[np.ndarray, np.ndarray], fewest: int, seed: int) -> tuple[float, float]:
    """AUC on accounts that did not teach the classifier, between accounts of the same cell, and its one-sided p-value (Mann-Whitney,
    summed over cells as van Elteren 1960 does); .5 and 1 where too few can be compared. Source: Lopez-Paz & Oquab 2017.

    then (m, k), now (n, k): features, NaN unknown. It is taught as many accounts of each side of a cell, so that it does not learn the mix.
    """
    rng = np.random.default_rng([seed, 9])
    taught: list[np.ndarray] = []
    tested: list[tuple[np.ndarray, np.ndarray]] = []
    for cell in np.intersect1d(*cells):
        rows = [rng.permutation(np.flatnonzero(side == cell)) for side in cells]
        # An odd account goes now to one half, now to the other.
        halves = [len(mine) // 2 + (len(mine) % 2) * int(rng.integers(2)) for mine in rows]
        size = min(halves)
        taught.append(np.column_stack([rows[0][:size], rows[1][:size]]))
        tested.append((rows[0][halves[0] :], rows[1][halves[1] :]))
    pairs = rng.permutation(np.concatenate(taught)) if taught else np.empty((0, 2), dtype=np.int64)
    if min(len(pairs), *(sum(len(each[side]) for each in tested) for side in (0, 1)) if tested else (0,)) < fewest:
        return 0.5, 1.0
    fitting, watching = pairs[::2], pairs[1::2]
    names, free = [str(j) for j in range(then.shape[1])], [0] * then.shape[1]
    (x, y), watched = (_stacked(then, now, some) for some in (fitting, watching))
    trees = booster.fit(x, y, watched, names, free, TREES, seed).trees
    was, is_now = trees.margins(then.astype(np.float64)), trees.margins(now.astype(np.float64))
    return _within([(was[a], is_now[b]) for a, b in tested if len(a) and len(b)])


def _stacked(then: np.ndarray, now: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values = np.concatenate([then[pairs[:, 0]], now[pairs[:, 1]]]).astype(np.float64)
    return values, np.repeat([0, 1], len(pairs))


def _within(cells: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """AUC and p-value from the scores then and now of each cell."""
    won = expected = spread = weight = 0.0
    for a, b in cells:
        m, n = len(a), len(b)
        total = m + n
        ranks = rankdata(np.concatenate([a, b]))
        tied = np.unique(ranks, return_counts=True)[1].astype(float)
        won += (ranks[m:].sum() - n * (n + 1) / 2) / (total + 1)
        expected += m * n / 2 / (total + 1)
        weight += m * n / (total + 1)
        spread += m * n / 12 * (total + 1 - (tied**3 - tied).sum() / (total * (total - 1))) / (total + 1) ** 2
    if not weight or spread <= 0:
        return 0.5, 1.0
    return float(won / weight), float(ndtr((expected - won) / np.sqrt(spread)))
