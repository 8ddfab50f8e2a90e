"""Followers, likes, comments, views, posts and age of an account together: what each says beyond the others."""

from dataclasses import dataclass

import numpy as np

from features.columns import Array, Column, Events, log10, mean, median
from features.feature import derived
from features.posts import LEAST_POSTS
from features.reference import PeerEngagement
from features.reference.engagement import METRICS
from features.responses import innovations
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
    followers: Column, log_typical_likes: Column, mature_comments: Events, mature_views: Events, post_count: Column, age_days: Column
) -> Array:
    """METRICS of each account in dex, (n, METRICS), NaN = unknown."""
    columns = (
        log10(followers + 1),
        log_typical_likes,
        log10(mean(mature_comments, at_least=LEAST_POSTS) + 0.5),
        log10(median(mature_views, at_least=LEAST_POSTS) + 1),
        log10(post_count + 1),
        log10(age_days + 1),
    )
    return np.stack([column.values for column in columns], axis=1)


@derived
def age_days(observed_at: Column, created_at: Column) -> Column:
    """The account's age in days; unknown if it was created after the look."""
    age = observed_at - created_at
    return age.where_known(age >= 0)


@derived
def surprise(account_metrics: Array, peer_engagement: PeerEngagement, accounts: AccountTable) -> Surprise:
    n = len(account_metrics)
    if not peer_engagement.knows_metrics:
        return Surprise(Column(np.full(n, np.nan)), Column(np.full(n, np.nan)))
    centre, covariance = peer_engagement.metric_centre, peer_engagement.metric_covariance
    earned = innovations(account_metrics, centre, accounts.platform_codes, _EARNED, covariance)
    given = innovations(account_metrics, centre, accounts.platform_codes, _GIVEN, covariance)
    own_work = ~np.isnan(earned[:, 0]) | ~np.isnan(earned[:, 2])
    return Surprise(Column(np.where(own_work, earned[:, -1], np.nan)), _root_mean_square(given[:, 1:], at_least=2))


def _root_mean_square(values: Array, at_least: int) -> Column:
    """Of the known values of each row; NaN for fewer than `at_least`."""
    many = np.sum(~np.isnan(values), axis=1)
    squares = np.where(many >= at_least, np.nansum(values * values, axis=1), np.nan)
    return Column(np.sqrt(squares / np.maximum(many, 1)))
