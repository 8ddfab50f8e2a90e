"""Sampled followers beside those of ordinary accounts: how many are private, first digits of counts, languages and countries."""

import numpy as np

from features import counts, origins
from features.columns import Array, Column, Events, Labels, kinds, share
from features.feature import derived
from features.followers import FEW, FOLLOWERS, NOT_LEARNT, NOT_SAMPLED
from features.reference import PeerAudience
from features.reference.audience import SIZES
from features.table import AccountTable
from features.text import Text

# First digits of fewer counts say nothing.
FEW_COUNTS = 100


def _norm(by_platform: Array, accounts: AccountTable) -> Column:
    """What is usual on each account's platform, unknown where never learnt."""
    return Column(by_platform[accounts.platform_codes] if by_platform.size else np.full(accounts.n, np.nan))


@FOLLOWERS.feature(
    unit="share points",
    raises_suspicion=0,
    source="SRF Data 2017: 31 % of purchased-type followers, 21 % of others; InstaFake 2019: 33 % and 72 %",
    unknown=NOT_LEARNT,
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
