"""Engagement: what the audience does with the posts, against what an audience of this size does."""

from dataclasses import dataclass

# Declares which posts are sponsored.
import features.focus  # noqa: F401
from features import responses
from features.columns import Array, Column, Events, detrended, deviation, gini, log, median, quantile, share
from features.feature import Family, derived
from features.metrics import Surprise
from features.posts import LEAST_POSTS
from features.reference import PeerEngagement
from features.reference.engagement import METRICS
from features.table import AccountTable

ENGAGEMENT = Family("engagement", "Do the posts get what an audience of this size gives?")

FEW = 5
_LIKES, _COMMENTS = METRICS.index("likes"), METRICS.index("comments")

_HIDDEN = "likes are hidden or too few posts older than three days were seen"
_NO_VIEWS = "the platform shows no views, or fewer than three posts older than three days were seen"


@dataclass(frozen=True)
class Residuals:
    """What each mature post got against what peers of its platform, format and follower count get: in dex, and in their spreads."""

    dex: Events
    z: Events


def _residuals(amount: Events, followers: Events, formats: Events, accounts: AccountTable, curves: Array) -> Residuals:
    dex, z = responses.against(amount.values, followers.values, formats.values, amount.starts, accounts.platform_codes, curves)
    return Residuals(Events(dex, amount.starts), Events(z, amount.starts))


@derived
def like_residuals(
    mature_likes: Events, followers_at_post: Events, mature_formats: Events, accounts: AccountTable, peer_engagement: PeerEngagement
) -> Residuals:
    return _residuals(mature_likes, followers_at_post, mature_formats, accounts, peer_engagement.likes_table)


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
    return median((mature_likes + mature_comments) / followers_at_post, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=-1,
    source="Wies, Bleier & Edeling 2023; likes over followers: slope 0.91-0.94 within a source, 0.71 across two; spread 0.22-0.35 dex",
    unknown=_HIDDEN,
    high="The likes lie {value} spreads above what accounts of this size get.",
    low="The likes lie {value} spreads from what accounts of this size get, on the low side.",
)
def engagement_residual(like_residuals: Residuals) -> Column:
    """How far the typical post's likes lie from those that peers of the platform get for that format with so many followers, in spreads."""
    return median(like_residuals.z, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="ratio",
    raises_suspicion=0,
    source="Sen et al. 2018: likes without views",
    unknown=_NO_VIEWS,
    high="A typical post is seen {value} times for each follower.",
    low="A typical post is seen only {value} times for each follower.",
)
def view_rate(mature_views: Events, followers_at_post: Events) -> Column:
    """Views of the typical post for each follower at the time."""
    return median(mature_views / followers_at_post, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=-1,
    source="followers who do not look: method B2, by platform, format and size",
    unknown=_NO_VIEWS,
    high="The views lie {value} spreads above what accounts of this size get.",
    low="The views lie {value} spreads from what accounts of this size get, on the low side.",
)
def view_residual(
    mature_views: Events, followers_at_post: Events, mature_formats: Events, accounts: AccountTable, peer_engagement: PeerEngagement
) -> Column:
    """How far the typical post's views lie from those that peers of the platform get for that format with so many followers, in spreads."""
    return median(_residuals(mature_views, followers_at_post, mature_formats, accounts, peer_engagement.views_table).z, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="ratio",
    raises_suspicion=0,
    source="Sen et al. 2018: likes against views",
    unknown=_NO_VIEWS,
    high="A typical post gets {value} likes for each view.",
    low="A typical post gets only {value} likes for each view.",
)
def likes_per_view(mature_likes: Events, mature_views: Events) -> Column:
    """Likes of the typical post for each of its views."""
    return median(mature_likes / mature_views, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=+1,
    source="Sen et al. 2018: 16,448 likes on videos with no views",
    unknown=_NO_VIEWS,
    high="{value} of the posts have more likes than views.",
    low="Only {value} of the posts have more likes than views.",
)
def likes_beyond_views_share(mature_likes: Events, mature_views: Events) -> Column:
    """Share of the posts with more likes than views; nobody likes what nobody has seen."""
    return share(mature_likes > mature_views, LEAST_POSTS)


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=0,
    source="allometry of comments to likes (0.73) of 603 accounts; pods and packages shift it either way",
    unknown="likes or comments are hidden, or fewer than three posts older than three days were seen",
    high="There are more comments than so many likes bring ({value} spreads above peers).",
    low="There are fewer comments than so many likes bring ({value} spreads from peers).",
)
def comment_like_residual(account_metrics: Array, peer_engagement: PeerEngagement, accounts: AccountTable) -> Column:
    """How far log10(mean comments + 0.5) lies from that of peers with as many likes, in their spreads."""
    likes, comments = account_metrics[_LIKES], account_metrics[_COMMENTS]
    expected, spread = responses.on_curves(likes, accounts.platform_codes, peer_engagement.comments_table)
    return Column((comments - expected) / spread)


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=+1,
    source="Viswanath et al. 2014: distance from what ordinary accounts' numbers do together",
    unknown="fewer than two of likes, comments and views are known, or no peers were learnt",
    high="Likes, comments and views do not go together with each other and the followers ({value} standard deviations).",
    low="Likes, comments and views go together with each other and the followers ({value} standard deviations).",
)
def metric_incoherence(surprise: Surprise) -> Column:
    """Mahalanobis distance of likes, comments and views from what so many followers and each other let expect, over the root of how many
    are known."""
    return surprise.given


