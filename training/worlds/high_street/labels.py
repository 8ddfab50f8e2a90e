"""What is true of each account, for every head, and where that truth comes from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from training.mixtures import bought_value
from training.worlds import moments
from training.worlds.high_street import topics
from training.worlds.high_street.kinds import NAMES
from training.worlds.high_street.people import Floats, People
from training.worlds.high_street.purchases import Purchases
from training.worlds.high_street.topics import Interests

# Half of what accounts of the size usually manage in replies and address is where depersonalised begins.
DEPERSONALISED_BELOW = 0.5


def table(people: People, ids: pa.Array, interests: Interests, orders: Purchases, off_topic: Floats, pool: str) -> pa.Table:
    """Four rows per account. `source` is "<pool>/<shard>/<vendor>", the same for all heads of an account: they stand or fall together."""
    n = people.n
    share = orders.share(people.organic)
    values = {
        "bought_followers": bought_value(share),
        "bought_engagement": people.engagement != "own",
        "diluted_audience": topics.diluted(interests, people, off_topic),
        "depersonalised_audience": people.personal < DEPERSONALISED_BELOW * people.personal_expected,
    }
    vendor = vendors_of(people, orders)
    source = np.char.add(np.char.add(f"{pool}/", people.shard.astype(str)), np.char.add("/", vendor))
    heads = list(values)
    stacked = np.stack([values[head].astype(np.int64) for head in heads], axis=1)
    known = np.zeros((n, len(heads)), dtype=bool)
    known[:, 0] = True
    every = pa.array(np.repeat(np.arange(n), len(heads)))
    return pa.table(
        {
            "account_id": ids.take(every),
            "head": pa.array(heads * n, pa.large_string()),
            "value": pa.array(stacked.ravel()),
            "share": pa.array(np.repeat(share, len(heads)), mask=~known.ravel()),
            "source": pa.array(source, pa.large_string()).take(every),
            "by": pa.repeat(pa.scalar("synthetic world high_street", pa.large_string()), n * len(heads)),
            "at": moments.column(people.observed_us).take(every),
        }
    )


def vendors_of(people: People, orders: Purchases) -> npt.NDArray[np.str_]:
    """(n,) from whom followers or packages came, "none" where nothing was ordered."""
    served = (orders.bought > 0) | np.isin(people.engagement, ("packages", "proportional"))
    return np.where(served, np.char.add("vendor-", orders.vendor.astype(str)), "none")


def truth(people: People, ids: pa.Array, interests: Interests, orders: Purchases, unsolicited: Floats, ties: Floats) -> pa.Table:
    """One row per account with the columns of scenarios.TRUTH.

    diluted_share: share of the audience that cares neither for the person nor for the topic, averaged over the latest posts. bought_dex:
    likes per follower with these bought followers against without any. `ties` (n,): dex of likes lost with the tie to the person.
    """
    share = orders.share(people.organic)
    return pa.table(
        {
            "account_id": ids,
            "scenario": pa.array(np.array(NAMES)[people.kind], pa.large_string()),
            "vendor": pa.array(vendors_of(people, orders), pa.large_string()),
            "bought_share": pa.array(share),
            "unsolicited_share": pa.array(unsolicited * (1 - share)),
            "diluted_share": pa.array(interests.off_topic),
            "bought_dex": pa.array(np.log10(1 - share)),
            "diluted_dex": pa.array(interests.lost_dex),
            "depersonalised_dex": pa.array(ties),
        }
    )


def without(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["account_id"], value_set=ids)))
