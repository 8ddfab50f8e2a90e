"""Text as one buffer of UTF-8 and what is read from it: words, emoji, questions, hashtags, copies."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from features import buffers, copies, matching, scanning
from features.alphabet import alphabet
from features.columns import Array, Column, Events, Labels, Nested
from features.spans import chained, ends_of


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
        """Without a copy of the text, from a large_string or large_binary array."""
        _, offsets, data = array.buffers()
        m = len(array)
        view = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + m + 1] if offsets else np.zeros(m + 1, dtype=np.int64)
        content = np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, dtype=np.uint8)
        return cls(content, view, array.is_valid().to_numpy(zero_copy_only=False), starts)

    @classmethod
    def from_list(cls, values: Sequence[str | None], starts: Array) -> Text:
        return cls.from_arrow(pa.array(values, pa.large_string()), starts)

    @classmethod
    def concatenated(cls, pieces: Sequence[Text | int], starts: Array) -> Text:
        """Texts of several accounts one after another; a number stands for as many unknown ones."""
        offsets, known = chained([piece if isinstance(piece, int) else (piece.offsets, piece.known) for piece in pieces])
        data = [piece.data[piece.offsets[0] : piece.offsets[-1]] for piece in pieces if isinstance(piece, Text)]
        return cls(np.concatenate(data), offsets, known, starts)

    def take(self, order: Array, starts: Array) -> Text:
        data, offsets = buffers.gather(self.data, self.offsets, order)
        return Text(data, offsets, self.known[order], starts)

    def cut(self, begin: int, end: int, starts: Array) -> Text:
        """Texts `begin` to `end` (left out), without a copy of their bytes."""
        first, last = self.offsets[begin], self.offsets[end]
        return Text(self.data[first:last], self.offsets[begin : end + 1] - first, self.known[begin:end], starts)

    def only(self, chosen: Events) -> Text:
        if scanning.all_of(chosen.values):
            return self
        return Text(*buffers.keep(self.data, self.offsets, self.known, self.starts, chosen.values))

    @cached_property
    def codes(self) -> Array:
        """A 64-bit code of each text, 0 = unknown; equal texts have equal codes."""
        return scanning.code_of_each(self.data, self.offsets, self.known)

    @property
    def labels(self) -> Labels:
        return Labels(self.codes, self.starts)

    @cached_property
    def doubtful(self) -> Array:
        """The texts that may have to be normalised before they are read, as places."""
        *_, unsafe = alphabet()
        return np.flatnonzero(scanning.to_compose(self.data, self.offsets, unsafe))

    def rows_composed(self, rows: Array) -> list[bytes]:
        """The texts `rows` in Unicode's form NFKC, so that one spelling is one word."""
        return [_composed(bytes(self.data[self.offsets[j] : self.offsets[j + 1]])) for j in rows]

    @cached_property
    def composed(self) -> Text:
        """The same texts in NFKC; those that are in it stay untouched."""
        rows = self.doubtful
        if not len(rows):
            return self
        pieces = self.rows_composed(rows)
        sizes = [len(piece) for piece in pieces]
        finished = len(self.data) + np.cumsum(sizes)
        data = np.concatenate([self.data, np.frombuffer(b"".join(pieces), dtype=np.uint8)])
        begins, ends = self.offsets[:-1].copy(), self.offsets[1:].copy()
        begins[rows], ends[rows] = finished - sizes, finished
        gathered, offsets = buffers.gather_spans(data, begins, ends, np.arange(len(self.known), dtype=np.int64))
        return Text(gathered, offsets, self.known, self.starts)

    @cached_property
    def reading(self) -> Reading:
        """All that one pass over the text tells; the few texts that are not in NFKC are read a second time, composed."""
        words, inner, facts, doubtful = self._read()
        rows = np.flatnonzero(doubtful)
        self.__dict__["doubtful"] = rows
        if len(rows):
            again = Text.from_arrow(pa.array(self.rows_composed(rows), pa.large_binary()), np.zeros(1, dtype=np.int64))
            words, inner, facts = scanning.replace_words(words, inner, facts, rows, *again._read()[:3])
        return Reading(Nested(words, inner, self.known, self.starts), *(Events(fact, self.starts) for fact in facts))

    def _read(self) -> tuple[Array, Array, Array, Array]:
        return scanning.read_words(self.data, self.offsets, self.known, *alphabet())

    @cached_property
    def hashtags(self) -> Nested:
        """The hashtags written in each text, folded."""
        text = self.composed
        kind, fold, second, _ = alphabet()
        tags, inner = scanning.read_hashtags(text.data, text.offsets, kind, fold, second)
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
    """What one pass over texts tells: their words (mentions left out) and how many, characters, emoji, and whether they ask something."""

    words: Nested
    word_count: Events
    characters: Events
    emoji: Events
    asks: Events

    @cached_property
    def folded(self) -> Labels:
        """A code of each text's words in order: equal for texts that differ only in case, signs, emoji or mentions."""
        return Labels(matching.fold_each(self.words.codes, self.words.inner, self.words.known), self.words.starts)


def _composed(piece: bytes) -> bytes:
    """The text in NFKC. Bytes that are no UTF-8 stay as they are; the scanner steps over them."""
    # Not pyarrow's utf8_normalize, which leaves every form decomposed (apache/arrow issue 51225).
    try:
        return unicodedata.normalize("NFKC", piece.decode()).encode()
    except UnicodeDecodeError:
        return piece


def listed_hashtags(values: Sequence[Sequence[str] | None], starts: Array) -> Nested:
    """Hashtags given as a list for each event (None = unknown), in the form of `hashtags_in`."""
    sizes = np.array([-1 if words is None else len(words) for words in values], dtype=np.int64)
    return hashtags_in([word for words in values if words for word in words], sizes, starts)


def hashtags_in(words: Sequence[str], sizes: Array, starts: Array) -> Nested:
    """Hashtags of all events in one list with each event's number (-1 = unknown), folded as they would be in a caption; one without
    letters counts for nothing."""
    if not words:
        return Nested(np.zeros(0, np.int64), np.zeros(len(sizes) + 1, np.int64), sizes >= 0, starts)
    tags = Text.from_list(["#" + word.lstrip("#") for word in words], np.array([0, len(words)], dtype=np.int64)).hashtags
    return Nested(tags.codes, tags.inner[ends_of(np.maximum(sizes, 0))], sizes >= 0, starts)


def word_codes(words: Sequence[str]) -> Array:
    """Sorted codes of single words, as they would be read in a text."""
    text = Text.from_list(list(words), np.array([0, len(words)], dtype=np.int64))
    return np.unique(text.reading.words.codes)