@derived
def log_likes(mature_likes: Events) -> Events:
    return log(mature_likes + 1)


@ENGAGEMENT.feature(
    unit="nat",
    raises_suspicion=0,
    source="organic accounts: median 0.29, 5-95 %: 0.13-0.54 (InstaFake 2019, n = 643), influencers of 2017: 0.33, 0.14-0.75 (n = 768)",
    unknown=_HIDDEN,
    high="The likes differ much from post to post (spread {value}).",
    low="The likes hardly differ from post to post (spread {value}).",
)
def like_dispersion(log_likes: Events, mature_at: Events) -> Column:
    """How much likes differ between posts once their trend is taken out: standard deviation of ln(likes + 1)."""
    return deviation(detrended(log_likes, mature_at), FEW)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=0,
    source="organic accounts: median 0.19, 5-95 %: 0.09-0.39 (InstaFake 2019, n = 643), influencers of 2017: 0.17, 0.08-0.35 (n = 768)",
    unknown=_HIDDEN,
    high="A few posts take most of the likes (Gini {value}).",
    low="Every post gets nearly the same number of likes (Gini {value}).",
)
def like_gini(mature_likes: Events) -> Column:
    """Inequality of the likes between posts, 0 to 1."""
    return gini(mature_likes, FEW)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=0,
    source="a package of bought likes puts a floor under every post",
    unknown=_HIDDEN,
    high="Even the weakest posts get {value} of the typical likes.",
    low="The weakest posts get {value} of the typical likes.",
)
def like_floor(mature_likes: Events, typical_likes: Column) -> Column:
    """Likes of the weak posts against the typical: 10 % quantile over median."""
    return quantile(mature_likes, 0.1, FEW) / typical_likes


@ENGAGEMENT.feature(
    unit="share difference",
    raises_suspicion=+1,
    source="panels sell likes in lots of 100 to 10,000 (Nevado-Catalan et al. 2023), with up to 5 % more",
    unknown=_HIDDEN,
    high="{value} more of the posts than chance explains have just the likes of a package on sale.",
    low="The posts have the likes of a package on sale no oftener than chance explains ({value}).",
)
def like_package_share(mature_likes: Events) -> Column:
    """Share of posts whose likes are those of a package or up to 5 % more, minus the share in equally wide bands beside it."""
    return Column(responses.heaping(mature_likes.values, mature_likes.starts, FEW))


@ENGAGEMENT.feature(
    unit="log ratio",
    raises_suspicion=0,
    source="Wies, Bleier & Edeling 2023: advertising weakens the tie",
    unknown="fewer than three sponsored or three other posts older than three days show their likes",
    high="Posts without a sponsor get {value} times the likes of sponsored ones.",
    low="Posts without a sponsor get only {value} times the likes of sponsored ones.",
)
def sponsored_gap(mature_likes: Events, sponsored_posts: Events, mature_posts: Events) -> Column:
    """Mean ln(likes + 1) of posts without a sponsor minus that of sponsored ones."""
    sponsored = sponsored_posts.only(mature_posts)
    return Column(responses.apart(mature_likes.values, sponsored.values, mature_likes.starts, LEAST_POSTS))
