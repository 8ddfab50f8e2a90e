"""The village: a world of comings and goings, in which every count is the sum of what followers did and why they came."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.mixtures import Tables
from training.pools import FollowerPool
from training.worlds.village import (
    captions,
    comments,
    crowds,
    encounters,
    faces,
    followers,
    interests,
    line,
    residents,
    talk,
    town,
    truth,
    vendors,
)
from training.worlds.village.town import Setting

NAME = "village"
# Nobody crawls everything: each table is missing for some accounts, whatever they did.
MISSING = {"posts": 0.07, "comments": 0.06, "follower_sample": 0.10, "history": 0.12}


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
    settled, face, look, speak, write, text, read, gone = seed.spawn(8)
    place = town.settle(scene, settled, first, n)
    drawing = np.random.default_rng(face)
    names = faces.owners(drawing, place.who)
    rng = np.random.default_rng(look)
    method, size = faces.sampling(rng, place.who, place.crowds.followers)
    row, rank = line.sample(rng, place.crowds.followers, method, size)
    said = talk.draw(np.random.default_rng(speak), place)
    accounts = faces.table(drawing, place.who, place.ids, names, place.crowds, place.posts, method)
    known = truth.of(place)
    vendor, source = truth.sources(place.who, place.orders, NAME)
    tables = {
        "accounts": accounts,
        "posts": captions.table(np.random.default_rng(write), place.who, place.ids, place.post_ids, place.posts),
        "comments": comments.table(np.random.default_rng(text), place, names[0], said),
        "follower_sample": followers.table(np.random.default_rng(read), place, encounters.meet(place, row, rank)),
        "history": faces.history(place.who, place.ids, place.crowds, place.posts, accounts["post_count"].to_numpy()),
        "labels": truth.labels(place.who, place.ids, known, source, NAME),
    }
    return _crawled(np.random.default_rng(gone), tables, place.ids) | {"truth": truth.table(place.who, place.ids, known, vendor)}


def _crawled(rng: np.random.Generator, tables: Tables, ids: pa.Array) -> Tables:
    lost = {name: rng.random(len(ids)) < chance for name, chance in MISSING.items()}
    lost["comments"] |= lost["posts"]
    return tables | {name: _without(tables[name], ids.filter(pa.array(mine))) for name, mine in lost.items()}


def _without(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["account_id"], value_set=ids)))
