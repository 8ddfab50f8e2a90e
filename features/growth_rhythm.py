"""Growth from day to day: does it breathe like an audience, or run like a meter?"""

import numpy as np

from features import coupling, gains, rhythm
from features.columns import Column, Events
from features.feature import derived
from features.growth import GROWTH, Bursts, Days, days_of
from features.reference import PeerGrowth
from features.table import AccountTable

_SHORT = "fewer than 21 days of follower counts were seen, or fewer than one a week"
_INEXACT = "the platform rounds the counts, or too few days in a row were seen"


@derived
def rhythms(days: Days, bursts: Bursts) -> tuple[Column, Column]:
    """Fano factor of the quiet days' gains, and what the day of the week explains of them."""
    gain = days.gain
    fano, weekday = rhythm.quiet(gain.values, days.at.values, days.span.values, bursts.excess.values, days.rounding.values, gain.starts)
    return Column(fano), Column(weekday)


@GROWTH.feature(
    unit="ratio",
    raises_suspicion=-1,
    source="a metered delivery (drip feed) varies as little as chance allows; people come in waves",
    unknown=_INEXACT + ", or fewer than one follower a day came",
    high="On quiet days the new followers vary as people do ({value} times chance).",
    low="On quiet days the new followers come almost as if metered ({value} times chance).",
)
def quiet_fano(rhythms: tuple[Column, Column]) -> Column:
    """Variance of the gains between neighbouring days without a burst, over their mean: 1 is chance alone (Poisson)."""
    return rhythms[0]


@GROWTH.feature(
    unit="share difference",
    raises_suspicion=0,
    source="people keep a week, meters do not",
    unknown=_INEXACT,
    high="The day of the week explains {value} of how the gains differ, beyond chance.",
    low="The day of the week explains no more of how the gains differ than {value}, beyond chance.",
)
def weekday_rhythm(rhythms: tuple[Column, Column]) -> Column:
    """Adjusted R2 of the gains of quiet days on the day of the week."""
    return rhythms[1]


@derived
def follower_losses(days: Days) -> tuple[Column, Column]:
    """Losses as a share of all movement, and how evenly they fall on the days."""
    churn, evenness = gains.losses(days.gain.values, days.gain.starts)
    return Column(churn), Column(evenness)


@GROWTH.feature(
    unit="share",
    raises_suspicion=0,
    source="Aggarwal & Kumaraguru 2014: bought followers leave; while they still come, losses are the smaller share",
    unknown=_SHORT + ", or the count never changed",
    high="{value} of all movement were losses.",
    low="Only {value} of all movement were losses.",
)
def churn_share(follower_losses: tuple[Column, Column]) -> Column:
    """Followers lost on losing days over all followers won or lost."""
    return follower_losses[0]


@GROWTH.feature(
    unit="share",
    raises_suspicion=0,
    source="Aggarwal & Kumaraguru 2014: entropy of unfollowing",
    unknown=_SHORT + ", or no day lost followers",
    high="The losses fall evenly on the days (evenness {value}).",
    low="The losses fall on few days (evenness {value}).",
)
def loss_evenness(follower_losses: tuple[Column, Column]) -> Column:
    """Entropy of the daily losses over its maximum, the logarithm of the number of days."""
    return follower_losses[1]


@derived
def own_following(history_date: Events, history_following: Events) -> tuple[Column, Column]:
    """How much the number of accounts followed swings from day to day, and how often it rose and fell again."""
    days = days_of(history_date, history_following)
    swing, teeth = gains.sawing(days.gain.values, days.span.values, days.level.values, days.gain.starts)
    return Column(swing), Column(teeth)


@GROWTH.feature(
    unit="ratio",
    raises_suspicion=0,
    source="DeKoven et al. 2018: services follow and unfollow for their customers; the followers they win are real",
    unknown="fewer than 21 days of how many accounts it follows were seen",
    high="The number of accounts it follows changes by {value} of itself from day to day.",
    low="The number of accounts it follows hardly changes ({value} of itself a day).",
)
def following_swing(own_following: tuple[Column, Column]) -> Column:
    """Standard deviation of the daily change of followings, over their mean."""
    return own_following[0]


@GROWTH.feature(
    unit="count",
    raises_suspicion=0,
    source="DeKoven et al. 2018: follow, wait for the favour, unfollow",
    unknown="fewer than 21 days of how many accounts it follows were seen",
    high="{value} times the account followed many and unfollowed them again.",
    low="Only {value} times the account followed many and unfollowed them again.",
)
def follow_unfollow_count(own_following: tuple[Column, Column]) -> Column:
    """How often the followings rose by a tenth of their mean and fell by a tenth again."""
    return own_following[1]


@GROWTH.feature(
    unit="share difference",
    raises_suspicion=+1,
    source="Instagram's purge of December 2014: the top 100 lost 7.6 % on average, some buyers 37-56 %",
    unknown="no day on which the platform removed followers lies within the days seen",
    high="When the platform removed followers, the account lost {value} more of them than its peers.",
    low="When the platform removed followers, the account lost no more than its peers (difference {value}).",
)
def purge_loss(days: Days, peer_growth: PeerGrowth, accounts: AccountTable) -> Column:
    """Share of the followers lost on the platform's purge days, minus what the median account lost."""
    gain, peers = days.gain, peer_growth
    if not len(peers.purge_day):
        return Column(np.full(len(gain.starts) - 1, np.nan))
    platform = accounts.platform_codes
    return Column(
        gains.purged(
            gain.values, days.at.values, days.level.values, gain.starts, platform, peers.purge_platform, peers.purge_day, peers.purge_loss
        )
    )


@GROWTH.feature(
    unit="share",
    raises_suspicion=-1,
    source="Myers & Leskovec 2014: followers come with what is shared",
    unknown="fewer than three posts with likes within the days seen, or fewer than 20 exact days",
    high="The likes of the latest posts explain {value} of how the daily gains differ.",
    low="The likes of the latest posts explain only {value} of how the daily gains differ.",
)
def growth_on_posts(days: Days, post_posted_at: Events, post_likes: Events, typical_likes: Column) -> Column:
    """R2 of the daily gain on the likes of the posts of that day and, fading, of the two days before; 0 where it falls with them."""
    gain, posts = days.gain, post_posted_at
    return Column(
        coupling.gains_on_posts(
            gain.values, days.at.values, days.span.values, gain.starts, posts.values, post_likes.values, typical_likes.values, posts.starts
        )
    )
