"""Growth: did the followers come day by day, or in bursts that no post explains?"""

from features import gains
from features.columns import Column, Events, clipped, gini, total
from features.feature import Family, derived

GROWTH = Family("growth", "Did the followers come day by day, or in bursts?")

_SHORT = "fewer than 21 days of follower counts were seen"


def followers_then(at: Events, followers: Column, history_date: Events, history_followers: Events) -> Events:
    """The follower count on the day of each event: the last one known by then, else the first one known, else today's."""
    return Events(
        gains.count_at(at.values, at.starts, followers.values, history_date.values, history_followers.values, history_date.starts),
        at.starts,
    )


@derived
def daily_gains(history_date: Events, history_followers: Events) -> tuple[Events, Events]:
    """Followers won each day (days without a count share the gain of their gap evenly), and the days."""
    won, days, starts = gains.daily(history_date.values, history_followers.values, history_date.starts)
    return Events(won, starts), Events(days, starts)


@derived
def bursts(daily_gains: tuple[Events, Events]) -> tuple[Column, Events]:
    """How far the strongest burst of 1, 3 or 7 days stands out, and how many followers each day brought beyond its usual gain."""
    won, _ = daily_gains
    score, excess = gains.bursts(won.values, won.starts)
    return Column(score), Events(excess, won.starts)


@GROWTH.feature(
    unit="z",
    raises_suspicion=+1,
    source="De Cristofaro et al. 2014 (like farms deliver in bursts); NATO StratCom 2022: 89 % delivered within a day",
    unknown=_SHORT,
    high="Followers came in a burst that stands out {value} times from the account's own days.",
    low="No day or week brought many more followers than usual (strongest: {value}).",
)
def growth_burst(bursts: tuple[Column, Events]) -> Column:
    """How far the strongest run of 1, 3 or 7 days stands out from the account's own usual gain, in standard deviations."""
    return bursts[0]


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="Stringhini et al. 2013: market customers jump; size of the jump against the audience",
    unknown=_SHORT,
    high="{value} of the followers came in bursts within the days seen.",
    low="Bursts brought {value} of the followers within the days seen.",
)
def growth_burst_share(bursts: tuple[Column, Events], followers: Column) -> Column:
    """Followers that came beyond the usual gain on burst days, as a share of all followers."""
    return clipped(total(bursts[1]) / followers, 0.0, 1.0)


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="concentration of gains; a purchase is a few days, an audience is many",
    unknown=_SHORT,
    high="Few days brought most of the new followers (Gini {value}).",
    low="The new followers came on more different days than with peers (Gini {value}).",
)
def growth_gini(daily_gains: tuple[Events, Events]) -> Column:
    """Inequality of the daily gains (losses count as 0), 0 to 1."""
    won, _ = daily_gains
    return gini(won * (won > 0), at_least=20)


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="concentration of gains in the three best days",
    unknown=_SHORT,
    high="Three days brought {value} of all new followers.",
    low="The three best days brought {value} of all new followers, less than with peers.",
)
def growth_top_days_share(daily_gains: tuple[Events, Events]) -> Column:
    """Share of all gains that the three best days brought."""
    won, _ = daily_gains
    return Column(gains.top_share(won.values, won.starts, 3))


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="Myers & Leskovec 2014: organic bursts follow what the account did",
    unknown="no burst was seen, or the posts of those days were not",
    high="{value} of the burst came on days without a post of the account.",
    low="Only {value} of the burst came on days without a post of the account.",
)
def burst_without_post_share(bursts: tuple[Column, Events], daily_gains: tuple[Events, Events], post_posted_at: Events) -> Column:
    """Share of the burst's followers that came on days with no own post from two days before to one day after."""
    excess, (_, days) = bursts[1], daily_gains
    return Column(gains.without_post(excess.values, days.values, days.starts, post_posted_at.values, post_posted_at.starts))
