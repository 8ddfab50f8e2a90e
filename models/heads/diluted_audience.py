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
    # How much better a comment can fit its own post than the others grows with their variety, whatever the audience does.
    left_out=frozenset({"comment_topicality"}),
    # The marks of a store whose customers come for one shelf: likes that depend on the topic and fall away from the main one, people who
    # do not come back for another, posts that agree less with each other than they did. How many topics there are has no sign of its
    # own: a general store may be loved for its owner.
    directions={
        "topic_focus": -1,
        "topic_focus_trend": -1,
        "topic_drift": +1,
        "topic_like_variance": +1,
        "like_loss_off_topic": +1,
        "topic_audience_overlap": -1,
        "audience_content_match": -1,
        "boutique_index": -1,
    },
)
