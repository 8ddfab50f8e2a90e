"""Loops over words that were read: whole texts as one code, words of a list or of a name."""

import numpy as np

from features.compiled import kernel
from features.scanning import mix, seal

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)


@kernel
def either(codes: A, inner: A, known: A, more: A, more_inner: A, more_known: A) -> tuple[A, A, A]:
    """Event by event the words of the first, or where they are unknown those of the second: codes, where they begin, known flags."""
    out = np.empty(len(codes) + len(more), dtype=np.int64)
    ends, told, place = np.zeros(len(inner), dtype=np.int64), np.empty(len(known), dtype=np.bool_), 0
    for j in range(len(known)):
        told[j] = known[j] or more_known[j]
        source, first, last = (codes, inner[j], inner[j + 1]) if known[j] else (more, more_inner[j], more_inner[j + 1])
        for at in range(first, last):
            out[place] = source[at]
            place += 1
        ends[j + 1] = place
    return out[:place], ends, told


@kernel
def fold_each(words: A, inner: A, known: A) -> A:
    """One code for each text's words in order, 0 for an unknown text; texts without words share one."""
    out = np.zeros(len(inner) - 1, dtype=np.int64)
    for j in range(len(out)):
        if not known[j]:
            continue
        code = _SEED
        for at in range(inner[j], inner[j + 1]):
            code = mix(code, words[at])
        out[j] = seal(code)
    return out


@kernel
def any_in(words: A, inner: A, vocabulary: A) -> A:
    """1 for texts with a word of the sorted `vocabulary`; few words pass the marks, so that few are searched for."""
    out = np.zeros(len(inner) - 1)
    marks = np.zeros(4096, dtype=np.bool_)
    for word in vocabulary:
        marks[word & 4095] = True
    for j in range(len(out)):
        for at in range(inner[j], inner[j + 1]):
            if marks[words[at] & 4095]:
                place = np.searchsorted(vocabulary, words[at])
                if place < len(vocabulary) and vocabulary[place] == words[at]:
                    out[j] = 1.0
                    break
    return out
