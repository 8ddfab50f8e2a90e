"""What the posts of ordinary accounts get, for their platform, size and format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.columns import Array, Column, log10
from features.elementwise import power10
from features.reference import curve
from features.reference.curve import Curve
from features.reference.plain import array, mapping
from features.responses import on_curves
from features.schema import PLATFORMS

# What an account is measured by; all but the spread of the covariance is in log10 of the number plus one (comments: plus a half).
METRICS = ("followers", "likes", "comments", "views", "posts", "age")


@dataclass(frozen=True, eq=False)
class PeerEngagement:
    """Curves by platform and by "platform/format", with "all" for what was seen too seldom; empty if never learnt.

    likes, views: expected median of a post by followers. comments: expected comments by likes.
    metric_centre (platforms, METRICS), metric_covariance (METRICS, METRICS): how followers, likes, comments, views, posts and age (dex) of
    ordinary accounts lie and go together; NaN in the centre where a platform does not show it.
    comment_delay: shape and scale (days) of the Weibull distribution of the time from a post to a comment.
    Raises ValueError for shapes and numbers that the formulas cannot read.
    """

    likes: Mapping[str, Curve] = mapping(Curve)
    comments: Mapping[str, Curve] = mapping(Curve)
    views: Mapping[str, Curve] = mapping(Curve)
    metric_centre: Array = array(shape=(0, 0))
    metric_covariance: Array = array(shape=(0, 0))
    comment_delay: Array = array()

    def __post_init__(self) -> None:
        for curves in (self.likes, self.comments, self.views):
            curve.check(curves)
        if self.knows_metrics and self.metric_centre.shape != (len(PLATFORMS), len(METRICS)):
            raise ValueError(f"metric_centre has shape {self.metric_centre.shape}; expected {(len(PLATFORMS), len(METRICS))}")
        if self.knows_metrics and not _is_covariance(self.metric_covariance):
            raise ValueError(
                f"metric_covariance is no covariance of {len(METRICS)} metrics: expected a symmetric, positive definite matrix"
            )
        if len(self.comment_delay) and not (self.comment_delay.shape == (2,) and (self.comment_delay > 0.0).all()):
            raise ValueError(f"comment_delay is {self.comment_delay.tolist()}; expected a shape and a scale above 0")

    @property
    def knows_metrics(self) -> bool:
        return self.metric_centre.size + self.metric_covariance.size > 0

    @cached_property
    def likes_table(self) -> Array:
        """The likes curves as numbers (features/reference/curve.py)."""
        return curve.table(self.likes)

    @cached_property
    def views_table(self) -> Array:
        return curve.table(self.views)

    @cached_property
    def comments_table(self) -> Array:
        return curve.table(self.comments)

    def rate(self, platform_codes: Array, followers: Column) -> Column:
        """Likes and comments per follower that peers get for a typical post, above 0: both curves, one after the other."""
        likes, _ = on_curves(log10(followers + 1).values, platform_codes, self.likes_table)
        comments, _ = on_curves(likes, platform_codes, self.comments_table)
        # The curves are over likes + 1 and comments + 0.5; half a like is the least that can be expected.
        both = np.maximum(power10(likes) - 1.0, 0.5) + np.maximum(power10(comments) - 0.5, 0.0)
        return Column(both / (followers.values + 1.0))


def _is_covariance(matrix: Array) -> bool:
    if matrix.shape != (len(METRICS), len(METRICS)) or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T):
        return False
    return bool(np.linalg.eigvalsh(matrix)[0] > 1e-9)
