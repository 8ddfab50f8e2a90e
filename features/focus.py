"""Focus: one boutique or a general store, and is the store getting wider?"""

import numpy as np

from features import diversity, matching, mentions
from features.columns import Column, Events, Nested, share, total
from features.feature import Family, derived
from features.text import Text
from features.words import SPONSORED_TAGS, codes

FOCUS = Family("focus", "Is the account about one thing or about everything?")

# The method's window: the last 90 days against what was before.
RECENT_DAYS = 90.0


@derived
def hashtags(post_hashtags: Nested, post_caption: Text) -> Nested:
    """The hashtags of each post: as the platform lists them, else as the caption has them."""
    return post_hashtags.otherwise(post_caption.hashtags)


@derived
def recent(post_posted_at: Events, observed_at: Column) -> Events:
    return (observed_at - post_posted_at) < RECENT_DAYS


@derived
def sponsored_posts(post_sponsored: Events, hashtags: Nested) -> Events:
    """1 for posts that the platform marks as sponsored or that say so by hashtag; unknown where neither was seen."""
    tagged = matching.any_in(hashtags.codes, hashtags.inner, codes(SPONSORED_TAGS))
    unmarked = np.where(np.isnan(post_sponsored.values) & hashtags.known, 0.0, post_sponsored.values)
    return Events(np.where(tagged > 0, 1.0, unmarked), post_sponsored.starts)


@derived
def sponsored_recently(sponsored_posts: Events, recent: Events) -> Column:
    return share(sponsored_posts.only(recent), 3)


@FOCUS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Wies, Bleier & Edeling 2023; sponsored posts among those of the last 90 days",
    unknown="fewer than three posts in the last 90 days were seen",
    high="{value} of the posts of the last 90 days are sponsored.",
    low="Only {value} of the posts of the last 90 days are sponsored.",
)
def sponsored_share(sponsored_recently: Column) -> Column:
    """Share of the posts of the last 90 days that are marked as sponsored, by the platform or by hashtag."""
    return sponsored_recently


@FOCUS.feature(
    unit="share points",
    raises_suspicion=+1,
    source="Wies, Bleier & Edeling 2023; an account that sells more than it did",
    unknown="fewer than three posts in the last 90 days or before were seen",
    high="The share of sponsored posts has risen by {value} in the last 90 days.",
    low="The share of sponsored posts has changed by only {value} in the last 90 days.",
)
def sponsored_trend(sponsored_recently: Column, sponsored_posts: Events, recent: Events) -> Column:
    """Share of sponsored posts in the last 90 days minus that before."""
    return sponsored_recently - share(sponsored_posts.only(~recent), 3)


@FOCUS.feature(
    unit="nat",
    raises_suspicion=+1,
    source="a general store advertises for anybody: variety of the handles in sponsored captions, Miller-Madow corrected",
    unknown="sponsored captions mention fewer than three handles",
    high="The sponsored posts are for many different brands (entropy {value}).",
    low="The sponsored posts are for few brands (entropy {value}).",
)
def brand_entropy(post_caption: Text, sponsored_posts: Events) -> Column:
    """Variety of the handles that sponsored posts mention, each once for a post."""
    return Column(mentions.entropy(post_caption, sponsored_posts, 3))


@FOCUS.feature(
    unit="ratio",
    raises_suspicion=+1,
    source="new hashtags: an account that widens uses new ones",
    unknown="no post with hashtags before the last 90 days, or fewer than three since",
    high="The posts of the last 90 days bring {value} new hashtags each.",
    low="The posts of the last 90 days bring only {value} new hashtags each.",
)
def hashtag_novelty(hashtags: Nested, recent: Events) -> Column:
    """Hashtags never used before, for each post of the last 90 days."""
    flat = hashtags.flat
    fresh = Column(diversity.new_codes(flat.codes, hashtags.spread(recent).values, flat.starts))
    posts = total(recent)
    return (fresh / posts).where_known(posts >= 3)
