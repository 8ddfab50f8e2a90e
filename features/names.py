"""Loops over the names of accounts: which words of a name are the account's own."""

import numpy as np

from features.alphabet import SIZE, WORD
from features.compiled import kernel
from features.lexicon import note_of
from features.scanning import decode

A = np.ndarray

# Shorter runs of letters are initials, and words of every language.
_LETTERS = 3
_BLANK, _NINE, _ZERO, _UNDERSCORE = 32, 57, 48, 95


@kernel
def _copy_long_words(source: A, begin: int, end: int, kind: A, out: A, place: int) -> None:
    """Copy the runs of three letters or more to `out` from `place` on, at their distance from `begin`; digits part words."""
    at, run, letters = begin, begin, 0
    while at <= end:
        point, after = _BLANK, at + 1
        if at < end:
            point, after = decode(source, at, end)
        if point < SIZE and kind[point] == WORD and point != _UNDERSCORE and not _ZERO <= point <= _NINE:
            letters += 1
        else:
            if letters >= _LETTERS:
                out[place + run - begin : place + at - begin] = source[run:at]
            letters, run = 0, after
        at = after


@kernel
def long_words(one: A, one_offsets: A, other: A, other_offsets: A, kind: A) -> tuple[A, A]:
    """Both texts of each account, one behind the other, blanked but for runs of three letters or more: bytes and offsets."""
    n = len(one_offsets) - 1
    offsets = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        offsets[i + 1] = offsets[i] + one_offsets[i + 1] - one_offsets[i] + other_offsets[i + 1] - other_offsets[i] + 1
    out = np.full(offsets[n], _BLANK, dtype=np.uint8)
    for i in range(n):
        _copy_long_words(one, one_offsets[i], one_offsets[i + 1], kind, out, offsets[i])
        behind = offsets[i] + one_offsets[i + 1] - one_offsets[i] + 1
        _copy_long_words(other, other_offsets[i], other_offsets[i + 1], kind, out, behind)
    return out, offsets


@kernel
def without_noted(words: A, starts: A, keys: A, notes: A) -> tuple[A, A]:
    """The words of each account that the lexicon does not have, sorted, and where each account's begin."""
    out, kept, place = np.empty(len(words), dtype=np.int64), np.zeros(len(starts), dtype=np.int64), 0
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if note_of(keys, notes, words[j]) == 0:
                out[place] = words[j]
                place += 1
        kept[i + 1] = place
        out[kept[i] : place].sort()
    return out[:place].copy(), kept
