"""What is said under everybody's posts, and what promotion sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.columns import Array
from features.lexicon import Lexicon
from features.reference.plain import array


@dataclass(frozen=True, eq=False)
class PeerComments:
    """Phrases and words are 64-bit codes, sorted; empty if never learnt.

    stock_phrases (p,): comments (their words in order) that stand under the posts of many different accounts.
    promotion_words (w,), promotion_weights (w,): what each word adds to the log-odds that a comment promotes something;
    promotion_threshold: a comment whose words weigh more promotes.
    Raises ValueError for codes out of order or weights that do not fit them.
    """

    stock_phrases: Array = array("int64")
    promotion_words: Array = array("int64")
    promotion_weights: Array = array()
    promotion_threshold: float = 0.0

    def __post_init__(self) -> None:
        for name in ("stock_phrases", "promotion_words"):
            codes = getattr(self, name)
            if codes.ndim != 1 or (np.diff(codes) <= 0).any() or (codes == 0).any():
                raise ValueError(f"{name} of the reference must be different codes in rising order, none of them 0")
        if self.promotion_weights.shape != self.promotion_words.shape or not np.isfinite(self.promotion_weights).all():
            raise ValueError(
                f"promotion_weights of the reference: {self.promotion_weights.shape} for {self.promotion_words.shape} words; expected a "
                "finite number for each word"
            )
        if not isinstance(self.promotion_threshold, float | int) or not np.isfinite(self.promotion_threshold):
            raise ValueError(f"promotion_threshold of the reference is {self.promotion_threshold!r}; expected a finite number")

    @cached_property
    def stock(self) -> Lexicon:
        """The stock phrases, found in one step."""
        return Lexicon.of(self.stock_phrases, np.ones_like(self.stock_phrases))

    @cached_property
    def promotion(self) -> Lexicon:
        """For each word of promotion its place plus one."""
        return Lexicon.of(self.promotion_words, np.arange(1, len(self.promotion_words) + 1))
