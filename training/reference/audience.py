"""The background of creation dates of followers."""

import numpy as np

from features.reference import PeerAudience
from training.reference.ordinary import Ordinary

GRID_DAYS = 30.0
FEWEST = 1_000


def fit(ordinary: Ordinary) -> PeerAudience:
    """Cumulative share of creation dates on a grid of 30 days."""
    born = ordinary.inputs("follower_created_at")["follower_created_at"].values
    born = born[ordinary.chosen[ordinary.owner("follower_sample")]]
    known = np.sort(born[np.isfinite(born)])
    if len(known) < FEWEST:
        return PeerAudience()
    edges = np.arange(known[0] - GRID_DAYS, known[-1] + 2 * GRID_DAYS, GRID_DAYS)
    return PeerAudience(edges, np.searchsorted(known, edges, side="right") / len(known))
