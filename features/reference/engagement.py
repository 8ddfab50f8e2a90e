"""What the posts of ordinary accounts get, for their platform, size and format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.columns import Array, Column, log10
from features.elementwise import power10
from features.reference.plain import mapping
from features.schema import PLATFORMS

ALL = "all"


@dataclass(frozen=True)
class Curve:
    """log10 of what to expect = intercept + slope * log10 of the size, and the robust spread (dex) of accounts around it."""

    intercept: float
    slope: float
    spread: float


@dataclass(frozen=True, eq=False)
class PeerEngagement:
    """Curves by platform, with "all" for platforms seen too seldom; empty if never learnt.

    likes: expected median likes of a post by followers. comments: expected comments by likes.
    """

    likes: Mapping[str, Curve] = mapping(Curve)
    comments: Mapping[str, Curve] = mapping(Curve)

    def expected(self, curves: Mapping[str, Curve], platform_codes: Array, size: Column) -> tuple[Column, Column]:
        """Expected value (dex) and spread (dex) of each account from its platform's curve over `size` (dex); unknown without a curve."""
        nothing = Curve(np.nan, np.nan, np.nan)
        by_platform = [curves.get(platform, curves.get(ALL, nothing)) for platform in PLATFORMS]
        table = np.array([(curve.intercept, curve.slope, curve.spread) for curve in by_platform])[platform_codes]
        return Column(table[:, 0]) + Column(table[:, 1]) * size, Column(table[:, 2])

    def rate(self, platform_codes: Array, followers: Column) -> Column:
        """Likes and comments per follower that peers get for a typical post, above 0: both curves, one after the other."""
        likes, _ = self.expected(self.likes, platform_codes, log10(followers + 1))
        comments, _ = self.expected(self.comments, platform_codes, likes)
        # The curves are over likes + 1 and comments + 0.5; half a like is the least that can be expected.
        both = np.maximum(power10(likes.values) - 1.0, 0.5) + np.maximum(power10(comments.values) - 0.5, 0.0)
        return Column(both / (followers.values + 1.0))
