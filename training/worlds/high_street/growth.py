"""Followers from day to day: steady growth, bursts after posts, giveaways, advertising, and what was delivered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.worlds.high_street import marginals
from training.worlds.high_street.people import PLATFORMS, Floats, Ints, People
from training.worlds.moments import DAY_US, DAYS, LOOK_US

EVENTS = ("none", "viral", "giveaway", "advertising", "boost", "migration", "purge")
# Modest rates of honest bursts; each of them has to be told from a purchase.
EVENT_SHARES = (0.80, 0.10, 0.05, 0.05, 0.0, 0.0, 0.0)
VIRAL, GIVEAWAY, ADVERTISING, BOOST, MIGRATION, PURGE = range(1, len(EVENTS))
UNFOLLOWS_PER_DAY = 2e-4
# The days, before the look, on which platforms removed followers; one or two a year (method.md 5.3).
PURGED = {"instagram": 41.0, "x": 62.0}
# The variance of a day against that of the week it is part of, when days vary half together.
DAYS_OF_NOISE = 2.0


@dataclass(frozen=True)
class Events:
    """One notable thing that may have happened to each account: what, how many days ago, and its gain over today's followers; all (n,)."""

    what: Ints
    age: Floats
    gain: Floats
    daily: Floats


def draw_events(rng: np.random.Generator, people: People) -> Events:
    """`daily` (n,) is the usual growth per follower and day."""
    n = people.n
    usual = np.exp(rng.normal(np.log(8e-4), 0.8, n))
    slow = np.isin(people.growth, ("dormant", "seasonal"))
    daily = np.select([slow, people.growth == "follow_unfollow", people.buys == "early"], [0.1 * usual, 3 * usual, 2 * usual], usual)
    daily = np.minimum(daily, 0.006)
    # Who began weeks ago has gained nearly all of its followers since.
    daily = np.where(people.growth == "newcomer", 1.5 / people.life_days, daily)
    by_chance = rng.choice(len(EVENTS), n, p=EVENT_SHARES)
    said = people.trait("event")
    what = np.select([said == event for event in EVENTS], list(range(len(EVENTS))), by_chance)
    gain = np.where(what == 0, 0.0, np.exp(rng.normal(np.log(0.08), 0.6, n)).clip(0.02, 0.35))
    own_gain = people.between(rng, "gain")
    gain = np.where(np.isnan(own_gain), gain, own_gain)
    return Events(what, rng.uniform(5, DAYS - 10, n), gain, daily)


def purged(people: People) -> Floats:
    """(n,) how many days ago each account's platform removed followers in bulk, NaN where it has not lately."""
    day = np.array([PURGED.get(platform, np.nan) for platform in PLATFORMS])[people.platform]
    ago = day + people.observed_us // DAY_US - LOOK_US // DAY_US
    return np.where(ago < people.life_days, ago, np.nan)


