"""Loops over followers in the order in which they came: made in one month beyond chance, and how old they were."""

import math

import numpy as np

from features.columns import Events
from features.compiled import kernel
from features.created import LAST_DAY

A = np.ndarray

LEAST = 60
FEWEST_TOGETHER = 4
ODD = 1e-4
MONTH = 30
# Rows of the map of followers hold a tenth of them: 20 at least, and 200 at most (Zouzou & Varol 2024).
ROW_PART, SMALLEST_ROW, LARGEST_ROW = 10, 20, 200


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
def odd(rank: A, at: A) -> A:
    """Which followers of one account, in the order of their ranks, lie in cells that hold too many; none of fewer than LEAST."""
    out, days, place = np.zeros(len(rank), dtype=np.bool_), np.empty(len(rank), dtype=np.int64), np.empty(len(rank), dtype=np.int64)
    m, low, high = 0, LAST_DAY, 0
    for j in range(len(rank)):
        if not np.isnan(rank[j] + at[j]):
            days[m], place[m] = min(max(int(np.floor(at[j])), 0), LAST_DAY), j
            low, high = min(low, days[m]), max(high, days[m])
            m += 1
    if m < LEAST:
        return out
    row, marked = min(max(m // ROW_PART, SMALLEST_ROW), LARGEST_ROW), np.zeros(m, dtype=np.bool_)
    # Twice, half a row and half a month apart, so that no block is cut in two both times.
    _mark_odd(days[:m] - low, high - low, row, 0, 0, marked)
    _mark_odd(days[:m] - low, high - low, row, row // 2, MONTH // 2, marked)
    out[place[:m]] = marked
    return out


@kernel
def _odd_share(rank: A, at: A, starts: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        ranks, days = rank[starts[i] : starts[i + 1]], at[starts[i] : starts[i + 1]]
        known = np.sum(~np.isnan(ranks + days))
        if known >= LEAST:
            out[i] = np.sum(odd(ranks, days)) / known
    return out


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
