"""Text as one buffer of UTF-8 and what is read from it: words, emoji, questions, hashtags, copies."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from features import copies, scanning
from features.alphabet import alphabet
from features.columns import Array, Column, Events, Labels, Nested


@dataclass(frozen=True)
class Text:
    """Texts of many events per account, in Arrow's own layout: text j is `data[offsets[j]:offsets[j + 1]]` (UTF-8), unless unknown.

    data: uint8; offsets: int64 (m + 1); known: bool (m); account i owns texts `starts[i]:starts[i + 1]`.
    """

    data: Array
    offsets: Array
    known: Array
    starts: Array

    @classmethod
    def from_arrow(cls, array: pa.Array, starts: Array) -> Text:
        """Without a copy of the text, from a large_string array."""
        _, offsets, data = array.buffers()
        m = len(array)
        view = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + m + 1] if offsets else np.zeros(m + 1, dtype=np.int64)
        content = np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, dtype=np.uint8)
        return cls(content, view, array.is_valid().to_numpy(zero_copy_only=False), starts)

    @classmethod
    def from_list(cls, values: Sequence[str | None], starts: Array) -> Text:
        return cls.from_arrow(pa.array(values, pa.large_string()), starts)

    def take(self, order: Array, starts: Array) -> Text:
        data, offsets = scanning.gather(self.data, self.offsets, order)
        return Text(data, offsets, self.known[order], starts)

    def only(self, chosen: Events) -> Text:
        rows = np.flatnonzero(chosen.values == 1.0)
        starts = np.searchsorted(rows, self.starts)
        return self.take(rows, starts)

    @cached_property
    def codes(self) -> Array:
        """A 64-bit code of each text, 0 = unknown; equal texts have equal codes."""
        return scanning.code_of_each(self.data, self.offsets, self.known)

    @property
    def labels(self) -> Labels:
        return Labels(self.codes, self.starts)

    @cached_property
    def composed(self) -> Text:
        """The same text in Unicode's form NFKC, so that one spelling is one word; texts that are in it stay untouched."""
        *_, unsafe = alphabet()
        rows = np.flatnonzero(scanning.to_compose(self.data, self.offsets, unsafe))
        if not len(rows):
            return self
        pieces = [_composed(bytes(self.data[self.offsets[j] : self.offsets[j + 1]])) for j in rows]
        ends_of = len(self.data) + np.cumsum([len(piece) for piece in pieces])
        source = np.arange(len(self.known), dtype=np.int64)
        data = np.concatenate([self.data, np.frombuffer(b"".join(pieces), dtype=np.uint8)])
        begins, ends = self.offsets[:-1].copy(), self.offsets[1:].copy()
        begins[rows] = ends_of - [len(piece) for piece in pieces]
        ends[rows] = ends_of
        gathered, offsets = scanning.gather_spans(data, begins, ends, source)
        return Text(gathered, offsets, self.known, self.starts)

    @cached_property
    def reading(self) -> Reading:
        """All that one pass over the text tells."""
        text = self.composed
        kind, fold, second, _ = alphabet()
        words, inner, facts = scanning.read_words(text.data, text.offsets, kind, fold, second)
        facts[:, ~self.known] = np.nan
        return Reading(Nested(words, inner, self.known, self.starts), *(Events(fact, self.starts) for fact in facts))

    @cached_property
    def hashtags(self) -> Nested:
        """The hashtags written in each text, folded."""
        text = self.composed
        kind, fold, second, _ = alphabet()
        sizes, tags = scanning.read_hashtags(text.data, text.offsets, kind, fold, second)
        inner = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=inner[1:])
        return Nested(tags, inner, self.known, self.starts)

    def copied_share(self, authors: Labels, at_least: int) -> Column:
        """Share of the newest texts (three words or more) that are nearly equal to one by another author."""
        text, reading = self.composed, self.reading
        kind, fold, _, _ = alphabet()
        words = reading.word_count.values
        return Column(
            copies.copied_share(text.data, text.offsets, self.starts, authors.codes, reading.folded.codes, words, kind, fold, at_least)
        )


@dataclass(frozen=True)
class Reading:
    """What one pass over texts tells: their words (mentions left out), characters, emoji, and whether they ask something."""

    words: Nested
    characters: Events
    emoji: Events
    asks: Events

    @cached_property
    def word_count(self) -> Events:
        counts = np.diff(self.words.inner).astype(np.float64)
        return Events(np.where(np.isnan(self.characters.values), np.nan, counts), self.words.starts)

    @cached_property
    def folded(self) -> Labels:
        """A code of each text's words in order: equal for texts that differ only in case, signs, emoji or mentions."""
        codes = scanning.fold_each(self.words.codes, self.words.inner)
        codes[np.isnan(self.characters.values)] = 0
        return Labels(codes, self.words.starts)

    def any_of(self, vocabulary: Array) -> Events:
        """1 for texts with at least one word of the sorted codes in `vocabulary`."""
        hit = scanning.any_in(self.words.codes, self.words.inner, vocabulary)
        return Events(np.where(np.isnan(self.characters.values), np.nan, hit), self.words.starts)

    def any_shared(self, names: Nested) -> Events:
        """1 for texts with at least one word among the words of their account's `names` (one text per account)."""
        hit = scanning.any_shared(self.words.codes, self.words.inner, self.words.starts, names.codes, names.inner[names.starts])
        return Events(np.where(np.isnan(self.characters.values), np.nan, hit), self.words.starts)


def _composed(piece: bytes) -> bytes:
    """The text in NFKC. Bytes that are no UTF-8 stay as they are; the scanner steps over them."""
    # Not pyarrow's utf8_normalize, which leaves every form decomposed (apache/arrow issue 51225).
    try:
        return unicodedata.normalize("NFKC", piece.decode()).encode()
    except UnicodeDecodeError:
        return piece


def word_codes(words: Sequence[str]) -> Array:
    """Sorted codes of single words, as they would be read in a text."""
    text = Text.from_list(list(words), np.array([0, len(words)], dtype=np.int64))
    return np.unique(text.reading.words.codes)
