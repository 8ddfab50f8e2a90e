"""Do likes or comments come from packages or pods rather than from people who care?"""

import numpy as np

from models.head import BaseRate, Head


def label(value: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Yes where packages were ordered or a pod agreed upon for posts of the last year (Sen et al. 2018; Weerasinghe et al. 2020), whoever
    ordered them. One giveaway, one viral post or a fan club that comments in step is a no. The share of purchased-type FOLLOWERS, the only
    share a label carries, answers another question: nothing follows from it, so whoever labels says yes or no."""
    del share
    return value


BOUGHT_ENGAGEMENT = Head(
    name="bought_engagement",
    question="Does a part of the likes or comments come from packages or pods?",
    # Not the followers: bought likes would cancel bought followers in one head, and a buyer of both be cleared by either (method.md 6).
    families=("profile", "engagement", "comments"),
    label=label,
    base_rate=BaseRate(
        0.15,
        "no count of accounts exists: a vendor's 34 % (2019) to over 50 % (2021) mean fraud of any kind (HypeAuditor), of which this is a "
        "part; an assumption, set AUTHENTICITY_BASE_RATE_BOUGHT_ENGAGEMENT to yours",
    ),
    # Not posts alone: likes that lie like a package clear up once comments are seen, and without them 3.7-4.9 % of clean accounts were
    # flagged where 1 % may be (`bench`, step subsets).
    needs=("comments",),
    # Each is what an order leaves behind, so ordering more must not clear anybody. How evenly likes lie, how many comments a like brings,
    # how early or how concentrated comments are goes up with some orders and down with others; emoji, stock phrases and people who
    # comment together are also what fans do (method.md 1.2). Those stay free.
    directions={
        "engagement_residual": +1,
        "likes_beyond_views_share": +1,
        "like_package_share": +1,
        "comment_delay_misfit": +1,
        "comment_near_duplicate_share": +1,
        "comment_mattr": -1,
        "comment_topicality": -1,
    },
    # Bought likes bring too few comments, bought comments and pods too many. A sum took it for a sign of pods alone: of clean accounts that
    # bought a thousand likes a post, 58 % scored lower than before. Without it 99 % score higher, at the same average precision.
    either_way=frozenset({"comment_like_residual"}),
)
