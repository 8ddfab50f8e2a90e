"""The village: a world of comings and goings, in which every count is the sum of what followers did and why they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.mixtures import Tables
from training.pools import FollowerPool
from training.worlds.village import (
    captions,
    clock,
    comments,
    crowds,
    faces,
    followers,
    interests,
    line,
    orders,
    posts,
    residents,
    talk,
    truth,
    vendors,
)
from training.worlds.village.residents import Floats
from training.worlds.village.vendors import Vendors

NAME = "village"
# Nobody crawls everything: each table is missing for some accounts, whatever they did.
MISSING = {"posts": 0.07, "comments": 0.06, "follower_sample": 0.10, "history": 0.12}


@dataclass(frozen=True)
class Setting:
    """What all parts share: vendors, the platforms' clearings, how much organic followers care, the chances of the scenarios, and the
    number that makes the ids of vendors' stocks and pods the same in every part."""

    vendors: Vendors
    cleared: Floats
    median: Floats
    chances: Floats
    natural: bool
    salt: int


def setting(seed: np.random.SeedSequence, pool: FollowerPool | None = None, scenarios: Mapping[str, float] | None = None) -> Setting:
    """`scenarios`: weights of the scenarios to draw; None is the natural mixture, in which troubles also come together.

    `pool` is of no use here: followers come from classes with published numbers, not from records. Raises ValueError for unknown
    scenarios or weights without sense.
    """
    del pool
    chances = residents.weights(scenarios)
    sell, clear, care, number = (np.random.default_rng(child) for child in seed.spawn(4))
    return Setting(
        vendors.draw(sell), crowds.clearings(clear), interests.organic_median(care), chances, scenarios is None, int(number.integers(2**32))
    )


def part(scene: Setting, seed: np.random.SeedSequence, first: int, n: int) -> Tables:
    """The tables of accounts `first` to `first + n`, and "truth" beside them; the same seeds give the same tables."""
    # One stream per subject, so that a purchase does not change what is posted.
    who_, date, taste, order, come, stand, post, write, speak, text, face, look, gone = (
        np.random.default_rng(child) for child in seed.spawn(13)
    )
    who = residents.draw(who_, first, n, scene.chances, scene.natural)
    time, dates = clock.of(who["life"]), posts.calendar(date, who)
    topics = interests.draw(taste, who.niche, who.topics, who["core"], who["event_care"])
    bought = orders.draw(order, who, time, scene.vendors, crowds.background(who))
    crowd = crowds.draw(come, who, time, bought, scene.vendors, scene.cleared, dates.pulse(who))
    queue, people = line.of(stand, crowd, bought), interests.audience(topics, crowd, time)
    written = posts.draw(post, who, dates, time, crowd, people, topics, bought)
    ids, names, post_id = faces.account_ids(who), faces.owners(face, who), captions.post_ids(who, written)
    method, size = faces.sampling(look, who, crowd.followers)
    shelf = look.integers(0, followers.SOLD_SO_FAR, n)
    salts = int(look.integers(2**32)), scene.salt
    row, rank = line.sample(look, crowd.followers, method, size)
    sampled = followers.find(who, queue, time, topics, bought, shelf, salts, row, rank)
    said = talk.draw(speak, who, written, queue, time, topics, bought, scene.vendors, shelf, salts)
    accounts = faces.table(face, who, ids, names, crowd, written, method)
    known = truth.of(who, crowd, topics, people, scene.median)
    vendor, source = truth.sources(who, bought, NAME)
    tables = {
        "accounts": accounts,
        "posts": captions.table(write, who, ids, post_id, written),
        "comments": comments.table(text, who, ids, names[0], post_id, written, said, bought, scene.vendors),
        "follower_sample": followers.table(look, who, ids, sampled, bought, scene.vendors),
        "history": faces.history(who, ids, crowd, written, accounts["post_count"].to_numpy()),
        "labels": truth.labels(who, ids, known, source, NAME),
    }
    return _crawled(gone, tables, ids) | {"truth": truth.table(who, ids, known, vendor)}


def _crawled(rng: np.random.Generator, tables: Tables, ids: pa.Array) -> Tables:
    lost = {name: rng.random(len(ids)) < chance for name, chance in MISSING.items()}
    lost["comments"] |= lost["posts"]
    return tables | {name: _without(tables[name], ids.filter(pa.array(mine))) for name, mine in lost.items()}


def _without(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["account_id"], value_set=ids)))
