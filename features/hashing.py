"""Loops share this: an open-addressed table of codes in arrays that are used again from account to account."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def room(events: int) -> int:
    """The size of a table that so many events fill half at most: a power of two."""
    size = 64
    while size < 2 * events:
        size *= 2
    return size


@kernel
def room_for_each(starts: A) -> int:
    """The size of a table that has room for the events of any account."""
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    return room(most)


@kernel
def slot_of(keys: A, places: A, key: int, size: int) -> int:
    """Where `key` stands in the first `size` slots of the table, or the free slot (place -1) where it belongs.

    The step from slot to slot is the key's own (double hashing, Knuth 6.4): who makes ids that fall into one slot, which takes some
    patience, would have to make half of their other bits agree as well before the search got slow.
    """
    slot, step = key & (size - 1), (key >> 32) | 1
    while places[slot] >= 0 and keys[slot] != key:
        slot = (slot + step) & (size - 1)
    return int(slot)
