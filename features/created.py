"""Loops over the days on which sampled followers were created: how full the fullest few weeks are."""

import numpy as np

from features.columns import Events
from features.compiled import kernel

A = np.ndarray

LEAST = 30
WIDTHS = np.array([1, 3, 7, 14, 30, 60])
# Half a follower of variance: no window is so rare that a handful of followers in it would prove anything.
RAREST = 0.5
# What lies beyond the end of the background is expected at the rate of its last year.
YEAR = 365.0

# A day since 1970 below 2^18 lies before the year 2687; two rounds of counting sort it.
_BITS = 9
_DIGIT, LAST_DAY = 1 << _BITS, (1 << 2 * _BITS) - 1


def fullest_window(at: Events, codes: A, days: A, share: A, scatter: A) -> tuple[A, A]:
    """How far the fullest window of creation days exceeds the background, in its standard deviations, and of how many followers.

    `share[codes[i]]` is the background of account i, cumulative at the evenly spaced `days`; `scatter[codes[i]]` the relative variance
    of what ordinary accounts have of it in a window.
    """
    return _fullest_window(at.values, at.starts, codes, days, share, scatter)


def tail(score: A, many: A, codes: A, sizes: A, location: A, scale: A) -> A:
    """Natural logarithm of the chance that the fullest of all windows scores as high without any batch: Gumbel's law, whose location and
    scale at each of `sizes` followers were simulated (platforms, sizes)."""
    return _tail(score, many, codes, sizes, location, scale)


@kernel
def _sorted_days(at: A) -> A:
    """The known moments as whole days, ascending. Whole days, because some sources tell no hour; counted, not compared."""
    days, n = np.empty(len(at), dtype=np.int64), 0
    for j in range(len(at)):
        if not np.isnan(at[j]):
            days[n] = min(max(int(np.floor(at[j])), 0), LAST_DAY)
            n += 1
    days, other = days[:n], np.empty(n, dtype=np.int64)
    for shift in (0, _BITS):
        place = np.zeros(_DIGIT + 1, dtype=np.int64)
        for j in range(n):
            place[((days[j] >> shift) & (_DIGIT - 1)) + 1] += 1
        for digit in range(_DIGIT):
            place[digit + 1] += place[digit]
        for j in range(n):
            digit = (days[j] >> shift) & (_DIGIT - 1)
            other[place[digit]] = days[j]
            place[digit] += 1
        days, other = other, days
    return days


@kernel
def _below(day: float, first: float, step: float, share: A, rate: float) -> float:
    """The background's share of followers created before `day`."""
    spot = (day - first) / step
    if spot <= 0.0:
        return float(share[0])
    if spot >= len(share) - 1.0:
        return float(share[-1] + (spot - len(share) + 1.0) * step * rate)
    low = int(spot)
    return float(share[low] + (spot - low) * (share[low + 1] - share[low]))


@kernel
def _fullest_window(at: A, starts: A, codes: A, days: A, shares: A, scatters: A) -> tuple[A, A]:
    score, many = np.full(len(starts) - 1, np.nan), np.zeros(len(starts) - 1)
    first, step = float(days[0]), float(days[1] - days[0])
    for i in range(len(score)):
        born = _sorted_days(at[starts[i] : starts[i + 1]])
        n, share, scatter = len(born), shares[codes[i]], scatters[codes[i]]
        many[i] = n
        if n < LEAST:
            continue
        rate = (share[-1] - _below(days[-1] - YEAR, first, step, share, 0.0)) / YEAR
        below = np.empty(n)
        for j in range(n):
            below[j] = _below(float(born[j]), first, step, share, rate)
        best = 0.0
        for width in WIDTHS:
            end = 0
            for j in range(n):
                while end < n and born[end] < born[j] + width:
                    end += 1
                seen = float(end - j)
                # Even with nobody expected so few could not be the most surprising.
                if seen * seen <= best * RAREST:
                    continue
                expected = n * (_below(float(born[j] + width), first, step, share, rate) - below[j])
                more = seen - expected
                variance = max(expected * (1.0 - expected / n), 0.0) + scatter * expected * expected + RAREST
                if more > 0.0 and more * more > best * variance:
                    best = more * more / variance
        score[i] = np.sqrt(best)
    return score, many


@kernel
def _tail(score: A, many: A, codes: A, sizes: A, locations: A, scales: A) -> A:
    out = np.full(len(score), np.nan)
    log_sizes = np.log(sizes)
    for i in range(len(out)):
        if np.isnan(score[i]):
            continue
        spot, k = np.log(many[i]), 0
        while k < len(log_sizes) - 2 and log_sizes[k + 1] < spot:
            k += 1
        part = (spot - log_sizes[k]) / (log_sizes[k + 1] - log_sizes[k])
        location, scale = locations[codes[i]], scales[codes[i]]
        # The largest of ever more windows goes on rising with the logarithm of their number, its spread does not.
        width = scale[k] + min(max(part, 0.0), 1.0) * (scale[k + 1] - scale[k])
        away = (score[i] - location[k] - part * (location[k + 1] - location[k])) / width
        # Far out the chance is too small for a float, but its logarithm is not; far in it is as good as one.
        out[i] = -away if away > 30.0 else np.log(-np.expm1(-np.exp(-max(away, -1.5))))
    return out
