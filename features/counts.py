"""Loops over what sampled followers have: their counts against the law of first digits and against a reference."""

import numpy as np

from features.columns import Events
from features.compiled import kernel

A = np.ndarray

# Grid on which a reference's distributions are kept: from -10 to 20 natural logarithms, a quarter apart.
LOWEST, STEP, POINTS = -10.0, 0.25, 121

_BENFORD = np.log10(1.0 + 1.0 / np.arange(1, 10))


def benford(counts: Events, at_least: int) -> A:
    """Distance of first digits from Benford's law: (chi-squared - 8) / n, 0 expected; counts of 0 have no first digit."""
    return _benford(counts.values, counts.starts, at_least, _BENFORD)


def at_size(usual: A, codes: A, followers: A, sizes: A) -> A:
    """What is usual on each account's platform for its number of followers: usual (platforms, sizes + 1)."""
    return _at_size(usual, codes, followers, sizes)


def sizes(following: Events, followers: Events, posts: Events) -> tuple[Events, Events, Events]:
    """ln(x + 1) of each."""
    logs = _logs(following.values, followers.values, posts.values)
    return Events(logs[0], following.starts), Events(logs[1], following.starts), Events(logs[2], following.starts)


def strongest_shift(sizes: tuple[Events, Events, Events], codes: A, shares: A, at_least: int) -> A:
    """How well the count that differs most tells a sampled follower from one of the reference: area under the ROC curve, 0.5 to 1.

    Counts are following, followers, posts and following over followers, in logarithms; `shares` (platforms, 4, POINTS) their
    cumulative distributions in the reference, ties counted half.
    """
    return _strongest_shift(sizes[0].values, sizes[1].values, sizes[2].values, sizes[0].starts, codes, shares, at_least)


@kernel
def _benford(counts: A, starts: A, at_least: int, law: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        seen = np.zeros(9)
        for j in range(starts[i], starts[i + 1]):
            value = counts[j]
            if value >= 1.0:
                while value >= 10.0:
                    value = np.floor(value / 10.0)
                seen[int(value) - 1] += 1.0
        n = np.sum(seen)
        if n >= at_least and n > 0:
            distance = 0.0
            for digit in range(9):
                distance += (seen[digit] - n * law[digit]) ** 2 / (n * law[digit])
            out[i] = (distance - 8.0) / n
    return out


@kernel
def _at_size(usual: A, codes: A, followers: A, sizes: A) -> A:
    out = np.empty(len(codes))
    for i in range(len(codes)):
        size = 0
        while size < len(sizes) and followers[i] >= sizes[size]:
            size += 1
        out[i] = usual[codes[i], size]
    return out


@kernel
def _logs(following: A, followers: A, posts: A) -> A:
    out = np.full((3, len(following)), np.nan)
    for j in range(len(following)):
        if following[j] >= 0.0:
            out[0, j] = np.log(following[j] + 1.0)
        if followers[j] >= 0.0:
            out[1, j] = np.log(followers[j] + 1.0)
        if posts[j] >= 0.0:
            out[2, j] = np.log(posts[j] + 1.0)
    return out


@kernel
def _strongest_shift(following: A, followers: A, posts: A, starts: A, codes: A, shares: A, at_least: int) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        share, mass, many = shares[codes[i]], np.zeros(4), np.zeros(4)
        for j in range(starts[i], starts[i + 1]):
            for k in range(4):
                value = following[j]
                if k == 1:
                    value = followers[j]
                elif k == 2:
                    value = posts[j]
                elif k == 3:
                    value -= followers[j]
                if not np.isnan(value):
                    spot = min(max((value - LOWEST) / STEP, 0.0), POINTS - 1.0)
                    low = min(int(spot), POINTS - 2)
                    mass[k] += share[k, low] + (spot - low) * (share[k, low + 1] - share[k, low])
                    many[k] += 1.0
        for k in range(4):
            if many[k] >= max(at_least, 1) and not np.isnan(mass[k]):
                away = min(abs(mass[k] / many[k] - 0.5) + 0.5, 1.0)
                out[i] = away if np.isnan(out[i]) else max(out[i], away)
    return out
