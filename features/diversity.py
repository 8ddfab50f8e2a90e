"""Loops over the stream of words of each account: how varied it is, and which texts are copies."""

import numpy as np

from features.compiled import kernel
from features.tally import room, room_for_each, slot_of

A = np.ndarray


@kernel
def distinct_share(words: A, inner: A, starts: A, pieces: int, of: int) -> A:
    """Distinct runs of `pieces` words (1 or 2, within a text) among the newest `of` of them; NaN for fewer.

    A fixed number is compared, because the share falls with the length of any text (Li et al. 2016, distinct-n).
    """
    out = np.full(len(starts) - 1, np.nan)
    size = room(of)
    keys, owner = np.empty(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    for i in range(len(out)):
        seen, distinct, j = 0, 0, starts[i + 1] - 1
        while j >= starts[i] and seen < of:
            at = inner[j + 1] - 1
            while at - pieces + 1 >= inner[j] and seen < of:
                key = words[at]
                if pieces == 2:
                    key = words[at] * 31 + words[at - 1]
                seen += 1
                slot = slot_of(keys, owner, i, size - 1, key)
                if owner[slot] != i:
                    keys[slot], owner[slot] = key, i
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
    size = room_for_each(starts)
    keys, owner = np.empty(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    for i in range(len(out)):
        mask, earlier, fresh = room(starts[i + 1] - starts[i]) - 1, 0, 0.0
        for flag in (0.0, 1.0):
            for j in range(starts[i], starts[i + 1]):
                if recent[j] != flag or codes[j] == 0:
                    continue
                slot = slot_of(keys, owner, i, mask, codes[j])
                earlier += flag == 0.0
                if owner[slot] != i:
                    keys[slot], owner[slot] = codes[j], i
                    fresh += flag
        if earlier > 0:
            out[i] = fresh
    return out
