"""Loops that move texts: some of them, in a new order, or out of one text that joins them."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def gather_spans(data: A, begins: A, ends: A, order: A) -> tuple[A, A]:
    offsets = np.zeros(len(order) + 1, dtype=np.int64)
    for j in range(len(order)):
        offsets[j + 1] = offsets[j] + ends[order[j]] - begins[order[j]]
    out = np.empty(offsets[-1], dtype=np.uint8)
    for j in range(len(order)):
        out[offsets[j] : offsets[j + 1]] = data[begins[order[j]] : ends[order[j]]]
    return out, offsets


@kernel
def gather(data: A, offsets: A, order: A) -> tuple[A, A]:
    """The texts in a new order (or some of them): bytes and offsets."""
    return gather_spans(data, offsets[:-1], offsets[1:], order)


@kernel
def keep(data: A, offsets: A, known: A, starts: A, chosen: A) -> tuple[A, A, A, A]:
    """The texts whose flag is 1: bytes, offsets, known flags and where each account's begin."""
    many, size = 0, 0
    for j in range(len(known)):
        if chosen[j] == 1.0:
            many += 1
            size += offsets[j + 1] - offsets[j]
    out, ends, told = np.empty(size, dtype=np.uint8), np.zeros(many + 1, dtype=np.int64), np.empty(many, dtype=np.bool_)
    new, place, at = np.zeros(len(starts), dtype=np.int64), 0, 0
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if chosen[j] == 1.0:
                for byte in range(offsets[j], offsets[j + 1]):
                    out[at] = data[byte]
                    at += 1
                told[place] = known[j]
                place += 1
                ends[place] = at
        new[i + 1] = place
    return out, ends, told, new


@kernel
def part(joined: A, many: int) -> tuple[A, A]:
    """`many` texts out of one that joins them with NUL: bytes without the NULs that were found, and offsets."""
    data, offsets, place, j = np.empty(len(joined), dtype=np.uint8), np.zeros(many + 1, dtype=np.int64), 0, 0
    for at in range(len(joined)):
        if joined[at] != 0:
            data[place] = joined[at]
            place += 1
        elif j < many:
            j += 1
            offsets[j] = place
    offsets[many] = place
    return data[:place], offsets
