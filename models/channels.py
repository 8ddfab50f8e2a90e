"""Which evidence of an account could have shown what a head asks, had it been there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.catalog import BY_NAME, FeatureMatrix
from models.decision import Because, Seen
from models.head import Head
from models.heads.bought_followers import SMALLEST_SHARE
from models.share import Share

# An interval of the share wider than this says next to nothing (method.md 4).
WIDEST_SHARE = 0.3
SAMPLE = "follower_sample"

# What carries the argument (method.md 1.2 and 2.1); what only comes along with it, such as an engagement rate, is no channel.
STRONG: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "bought_followers": {
        SAMPLE: ("purchased_type_share", "follower_follow_ratio", "creation_date_burst", "follow_order_anomaly_share"),
        "history": ("growth_burst", "refill_count", "quiet_fano"),
    },
    "bought_engagement": {
        "comments": ("comment_near_duplicate_share", "comment_stock_share", "commenter_overlap"),
        "posts": ("metric_incoherence", "like_dispersion", "like_package_share"),
    },
    "diluted_audience": {
        "posts": ("topic_like_variance", "like_loss_off_topic", "topic_drift"),
        "comments": ("topic_audience_overlap",),
    },
    "depersonalised_audience": {"comments": ("owner_reply_rate", "answered_commenter_share", "address_share")},
}
_SPELT = {SAMPLE: "followers", "history": "follower counts of some weeks", "posts": "posts", "comments": "comments"}


def seen(head: Head, matrix: FeatureMatrix, shares: Sequence[Share | None], tiers: Sequence[str], poorest: float) -> list[Seen]:
    """The channels of each account for one head: those of which one feature is known. tiers: names (n,).

    For bought followers a sample counts only if it shows as much as the samples that taught the head: a smallest visible share of
    `poorest` at most.
    """
    known = {channel: ~np.isnan(matrix.only(names)).all(axis=1) for channel, names in channels(head).items()}
    wanted = " or ".join(_SPELT[channel] for channel in known)
    nothing = Because("no_strong_evidence", f"What was seen could not show it; {wanted} could.")
    found = []
    for i, tier in enumerate(tiers):
        there = tuple(channel for channel in known if known[channel][i])
        blind = None if there else nothing
        if head.name == "bought_followers":
            there, blind = _with_sample(there, shares[i], poorest, nothing)
        found.append(Seen(there, blind, tier))
    return found


def _with_sample(there: tuple[str, ...], share: Share | None, poorest: float, nothing: Because) -> tuple[tuple[str, ...], Because | None]:
    """The channels without a sample that shows too little, and why a no would claim more than could be seen."""
    others = tuple(channel for channel in there if channel != SAMPLE)
    if share is None or SAMPLE not in there:
        return others, None if others else nothing
    blind = blindness(share)
    if blind is None:
        return there, None
    if share.scope != "account" or share.high - share.low > WIDEST_SHARE or share.detectable > poorest:
        return others, None if others else blind
    # The sample alone shows less than what is asked. Beside a history it may do: how often the head then overlooks the least conspicuous
    # purchases was measured (models.decision.Limits.no).
    return there, None if others else blind


def channels(head: Head) -> Mapping[str, Sequence[str]]:
    """The head's channels and their features; for a head of which nobody has said it, the tables that it needs."""
    if head.name in STRONG:
        return STRONG[head.name]
    return {table: [name for name in head.features if table in BY_NAME[name].tables] for table in head.needs}


def blindness(share: Share) -> Because | None:
    """Why a follower sample cannot show a share of SMALLEST_SHARE; None when it can, or when what it shows lies beyond that anyway."""
    if share.scope != "account":
        return Because("newest_only", "Only the newest followers were sampled, and they stand for nobody but themselves.")
    if share.low > SMALLEST_SHARE:
        return None
    if share.detectable >= 1.0:
        return Because(
            "unlike_known", "These followers are like no mixture of those that were labelled, so no share could have been seen for sure."
        )
    if share.detectable > SMALLEST_SHARE:
        least = f"Among {share.n:,} followers only a share of {share.detectable:.0%} or more could have been seen"
        return Because("share_not_visible", f"{least}; the question begins at {SMALLEST_SHARE:.0%}.")
    if share.high - share.low > WIDEST_SHARE:
        return Because("share_too_wide", f"The share lies anywhere from {share.low:.0%} to {share.high:.0%}.")
    return None
