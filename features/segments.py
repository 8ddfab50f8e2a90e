"""Loops over the events of each account: events of account i lie in `values[starts[i]:starts[i + 1]]`, NaN = unknown."""

import numpy as np

from features.compiled import kernel

F = np.ndarray


@kernel
def known_count(values: F, starts: F) -> F:
    out = np.zeros(len(starts) - 1)
    for i in range(len(out)):
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                out[i] += 1.0
    return out


@kernel
def total(values: F, starts: F) -> F:
    """Sum of the known values, 0 for none."""
    out = np.zeros(len(starts) - 1)
    for i in range(len(out)):
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                out[i] += values[j]
    return out


@kernel
def quantile(values: F, starts: F, q: float) -> F:
    """Linear-interpolated quantile of the known values (NumPy's default method), NaN for none."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = values[starts[i] : starts[i + 1]]
        known = np.sort(block[~np.isnan(block)])
        if len(known):
            place = q * (len(known) - 1)
            low = int(place)
            high = min(low + 1, len(known) - 1)
            out[i] = known[low] + (known[high] - known[low]) * (place - low)
    return out


@kernel
def spread(values: F, starts: F) -> F:
    """Sample standard deviation of the known values, NaN for fewer than two."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        count, mean, squares = 0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                count += 1
                step = values[j] - mean
                mean += step / count
                squares += step * (values[j] - mean)
        if count > 1:
            out[i] = np.sqrt(squares / (count - 1))
    return out


@kernel
def gini(values: F, starts: F) -> F:
    """Gini coefficient of the known values, which are not negative; NaN when their sum is 0."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = values[starts[i] : starts[i + 1]]
        known = np.sort(block[~np.isnan(block)])
        mass, weighted = 0.0, 0.0
        for rank in range(len(known)):
            mass += known[rank]
            weighted += (rank + 1.0) * known[rank]
        if mass > 0.0:
            n = len(known)
            out[i] = max(0.0, 2.0 * weighted / (n * mass) - (n + 1.0) / n)
    return out


@kernel
def differences(values: F, starts: F) -> F:
    """values[j] - values[j - 1] within an account; NaN at each account's first event."""
    out = np.full(len(values), np.nan)
    for i in range(len(starts) - 1):
        for j in range(starts[i] + 1, starts[i + 1]):
            out[j] = values[j] - values[j - 1]
    return out


@kernel
def detrended(values: F, at: F, starts: F) -> F:
    """Residuals of each account's least-squares line of values over time; NaN where either is unknown or fewer than three are known."""
    out = np.full(len(values), np.nan)
    for i in range(len(starts) - 1):
        n, mean_t, mean_v = 0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j] + at[j]):
                n += 1
                mean_t += at[j]
                mean_v += values[j]
        if n < 3:
            continue
        mean_t /= n
        mean_v /= n
        tt, tv = 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j] + at[j]):
                tt += (at[j] - mean_t) ** 2
                tv += (at[j] - mean_t) * (values[j] - mean_v)
        slope = tv / tt if tt > 0.0 else 0.0
        for j in range(starts[i], starts[i + 1]):
            out[j] = values[j] - mean_v - slope * (at[j] - mean_t)
    return out


@kernel
def log_of(values: F) -> F:
    """Natural logarithm, NaN for values that have none. A plain loop, because a vectorised one may round its tail differently."""
    out = np.full(len(values), np.nan)
    for j in range(len(values)):
        if values[j] > 0.0:
            out[j] = np.log(values[j])
    return out


@kernel
def keep(values: F, chosen: F, starts: F) -> tuple[F, F]:
    """The events whose flag is 1 (not 0, not unknown), and their starts."""
    new = np.zeros(len(starts), dtype=np.int64)
    count = 0
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if chosen[j] == 1.0:
                count += 1
        new[i + 1] = count
    out = np.empty(count, dtype=values.dtype)
    place = 0
    for j in range(len(values)):
        if chosen[j] == 1.0:
            out[place] = values[j]
            place += 1
    return out, new


@kernel
def from_last(chosen: F, starts: F) -> F:
    """For each event whose flag is 1, how many such events of its account come after it; NaN for the others."""
    out = np.full(len(chosen), np.nan)
    for i in range(len(starts) - 1):
        after = 0.0
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            if chosen[j] == 1.0:
                out[j] = after
                after += 1.0
    return out


@kernel
def kinds(codes: F, starts: F) -> tuple[F, F, F, F, F]:
    """Of the codes (0 = unknown) of each account: how many, how many distinct, sum n ln n, sum n (n - 1), largest n."""
    n_accounts = len(starts) - 1
    many, distinct, log_mass, pairs, top = (
        np.zeros(n_accounts),
        np.zeros(n_accounts),
        np.zeros(n_accounts),
        np.zeros(n_accounts),
        np.zeros(n_accounts),
    )
    for i in range(n_accounts):
        block = np.sort(codes[starts[i] : starts[i + 1]])
        j = 0
        while j < len(block):
            run = j
            while run < len(block) and block[run] == block[j]:
                run += 1
            if block[j] != 0:
                n = float(run - j)
                many[i] += n
                distinct[i] += 1.0
                log_mass[i] += n * np.log(n)
                pairs[i] += n * (n - 1.0)
                top[i] = max(top[i], n)
            j = run
    return many, distinct, log_mass, pairs, top


@kernel
def divergence(codes: F, group: F, starts: F, at_least: int) -> F:
    """Jensen-Shannon divergence (nats, 0 to ln 2) between the codes of group 0 and of group 1 of each account.

    NaN where a group has fewer than `at_least` codes. A code of 0 or a group that is NaN is unknown.
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        first, last = starts[i], starts[i + 1]
        order = first + np.argsort(codes[first:last], kind="mergesort")
        sizes = np.zeros(2)
        for j in range(first, last):
            if codes[j] != 0 and not np.isnan(group[j]):
                sizes[int(group[j])] += 1.0
        if sizes[0] < at_least or sizes[1] < at_least:
            continue
        mass, j = 0.0, 0
        while j < len(order):
            run, n0, n1 = j, 0.0, 0.0
            while run < len(order) and codes[order[run]] == codes[order[j]]:
                if not np.isnan(group[order[run]]):
                    if group[order[run]] == 1.0:
                        n1 += 1.0
                    else:
                        n0 += 1.0
                run += 1
            if codes[order[j]] != 0:
                p, q = n0 / sizes[0], n1 / sizes[1]
                middle = (p + q) / 2.0
                if p > 0.0:
                    mass += 0.5 * p * np.log(p / middle)
                if q > 0.0:
                    mass += 0.5 * q * np.log(q / middle)
            j = run
        out[i] = min(max(mass, 0.0), np.log(2.0))
    return out
