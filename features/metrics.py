"""Followers, likes, comments, views, posts and age of an account together: what each says beyond the others."""

from dataclasses import dataclass

import numpy as np

from features import together
from features.columns import Array, Column, Events, mean, median
from features.feature import derived
from features.posts import LEAST_POSTS
from features.reference import PeerEngagement
from features.reference.engagement import METRICS
from features.table import AccountTable


def places(*names: str) -> Array:
    return np.array([METRICS.index(name) for name in names], dtype=np.int64)


# What an audience is won with comes before the audience; what an audience gives comes after it.
_EARNED = places("likes", "comments", "posts", "age", "followers")
_GIVEN = places("followers", "likes", "comments", "views")


@dataclass(frozen=True)
class Surprise:
    """How far an account's numbers lie from what goes together, in standard deviations.

    followers: beyond likes, comments, posts and age. given: root mean square of likes, comments and views, each beyond the followers and
    those before it.
    """

    followers: Column
    given: Column


@derived
def account_metrics(
    followers: Column, typical_likes: Column, mature_comments: Events, mature_views: Events, post_count: Column, age_days: Column
) -> Array:
    """METRICS of each account in dex, (METRICS, n), NaN = unknown: log10 of the number plus one, of mean comments plus a half."""
    comments, views = mean(mature_comments, LEAST_POSTS), median(mature_views, LEAST_POSTS)
    return together.logarithms(followers.values, typical_likes.values, comments.values, views.values, post_count.values, age_days.values)


@derived
def age_days(observed_at: Column, created_at: Column) -> Column:
    """The account's age in days; unknown if it was created after the look."""
    age = observed_at - created_at
    return age.where_known(age >= 0)


@derived
def surprise(account_metrics: Array, peer_engagement: PeerEngagement, accounts: AccountTable) -> Surprise:
    if not peer_engagement.knows_metrics:
        unknown = Column(np.full(accounts.n, np.nan))
        return Surprise(unknown, unknown)
    centre, covariance = peer_engagement.metric_centre, peer_engagement.metric_covariance
    earned = together.innovations(account_metrics, centre, accounts.platform_codes, _EARNED, covariance)
    given = together.innovations(account_metrics, centre, accounts.platform_codes, _GIVEN, covariance)
    nothing = np.isnan(earned[0]) & np.isnan(earned[2])
    return Surprise(Column(np.where(nothing, np.nan, earned[-1])), Column(together.root_mean_square(given, 1, 2)))
