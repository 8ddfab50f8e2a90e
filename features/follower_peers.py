"""Sampled followers beside those of ordinary accounts: purchased types, first digits, languages, how far the whole sample lies away."""

import numpy as np

from features import counts, origins
from features.bounds import jeffreys_low
from features.columns import Array, Column, Events, Labels, kinds, share
from features.feature import derived
from features.followers import FEW, FOLLOWERS, NOT_SAMPLED, Sizes
from features.reference import PeerAudience
from features.reference.audience import SIZES
from features.table import AccountTable
from features.text import Text

# First digits of fewer counts say nothing.
FEW_COUNTS = 100

_NO_REFERENCE = f"{NOT_SAMPLED}, or the bundle has learnt of no such followers"


def _norm(by_platform: Array, accounts: AccountTable) -> Column:
    """What is usual on each account's platform, unknown where never learnt."""
    return Column(by_platform[accounts.platform_codes] if by_platform.size else np.full(accounts.n, np.nan))


@derived
def follower_standing(follower_sizes: Sizes, follower_has_picture: Events, peer_audience: PeerAudience, accounts: AccountTable) -> Array:
    """The facts of each sampled follower against ordinary followers of the platform, in their standard deviations, (m, FACTS)."""
    facts, centre = counts.facts(follower_sizes, follower_has_picture), peer_audience.fact_centre
    if not centre.size:
        return np.full(facts.shape, np.nan)
    return counts.standing(facts, follower_has_picture.starts, accounts.platform_codes, centre, peer_audience.fact_scale)


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
    many, hits = counts.flagged(follower_standing, starts, weights, threshold, FEW)
    return Column(counts.adjusted(hits / many, true, false)), Column(counts.adjusted(jeffreys_low(hits, many), true, false))


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Rogan & Gladen 1978 (adjusted count); labelled followers, SRF Data 2017",
    unknown=_NO_REFERENCE,
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
    unknown=_NO_REFERENCE,
    high="At least {value} of the followers look like followers of the purchased type, as far as so few tell.",
    low="It is sure of no more than {value} of the followers that they look like followers of the purchased type.",
)
def purchased_type_share_low(purchased_type: tuple[Column, Column]) -> Column:
    """The same share with the lower end of Jeffreys' 95 % interval of the flagged ones: how much is sure with so few sampled."""
    return purchased_type[1]


@FOLLOWERS.feature(
    unit="share points",
    raises_suspicion=0,
    source="SRF Data 2017: 31 % of purchased-type followers, 21 % of others; InstaFake 2019: 33 % and 72 %",
    unknown=_NO_REFERENCE,
    high="The sampled followers are private more often than usual ({value}).",
    low="The sampled followers are private less often than usual ({value}).",
)
def private_share_gap(follower_private: Events, peer_audience: PeerAudience, accounts: AccountTable) -> Column:
    """Share of private accounts among the sampled followers, minus that of ordinary accounts on the platform."""
    return share(follower_private, FEW) - _norm(peer_audience.private_share, accounts)


def _usual_distance(side: int, audience: PeerAudience, accounts: AccountTable, followers: Column) -> Column:
    if not audience.benford.size:
        return Column(np.full(accounts.n, np.nan))
    return Column(counts.at_size(audience.benford[side], accounts.platform_codes, followers.values, SIZES))


@FOLLOWERS.feature(
    unit="chi2 per row",
    raises_suspicion=0,
    source="Golbeck 2015: first digits of friends' counts follow Benford's law in organic networks",
    unknown="fewer than 100 followers with a known count were sampled, or the bundle has learnt of no such followers",
    high="The counts of accounts that the followers follow break the law of first digits more than usual (by {value}).",
    low="The counts of accounts that the followers follow keep the law of first digits as well as usual (by {value}).",
)
def following_benford_distance(
    follower_following: Events, peer_audience: PeerAudience, accounts: AccountTable, followers: Column
) -> Column:
    """Distance of the first digits of the followers' followings from Benford's law, (chi-squared - 8) / n, minus what is usual for
    the platform and size."""
    return Column(counts.benford(follower_following, FEW_COUNTS)) - _usual_distance(0, peer_audience, accounts, followers)


