"""Profile: how large the account is, how it got there for its age and its posts."""

from features.columns import Column, Events, deviation, gaps, log, log10, log_ratio, mean
from features.feature import Family, derived
from features.metrics import Surprise

PROFILE = Family("profile", "How large is the account, for its age and its work?")

_AGE_UNKNOWN = "the platform does not tell when the account was created"


@derived
def size(followers: Column) -> Column:
    """log10(followers + 1), dex."""
    return log10(followers + 1)


@PROFILE.feature(
    unit="dex",
    raises_suspicion=0,
    source="Cresci et al. 2015; every study compares accounts of one size",
    unknown="never: the count of followers is required",
    high="The account has {value} followers, more than most of its tier.",
    low="The account has {value} followers, fewer than most of its tier.",
)
def log_followers(size: Column) -> Column:
    """The size of the audience: log10(followers + 1)."""
    return size


@PROFILE.feature(
    unit="log ratio",
    raises_suspicion=0,
    source="Cresci et al. 2015; SRF Data 2017",
    unknown="the number of accounts followed is hidden",
    high="The account follows {value} accounts for each follower of its own.",
    low="The account follows only {value} accounts for each follower of its own.",
)
def own_follow_ratio(following: Column, followers: Column) -> Column:
    """How many accounts it follows for each follower: ln((following + 1) / (followers + 1))."""
    return log_ratio(following, followers)


@PROFILE.feature(
    unit="dex",
    raises_suspicion=+1,
    source="SRF Data 2017; Botometer-lite (Yang et al. 2020)",
    unknown="the number of posts is hidden",
    high="There are {value} followers for each post, many for so little work.",
    low="There are {value} followers for each post.",
)
def followers_per_post(size: Column, post_count: Column) -> Column:
    """Followers won for each post ever made: log10((followers + 1) / (posts + 1))."""
    return size - log10(post_count + 1)


@PROFILE.feature(
    unit="per day (dex)",
    raises_suspicion=+1,
    source="Botometer-lite (Yang et al. 2020): growth over age",
    unknown=_AGE_UNKNOWN,
    high="The account has won {value} followers a day since it was created.",
    low="The account has won only {value} followers a day since it was created.",
)
def followers_per_day(size: Column, age_days: Column) -> Column:
    """Followers won for each day of the account's life: log10((followers + 1) / (age in days + 1))."""
    return size - log10(age_days + 1)


@PROFILE.feature(
    unit="z",
    raises_suspicion=+1,
    source="Aggarwal et al. 2018: followers against similar users, precision 98.6 %",
    unknown="neither the number of posts nor their likes are known, or no peers were learnt",
    high="There are more followers than accounts with such posts, likes, comments and age have ({value} spreads above).",
    low="There are no more followers than accounts with such posts, likes, comments and age have ({value} spreads from them).",
)
def follower_surplus(surprise: Surprise) -> Column:
    """How far log10 followers lie above what the account's likes, comments, posts and age let expect of peers, in their spreads."""
    return surprise.followers


@derived
def post_gaps(post_posted_at: Events) -> Events:
    """Days from each post to the next."""
    return gaps(post_posted_at)


@PROFILE.feature(
    unit="per week",
    raises_suspicion=0,
    source="posting gaps of 603 ordinary accounts (InstaFake 2019)",
    unknown="fewer than three posts were seen",
    high="The account posts {value} times a week.",
    low="The account posts only {value} times a week.",
)
def posts_per_week(post_gaps: Events) -> Column:
    """How often it posts: 7 over the mean days from post to post."""
    return 7 / mean(post_gaps, at_least=2)


@PROFILE.feature(
    unit="nat",
    raises_suspicion=0,
    source="posting gaps of 603 ordinary accounts (InstaFake 2019): sd of ln gap 1.8",
    unknown="fewer than six posts were seen",
    high="The posts come in fits and starts (spread of the gaps {value}).",
    low="The posts come as if by the clock (spread of the gaps {value}).",
)
def posting_irregularity(post_gaps: Events) -> Column:
    """How uneven the time between posts is: standard deviation of ln(gap in days + 1 hour)."""
    return deviation(log(post_gaps + 1 / 24), at_least=5)
