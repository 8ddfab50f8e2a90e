"""Has the account become a general store, whose followers care for a part of it only?"""

import numpy as np

from models.head import BaseRate, Head


def label(value: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Dilution has no truth outside a definition: the share of followers whose topic affinity lies below the organic median of
    the niche. Whoever labels applies it; the label is taken as it is."""
    del share
    return value


DILUTED_AUDIENCE = Head(
    name="diluted_audience",
    question="Do most followers care only for a part of what the account posts?",
    families=("profile", "engagement", "comments", "focus"),
    label=label,
    base_rate=BaseRate(0.20, "no public source exists; an assumption, set AUTHENTICITY_BASE_RATE_DILUTED_AUDIENCE to yours"),
    needs=("posts",),
)
