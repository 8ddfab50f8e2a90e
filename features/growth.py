"""Growth: did the followers come day by day, or in bursts that no post explains?"""

from dataclasses import dataclass

from features import bursts as loops
from features import coupling, gains
from features.columns import Column, Events, clipped
from features.feature import Family, derived
from features.posts import MATURE_DAYS

GROWTH = Family("growth", "Did the followers come day by day, or in bursts?")

_SHORT = "fewer than 21 days of follower counts were seen, or fewer than one a week"


@dataclass(frozen=True)
class Days:
    """What each day of each account's history brought.

    gain: of each day, gaps shared evenly; at: the day; span: days that a gain was shared over, at the last of them, else 0.
    rounding: what the counts are rounded to, 1 for exact ones; level: the last count.
    """

    gain: Events
    at: Events
    span: Events
    rounding: Column
    level: Column


def days_of(date: Events, count: Events) -> Days:
    gain, at, span, starts, rounding, level = gains.daily(date.values, count.values, date.starts)
    return Days(Events(gain, starts), Events(at, starts), Events(span, starts), Column(rounding), Column(level))


@derived
def days(history_date: Events, history_followers: Events) -> Days:
    return days_of(history_date, history_followers)


@dataclass(frozen=True)
class Bursts:
    """Each day's excess over the usual gain, the strongest burst of each account, and all jumps together (features/bursts.py)."""

    excess: Events
    score: Column
    first_day: Column
    last_day: Column
    size: Column
    decay: Column
    lot_chance: Column
    refills: Column
    mass: Column


@derived
def bursts(days: Days) -> Bursts:
    gain = days.gain
    facts, excess = loops.bursts(gain.values, days.at.values, days.span.values, gain.starts, days.rounding.values, days.level.values)
    return Bursts(Events(excess, gain.starts), *map(Column, facts))


@GROWTH.feature(
    unit="z",
    raises_suspicion=+1,
    source="De Cristofaro et al. 2014 (like farms deliver in bursts); NATO StratCom 2022: 89 % delivered within a day",
    unknown=_SHORT,
    high="Followers came in a burst that stands out {value} times from the account's own days.",
    low="No day or week brought many more followers than usual (strongest: {value}).",
)
def growth_burst(bursts: Bursts) -> Column:
    """How far the strongest run of 1, 3 or 7 days stands out from the account's own usual gain, in standard deviations."""
    return bursts.score


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="Stringhini et al. 2013: market customers jump; size of the jump against the audience",
    unknown=_SHORT,
    high="{value} of the followers came in bursts within the days seen.",
    low="Bursts brought {value} of the followers within the days seen.",
)
def growth_burst_share(bursts: Bursts, followers: Column) -> Column:
    """Followers that came beyond the usual gain on burst days, as a share of all followers."""
    return clipped(bursts.mass / followers, 0.0, 1.0)


@derived
def gain_concentration(days: Days) -> tuple[Column, Column]:
    """Inequality of the daily gains, and the share of them that the three best days brought."""
    inequality, top = gains.concentration(days.gain.values, days.gain.starts, 3)
    return Column(inequality), Column(top)


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="concentration of gains; a purchase is a few days, an audience is many",
    unknown=_SHORT,
    high="Few days brought most of the new followers (Gini {value}).",
    low="The new followers came on more different days than with peers (Gini {value}).",
)
def growth_gini(gain_concentration: tuple[Column, Column]) -> Column:
    """Inequality of the daily gains (losses count as 0), 0 to 1."""
    return gain_concentration[0]


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="concentration of gains in the three best days",
    unknown=_SHORT,
    high="Three days brought {value} of all new followers.",
    low="The three best days brought {value} of all new followers, less than with peers.",
)
def growth_top_days_share(gain_concentration: tuple[Column, Column]) -> Column:
    """Share of all gains that the three best days brought."""
    return gain_concentration[1]


@derived
def burst_days(
    bursts: Bursts, days: Days, post_posted_at: Events, post_likes: Events, typical_likes: Column, observed_at: Column
) -> tuple[Column, Column]:
    """Share of the burst on days without a post near by, and on days without a post near by that did much better than usual."""
    alone, unexplained = coupling.burst_days(
        bursts.excess.values,
        days.at.values,
        days.at.starts,
        post_posted_at.values,
        post_likes.values,
        typical_likes.values,
        observed_at.values,
        MATURE_DAYS,
        post_posted_at.starts,
    )
    return Column(alone), Column(unexplained)


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="Myers & Leskovec 2014: organic bursts follow what the account did",
    unknown="no burst was seen, or the posts of those days were not",
    high="{value} of the burst came on days without a post of the account.",
    low="Only {value} of the burst came on days without a post of the account.",
)
def burst_without_post_share(burst_days: tuple[Column, Column]) -> Column:
    """Share of the burst's followers that came on days with no own post from two days before to one day after."""
    return burst_days[0]


@GROWTH.feature(
    unit="share",
    raises_suspicion=+1,
    source="Myers & Leskovec 2014: cascades bring followers; a burst without one has another cause",
    unknown="no burst was seen, or the likes of the posts of those days were not",
    high="{value} of the burst came without a post that did much better than usual.",
    low="Only {value} of the burst came without a post that did much better than usual.",
)
def burst_unexplained_share(burst_days: tuple[Column, Column]) -> Column:
    """Share of the burst's followers that came on days with no own post near by that got twice the usual likes."""
    return burst_days[1]


@GROWTH.feature(
    unit="share",
    raises_suspicion=0,
    source="NATO StratCom: 20 % (2019) and 7 % (2022) of bought followers had gone after four weeks; winners of giveaways leave too",
    unknown="no burst was seen, or not the week before it and the four weeks after it",
    high="{value} of the burst had left again after four weeks.",
    low="Only {value} of the burst had left again after four weeks.",
)
def burst_decay(bursts: Bursts) -> Column:
    """What the 28 days after the burst brought less than usual, as a share of the burst."""
    return bursts.decay


@GROWTH.feature(
    unit="share",
    raises_suspicion=-1,
    source="panels sell round lots and deliver up to 10 % more (Nevado-Catalan et al. 2023)",
    unknown="no burst of 100 followers or more was seen, or the counts are rounded too much to tell its size",
    high="The burst is of no size on sale ({value} of all sizes lie as near to a round lot).",
    low="The burst has the size of a lot on sale ({value} of all sizes lie as near to a round lot).",
)
def burst_lot_chance(bursts: Bursts) -> Column:
    """Chance that a burst of any size lies as near to 1, 2.5 or 5 times a power of ten, or up to a tenth above it."""
    return bursts.lot_chance


@GROWTH.feature(
    unit="count",
    raises_suspicion=+1,
    source="panels refill within 30 days what drops by 5 % or more",
    unknown=_SHORT,
    high="{value} times a jump made good what had been lost in the 30 days before.",
    low="Only {value} times a jump made good what had been lost in the 30 days before.",
)
def refill_count(bursts: Bursts) -> Column:
    """Jumps that brought the followers back to where they were before a loss of the last 30 days."""
    return bursts.refills
