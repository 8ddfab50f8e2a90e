"""A lexicon: what is noted of single words, found by a word's code in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.columns import Array
from features.compiled import kernel
from features.text import Text


@dataclass(frozen=True, eq=False)
class Lexicon:
    """An open-addressed table of size 2^k, at most half full: the note of a word is `notes[slot]` where `keys[slot]` is its code.

    keys, notes: int64 (2^k); a key of 0 is a free slot, because no word has that code.
    """

    keys: Array
    notes: Array

    @classmethod
    def of(cls, codes: Array, notes: Array) -> Lexicon:
        """codes: (n,) int64, all different and none 0; notes: (n,) int64, none 0, because 0 says that a word is not there."""
        return cls(*_filled(codes, notes))

    @classmethod
    def of_words(cls, notes: Mapping[str, int]) -> Lexicon:
        """Of words as they would be read in a text; two spellings of one word share what is noted of either (bitwise or)."""
        words = Text.from_list(list(notes), np.array([0, len(notes)], dtype=np.int64)).reading.words
        together: dict[int, int] = {}
        for code, note in zip(words.codes.tolist(), np.repeat(list(notes.values()), np.diff(words.inner)).tolist(), strict=True):
            together[code] = together.get(code, 0) | note
        return cls.of(np.array(list(together), dtype=np.int64), np.array(list(together.values()), dtype=np.int64))


@kernel
def _filled(codes: Array, notes: Array) -> tuple[Array, Array]:
    size = 64
    while size < 2 * len(codes):
        size *= 2
    keys, kept = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for j in range(len(codes)):
        slot = (codes[j] ^ (codes[j] >> 29)) & (size - 1)
        while keys[slot] != 0:
            slot = (slot + 1) & (size - 1)
        keys[slot], kept[slot] = codes[j], notes[j]
    return keys, kept


@kernel
def note_of(keys: Array, notes: Array, code: int) -> int:
    """What is noted of a word; 0 for a word that the lexicon does not have."""
    mask = len(keys) - 1
    slot = (code ^ (code >> 29)) & mask
    while keys[slot] != 0:
        if keys[slot] == code:
            return int(notes[slot])
        slot = (slot + 1) & mask
    return 0
