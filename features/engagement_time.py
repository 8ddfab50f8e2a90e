"""Engagement over time: do likes follow the followers, and do comments come as people come?"""

import numpy as np

from features import coupling, responses
from features.columns import Column, Events, share
from features.engagement import ENGAGEMENT, Residuals
from features.feature import derived
from features.growth import Bursts, Days
from features.reference import PeerEngagement

FEW_COMMENTS = 20
AT_ONCE_DAYS = 10 / 1440

_NO_SPREAD = "fewer than eight posts within the days seen, or the followers hardly changed over them"
_NO_DELAYS = "fewer than 20 comments under known posts older than three days were seen"


@ENGAGEMENT.feature(
    unit="z",
    raises_suspicion=-1,
    source="bought followers give no likes: within an account, 12-post means differ by 0.115-0.15 dex (459 accounts, InstaFake 2019)",
    unknown="the followers never jumped within the days seen, or fewer than three posts before or after it show their likes",
    high="After its largest jump in followers the account got more likes for each of them ({value} standard errors).",
    low="After its largest jump in followers the account got fewer likes for each of them ({value} standard errors).",
)
def likes_after_jump(mature_at: Events, like_residuals: Residuals, bursts: Bursts) -> Column:
    """Mean likes (dex) against what the followers of the day let expect, after the largest jump minus before, over its standard error."""
    away = like_residuals.dex
    return Column(coupling.step(mature_at.values, away.values, away.starts, bursts.first_day.values, bursts.last_day.values))


@derived
def elasticities(mature_at: Events, mature_likes: Events, followers_at_post: Events, days: Days, bursts: Bursts) -> tuple[Column, Column]:
    """Slope of log10 likes over log10 followers of the day, and over those of them that did not come in bursts."""
    whole, steady = coupling.elasticity(
        mature_at.values,
        mature_likes.values,
        followers_at_post.values,
        mature_likes.starts,
        bursts.excess.values,
        days.at.values,
        days.at.starts,
    )
    return Column(whole), Column(steady)


@ENGAGEMENT.feature(
    unit="elasticity",
    raises_suspicion=-1,
    source="likes grow with followers to the power 0.7-0.8 where these come by themselves; bought ones give none",
    unknown=_NO_SPREAD,
    high="The likes grew with the followers (to the power {value}).",
    low="The likes did not grow with the followers (power {value}).",
)
def like_elasticity(elasticities: tuple[Column, Column]) -> Column:
    """Least-squares slope of log10(likes + 1) over log10(followers of the day + 1)."""
    return elasticities[0]


@ENGAGEMENT.feature(
    unit="elasticity",
    raises_suspicion=0,
    source="method F14: what growth itself costs, without what bursts brought",
    unknown=_NO_SPREAD,
    high="Likes lag behind the followers that came day by day (loss to the power {value}).",
    low="Likes keep up with the followers that came day by day (loss to the power {value}).",
)
def size_loss(elasticities: tuple[Column, Column]) -> Column:
    """1 minus the slope of likes over followers, of which those that came in bursts are taken out."""
    return 1 - elasticities[1]


@derived
def fan_delays(comment_delays: Events, comment_by_owner: Events) -> Events:
    """The delays of comments that the owner did not write."""
    return Events(np.where(comment_by_owner.values == 1.0, np.nan, comment_delays.values), comment_delays.starts)


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=+1,
    source="CrowdTarget (Song et al. 2015: TPR 0.98 at FPR 0.01); Vassio et al. 2022: decay of interest alike for all",
    unknown=_NO_DELAYS,
    high="Comments do not come when people come after a post (distance {value}).",
    low="Comments come when people come after a post (distance {value}).",
)
def comment_delay_misfit(fan_delays: Events, peer_engagement: PeerEngagement) -> Column:
    """Largest distance between the delays of comments and the Weibull distribution of ordinary accounts' (Kolmogorov-Smirnov)."""
    if not len(peer_engagement.comment_delay):
        return Column(np.full(len(fan_delays.starts) - 1, np.nan))
    shape, scale = map(float, peer_engagement.comment_delay)
    return Column(responses.misfit(fan_delays.values, fan_delays.starts, shape, scale, FEW_COMMENTS))


@ENGAGEMENT.feature(
    unit="share",
    raises_suspicion=0,
    source="pods comment within minutes (Weerasinghe et al. 2020), packages come when the vendor gets to it",
    unknown=_NO_DELAYS,
    high="{value} of the comments came within ten minutes of the post.",
    low="Only {value} of the comments came within ten minutes of the post.",
)
def early_comment_share(fan_delays: Events) -> Column:
    """Share of comments by others than the owner within the first ten minutes."""
    return share(fan_delays <= AT_ONCE_DAYS, FEW_COMMENTS)
