"""What people write: phrases of seven languages, read once and spelt out into lists to draw from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LANGUAGES = ("de", "en", "es", "fr", "it", "pt", "tr")
NICHES = ("food", "travel", "fitness", "fashion", "beauty", "gaming", "music", "cars", "books", "pets", "home", "football")
KINDS = ("generic", "topic", "address", "question", "story", "reply", "caption", "giveaway", "pod", "bio")
# A list of this length is enough that two fans seldom write the same sentence, and little enough to be spelt out in a second.
LONGEST = 240


@dataclass(frozen=True)
class Phrases:
    """One long list of sentences; those of a kind start at `start` and are `size` many, both (kinds, languages, topics)."""

    texts: pa.Array
    start: npt.NDArray[np.int64]
    size: npt.NDArray[np.int64]

    def pick(
        self, rng: np.random.Generator, kind: npt.NDArray[np.int64], language: npt.NDArray[np.int64], topic: npt.NDArray[np.int64]
    ) -> pa.Array:
        """A sentence for each row; the first of a list are said more often than the last, as in life."""
        start, size = self.start[kind, language, topic], self.size[kind, language, topic]
        return self.texts.take(pa.array(start + (size * rng.random(len(kind)) ** 1.3).astype(np.int64)))


@cache
def language(name: str) -> dict[str, Any]:
    return tomllib.loads((files("training.worlds.phrases") / f"{name}.toml").read_text(encoding="utf-8"))


_MARKS = language("marks")
# Somewhat more than a third of all comments end with a word.
ENDINGS: tuple[str, ...] = ("",) * 30 + tuple(_MARKS["signs"]) + tuple(f" {mark}" for mark in _MARKS["marks"])
EMOJI_ONLY: tuple[str, ...] = tuple(_MARKS["emoji_only"])
SPAM: tuple[str, ...] = tuple(_MARKS["spam"])


@cache
def phrases() -> Phrases:
    """All lists, spelt out; no chance is involved, so every world says the same things in other proportions."""
    texts: list[str] = []
    start = np.zeros((len(KINDS), len(LANGUAGES), len(NICHES)), dtype=np.int64)
    size = np.zeros_like(start)
    for (k, kind), (n, name), (t, topic) in product(enumerate(KINDS), enumerate(LANGUAGES), enumerate(NICHES)):
        spelt = _spelt(language(name), kind, topic, name)
        start[k, n, t], size[k, n, t] = len(texts), len(spelt)
        texts += spelt
    return Phrases(pa.array(texts, pa.large_string()), start, size)


def joined(*texts: pa.Array, by: str = "") -> pa.Array:
    """Texts joined row by row."""
    return pc.binary_join_element_wise(*texts, pa.scalar(by, pa.large_string()))


def package_texts() -> list[str]:
    """Praise that fits any post, as sold in packages: every one different, sorted."""
    praise = {
        text for name in ("en", "tr", "pt", "es") for kind in ("generic", "pod") for text in _spelt(language(name), kind, "food", name)
    }
    return sorted({text + ending for text in praise for ending in set(ENDINGS)})


def _spelt(words: dict[str, Any], kind: str, topic: str, name: str) -> list[str]:
    """Each sentence pattern with its gaps filled, patterns taking turns, at most LONGEST; every third as typed in a hurry."""
    filled = []
    for place, pattern in enumerate(words[kind]):
        gaps = [gap for gap in ("w", "a", "m") if f"{{{gap}}}" in pattern]
        fillings = list(product(*({"w": words["topics"][topic], "a": words["adjectives"], "m": words["moments"]}[gap] for gap in gaps)))
        # A stride through all fillings, different per pattern, so that the first few of a pattern do not share one word.
        stride = 7 + 2 * place
        chosen = [fillings[(i * stride + place) % len(fillings)] for i in range(min(len(fillings), 3 * LONGEST // len(words[kind])))]
        filled.append(list(dict.fromkeys(pattern.format(**dict(zip(gaps, filling, strict=True))) for filling in chosen)))
    turns = [texts[i] for i in range(max(map(len, filled))) for texts in filled if i < len(texts)][:LONGEST]
    hurried = kind not in ("caption", "bio")
    return [_typed(text, i, name) if hurried or i % 3 < 2 else text for i, text in enumerate(turns)]


def _typed(text: str, turn: int, name: str) -> str:
    """As it stands, with a capital in front, or all small: people do all three."""
    if turn % 3 == 2:
        return _lower(text, name)
    return _upper(text[0], name) + text[1:] if turn % 3 == 1 else text


def _upper(letter: str, name: str) -> str:
    return "İ" if name == "tr" and letter == "i" else letter.upper()


def _lower(text: str, name: str) -> str:
    # Turkish has two letters i: a capital I is the dotless one.
    return (text.replace("I", "ı").replace("İ", "i") if name == "tr" else text).lower()
