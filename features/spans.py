"""Where groups begin and end in flat arrays: group i owns `starts[i]:starts[i + 1]`."""

from collections.abc import Sequence

import numpy as np

Array = np.ndarray


def one_span(rows: int) -> Array:
    """Where the rows of one account begin and end."""
    return np.array([0, rows], dtype=np.int64)


def ends_of(sizes: Array) -> Array:
    """Where groups of these sizes begin, and where the last one ends."""
    ends = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=ends[1:])
    return ends


def chained(pieces: Sequence[tuple[Array, Array] | int]) -> tuple[Array, Array]:
    """Bounds and flags of several groups that lie one after another, from those of each; a number stands for as many empty, False ones."""
    ends, shifts, rows, known, total = [np.zeros(1, dtype=np.int64)], [0], [1], [], 0
    for piece in pieces:
        own, flags = (np.zeros(piece + 1, np.int64), np.zeros(piece, np.bool_)) if isinstance(piece, int) else piece
        ends.append(own[1:])
        known.append(flags)
        shifts.append(total - int(own[0]))
        rows.append(len(flags))
        total += int(own[-1]) - int(own[0])
    return np.concatenate(ends) + np.repeat(shifts, rows), np.concatenate(known)
