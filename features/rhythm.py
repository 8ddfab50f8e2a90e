"""Loops over quiet days: how much the gains of neighbouring days differ, and whether they keep a week."""

import numpy as np

from features.compiled import kernel

A = np.ndarray

LEAST_PAIRS = 14
LEAST_GAIN = 1.0
WEEK = 7
LEAST_WEEKS = 4


@kernel
def quiet(won: A, when: A, span: A, excess: A, rounding: A, starts: A) -> tuple[A, A]:
    """Fano factor and adjusted R2 of the weekday, of days with an exact gain and no burst.

    The variance comes from the differences of neighbouring days, so that a trend is no variance (von Neumann 1941).
    """
    fano, weekday = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(fano)):
        if rounding[i] > 1.0:
            continue
        n, mean, squares, pairs, steps = 0.0, 0.0, 0.0, 0.0, 0.0
        count, mass = np.zeros(WEEK), np.zeros(WEEK)
        before = False
        for j in range(starts[i], starts[i + 1]):
            usable = span[j] == 1.0 and excess[j] == 0.0
            if usable:
                n += 1.0
                away = won[j] - mean
                mean += away / n
                squares += away * (won[j] - mean)
                day = int(when[j]) % WEEK
                count[day] += 1.0
                mass[day] += won[j]
                if before:
                    pairs += 1.0
                    steps += (won[j] - won[j - 1]) ** 2
            before = usable
        if pairs >= LEAST_PAIRS and mean >= LEAST_GAIN:
            fano[i] = 0.5 * steps / pairs / mean
        if np.min(count) >= LEAST_WEEKS and squares > 0.0:
            between = 0.0
            for day in range(WEEK):
                between += count[day] * (mass[day] / count[day] - mean) ** 2
            left = max(1.0 - between / squares, 0.0)
            weekday[i] = max(1.0 - left * (n - 1.0) / (n - WEEK), -1.0)
    return fano, weekday
