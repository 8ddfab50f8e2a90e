"""Which words belong to which topic, and how focused ordinary accounts are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.columns import Array
from features.reference.plain import array, mapping
from features.subjects import slots

# The inputs that the boutique index adds up, and whether a boutique has more (+1) or less (-1) of each.
SIGNS: Mapping[str, int] = {
    "post_focus": +1,
    "audience_match": +1,
    "returning": +1,
    "topic_number": -1,
    "topic_like_share": -1,
    "reply_rate": +1,
    "addressed": +1,
}


@dataclass(frozen=True)
class Usual:
    """Mean and standard deviation of a number among ordinary accounts."""

    mean: float
    spread: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.mean) and 0 < self.spread < np.inf):
            raise ValueError(f"a usual value has mean {self.mean} and spread {self.spread}; expected finite numbers and a spread above 0")


@dataclass(frozen=True, eq=False)
class TopicVocabulary:
    """Words with the direction in which each points, and the directions that are topics; empty if never learnt.

    words (v,): codes of words and hashtags (features/text.py), rising. vectors (v, d): the direction of each word, as long as the word
    says something about a topic (0 to 1). topics (k, d): directions of length 1. usual: what ordinary accounts show of each part of
    the boutique index, by the name of its input.
    """

    words: Array = array("int64")
    vectors: Array = array(shape=(0, 0))
    topics: Array = array(shape=(0, 0))
    usual: Mapping[str, Usual] = mapping(Usual)

    def __post_init__(self) -> None:
        if not self.words.size:
            # An empty list in a document has lost its second dimension.
            for name in ("vectors", "topics"):
                object.__setattr__(self, name, getattr(self, name).reshape(0, 0) if not getattr(self, name).size else getattr(self, name))
        faults = _faults(self.words, self.vectors, self.topics)
        if faults:
            raise ValueError(f"the topic vocabulary is damaged: {'; '.join(faults)}")

    @cached_property
    def slots(self) -> tuple[Array, Array]:
        """Where each word stands, as a table to look it up in: codes (0 = free) and places."""
        return slots(self.words)

    @cached_property
    def scales(self) -> Array:
        """(signs, 2) the mean of each sign of a boutique and the factor that makes a z score of the rest; NaN for one nobody measured."""
        unknown = (np.nan, np.nan)
        return np.array(
            [(self.usual[name].mean, sign / self.usual[name].spread) if name in self.usual else unknown for name, sign in SIGNS.items()]
        )


def _faults(words: Array, vectors: Array, topics: Array) -> list[str]:
    """What the loops over words could not bear."""
    found = []
    if words.ndim != 1 or (words == 0).any() or (words[1:] <= words[:-1]).any():
        found.append("words must be a list of distinct rising codes other than 0")
    if vectors.ndim != 2 or vectors.shape[:1] != words.shape or not np.isfinite(vectors).all():
        found.append(f"{vectors.shape} vectors for {words.shape} words; expected as many rows, all numbers known")
    if topics.ndim != 2 or topics.shape[1:] != vectors.shape[1:] or not np.isfinite(topics).all():
        found.append(f"{topics.shape} topics for {vectors.shape} vectors; expected as many columns, all numbers known")
    return found
