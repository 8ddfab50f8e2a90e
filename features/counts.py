"""Loops over what sampled followers have: their counts against the law of first digits and against a reference, their biographies."""

import numpy as np

from features.columns import Events, Labels
from features.compiled import kernel
from features.scanning import mix, seal
from features.text import Text

A = np.ndarray

# What every platform shows of a follower and speaks the same way in every source: ln(following + 1), ln(followers + 1), ln(posts + 1),
# and 1 for no picture.
FACTS = 4
# Grid on which a reference's distributions are kept: from -10 to 20 natural logarithms, a quarter apart.
LOWEST, STEP, POINTS = -10.0, 0.25, 121

_BENFORD = np.log10(1.0 + 1.0 / np.arange(1, 10))
_SEED = np.uint64(0xCBF29CE484222325)
_LEAST_POWER = 0.05
# A biography of fewer letters ("mum of two") is anyone's.
_LONG = 12


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


def strongest_shift(sizes: tuple[Events, Events, Events], codes: A, shares: A, at_least: int) -> A:
    """How well the count that differs most tells a sampled follower from one of the reference: area under the ROC curve, 0.5 to 1.

    Counts are following, followers, posts and following over followers, in logarithms; `shares` (platforms, 4, POINTS) their
    cumulative distributions in the reference, ties counted half.
    """
    return _strongest_shift(sizes[0].values, sizes[1].values, sizes[2].values, sizes[0].starts, codes, shares, at_least)


def residuals(standing: A, starts: A, basis: A, at_least: int) -> tuple[A, A]:
    """Mean and 95 % quantile of each follower's distance from the plane of ordinary followers, in standard deviations.

    basis (k, FACTS) has orthonormal rows. A picture that is unknown counts as the centre.
    """
    return _residuals(standing, starts, basis, at_least)


def biographies(texts: Text, lengths: Events) -> tuple[Events, Labels]:
    """Of each follower: whether the biography says anything (1, 0, NaN = unknown; by its length where it cannot be read), and a code of
    its letters and digits, 0 for a short one."""
    says, codes = _biographies(texts.data, texts.offsets, texts.known, lengths.values)
    return Events(says, texts.starts), Labels(codes, texts.starts)


def repeated_share(codes: A, starts: A, at_least: int) -> A:
    """Share of the known codes (not 0) that another of the account's shares."""
    return _repeated_share(codes, starts, at_least)


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


@kernel
def _biographies(data: A, offsets: A, known: A, lengths: A) -> tuple[A, A]:
    says, codes = np.full(len(known), np.nan), np.zeros(len(known), dtype=np.int64)
    for j in range(len(known)):
        if not known[j]:
            if not np.isnan(lengths[j]):
                says[j] = 1.0 if lengths[j] > 0.0 else 0.0
            continue
        says[j] = 0.0
        code, letters = _SEED, 0
        for at in range(offsets[j], offsets[j + 1]):
            point = int(data[at])
            if point > 32:
                says[j] = 1.0
            # Signs, blanks and capitals are what a batch varies first.
            if 65 <= point <= 90:
                point |= 32
            if point >= 0x80 or 97 <= point <= 122 or 48 <= point <= 57:
                code = mix(code, point)
                letters += 1
        if letters >= _LONG:
            codes[j] = seal(code)
    return says, codes


@kernel
def _repeated_share(codes: A, starts: A, at_least: int) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = np.sort(codes[starts[i] : starts[i + 1]])
        n, repeated, j = 0, 0, 0
        while j < len(block):
            run = j
            while run < len(block) and block[run] == block[j]:
                run += 1
            if block[j] != 0:
                n += run - j
                if run - j > 1:
                    repeated += run - j
            j = run
        if n >= max(at_least, 1):
            out[i] = repeated / n
    return out
