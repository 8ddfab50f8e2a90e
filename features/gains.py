"""Loops over the daily follower counts of each account: what each day brought, and what was lost again."""

import numpy as np

from features.compiled import kernel

A = np.ndarray

# Half a year and more is another audience; a date far in the past must not make millions of days.
MOST_DAYS = 400
LEAST_DAYS = 20
# Counts further apart than this on average cannot tell a burst from a steady stream.
WIDEST_GAP, LONGEST_GAP = 7.0, 31.0
# Platforms that round show three digits (YouTube's API, X's and TikTok's pages): no count is taken to be rounder than that.
SHOWN_DIGITS, EXACT = 3, 99
TOOTH = 0.10
LEAST_CHANGES = 14


@kernel
def count_at(at: A, at_starts: A, today: A, days: A, counts: A, starts: A) -> A:
    """The count known on the day of each event, else the first one known, else today's."""
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
def _digits(count: float) -> tuple[int, int]:
    """How many digits a count has, and how many of them stand before its trailing zeros."""
    digits, significant = 0, 0
    while count >= 1.0:
        rest = np.floor(count / 10.0)
        digits += 1
        if significant > 0 or count - 10.0 * rest >= 1.0:
            significant += 1
        count = rest
    return digits, significant


@kernel
def _step(count: float, shown: int) -> float:
    """What a count with that many shown digits is rounded to; 1 for an exact one."""
    digits, _ = _digits(count)
    return float(10.0 ** max(digits - shown, 0))


@kernel
def _extent(days: A, counts: A) -> tuple[float, float, int]:
    """The first and the last day that are told of, and how many digits the counts show (EXACT: all of them).

    Nothing (twice the same day) where the counts lie more than WIDEST_GAP apart on average. What lies before a gap of more than
    LONGEST_GAP is not told of.
    """
    first, last, known, shown, largest = np.nan, np.nan, 0, SHOWN_DIGITS, 0.0
    for j in range(len(days) - 1, -1, -1):
        if np.isnan(counts[j] + days[j]):
            continue
        day = np.floor(days[j])
        if np.isnan(last):
            last = day
        elif first - day > LONGEST_GAP or last - day > MOST_DAYS:
            break
        known += 0 if day == first else 1
        first, largest = day, max(largest, counts[j])
        # A smaller count has no more digits than that, so it cannot show more.
        if counts[j] >= 10.0**shown:
            shown = max(shown, _digits(counts[j])[1])
    if last - first > WIDEST_GAP * (known - 1):
        first = last
    return first, last, EXACT if largest < 10.0**shown else shown


@kernel
def daily(days: A, counts: A, starts: A) -> tuple[A, A, A, A, A, A]:
    """Gains of each day between known counts, the days, the spans, their starts, and the rounding and the last count of each account.

    Days without a count share the gain of their gap evenly; the span (days) stands at a gap's last day, 0 at the others. Of several
    counts of a day the last one counts. A rounded count (every count of the account ends in zeros from the same digit on) tells only
    when it changes: then the true count has just passed the larger of the two. Rounding: 1 for exact counts.
    """
    n = len(starts) - 1
    new, digits = np.zeros(n + 1, dtype=np.int64), np.empty(n, dtype=np.int64)
    begins, ends = np.empty(n), np.empty(n)
    for i in range(n):
        begins[i], ends[i], digits[i] = _extent(days[starts[i] : starts[i + 1]], counts[starts[i] : starts[i + 1]])
        new[i + 1] = new[i] + (int(ends[i] - begins[i]) if ends[i] > begins[i] else 0)
    won, when, span = np.empty(new[-1]), np.empty(new[-1]), np.zeros(new[-1])
    rounding, level = np.full(n, np.nan), np.full(n, np.nan)
    for i in range(n):
        if new[i + 1] == new[i]:
            continue
        place, before, count, seen, rounding[i] = new[i], np.nan, np.nan, np.nan, 1.0
        for j in range(starts[i], starts[i + 1]):
            day, shown = np.floor(days[j]), counts[j]
            if np.isnan(shown + day) or day < begins[i]:
                continue
            step = 1.0 if digits[i] == EXACT else _step(shown, digits[i])
            if step > 1.0 and shown == seen and day < ends[i]:
                continue
            exact = _passed(shown, seen, count, step)
            if day > before:
                gain = (exact - count) / (day - before)
                for back in range(int(day - before) - 1, -1, -1):
                    won[place], when[place] = gain, day - back
                    place += 1
                span[place - 1] = day - before
            before, count, seen, rounding[i] = day, exact, shown, max(rounding[i], step)
        level[i] = count
    return won, when, span, new, rounding, level


