"""Followers from day to day: steady growth, bursts after posts, giveaways, advertising, and what was delivered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.worlds.high_street.people import Floats, Ints, People
from training.worlds.moments import DAY_US, DAYS

EVENTS = ("none", "viral", "giveaway", "advertising")
# Modest rates of honest bursts; each of them has to be told from a purchase.
EVENT_SHARES = (0.80, 0.10, 0.05, 0.05)
UNFOLLOWS_PER_DAY = 2e-4


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
    daily = np.select(
        [people.growth == "dormant", people.growth == "follow_unfollow", people.buys == "early"], [0.1 * usual, 3 * usual, 2 * usual], usual
    )
    what = np.where(people.growth == "dormant", 0, rng.choice(len(EVENTS), n, p=EVENT_SHARES))
    gain = np.where(what == 0, 0.0, np.exp(rng.normal(np.log(0.08), 0.6, n)).clip(0.02, 0.35))
    return Events(what, rng.uniform(5, DAYS - 10, n), gain, np.minimum(daily, 0.006))


def organic_series(rng: np.random.Generator, people: People, events: Events, posted: Floats) -> Floats:
    """(n, DAYS) organic followers at the end of each day, ending with `people.organic`. `posted` (n, DAYS): how well a day's posts did."""
    n = people.n
    age = np.arange(DAYS - 1, -1, -1.0)
    day_of_week = (people.observed_us // DAY_US)[:, None] - age[None, :]
    weekly = 1 + 0.15 * np.sin(2 * np.pi * day_of_week / 7)
    recent = posted + 0.5 * np.roll(posted, 1, axis=1) + 0.25 * np.roll(posted, 2, axis=1)
    mean = people.organic[:, None] * events.daily[:, None] * weekly * (0.6 + 0.5 * recent) + 1e-3
    mean += people.organic[:, None] * events.gain[:, None] * _event_shape(events, age)
    fano = np.exp(rng.uniform(np.log(2), np.log(50), (n, 1)))
    gained = rng.poisson(rng.standard_gamma(mean / (fano - 1)) * (fano - 1))
    lost = rng.poisson(people.organic[:, None] * (UNFOLLOWS_PER_DAY + _after_event(events, age)))
    net = np.clip(gained - lost, -0.05 * people.organic[:, None], None).astype(np.float64)
    # Nobody's history starts below a third of today.
    total = net.sum(axis=1, keepdims=True)
    net *= np.minimum(1.0, 0.66 * people.organic[:, None] / np.maximum(total, 1.0))
    later = net.sum(axis=1, keepdims=True) - np.cumsum(net, axis=1)
    return np.asarray(people.organic[:, None] - np.rint(later))


def _event_shape(events: Events, age: Floats) -> Floats:
    """(n, DAYS) the share of an event's gain that arrives on each day: most bursts decay, advertising runs evenly for two weeks."""
    passed = np.floor(events.age)[:, None] - age
    decaying = np.where((passed >= 0) & (passed < 10), 0.5 ** np.maximum(passed, 0.0) / 2, 0.0)
    even = ((passed >= 0) & (passed < 14)) / 14
    return np.where((events.what == 3)[:, None], even, decaying)


def _after_event(events: Events, age: Floats) -> Floats:
    """Extra unfollows per follower and day: winners of nothing leave a giveaway, and some leave after every burst."""
    passed = events.age[:, None] - age
    leaving = np.select([events.what == 2, events.what == 1], [0.4, 0.1], 0.0) * events.gain
    return np.where((passed > 5) & (passed <= 35), leaving[:, None] / 30, 0.0)


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
    return pa.table(
        {
            "account_id": ids.take(pa.array(np.repeat(np.arange(n), DAYS))),
            "date": pa.array((today - age).ravel().astype(np.int32), pa.int32()).cast(pa.date32()),
            "followers": pa.array(followers.ravel()),
            "following": pa.array(follows.ravel().astype(np.int64)),
            "post_count": pa.array(np.maximum(post_count[:, None] - still_to_come, 0).ravel()),
        }
    )
