"""A table from codes to numbers that one account after another uses, without clearing it in between."""

import numpy as np

from features.compiled import kernel, piece

A = np.ndarray


@kernel
def room(codes: int) -> int:
    """Slots for so many codes: a power of two, at most half full."""
    size = 64
    while size < 2 * codes:
        size *= 2
    return size


@kernel
def room_for_each(starts: A) -> int:
    """The size of a table that has room for the events of any account."""
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    return room(most)


@piece
def slot_of(keys: A, owner: A, turn: int, mask: int, code: int) -> int:
    """The slot of a code in the turn `turn`: its own, or the free one where it belongs (`owner[slot] != turn`).

    keys, owner: an open-addressed table of which the slots up to `mask` are used. The step from slot to slot is the code's own (double
    hashing, Knuth, TAOCP 3, 6.4): who makes ids that fall into one slot, which takes some patience, would have to make half of their
    other bits agree as well before the search got slow.
    """
    slot, step = code & mask, (code >> 32) | 1
    while owner[slot] == turn and keys[slot] != code:
        slot = (slot + step) & mask
    return slot


@kernel
def place_of(keys: A, places: A, code: int, size: int) -> int:
    """The same for a table that is cleared in between, whose first `size` slots are used: a free slot has place -1."""
    slot, step = code & (size - 1), (code >> 32) | 1
    while places[slot] >= 0 and keys[slot] != code:
        slot = (slot + step) & (size - 1)
    return int(slot)
