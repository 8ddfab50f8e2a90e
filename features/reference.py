"""What ordinary accounts look like: learnt in training, kept in the bundle, given to the formulas as an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.columns import Array, Column, log10
from features.schema import PLATFORMS
from features.segments import power10


@dataclass(frozen=True)
class Curve:
    """log10 of what to expect = intercept + slope * log10 of the size, and the robust spread (dex) of accounts around it."""

    intercept: float
    slope: float
    spread: float


@dataclass(frozen=True)
class Reference:
    """Peer curves and the background of creation dates.

    likes: expected median likes of a post by followers, per platform, with "all" for platforms seen too seldom.
    comments: expected comments by likes, likewise.
    creation_days, creation_share: share of followers created up to each day (days since 1970), rising from 0 to 1; empty if never seen.
    """

    likes: Mapping[str, Curve]
    comments: Mapping[str, Curve]
    creation_days: Sequence[float] = ()
    creation_share: Sequence[float] = ()

    def expected(self, curves: Mapping[str, Curve], platform_codes: Array, size: Column) -> tuple[Column, Column]:
        """Expected value (dex) and spread (dex) of each account from its platform's curve over `size` (dex)."""
        by_platform = [curves.get(platform, curves["all"]) for platform in PLATFORMS]
        table = np.array([(curve.intercept, curve.slope, curve.spread) for curve in by_platform])[platform_codes]
        return Column(table[:, 0]) + Column(table[:, 1]) * size, Column(table[:, 2])

    def engagement_rate(self, platform_codes: Array, followers: Column) -> Column:
        """Likes and comments per follower that peers get for a typical post, above 0: both curves, one after the other."""
        likes, _ = self.expected(self.likes, platform_codes, log10(followers + 1))
        comments, _ = self.expected(self.comments, platform_codes, likes)
        # The curves are over likes + 1 and comments + 0.5; half a like is the least that can be expected.
        both = np.maximum(power10(likes.values) - 1.0, 0.5) + np.maximum(power10(comments.values) - 0.5, 0.0)
        return Column(both / (followers.values + 1.0))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reference:
        curves = {name: {key: Curve(**curve) for key, curve in document[name].items()} for name in ("likes", "comments")}
        return cls(curves["likes"], curves["comments"], tuple(document["creation_days"]), tuple(document["creation_share"]))
