"""Loops over the stream of words of each account: how varied it is, and which texts are copies."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def _bump(keys: A, counts: A, key: int, step: int) -> int:
    """Add `step` to the count of `key` in an open-addressed table (size a power of two); the new count."""
    mask = len(keys) - 1
    slot = (key ^ (key >> 29)) & mask
    while counts[slot] >= 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    if counts[slot] < 0:
        keys[slot] = key
        counts[slot] = 0
    counts[slot] += step
    return int(counts[slot])


@kernel
def _room(words: int) -> int:
    size = 64
    while size < 2 * words:
        size *= 2
    return size


@kernel
def distinct_share(words: A, inner: A, starts: A, pieces: int, of: int) -> A:
    """Distinct runs of `pieces` words (1 or 2, within a text) among the newest `of` of them; NaN for fewer.

    A fixed number is compared, because the share falls with the length of any text (Li et al. 2016, distinct-n).
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        seen, distinct = 0, 0
        keys, counts = np.zeros(_room(of), dtype=np.int64), np.full(_room(of), -1, dtype=np.int64)
        j = starts[i + 1] - 1
        while j >= starts[i] and seen < of:
            at = inner[j + 1] - 1
            while at - pieces + 1 >= inner[j] and seen < of:
                key = words[at]
                if pieces == 2:
                    key = words[at] * 31 + words[at - 1]
                seen += 1
                if _bump(keys, counts, key, 1) == 1:
                    distinct += 1
                at -= 1
            j -= 1
        if seen == of:
            out[i] = distinct / of
    return out


@kernel
def new_codes(codes: A, recent: A, starts: A) -> A:
    """How many distinct codes of the recent events (flag 1) no earlier event has; NaN where no earlier event has any."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        room = _room(starts[i + 1] - starts[i])
        keys, counts = np.zeros(room, dtype=np.int64), np.full(room, -1, dtype=np.int64)
        earlier, fresh = 0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if recent[j] == 0.0 and codes[j] != 0:
                _bump(keys, counts, codes[j], 1)
                earlier += 1
        for j in range(starts[i], starts[i + 1]):
            if recent[j] == 1.0 and codes[j] != 0 and _bump(keys, counts, codes[j], 1) == 1:
                fresh += 1.0
        if earlier > 0:
            out[i] = fresh
    return out
