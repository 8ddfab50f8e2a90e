"""What ordinary accounts look like, learnt from the accounts that fit: one file for each part of the reference."""

import numpy as np

from features.reference import Reference
from features.table import AccountTable
from training.pools import FollowerPool
from training.reference import audience, comments, engagement, growth, topics
from training.reference.ordinary import Ordinary

__all__ = ["Ordinary", "fit"]


def fit(table: AccountTable, rows: np.ndarray, bought: np.ndarray, seed: int, pool: FollowerPool | None = None) -> Reference:
    """A reference from the accounts `rows` of the table. bought: (n,) 1 where an account is labelled as having bought, else 0 or NaN.

    pool: labelled single followers; without them there is no score of a single follower. They may be in the samples of accounts that
    teach, never in those of accounts that calibrate or test.
    """
    chosen = np.zeros(table.n, dtype=bool)
    chosen[rows] = True
    ordinary = Ordinary(table, chosen, chosen & (bought != 1), seed, pool)
    return Reference(
        peer_engagement=engagement.fit(ordinary),
        peer_growth=growth.fit(ordinary),
        peer_audience=audience.fit(ordinary),
        peer_comments=comments.fit(ordinary),
        topic_vocabulary=topics.fit(ordinary),
    )
