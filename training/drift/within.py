"""Two samples compared within kinds of accounts (cells), so that another mix of kinds is no difference between equals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, gammaincc, kolmogorov, ndtr

PARTS = 10


class Weights(NamedTuple):
    """What each account then (m,) and now (n,) counts for, 0 where its cell is empty on the other side; each sums to 1. accounts: that
    many, half on either side of a single cell, would tell as much as these (the harmonic sizes of the cells, summed)."""

    then: np.ndarray
    now: np.ndarray
    accounts: float


class Numbers(NamedTuple):
    """A number then and now: how many know it, weighted medians, the largest distance of the two distributions and its p-value, PSI."""

    n_then: int
    n_now: int
    then: float
    now: float
    distance: float
    p: float
    psi: float


def weights(then: np.ndarray, now: np.ndarray) -> Weights | None:
    """From the cells, int (m,) and (n,); None when no cell has accounts on both sides.

    A cell weighs as much as it can tell, m·n / (m + n): with equal mixes that is nearly its share, and a cell that is rare on one side
    does not drown the others in its noise.
    """
    k = int(max(then.max(initial=-1), now.max(initial=-1))) + 1
    m, n = np.bincount(then, minlength=k), np.bincount(now, minlength=k)
    size = m * n / np.maximum(m + n, 1)
    total = float(size.sum())
    if not total:
        return None
    return Weights((size / total / np.maximum(m, 1))[then], (size / total / np.maximum(n, 1))[now], total)


def numbers(then: np.ndarray, now: np.ndarray, cells: tuple[np.ndarray, np.ndarray], fewest: int) -> Numbers | None:
    """Compare a number then (m,) and now (n,), NaN unknown. None where fewer than `fewest` comparable accounts know it on a side.

    The distance is that of Kolmogorov and Smirnov between the weighted distributions. Where the cells differ among themselves its null
    distribution is narrower than Kolmogorov's (a mean of bridges F(1 - F) lies below the bridge of the mean), so the p-value is at most
    too large.
    """
    known = ~np.isnan(then), ~np.isnan(now)
    found = weights(cells[0][known[0]], cells[1][known[1]])
    if found is None:
        return None
    counted = int((found.then > 0).sum()), int((found.now > 0).sum())
    if min(counted) < fewest:
        return None
    values = np.concatenate([then[known[0]], now[known[1]]])
    order = np.argsort(values, kind="stable")
    values = values[order]
    ends = np.append(values[1:] != values[:-1], True)
    was = np.cumsum(np.concatenate([found.then, np.zeros(len(found.now))])[order])[ends]
    is_now = np.cumsum(np.concatenate([np.zeros(len(found.then)), found.now])[order])[ends]
    steps = values[ends]
    distance = float(np.abs(was - is_now).max())
    p = float(kolmogorov(np.sqrt(found.accounts) * distance))
    return Numbers(*counted, _at(steps, was, 0.5), _at(steps, is_now, 0.5), distance, p, _psi(steps, was, is_now, counted))


def psi(then: np.ndarray, now: np.ndarray) -> float:
    """Population stability index over the deciles of `then`: Σ (b - a) ln(b / a), with half an account in every part (Siddiqi 2006).

    It is told and raises no alarm: its scale depends on how many accounts there are.
    """
    one = np.zeros(len(then), dtype=np.int64), np.zeros(len(now), dtype=np.int64)
    found = numbers(then, now, one, 1)
    return float("nan") if found is None else found.psi


def _at(steps: np.ndarray, below: np.ndarray, share: float) -> float:
    """The value that a share of a weighted distribution reaches; a hair less than the share counts, sums being rounded."""
    return float(steps[min(int(np.searchsorted(below, share - 1e-9)), len(steps) - 1)])


def _psi(steps: np.ndarray, was: np.ndarray, is_now: np.ndarray, counted: tuple[int, int]) -> float:
    """From the two distribution functions at each value."""
    edges = np.unique([np.searchsorted(was, share - 1e-9) for share in np.linspace(0, 1, PARTS + 1)[1:-1]]).clip(max=len(steps) - 1)
    parts = [np.diff(np.concatenate([[0.0], side[edges], [1.0]])) + 0.5 / n for side, n in zip((was, is_now), counted, strict=True)]
    a, b = (part / part.sum() for part in parts)
    return float(((b - a) * np.log(b / a)).sum())


class Shares(NamedTuple):
    """Yes-or-no facts, k of them: weighted shares then and now, and the p-value of each difference; NaN where none can be told."""

    n_then: int
    n_now: int
    then: np.ndarray
    now: np.ndarray
    p: np.ndarray


def shares(then: np.ndarray, now: np.ndarray, cells: tuple[np.ndarray, np.ndarray], fewest: int) -> Shares | None:
    """Compare facts then (m, k) and now (n, k), bool. None where fewer than `fewest` accounts on a side are comparable.

    Given how many of a cell's accounts say yes, how many of them are of today is hypergeometric; summed over the cells this is the test
    of Mantel and Haenszel (1959). The tail is that of a Pearson curve with the sum's own skewness, half an account of continuity apart:
    a normal one would call three in thirty against none in a thousand impossible.
    """
    found = weights(*cells)
    if found is None:
        return None
    counted = int((found.then > 0).sum()), int((found.now > 0).sum())
    if min(counted) < fewest:
        return None
    # Cells without an account are most of all there could be.
    kinds = np.intersect1d(*cells)
    one_hot = [(kinds[:, None] == side).astype(float) for side in cells]
    m, n = (side.sum(axis=1)[:, None] for side in one_hot)
    here = one_hot[1] @ now
    yes = one_hot[0] @ then + here
    deviation = (here - n * yes / (m + n)).sum(axis=0)
    spread, third = (moment.sum(axis=0) for moment in _moments(m, n, yes))
    told = spread > 1e-9
    scale = np.sqrt(np.where(told, spread, 1.0))
    nearer = np.sign(deviation) * np.maximum(np.abs(deviation) - 0.5, 0.0) / scale
    p = np.where(told, _two_sided(nearer, np.where(told, third, 0.0) / scale**3), 1.0)
    return Shares(*counted, found.then @ then, found.now @ now, p)


def _moments(m: np.ndarray, n: np.ndarray, yes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Second and third central moment of how many of `yes` among m + n accounts are among the n."""
    total = m + n
    no = total - yes
    second = n * m * yes * no / np.maximum(total**2 * (total - 1), 1)
    return second, second * (m - n) * (no - yes) / np.maximum(total * (total - 2), 1)


def _two_sided(z: np.ndarray, skewness: np.ndarray) -> np.ndarray:
    """From a Pearson curve of type III: a gamma distribution moved, scaled and, for a negative skewness, mirrored."""
    crooked = np.abs(skewness) > 1e-3
    shape = 4.0 / np.where(crooked, skewness, 1.0) ** 2
    place = np.maximum(shape + np.sqrt(shape) * z * np.where(skewness < 0, -1.0, 1.0), 0.0)
    tail = np.minimum(gammainc(shape, place), gammaincc(shape, place))
    return np.asarray(np.minimum(2 * np.where(crooked, tail, ndtr(-np.abs(z))), 1.0))
