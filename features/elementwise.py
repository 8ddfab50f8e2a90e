"""Loops over single numbers: arithmetic and comparisons in which what is unknown (NaN) stays unknown."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def log_of(values: A, base: float) -> A:
    """Natural logarithm over that of the base, NaN for values that have none. A plain loop, because a vectorised one may round its tail
    differently."""
    out = np.full(len(values), np.nan)
    for j in range(len(values)):
        if values[j] > 0.0:
            out[j] = np.log(values[j]) / base
    return out


@kernel
def log_ratio(a: A, b: A) -> A:
    """ln((a + 1) / (b + 1)) of counts, NaN where either is unknown."""
    out = np.empty(len(a))
    for j in range(len(a)):
        out[j] = np.log((a[j] + 1.0) / (b[j] + 1.0))
    return out


@kernel
def pairs(a: A, b: A) -> int:
    """How many pairs two columns make, of which one may be a single number for all."""
    return 0 if len(a) == 0 or len(b) == 0 else max(len(a), len(b))


@kernel
def divide(a: A, b: A) -> A:
    """a / b, NaN where b is 0."""
    out = np.full(pairs(a, b), np.nan)
    for j in range(len(out)):
        divisor = b[j if len(b) > 1 else 0]
        if divisor != 0.0:
            out[j] = a[j if len(a) > 1 else 0] / divisor
    return out


@kernel
def less(a: A, b: A, or_equal: bool) -> A:
    """1 where a < b (or a = b, if that counts), 0 where not, NaN where either is unknown."""
    out = np.full(pairs(a, b), np.nan)
    for j in range(len(out)):
        x, y = a[j if len(a) > 1 else 0], b[j if len(b) > 1 else 0]
        if not np.isnan(x + y) or (np.isinf(x) and np.isinf(y)):
            out[j] = 1.0 if x < y or (or_equal and x == y) else 0.0
    return out


@kernel
def below(a: A, x: float, or_equal: bool) -> A:
    """1 where a < x (or a = x, if that counts), 0 where not, NaN where a is unknown."""
    out = np.full(len(a), np.nan)
    for j in range(len(a)):
        if not np.isnan(a[j]):
            out[j] = 1.0 if a[j] < x or (or_equal and a[j] == x) else 0.0
    return out


@kernel
def above(a: A, x: float, or_equal: bool) -> A:
    """1 where a > x (or a = x, if that counts), 0 where not, NaN where a is unknown."""
    out = np.full(len(a), np.nan)
    for j in range(len(a)):
        if not np.isnan(a[j]):
            out[j] = 1.0 if a[j] > x or (or_equal and a[j] == x) else 0.0
    return out


@kernel
def where(values: A, condition: A) -> A:
    """The values whose condition is 1, NaN for the others."""
    out = np.full(len(values), np.nan)
    for j in range(len(values)):
        if condition[j] == 1.0:
            out[j] = values[j]
    return out


@kernel
def spread_out(values: A, starts: A) -> A:
    """The value of each account, once for each of its events."""
    out = np.empty(starts[-1] - starts[0])
    for i in range(len(values)):
        for j in range(starts[i], starts[i + 1]):
            out[j] = values[i]
    return out


@kernel
def power10(values: A) -> A:
    """10 to the power of each value, in a plain loop for the same reason; NaN stays."""
    out = np.empty(len(values))
    for j in range(len(values)):
        out[j] = 10.0 ** min(values[j], 300.0) if not np.isnan(values[j]) else np.nan
    return out


@kernel
def clipped(values: A, low: float, high: float) -> A:
    """The values held between two bounds; NaN stays."""
    out = values.copy()
    for j in range(len(out)):
        if out[j] < low:
            out[j] = low
        elif out[j] > high:
            out[j] = high
    return out
