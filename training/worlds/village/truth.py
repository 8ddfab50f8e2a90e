"""What is true of each account: four labels by the rules of the heads, and what the village knows beyond them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.mixtures import bought_value
from training.worlds import moments
from training.worlds.scenarios import SCENARIOS, TRUTH
from training.worlds.village import interests
from training.worlds.village.crowds import FIRST_LOT, REAL, UNSOLICITED
from training.worlds.village.interests import Interests
from training.worlds.village.orders import Orders
from training.worlds.village.posts import BOT_LIKES, CLOSENESS
from training.worlds.village.residents import Flags, Floats, Residents
from training.worlds.village.town import Town
from training.worlds.village.vendors import PER_SHARD

# In organic accounts half of the followers care less than the median, give or take; where so many do, the account has lost them.
DILUTED_FROM = 0.72
# Half of what accounts of the size usually manage in replies and address, as the head has it.
DISTANT_BELOW = 0.5


@dataclass(frozen=True)
class Truth:
    """Columns of length n; shares 0-1, dex 0 or below."""

    bought: Floats
    unsolicited: Floats
    diluted: Floats
    bought_dex: Floats
    diluted_dex: Floats
    distant_dex: Floats


def of(town: Town) -> Truth:
    who, crowds, topics = town.who, town.crowds, town.interests
    newer = town.audience.newer[:, -1]
    real = crowds.now[:, :REAL]
    # What the same followers would give had the account kept to what they came for.
    unchanged = Interests(topics.early, topics.early, topics.turn, topics.person, topics.care)
    now, before = interests.cares(topics, newer), interests.cares(unchanged, newer)
    caring = (real * topics.care).sum(axis=1) * now + BOT_LIKES * crowds.now[:, UNSOLICITED]
    # What as many followers would give were they all like those that nobody bought.
    sold = crowds.now[:, FIRST_LOT:].sum(axis=1)
    share = crowds.bought_share
    return Truth(
        bought=share,
        unsolicited=crowds.unsolicited_share,
        diluted=interests.below(topics, newer, real.astype(np.float64), town.scene.median[who.niche]),
        bought_dex=np.minimum(np.log10((caring + BOT_LIKES * sold) / caring * (1 - share)), 0.0),
        diluted_dex=np.minimum(np.log10(now / before), 0.0),
        distant_dex=np.minimum(CLOSENESS * np.log10(who["personal"]), 0.0),
    )


def sources(who: Residents, orders: Orders, world: str) -> tuple[pa.Array, pa.Array]:
    """Vendor of each account, or "none", and "<world>/<shard>/<vendor>"."""
    customer = orders.any | served(who)
    vendor = np.where(customer, np.char.add("vendor-", (orders.vendor % PER_SHARD).astype(str)), "none")
    source = np.char.add(np.char.add(f"{world}/", who.shard.astype(str)), np.char.add("/", vendor))
    return pa.array(vendor, pa.large_string()), pa.array(source, pa.large_string())


def served(who: Residents) -> Flags:
    """Accounts that order likes or comments."""
    return np.asarray(who["likes_bought"] + who["likes_matched"] + who["comments_bought"] > 0)


def labels(who: Residents, ids: pa.Array, known: Truth, source: pa.Array, world: str) -> pa.Table:
    """Four rows per account; all carry one source, so they stand or fall together."""
    values = {
        "bought_followers": bought_value(known.bought),
        "bought_engagement": (served(who) | (who["pod"] >= 1)).astype(np.int64),
        "diluted_audience": (known.diluted >= DILUTED_FROM).astype(np.int64),
        "depersonalised_audience": (who["personal"] < DISTANT_BELOW).astype(np.int64),
    }
    heads, n = list(values), who.n
    every = pa.array(np.repeat(np.arange(n), len(heads)))
    of_followers = np.tile(np.arange(len(heads)) == heads.index("bought_followers"), n)
    return pa.table(
        {
            "account_id": ids.take(every),
            "head": pa.array(heads * n, pa.large_string()),
            "value": pa.array(np.stack(list(values.values()), axis=1).ravel()),
            "share": pa.array(np.repeat(known.bought, len(heads)), mask=~of_followers),
            "source": source.take(every),
            "by": pa.repeat(pa.scalar(f"synthetic world {world}", pa.large_string()), n * len(heads)),
            "at": moments.column(who.observed_us).take(every),
        }
    )


def table(who: Residents, ids: pa.Array, known: Truth, vendor: pa.Array) -> pa.Table:
    """One row per account, in the form of TRUTH."""
    columns = [
        *(ids, pa.array(np.array(SCENARIOS)[who.scenario], pa.large_string()), vendor),
        *map(pa.array, (known.bought, known.unsolicited, known.diluted, known.bought_dex, known.diluted_dex, known.distant_dex)),
    ]
    return pa.Table.from_arrays(columns, schema=TRUTH)
