"""Loops over the days on which sampled followers were created: made together, out of step with their order, young when they followed."""

import math

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

LEAST_ORDERED = 60
FEWEST_TOGETHER = 4
ODD = 1e-4
MONTH = 30
# Rows of the map of followers hold a tenth of them: 20 at least, and 200 at most (Zouzou & Varol 2024).
ROW_PART, SMALLEST_ROW, LARGEST_ROW = 10, 20, 200

# A day since 1970 below 2^18 lies before the year 2687; two rounds of counting sort it.
_BITS = 9
_DIGIT, _LAST_DAY = 1 << _BITS, (1 << 2 * _BITS) - 1


def fullest_window(at: Events, codes: A, days: A, share: A) -> tuple[A, A]:
    """How far the fullest window of creation days exceeds the background, in its standard deviations, and of how many followers.

    `share[codes[i]]` is the background of account i, cumulative at the evenly spaced `days`.
    """
    return _fullest_window(at.values, at.starts, codes, days, share)


def tail(score: A, many: A, codes: A, sizes: A, location: A, scale: A) -> A:
    """Natural logarithm of the chance that the fullest of all windows scores as high without any batch: Gumbel's law, whose location and
    scale at each of `sizes` followers were simulated (platforms, sizes)."""
    return _tail(score, many, codes, sizes, location, scale)


def odd_share(rank: Events, at: Events) -> A:
    """Share of followers in cells of the map (place in the order of follow x month of creation) that hold too many of them."""
    return _odd_share(rank.values, at.values, at.starts)


def ages(rank: Events, at: Events) -> Events:
    """Days between each follower's creation and the newest creation among those who followed up to then."""
    return Events(_ages(rank.values, at.values, at.starts), at.starts)


def largest_gap(x: Events, step: float, codes: A, share: A, at_least: int) -> A:
    """Largest difference between the shares of the events and of the reference that lie below one step, two steps and so on."""
    return _largest_gap(x.values, x.starts, step, codes, share, at_least)


@kernel
def _sorted_days(at: A) -> A:
    """The known moments as whole days, ascending. Whole days, because some sources tell no hour; counted, not compared."""
    days, n = np.empty(len(at), dtype=np.int64), 0
    for j in range(len(at)):
        if not np.isnan(at[j]):
            days[n] = min(max(int(np.floor(at[j])), 0), _LAST_DAY)
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
def _fullest_window(at: A, starts: A, codes: A, days: A, shares: A) -> tuple[A, A]:
    score, many = np.full(len(starts) - 1, np.nan), np.zeros(len(starts) - 1)
    first, step = float(days[0]), float(days[1] - days[0])
    for i in range(len(score)):
        born = _sorted_days(at[starts[i] : starts[i + 1]])
        n, share = len(born), shares[codes[i]]
        many[i] = n
        if n < LEAST or np.isnan(share[0]):
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
                more, variance = seen - expected, max(expected * (1.0 - expected / n), 0.0) + RAREST
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


@kernel
def _odd_share(rank: A, at: A, starts: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        days, m, high = np.empty(starts[i + 1] - starts[i], dtype=np.int64), 0, 0
        low = _LAST_DAY
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(rank[j] + at[j]):
                days[m] = min(max(int(np.floor(at[j])), 0), _LAST_DAY)
                low, high = min(low, days[m]), max(high, days[m])
                m += 1
        if m < LEAST_ORDERED:
            continue
        row, odd = min(max(m // ROW_PART, SMALLEST_ROW), LARGEST_ROW), np.zeros(m, dtype=np.bool_)
        # Twice, half a row and half a month apart, so that no block is cut in two both times.
        _mark_odd(days[:m] - low, high - low, row, 0, 0, odd)
        _mark_odd(days[:m] - low, high - low, row, row // 2, MONTH // 2, odd)
        out[i] = np.sum(odd) / m
    return out


@kernel
def _mark_odd(days: A, high: int, row: int, lead: int, shift: int, odd: A) -> None:
    """Mark the followers in cells that neither the month's share in other rows nor that of the age at follow explains.

    Newly made accounts follow at once, so the youngest month of every row is full without any purchase; therefore the larger of the
    two expectations counts. A month's share is shrunk towards that of its age by one row, as it may have begun but lately.
    """
    m, months = len(days), (high + shift) // MONTH + 1
    date, age, since, cell = np.zeros(months), np.zeros(months), np.zeros(months, dtype=np.int64), np.zeros(months)
    month = np.empty(m, dtype=np.int64)
    begin, newest, reached = 0, 0, 0
    while begin < m:
        end = min((begin + lead) // row * row + row - lead, m)
        for j in range(begin, end):
            month[j] = (days[j] + shift) // MONTH
            newest = max(newest, month[j])
        while reached <= newest:
            since[reached] = begin
            reached += 1
        for j in range(begin, end):
            date[month[j]] += 1.0
            age[newest - month[j]] += 1.0
        begin = end
    begin, newest = 0, 0
    while begin < m:
        end = min((begin + lead) // row * row + row - lead, m)
        for j in range(begin, end):
            newest = max(newest, month[j])
            cell[month[j]] += 1.0
        for j in range(begin, end):
            b, size = month[j], float(end - begin)
            count, a = cell[b], newest - b
            # -1 and 0: the cell was judged already, odd or not.
            if count > 0.0:
                of_age = (age[a] - count + 1.0) / (m - since[a] - size + 1.0)
                of_date = (date[b] - count + size * of_age) / (m - since[b])
                cell[b] = -1.0 if count >= FEWEST_TOGETHER and _poisson_tail(count, size * max(of_age, of_date)) < ODD else 0.0
            if cell[b] < 0.0:
                odd[j] = True
        for j in range(begin, end):
            cell[month[j]] = 0.0
        begin = end


@kernel
def _poisson_tail(count: float, mean: float) -> float:
    """P(X >= count) for a Poisson variable whose mean lies below the count, else 1."""
    if count <= mean:
        return 1.0
    term, k = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0)), count
    mass = term
    while term > 1e-3 * mass:
        k += 1.0
        term *= mean / k
        mass += term
    return mass


@kernel
def _ages(rank: A, at: A, starts: A) -> A:
    out = np.full(len(at), np.nan)
    for i in range(len(starts) - 1):
        newest = -np.inf
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(rank[j] + at[j]):
                newest = max(newest, at[j])
                out[j] = newest - at[j]
    return out


@kernel
def _largest_gap(values: A, starts: A, step: float, codes: A, shares: A, at_least: int) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        share = shares[codes[i]]
        counts, n = np.zeros(len(share) + 1), 0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                counts[min(max(int(values[j] / step), 0), len(share))] += 1.0
                n += 1
        if n >= max(at_least, 1) and not np.isnan(share[0]):
            seen, gap = 0.0, 0.0
            for k in range(len(share)):
                seen += counts[k]
                gap = max(gap, abs(seen / n - share[k]))
            out[i] = min(gap, 1.0)
    return out
