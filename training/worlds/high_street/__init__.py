"""The high street: a world of influencers of thirteen kinds, whose followers are real records at a known share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training import pools
from training.mixtures import Tables
from training.pools import FollowerPool
from training.worlds.high_street import audiences, comments, growth, labels, people, posts, profiles, purchases, topics, vendors
from training.worlds.high_street.kinds import frequencies
from training.worlds.high_street.people import Floats, People
from training.worlds.high_street.vendors import Vendors

NAME = "high_street"
# Each optional table is missing for about one account in ten, whatever its label: nobody crawls everything. Without posts there are no
# comments either, so those are dropped on their own less often.
ABSENT = {"posts": 0.08, "comments": 0.04, "follower_sample": 0.10, "history": 0.10}


@dataclass(frozen=True)
class Setting:
    """What all parts of one world share: the shards of follower records, the vendors of each, and the organic off-topic median."""

    pool: str
    parts: list[FollowerPool]
    vendors: Vendors
    off_topic: Floats
    frequency: Floats


def setting(seed: np.random.SeedSequence, pool: FollowerPool | None = None, scenarios: Mapping[str, float] | None = None) -> Setting:
    """The street for a seed; `scenarios` weighs kinds of account, None is the natural mixture. Raises ValueError for unknown ones."""
    rng = np.random.default_rng(seed)
    pool = pool or pools.load("srf")
    parts = pools.shards(pool)
    return Setting(pool.name, parts, vendors.draw(rng, parts), topics.organic_median(rng), frequencies(scenarios))


def part(street: Setting, seed: np.random.SeedSequence, first: int, n: int) -> Tables:
    """The six tables and the truth of accounts `first` to `first + n`; the same seeds give the same tables."""
    # One stream per subject: what an account posts does not depend on what it bought.
    who, interest, order, event, date, grow, post, talk, follow, look, absent, stray = map(np.random.default_rng, seed.spawn(12))
    crowd = people.draw(who, first, n, pools.SHARES, street.frequency)
    ids = profiles.account_ids(crowd, NAME)
    interests = topics.draw(interest, crowd)
    orders = purchases.draw(order, crowd, street.vendors)
    events = growth.draw_events(event, crowd)
    dates = posts.calendar(date, crowd, events, interests)
    did, still_to_come = dates.by_day(n)
    unsolicited = audiences.background(stray, crowd)
    followers = growth.organic_series(grow, crowd, events, did, unsolicited) + purchases.series(order, orders, growth.purged(crowd))
    written = posts.draw(post, crowd, interests, events, dates, crowd.organic + orders.bought)
    total = crowd.organic + orders.bought
    accounts, names = profiles.table(look, crowd, ids, orders.bought, audiences.SAMPLE)
    drawn = audiences.draw(follow, crowd, orders, unsolicited, street.vendors, street.parts)
    sample, friends = audiences.table(follow, crowd, ids, drawn, orders, events, street.vendors, street.parts)
    following, post_count = (accounts[name].to_numpy() for name in ("following", "post_count"))
    tables = {
        "accounts": accounts,
        "posts": posts.table(post, crowd, ids, written),
        "comments": comments.table(talk, crowd, ids, names, written, interests, street.vendors, orders.vendor, friends, total),
        "follower_sample": sample,
        "history": growth.history(grow, crowd, ids, np.rint(followers).astype(np.int64), following, post_count, still_to_come),
        "labels": labels.table(crowd, ids, interests, orders, street.off_topic, f"{NAME}-{street.pool}"),
        "truth": labels.truth(crowd, ids, interests, orders, unsolicited, written.ties),
    }
    return _some_absent(absent, tables, ids, crowd)


def _some_absent(rng: np.random.Generator, tables: Tables, ids: pa.Array, crowd: People) -> Tables:
    gone = {name: rng.random(len(ids)) < rate for name, rate in ABSENT.items()}
    gone["comments"] |= gone["posts"] | crowd.trait("closed").astype(bool)
    gone["history"] |= crowd.trait("history").astype(np.int64) == 0
    return tables | {name: labels.without(tables[name], ids.filter(pa.array(lost))) for name, lost in gone.items()}