@FOLLOWERS.feature(
    unit="chi2 per row",
    raises_suspicion=0,
    source="Golbeck 2015: first digits of followers' counts follow Benford's law in organic networks",
    unknown="fewer than 100 followers with a known count were sampled, or the bundle has learnt of no such followers",
    high="The counts of the followers' own followers break the law of first digits more than usual (by {value}).",
    low="The counts of the followers' own followers keep the law of first digits as well as usual (by {value}).",
)
def followers_benford_distance(
    follower_followers: Events, peer_audience: PeerAudience, accounts: AccountTable, followers: Column
) -> Column:
    """The same distance for the followers' own followers."""
    return Column(counts.benford(follower_followers, FEW_COUNTS)) - _usual_distance(1, peer_audience, accounts, followers)


def _foreign_gap(own: Text, named: Labels, usual: Array, accounts: AccountTable) -> Column:
    if not usual.size:
        return Column(np.full(accounts.n, np.nan))
    return Column(origins.foreign_share(own, named, FEW) - usual[accounts.platform_codes])


@derived
def follower_languages(follower_language: Text) -> Labels:
    return origins.first_names(follower_language)


@derived
def follower_countries(follower_country: Text) -> Labels:
    return origins.first_names(follower_country)


@FOLLOWERS.feature(
    unit="share points",
    raises_suspicion=0,
    source="SRF Data 2017; confounded by fandoms that cross borders (K-pop, football), so measured against the platform",
    unknown="neither the languages nor the countries of the account and of 20 followers are told, or the bundle has learnt of none",
    high="More of the sampled followers than usual are of another language or country than the account ({value}).",
    low="Fewer of the sampled followers than usual are of another language or country than the account ({value}).",
)
def foreign_share_gap(
    language: Text,
    country: Text,
    follower_languages: Labels,
    follower_countries: Labels,
    peer_audience: PeerAudience,
    accounts: AccountTable,
) -> Column:
    """Share of sampled followers whose language is none of the account's, or whose country is another where no languages are told,
    minus that of ordinary accounts on the platform."""
    by_language = _foreign_gap(language, follower_languages, peer_audience.foreign_language, accounts)
    by_country = _foreign_gap(country, follower_countries, peer_audience.foreign_country, accounts)
    return by_language.otherwise(by_country)


@FOLLOWERS.feature(
    unit="nat",
    raises_suspicion=0,
    source="spread of an audience over languages: a general store draws from many",
    unknown=NOT_SAMPLED,
    high="The sampled followers speak many languages (entropy {value}).",
    low="The sampled followers speak few languages (entropy {value}).",
)
def follower_language_entropy(follower_languages: Labels) -> Column:
    """Variety of the followers' languages, Miller-Madow corrected."""
    return kinds(follower_languages, FEW).entropy


@FOLLOWERS.feature(
    unit="nat",
    raises_suspicion=0,
    source="spread of an audience over countries: a general store draws from many, and so does a panel",
    unknown=NOT_SAMPLED,
    high="The sampled followers come from many countries (entropy {value}).",
    low="The sampled followers come from few countries (entropy {value}).",
)
def follower_country_entropy(follower_countries: Labels) -> Column:
    """Variety of the followers' countries, Miller-Madow corrected."""
    return kinds(follower_countries, FEW).entropy


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="classifier two-sample test, Lopez-Paz & Oquab 2017, with each count as a classifier",
    unknown=_NO_REFERENCE,
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
    mean, high = counts.residuals(follower_standing, starts, basis.reshape(-1, counts.FACTS), FEW)
    return Column(mean), Column(high)


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=0,
    source="Viswanath et al. 2014: residual outside the main directions of organic users",
    unknown=_NO_REFERENCE,
    high="The facts of the sampled followers fit together less than those of ordinary ones ({value} deviations off).",
    low="The facts of the sampled followers fit together like those of ordinary ones ({value} deviations off).",
)
def follower_residual(follower_residuals: tuple[Column, Column]) -> Column:
    """Mean distance of the sampled followers from the main directions in which ordinary followers differ."""
    return follower_residuals[0]


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=0,
    source="Viswanath et al. 2014: residual outside the main directions of organic users",
    unknown=_NO_REFERENCE,
    high="The oddest twentieth of the sampled followers lies {value} deviations off what ordinary followers are like.",
    low="Even the oddest twentieth of the sampled followers lies only {value} deviations off what ordinary followers are like.",
)
def follower_residual_high(follower_residuals: tuple[Column, Column]) -> Column:
    """95 % quantile of the same distance."""
    return follower_residuals[1]
