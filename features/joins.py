"""Which post each comment stands under."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def rows_of(codes: A, starts: A, keys: A, key_starts: A) -> A:
    """For each event the row of its account's key that has the same code (0 = unknown), the first of several; -1 for none. int64."""
    out = np.full(len(codes), -1, dtype=np.int64)
    for i in range(len(starts) - 1):
        first = key_starts[i]
        if starts[i] == starts[i + 1] or first == key_starts[i + 1]:
            continue
        order = np.argsort(keys[first : key_starts[i + 1]], kind="mergesort")
        arranged = keys[first : key_starts[i + 1]][order]
        for j in range(starts[i], starts[i + 1]):
            place = np.searchsorted(arranged, codes[j])
            if codes[j] != 0 and place < len(arranged) and arranged[place] == codes[j]:
                out[j] = first + order[place]
    return out


@kernel
def delays(at: A, starts: A, rows: A, began_at: A, seen_at: A, least_age: float) -> A:
    """Time from the event at `rows` to each event; NaN where there is none, where it came later, or was too young when it was seen."""
    out = np.full(len(at), np.nan)
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if rows[j] >= 0 and at[j] >= began_at[rows[j]] and seen_at[i] - began_at[rows[j]] >= least_age:
                out[j] = at[j] - began_at[rows[j]]
    return out
