"""Sampled followers among ordinary ones of the platform: of the purchased type, shifted as a whole, or unlike any of them."""

import numpy as np

from features import counts, standing
from features.bounds import jeffreys_low
from features.columns import Array, Column, Events
from features.feature import derived
from features.followers import FEW, FOLLOWERS, NOT_LEARNT, Sizes
from features.reference import PeerAudience
from features.table import AccountTable


@derived
def follower_standing(follower_sizes: Sizes, follower_has_picture: Events, peer_audience: PeerAudience, accounts: AccountTable) -> Array:
    """The facts of each sampled follower against ordinary followers of the platform, in their standard deviations, (m, FACTS)."""
    facts, centre = standing.facts(follower_sizes, follower_has_picture), peer_audience.fact_centre
    if not centre.size:
        return np.full(facts.shape, np.nan)
    return standing.standing(facts, follower_has_picture.starts, accounts.platform_codes, centre, peer_audience.fact_scale)


@derived
def purchased_type(follower_standing: Array, follower_has_picture: Events, peer_audience: PeerAudience) -> tuple[Column, Column]:
    """The share of purchased-type followers and its lower bound: q of n score above the threshold, (q - FPR) / (TPR - FPR) are meant.

    A line through four facts, learnt beside the trees of models/followers.py from the same records. The trees give the share with its
    interval that a verdict states; they read counts as they are. The line reads where a follower stands among ordinary ones of its
    platform, so that it holds on platforms whose purchased types nobody labelled, and gives the heads a feature that cannot overfit.
    """
    weights, starts = peer_audience.purchased_weights, follower_has_picture.starts
    if not weights.size:
        nothing = np.full(len(starts) - 1, np.nan)
        return Column(nothing), Column(nothing)
    threshold, true, false = peer_audience.purchased_rule
    many, hits = standing.flagged(follower_standing, starts, weights, threshold, FEW)
    return Column(standing.adjusted(hits / many, true, false)), Column(standing.adjusted(jeffreys_low(hits, many), true, false))


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Rogan & Gladen 1978 (adjusted count); labelled followers, SRF Data 2017",
    unknown=NOT_LEARNT,
    high="About {value} of the sampled followers look like followers of the purchased type.",
    low="Only about {value} of the sampled followers look like followers of the purchased type.",
)
def purchased_type_share(purchased_type: tuple[Column, Column]) -> Column:
    """Share of sampled followers above the threshold of a linear score, corrected for its false-positive and true-positive rate."""
    return purchased_type[0]


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Rogan & Gladen 1978; Brown, Cai & DasGupta 2001 (Jeffreys' interval)",
    unknown=NOT_LEARNT,
    high="At least {value} of the followers look like followers of the purchased type, as far as so few tell.",
    low="It is sure of no more than {value} of the followers that they look like followers of the purchased type.",
)
def purchased_type_share_low(purchased_type: tuple[Column, Column]) -> Column:
    """The same share with the lower end of Jeffreys' 95 % interval of the flagged ones: how much is sure with so few sampled."""
    return purchased_type[1]


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="classifier two-sample test, Lopez-Paz & Oquab 2017, with each count as a classifier",
    unknown=NOT_LEARNT,
    high="One count alone tells a sampled follower from an ordinary one in {value} of pairs (half of them by chance).",
    low="No count tells a sampled follower from an ordinary one in more than {value} of pairs (half of them by chance).",
)
def audience_shift(follower_sizes: Sizes, peer_audience: PeerAudience, accounts: AccountTable) -> Column:
    """How well the followers' following, followers, posts or ratio, whichever does best, tells the sample from the platform's ordinary
    followers: area under the ROC curve, 0.5 to 1."""
    if not peer_audience.size_share.size:
        return Column(np.full(accounts.n, np.nan))
    return Column(counts.strongest_shift(follower_sizes, accounts.platform_codes, peer_audience.size_share, FEW))


@derived
def follower_residuals(follower_standing: Array, follower_has_picture: Events, peer_audience: PeerAudience) -> tuple[Column, Column]:
    basis, starts = peer_audience.fact_basis, follower_has_picture.starts
    mean, high = standing.residuals(follower_standing, starts, basis.reshape(-1, standing.FACTS), FEW)
    return Column(mean), Column(high)


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=+1,
    source="Viswanath et al. 2014: residual outside the main directions of organic users",
    unknown=NOT_LEARNT,
    high="The facts of the sampled followers fit together less than those of ordinary ones ({value} deviations off).",
    low="The facts of the sampled followers fit together like those of ordinary ones ({value} deviations off).",
)
def follower_residual(follower_residuals: tuple[Column, Column]) -> Column:
    """Mean distance of the sampled followers from the main directions in which ordinary followers differ."""
    return follower_residuals[0]


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=+1,
    source="Viswanath et al. 2014: residual outside the main directions of organic users",
    unknown=NOT_LEARNT,
    high="The oddest twentieth of the sampled followers lies {value} deviations off what ordinary followers are like.",
    low="Even the oddest twentieth of the sampled followers lies only {value} deviations off what ordinary followers are like.",
)
def follower_residual_high(follower_residuals: tuple[Column, Column]) -> Column:
    """95 % quantile of the same distance."""
    return follower_residuals[1]