def organic_series(rng: np.random.Generator, people: People, events: Events, posted: Floats, unsolicited: Floats) -> Floats:
    """(n, DAYS) organic followers at the end of each day, ending with `people.organic`.

    `posted` (n, DAYS): how well a day's posts did; `unsolicited` (n,): the share that a purge finds.
    """
    n = people.n
    age = np.arange(DAYS - 1, -1, -1.0)
    day_of_week = (people.observed_us // DAY_US)[:, None] - age[None, :]
    weekly = 1 + 0.15 * np.sin(2 * np.pi * day_of_week / 7)
    recent = posted + 0.5 * np.roll(posted, 1, axis=1) + 0.25 * np.roll(posted, 2, axis=1)
    mean = people.organic[:, None] * events.daily[:, None] * weekly * (0.8 + 0.3 * recent) + 1e-3
    mean += people.organic[:, None] * np.where(events.what == PURGE, 0.0, events.gain)[:, None] * _event_shape(events, age)
    # What varies beyond counting goes with the gain itself, so small accounts are left with little more than chance.
    shape = DAYS_OF_NOISE * marginals.sample(rng, "growth_noise", n)[:, None].clip(0.05) ** 2
    gained = rng.poisson(mean * rng.standard_gamma(1 / shape, (n, DAYS)) * shape)
    today = purged(people)[:, None] == age
    found = np.where(today, (unsolicited * rng.uniform(0.05, 0.30, n))[:, None], 0.0)
    lost = rng.poisson(people.organic[:, None] * (UNFOLLOWS_PER_DAY + found + _after_event(events, age)))
    net = np.clip(gained - lost, -0.10 * people.organic[:, None], None).astype(np.float64)
    # No history starts below a third of today, a newcomer's excepted.
    total = net.sum(axis=1, keepdims=True)
    most = np.where(people.growth == "newcomer", 0.97, 0.66)[:, None]
    net *= np.minimum(1.0, most * people.organic[:, None] / np.maximum(total, 1.0))
    later = net.sum(axis=1, keepdims=True) - np.cumsum(net, axis=1)
    return np.asarray(people.organic[:, None] - np.rint(later))


def _as_shown(people: People, followers: Ints) -> Ints:
    """YouTube tells everybody three digits of a count, rounded down."""
    unit = 10 ** np.maximum(np.floor(np.log10(np.maximum(followers, 1))).astype(np.int64) - 2, 0)
    return np.asarray(np.where(people.on("youtube")[:, None], followers // unit * unit, followers))


def _event_shape(events: Events, age: Floats) -> Floats:
    """(n, DAYS) the share of an event's gain that arrives on each day: most bursts decay, advertising runs evenly for two weeks."""
    passed = np.floor(events.age)[:, None] - age
    decaying = np.where((passed >= 0) & (passed < 10), 0.5 ** np.maximum(passed, 0.0) / 2, 0.0)
    even = ((passed >= 0) & (passed < 14)) / 14
    swelling = np.clip(1 - np.abs(passed - 6) / 6, 0, 1) / 6
    at_once = np.select([passed == 0, passed == 1], [0.7, 0.3], 0.0)
    what = events.what[:, None]
    return np.select([what == ADVERTISING, what == BOOST, what == MIGRATION], [even, swelling, at_once], decaying)


def _after_event(events: Events, age: Floats) -> Floats:
    """Extra unfollows per follower and day: winners of nothing leave a giveaway, and some leave after every burst."""
    passed = events.age[:, None] - age
    leaving = np.select([events.what == GIVEAWAY, events.what == VIRAL], [0.4, 0.1], 0.0) * events.gain
    removed = np.where((events.what == PURGE)[:, None] & (passed >= 0) & (passed < 1), events.gain[:, None], 0.0)
    return np.where((passed > 5) & (passed <= 35), leaving[:, None] / 30, 0.0) + removed


def history(
    rng: np.random.Generator, people: People, ids: pa.Array, followers: Ints, following: Ints, post_count: Ints, still_to_come: Ints
) -> pa.Table:
    """The history table from `followers` (n, DAYS), today's `following` and `post_count` (n,), and the posts yet to come after a day."""
    n = people.n
    today = (people.observed_us // DAY_US)[:, None]
    age = np.arange(DAYS - 1, -1, -1)
    # Follow and unfollow again: a saw with teeth of two to three weeks.
    period = rng.integers(12, 22, (n, 1))
    tooth = ((age + rng.integers(0, 22, (n, 1))) % period) / period
    sawing = (people.growth == "follow_unfollow")[:, None]
    follows = np.rint(following[:, None] * np.where(sawing, 1 - 0.45 * tooth, 1 - age * rng.uniform(0, 0.002, (n, 1))))
    # Nothing is known from before an account began, or before what its owner left to see.
    known = age < np.minimum(people.trait("history").astype(np.float64), np.ceil(people.life_days))[:, None]
    rows = pa.table(
        {
            "account_id": ids.take(pa.array(np.repeat(np.arange(n), DAYS))),
            "date": pa.array((today - age).ravel().astype(np.int32), pa.int32()).cast(pa.date32()),
            "followers": pa.array(_as_shown(people, followers).ravel()),
            "following": pa.array(follows.ravel().astype(np.int64)),
            "post_count": pa.array(np.maximum(post_count[:, None] - still_to_come, 0).ravel()),
        }
    )
    return rows.filter(pa.array(known.ravel()))