@kernel
def _passed(shown: float, seen: float, count: float, step: float) -> float:
    """The true count behind one that is rounded down to `step` when `seen` was shown before it and `count` was true then."""
    if step <= 1.0:
        return shown
    if np.isnan(seen):
        return shown + step / 2.0
    if shown == seen:
        return count
    return shown if shown > seen else shown + step


@kernel
def concentration(won: A, starts: A, days: int) -> tuple[A, A]:
    """Gini coefficient of the gains (losses count as 0), and the share of them that the best `days` brought."""
    gini, top = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(gini)):
        gains = np.sort(np.maximum(won[starts[i] : starts[i + 1]], 0.0))
        n, mass, weighted = len(gains), np.sum(gains), 0.0
        if n < LEAST_DAYS or mass <= 0.0:
            continue
        for rank in range(n):
            weighted += (rank + 1.0) * gains[rank]
        gini[i] = max(0.0, 2.0 * weighted / (n * mass) - (n + 1.0) / n)
        top[i] = min(np.sum(gains[n - days :]) / mass, 1.0)
    return gini, top


@kernel
def losses(won: A, starts: A) -> tuple[A, A]:
    """Losses as a share of all movement, and how evenly they fall on the days (entropy over its maximum)."""
    churn, evenness = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(churn)):
        n, lost, moved, log_mass = starts[i + 1] - starts[i], 0.0, 0.0, 0.0
        if n < LEAST_DAYS:
            continue
        for j in range(starts[i], starts[i + 1]):
            moved += abs(won[j])
            if won[j] < 0.0:
                lost -= won[j]
                log_mass -= won[j] * np.log(-won[j])
        if moved > 0.0:
            churn[i] = lost / moved
        if lost > 0.0:
            evenness[i] = min(max((np.log(lost) - log_mass / lost) / np.log(n), 0.0), 1.0)
    return churn, evenness


@kernel
def sawing(won: A, span: A, level: A, starts: A) -> tuple[A, A]:
    """Day-to-day spread of a count against its mean level, and how often it rose by a tenth of that level and fell by a tenth again."""
    swing, teeth = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(swing)):
        first, last = starts[i], starts[i + 1]
        if last - first < LEAST_DAYS:
            continue
        path = level[i]
        mean_level, changes, mean, squares = 0.0, 0.0, 0.0, 0.0
        for j in range(last - 1, first - 1, -1):
            mean_level += path / (last - first)
            path -= won[j]
            if span[j] == 1.0:
                changes += 1.0
                step = won[j] - mean
                mean += step / changes
                squares += step * (won[j] - mean)
        if mean_level <= 0.0:
            continue
        if changes >= LEAST_CHANGES:
            swing[i] = np.sqrt(squares / (changes - 1.0)) / mean_level
        turn, rising, count = path, False, 0.0
        for j in range(first, last):
            path += won[j]
            if rising:
                turn = max(turn, path)
                if turn - path >= TOOTH * mean_level:
                    rising, turn, count = False, path, count + 1.0
            else:
                turn = min(turn, path)
                if path - turn >= TOOTH * mean_level:
                    rising, turn = True, path
        teeth[i] = count
    return swing, teeth


@kernel
def purged(won: A, when: A, level: A, starts: A, platform: A, on: A, day: A, loss: A) -> A:
    """Share of the followers lost on the purge days of the account's platform, beyond what its peers lost; NaN where none was seen."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        path, extra, seen = level[i], 0.0, 0
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            path -= won[j]
            for k in range(len(day)):
                if on[k] == platform[i] and day[k] == when[j] and path > 0.0:
                    extra += -won[j] / path - loss[k]
                    seen += 1
        if seen > 0:
            out[i] = min(max(extra, -1.0), 1.0)
    return out
