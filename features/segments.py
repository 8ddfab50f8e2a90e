"""Loops over the events of each account: events of account i lie in `values[starts[i]:starts[i + 1]]`, NaN = unknown."""

import numpy as np

from features.compiled import kernel
from features.tally import room, room_for_each, slot_of

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
    """Sum of the known values, NaN for none."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        known, mass = False, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                known = True
                mass += values[j]
        if known:
            out[i] = mass
    return out


@kernel
def mean(values: F, starts: F, at_least: int) -> F:
    """Mean of the known values, NaN for fewer than `at_least`."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        count, mass = 0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                count += 1
                mass += values[j]
        if count >= max(at_least, 1):
            out[i] = mass / count
    return out


@kernel
def quantile(values: F, starts: F, q: float, at_least: int) -> F:
    """Linear-interpolated quantile of the known values (NumPy's default method), NaN for fewer than `at_least`."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = values[starts[i] : starts[i + 1]]
        known = np.sort(block[~np.isnan(block)])
        if len(known) >= max(at_least, 1):
            place = q * (len(known) - 1)
            low = int(place)
            high = min(low + 1, len(known) - 1)
            out[i] = known[low] + (known[high] - known[low]) * (place - low)
    return out


@kernel
def spread(values: F, starts: F, at_least: int) -> F:
    """Sample standard deviation of the known values, NaN for fewer than `at_least` or two."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        count, middle, squares = 0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j]):
                count += 1
                step = values[j] - middle
                middle += step / count
                squares += step * (values[j] - middle)
        if count >= max(at_least, 2):
            out[i] = np.sqrt(squares / (count - 1))
    return out


@kernel
def gini(values: F, starts: F, at_least: int) -> F:
    """Gini coefficient of the known values, which are not negative; NaN for fewer than `at_least` or when their sum is 0."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = values[starts[i] : starts[i + 1]]
        known = np.sort(block[~np.isnan(block)])
        mass, weighted = 0.0, 0.0
        for rank in range(len(known)):
            mass += known[rank]
            weighted += (rank + 1.0) * known[rank]
        n = len(known)
        if mass > 0.0 and n >= at_least:
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
def newest(chosen: F, starts: F, count: int) -> F:
    """1 for the last `count` events of each account whose flag is 1, 0 for the others."""
    out = np.zeros(len(chosen))
    for i in range(len(starts) - 1):
        left = count
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            if left > 0 and chosen[j] == 1.0:
                out[j] = 1.0
                left -= 1
    return out


@kernel
def kinds(codes: F, starts: F, at_least: int) -> tuple[F, F, F, F, F]:
    """Of the known codes (0 = unknown) of each account: how many, how many distinct, their entropy (nats, Miller-Madow), the chance
    that two drawn are the same, the share of the commonest; NaN for fewer than `at_least`."""
    many, distinct, entropy, repeat, top = np.full((5, len(starts) - 1), np.nan)
    size = room_for_each(starts)
    keys, counts, owner = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    used = np.empty(size, dtype=np.int64)
    for i in range(len(many)):
        mask, n, different = room(starts[i + 1] - starts[i]) - 1, 0.0, 0
        for j in range(starts[i], starts[i + 1]):
            if codes[j] == 0:
                continue
            slot = slot_of(keys, owner, i, mask, codes[j])
            if owner[slot] != i:
                keys[slot], counts[slot], owner[slot] = codes[j], 0, i
                used[different] = slot
                different += 1
            counts[slot] += 1
            n += 1.0
        if n < max(at_least, 1):
            continue
        log_mass, pairs, most = 0.0, 0.0, 0
        for k in range(different):
            amount = counts[used[k]]
            most = max(most, amount)
            if amount > 1:
                log_mass += amount * np.log(amount)
                pairs += amount * (amount - 1.0)
        many[i], distinct[i], top[i] = n, different, most / n
        entropy[i] = max(np.log(n) - log_mass / n, 0.0) + (different - 1.0) / (2.0 * n)
        if n > 1.0:
            repeat[i] = pairs / (n * (n - 1.0))
    return many, distinct, entropy, repeat, top
