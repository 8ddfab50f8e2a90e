"""Loops over where each sampled follower stands among ordinary followers: its score, and how far it lies off what they are like."""

import numpy as np

from features.columns import Events
from features.compiled import kernel

A = np.ndarray

# What every platform shows of a follower and speaks the same way in every source: ln(following + 1), ln(followers + 1), ln(posts + 1),
# and 1 for no picture.
FACTS = 4

_LEAST_POWER = 0.05


def facts(sizes: tuple[Events, Events, Events], picture: Events) -> A:
    """(m, FACTS), NaN = unknown."""
    return _facts(sizes[0].values, sizes[1].values, sizes[2].values, picture.values)


def standing(facts: A, starts: A, codes: A, centre: A, scale: A) -> A:
    """Where each follower stands among ordinary followers of its platform: (fact - centre) / scale, both (platforms, FACTS)."""
    return _standing(facts, starts, codes, centre, scale)


def flagged(standing: A, starts: A, weights: A, threshold: float, at_least: int) -> tuple[A, A]:
    """Per account: of how many followers the following and followers are known (NaN for fewer than `at_least`), and how many of them
    score `threshold` or more. Another fact that is unknown counts as the centre."""
    return _flagged(standing, starts, weights, threshold, at_least)


def adjusted(rate: A, true: float, false: float) -> A:
    """The share of positives behind a rate of flagged ones, 0 to 1: (rate - false) / (true - false). Rogan & Gladen 1978."""
    return _adjusted(rate, true, false)


def residuals(standing: A, starts: A, basis: A, at_least: int) -> tuple[A, A]:
    """Mean and 95 % quantile of each follower's distance from the plane of ordinary followers, in standard deviations.

    basis (k, FACTS) has orthonormal rows. A picture that is unknown counts as the centre.
    """
    return _residuals(standing, starts, basis, at_least)


@kernel
def _facts(following: A, followers: A, posts: A, picture: A) -> A:
    out = np.empty((len(following), FACTS))
    for j in range(len(out)):
        out[j, 0], out[j, 1], out[j, 2], out[j, 3] = following[j], followers[j], posts[j], 1.0 - picture[j]
    return out


@kernel
def _standing(facts: A, starts: A, codes: A, centres: A, scales: A) -> A:
    out = np.empty(facts.shape)
    for i in range(len(starts) - 1):
        centre, scale = centres[codes[i]], scales[codes[i]]
        for j in range(starts[i], starts[i + 1]):
            for k in range(FACTS):
                out[j, k] = (facts[j, k] - centre[k]) / scale[k]
    return out


@kernel
def _flagged(standing: A, starts: A, weights: A, threshold: float, at_least: int) -> tuple[A, A]:
    many, hits = np.zeros(len(starts) - 1), np.zeros(len(starts) - 1)
    for i in range(len(many)):
        for j in range(starts[i], starts[i + 1]):
            if np.isnan(standing[j, 0] + standing[j, 1]):
                continue
            score = 0.0
            for k in range(FACTS):
                if not np.isnan(standing[j, k]):
                    score += weights[k] * standing[j, k]
            many[i] += 1.0
            if score >= threshold:
                hits[i] += 1.0
        if many[i] < max(at_least, 1):
            many[i] = np.nan
    return many, hits


@kernel
def _adjusted(rate: A, true: float, false: float) -> A:
    out = np.full(len(rate), np.nan)
    for i in range(len(out)):
        if not np.isnan(rate[i]):
            # A rule that hardly tells one from the other would divide by nothing.
            out[i] = min(max((rate[i] - false) / max(true - false, _LEAST_POWER), 0.0), 1.0)
    return out


@kernel
def _residuals(standing: A, starts: A, basis: A, at_least: int) -> tuple[A, A]:
    mean, high = np.full(len(starts) - 1, np.nan), np.full(len(starts) - 1, np.nan)
    for i in range(len(mean)):
        away, n, mass = np.empty(starts[i + 1] - starts[i]), 0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if np.isnan(standing[j, 0] + standing[j, 1] + standing[j, 2]):
                continue
            square = 0.0
            for k in range(FACTS):
                if not np.isnan(standing[j, k]):
                    square += standing[j, k] ** 2
            for c in range(len(basis)):
                along = 0.0
                for k in range(FACTS):
                    if not np.isnan(standing[j, k]):
                        along += basis[c, k] * standing[j, k]
                square -= along * along
            away[n] = np.sqrt(max(square, 0.0))
            mass += away[n]
            n += 1
        if n >= max(at_least, 1):
            mean[i] = mass / n
            place = 0.95 * (n - 1)
            low = int(place)
            parted = np.partition(away[:n], low)
            above = np.min(parted[low + 1 :]) if low + 1 < n else parted[low]
            high[i] = parted[low] + (above - parted[low]) * (place - low)
    return mean, high
