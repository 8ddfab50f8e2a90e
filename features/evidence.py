"""Evidence: how much of the account was seen? No head reads these, or it would learn how deep somebody crawled."""

from features.columns import Column, Events, known, total
from features.feature import Family

EVIDENCE = Family("evidence", "How much of the account was seen?")

_SAY = "so that a reviewer sees on how much a share rests"


def _seen(count: Column) -> Column:
    return count.where_known(count > 0)


@EVIDENCE.feature(
    unit="count",
    raises_suspicion=0,
    source=_SAY,
    unknown="no post was seen",
    high="{value} posts were seen.",
    low="Only {value} posts were seen.",
)
def posts_seen(post_posted_at: Events) -> Column:
    """How many posts were seen."""
    return _seen(known(post_posted_at))


@EVIDENCE.feature(
    unit="count",
    raises_suspicion=0,
    source=_SAY,
    unknown="no comment by others was seen",
    high="{value} comments by others were seen.",
    low="Only {value} comments by others were seen.",
)
def comments_seen(by_others: Events) -> Column:
    """How many comments by others than the owner were seen."""
    return _seen(total(by_others))


@EVIDENCE.feature(
    unit="count",
    raises_suspicion=0,
    source=_SAY,
    unknown="no follower was sampled, or none shows its counts",
    high="{value} followers with known counts were sampled.",
    low="Only {value} followers with known counts were sampled.",
)
def followers_sampled(follower_following: Events) -> Column:
    """How many sampled followers show how many accounts they follow."""
    return _seen(known(follower_following))


@EVIDENCE.feature(
    unit="count",
    raises_suspicion=0,
    source=_SAY,
    unknown="no count of an earlier day was seen",
    high="The follower counts of {value} days were seen.",
    low="The follower counts of only {value} days were seen.",
)
def days_seen(history_followers: Events) -> Column:
    """How many days have a follower count."""
    return _seen(known(history_followers))
