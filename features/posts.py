"""The posts that tell what the audience does: old enough for their likes to have come in, and new enough to be of today."""

from functools import lru_cache

import numpy as np

from features import gains, joins, responses
from features.columns import Array, Column, Events, Labels, median
from features.feature import derived
from features.schema import POST_KINDS
from features.text import Text

# A post gathers nearly all of its likes within three days; the last 36 posts show the audience of today (method: last 12-36).
MATURE_DAYS = 3.0
NEWEST_POSTS = 36
# A median of fewer posts than these is one post's luck.
LEAST_POSTS = 3


@derived
def mature_posts(post_posted_at: Events, observed_at: Column) -> Events:
    """1 for the newest posts that are old enough for their likes to have come in."""
    at = post_posted_at
    return Events(responses.mature(at.values, at.starts, observed_at.values, MATURE_DAYS, NEWEST_POSTS), at.starts)


@derived
def mature_likes(post_likes: Events, mature_posts: Events) -> Events:
    return post_likes.only(mature_posts)


@derived
def mature_comments(post_comments: Events, mature_posts: Events) -> Events:
    return post_comments.only(mature_posts)


@derived
def mature_views(post_views: Events, mature_posts: Events) -> Events:
    return post_views.only(mature_posts)


@derived
def mature_at(post_posted_at: Events, mature_posts: Events) -> Events:
    return post_posted_at.only(mature_posts)


@derived
def mature_formats(post_kind: Text, mature_posts: Events) -> Events:
    """The place of each mature post's format in POST_KINDS, unknown for any other."""
    return Events(responses.formats(post_kind.codes, _format_codes()), post_kind.starts).only(mature_posts)


@lru_cache(maxsize=1)
def _format_codes() -> Array:
    return Text.from_list(POST_KINDS, np.array([0, len(POST_KINDS)], dtype=np.int64)).codes


@derived
def followers_at_post(mature_at: Events, followers: Column, history_date: Events, history_followers: Events) -> Events:
    """How many followers the account had when it posted: the last count known by then, else the first one known, else today's."""
    at, days = mature_at, history_date
    return Events(gains.count_at(at.values, at.starts, followers.values, days.values, history_followers.values, days.starts), at.starts)


@derived
def typical_likes(mature_likes: Events) -> Column:
    """Likes of the typical mature post."""
    return median(mature_likes, at_least=LEAST_POSTS)


@derived
def comment_delays(
    comment_post_id: Labels, comment_commented_at: Events, post_post_id: Labels, post_posted_at: Events, observed_at: Column
) -> Events:
    """Days from a post to each comment under it; unknown where the post is not known or too young for the late comments to be there."""
    at, began = comment_commented_at, post_posted_at
    rows = joins.rows_of(comment_post_id.codes, at.starts, post_post_id.codes, began.starts)
    return Events(joins.delays(at.values, at.starts, rows, began.values, observed_at.values, MATURE_DAYS), at.starts)
