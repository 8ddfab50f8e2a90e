"""What happened in a part of the village, before anybody looks: accounts, crowds, orders, posts, and the line of followers of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.worlds.village import captions, clock, crowds, faces, interests, line, orders, posts, residents
from training.worlds.village.clock import Clock
from training.worlds.village.crowds import Crowds
from training.worlds.village.interests import Audience, Interests
from training.worlds.village.line import Line
from training.worlds.village.orders import Orders
from training.worlds.village.posts import Posts
from training.worlds.village.residents import Floats, Ints, Residents
from training.worlds.village.vendors import Vendors

# Every vendor has sold from one stock since it opened, so customers of one time share followers: this much of it is gone.
SOLD_SO_FAR = 400_000


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


@dataclass(frozen=True)
class Town:
    """`shelf` (n,): where in its vendor's stock each account's orders begin. `salt`: the number of the part's own ids."""

    scene: Setting
    who: Residents
    clock: Clock
    interests: Interests
    orders: Orders
    crowds: Crowds
    audience: Audience
    line: Line
    posts: Posts
    ids: pa.Array
    post_ids: pa.Array
    shelf: Ints
    salt: int


def settle(scene: Setting, seed: np.random.SeedSequence, first: int, n: int) -> Town:
    """Accounts `first` to `first + n` and all that happened to them up to the look."""
    # One stream per subject, so that a purchase does not change what is posted.
    live, date, taste, order, come, stand, post, number = (np.random.default_rng(child) for child in seed.spawn(8))
    who = residents.draw(live, first, n, scene.chances, scene.natural)
    time, dates = clock.of(who["life"]), posts.calendar(date, who)
    cares = interests.draw(taste, who.niche, who.topics, who["core"], who["event_care"])
    ordered = orders.draw(order, who, time, scene.vendors, crowds.background(who))
    crowd = crowds.draw(come, who, time, ordered, scene.vendors, scene.cleared, dates.pulse(who))
    audience = interests.audience(cares, crowd, time)
    written = posts.draw(post, who, dates, time, crowd, audience, cares)
    return Town(
        *(scene, who, time, cares, ordered, crowd, audience, line.of(stand, crowd, ordered), written),
        *(faces.account_ids(who), captions.post_ids(who, written), number.integers(0, SOLD_SO_FAR, n), int(number.integers(2**32))),
    )
