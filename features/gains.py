"""Loops over the daily follower counts of each account."""

import numpy as np

from features.compiled import kernel

A = np.ndarray

# Half a year and more is another audience; a date far in the past must not make millions of days.
MOST_DAYS = 400
LEAST_DAYS = 20
USUAL_WINDOW = 29
# A day counts as a burst when it brings this many standard deviations more than usual.
BURST_Z = 5.0


@kernel
def count_at(at: A, at_starts: A, today: A, days: A, counts: A, starts: A) -> A:
    out = np.empty(len(at))
    for i in range(len(at_starts) - 1):
        for j in range(at_starts[i], at_starts[i + 1]):
            count = np.nan
            for k in range(starts[i], starts[i + 1]):
                if not np.isnan(counts[k]) and (days[k] <= at[j] or np.isnan(count)):
                    count = counts[k]
                elif days[k] > at[j]:
                    break
            out[j] = today[i] if np.isnan(count) else count
    return out


@kernel
def daily(days: A, counts: A, starts: A) -> tuple[A, A, A]:
    """Gains of each day between known counts, the days, and their starts; of several counts of a day the last one counts."""
    new = np.zeros(len(starts), dtype=np.int64)
    for i in range(len(starts) - 1):
        first, last = np.nan, np.nan
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(counts[j] + days[j]):
                last = np.floor(days[j])
                if np.isnan(first):
                    first = last
        length = 0
        if not np.isnan(first):
            length = min(int(last - first), MOST_DAYS)
        new[i + 1] = new[i] + length
    won, when = np.empty(new[-1]), np.empty(new[-1])
    for i in range(len(starts) - 1):
        place, before, count = new[i + 1], np.nan, np.nan
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            if np.isnan(counts[j] + days[j]):
                continue
            day = np.floor(days[j])
            if not np.isnan(before):
                gap = before - day
                for back in range(int(min(gap, place - new[i]))):
                    place -= 1
                    won[place] = (count - counts[j]) / gap
                    when[place] = before - back
            if np.isnan(before) or day < before:
                before, count = day, counts[j]
    return won, when, new


@kernel
def bursts(won: A, starts: A) -> tuple[A, A]:
    """Score of each account's strongest burst (standard deviations; NaN for fewer than LEAST_DAYS days) and each day's excess.

    Usual gain: rolling median over USUAL_WINDOW days. Its variance is the larger of a robust estimate and Poisson's, so that a
    quiet account is not called bursting for three new followers.
    """
    score, excess = np.full(len(starts) - 1, np.nan), np.full(len(won), np.nan)
    for i in range(len(score)):
        first, last = starts[i], starts[i + 1]
        n = last - first
        if n < LEAST_DAYS:
            continue
        usual = np.empty(n)
        for j in range(n):
            low = max(0, min(j - USUAL_WINDOW // 2, n - USUAL_WINDOW))
            window = np.sort(won[first + low : first + min(low + USUAL_WINDOW, n)])
            usual[j] = 0.5 * (window[(len(window) - 1) // 2] + window[len(window) // 2])
        away = np.sort(np.abs(won[first:last] - usual))
        deviation = 1.4826 * 0.5 * (away[(n - 1) // 2] + away[n // 2])
        level = max(np.sum(np.abs(usual)) / n, 1.0)
        fano = max(deviation * deviation / level, 1.0)
        best = 0.0
        for width in (1, 3, 7):
            for j in range(n - width + 1):
                more, base = 0.0, 0.0
                for k in range(j, j + width):
                    more += won[first + k] - usual[k]
                    base += max(usual[k], 1.0)
                best = max(best, more / np.sqrt(fano * base))
        score[i] = best
        for j in range(n):
            more = won[first + j] - usual[j]
            excess[first + j] = more if more > BURST_Z * np.sqrt(fano * max(usual[j], 1.0)) else 0.0
    return score, excess


@kernel
def top_share(won: A, starts: A, days: int) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        gains = np.sort(np.maximum(won[starts[i] : starts[i + 1]], 0.0))
        mass = np.sum(gains)
        if len(gains) >= LEAST_DAYS and mass > 0.0:
            out[i] = min(np.sum(gains[len(gains) - days :]) / mass, 1.0)
    return out


@kernel
def without_post(excess: A, days: A, starts: A, posted_at: A, post_starts: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        if post_starts[i + 1] == post_starts[i]:
            continue
        earliest = np.inf
        for p in range(post_starts[i], post_starts[i + 1]):
            earliest = min(earliest, posted_at[p])
        mass, alone = 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            # Only days whose posts were seen can tell.
            if not excess[j] > 0.0 or days[j] < earliest:
                continue
            near = False
            for p in range(post_starts[i], post_starts[i + 1]):
                day = np.floor(posted_at[p])
                if days[j] - 2.0 <= day <= days[j] + 1.0:
                    near = True
            mass += excess[j]
            if not near:
                alone += excess[j]
        if mass > 0.0:
            out[i] = min(alone / mass, 1.0)
    return out
