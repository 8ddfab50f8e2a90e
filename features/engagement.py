"""Engagement: what the audience does with the posts, against what an audience of this size does."""

from features.columns import Column, Events, detrended, deviation, gini, log, log10, mean, median, newest, quantile
from features.feature import Family, derived
from features.growth import followers_then
from features.reference import PeerEngagement
from features.table import AccountTable

ENGAGEMENT = Family("engagement", "Do the posts get what an audience of this size gives?")

# A post gathers nearly all of its likes within three days; the last 36 posts show the audience of today (method: last 12-36).
MATURE_DAYS = 3.0
NEWEST_POSTS = 36
FEW = 5

_HIDDEN = "likes are hidden or too few posts older than three days were seen"


@derived
def mature_posts(post_posted_at: Events, observed_at: Column) -> Events:
    """1 for the newest posts that are old enough for their likes to have come in."""
    return newest((observed_at - post_posted_at) >= MATURE_DAYS, NEWEST_POSTS)


@derived
def mature_likes(post_likes: Events, mature_posts: Events) -> Events:
    return post_likes.only(mature_posts)


@derived
def mature_comments(post_comments: Events, mature_posts: Events) -> Events:
    return post_comments.only(mature_posts)


@derived
def mature_at(post_posted_at: Events, mature_posts: Events) -> Events:
    return post_posted_at.only(mature_posts)


@derived
def followers_at_post(mature_at: Events, followers: Column, history_date: Events, history_followers: Events) -> Events:
    """How many followers the account had when it posted; today's count where the history does not tell."""
    return followers_then(mature_at, followers, history_date, history_followers)


@derived
def expected_likes(peer_engagement: PeerEngagement, accounts: AccountTable, followers: Column) -> tuple[Column, Column]:
    """log10 of the median likes that peers of this platform and size get, and the peers' spread (dex)."""
    return peer_engagement.expected(peer_engagement.likes, accounts.platform_codes, log10(followers + 1))


@ENGAGEMENT.feature(
    unit="ratio",
    raises_suspicion=0,
    source="the industry's engagement rate, with the followers of the day of the post",
    unknown=_HIDDEN,
    high="A typical post gets {value} likes and comments for each follower.",
    low="A typical post gets only {value} likes and comments for each follower.",
)
def engagement_rate(mature_likes: Events, mature_comments: Events, followers_at_post: Events) -> Column:
    """Likes and comments of the typical post for each follower at the time: median of (likes + comments) / followers."""
    return median((mature_likes + mature_comments) / followers_at_post, at_least=3)


@ENGAGEMENT.feature(
    unit="ratio",
    raises_suspicion=0,
    source="Sen et al. 2018: likes without views",
    unknown="the platform shows no views",
    high="A typical post is seen {value} times for each follower.",
    low="A typical post is seen only {value} times for each follower.",
)
def view_rate(post_views: Events, mature_posts: Events, followers_at_post: Events) -> Column:
    """Views of the typical post for each follower at the time."""
    return median(post_views.only(mature_posts) / followers_at_post, at_least=3)


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=-1,
    source="Wies, Bleier & Edeling 2023; allometry of 603 accounts (slope 0.74-0.78, spread 0.24-0.39 dex)",
    unknown=_HIDDEN,
    high="The likes lie {value} spreads above what accounts of this size get.",
    low="The likes lie {value} spreads from what accounts of this size get, on the low side.",
)
def engagement_residual(mature_likes: Events, expected_likes: tuple[Column, Column]) -> Column:
    """How far the median likes lie from those of peers of the same platform and size, in their spreads (dex over dex)."""
    expected, spread = expected_likes
    return (log10(median(mature_likes, at_least=3) + 1) - expected) / spread


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=0,
    source="allometry of comments to likes (0.73) of 603 accounts; pods and packages shift it either way",
    unknown="likes or comments are hidden, or fewer than three posts older than three days were seen",
    high="There are more comments than so many likes bring ({value} spreads above peers).",
    low="There are fewer comments than so many likes bring ({value} spreads from peers).",
)
def comment_like_residual(mature_likes: Events, mature_comments: Events, peer_engagement: PeerEngagement, accounts: AccountTable) -> Column:
    """How far the mean comments lie from those of peers with as many likes, in their spreads."""
    likes = log10(median(mature_likes, at_least=3) + 1)
    expected, spread = peer_engagement.expected(peer_engagement.comments, accounts.platform_codes, likes)
    return (log10(mean(mature_comments, at_least=3) + 0.5) - expected) / spread


@ENGAGEMENT.feature(
    unit="nat",
    raises_suspicion=0,
    source="organic accounts: median 0.35, 5-95 %: 0.17-0.58 (InstaFake 2019, n = 603)",
    unknown=_HIDDEN,
    high="The likes differ much from post to post (spread {value}).",
    low="The likes hardly differ from post to post (spread {value}).",
)
def like_dispersion(mature_likes: Events, mature_at: Events) -> Column:
    """How much likes differ between posts once their trend is taken out: standard deviation of ln(likes + 1)."""
    return deviation(detrended(log(mature_likes + 1), mature_at), at_least=FEW)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=0,
    source="organic accounts: median 0.29, 5-95 %: 0.12-0.50 (InstaFake 2019, n = 603)",
    unknown=_HIDDEN,
    high="A few posts take most of the likes (Gini {value}).",
    low="Every post gets nearly the same number of likes (Gini {value}).",
)
def like_gini(mature_likes: Events) -> Column:
    """Inequality of the likes between posts, 0 to 1."""
    return gini(mature_likes, at_least=FEW)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=0,
    source="a package of bought likes puts a floor under every post",
    unknown=_HIDDEN,
    high="Even the weakest posts get {value} of the typical likes.",
    low="The weakest posts get {value} of the typical likes.",
)
def like_floor(mature_likes: Events) -> Column:
    """Likes of the weak posts against the typical: 10 % quantile over median."""
    return quantile(mature_likes, 0.1, at_least=FEW) / median(mature_likes)
