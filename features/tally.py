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
def longest(starts: A) -> int:
    """The most events that an account has."""
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    return most


@piece
def slot_of(keys: A, owner: A, turn: int, mask: int, code: int) -> int:
    """The slot of a code in the turn `turn`: its own, or the empty one where it belongs (`owner[slot] != turn`).

    keys, owner: open-addressed, linear probing, of which the slots up to `mask` are used. Source: Knuth, TAOCP 3, 6.4 L.
    """
    slot = (code ^ (code >> 29)) & mask
    while owner[slot] == turn and keys[slot] != code:
        slot = (slot + 1) & mask
    return slot
