"""When sampled followers were created: together, out of step with the order in which they followed, or just before?"""

import numpy as np
from scipy.special import ndtri_exp

from features import created, follow_order
from features.columns import Column, Events, share
from features.feature import derived
from features.followers import FEW, FOLLOWERS
from features.reference import PeerAudience
from features.reference.audience import AGE_STEP_DAYS
from features.table import AccountTable

YOUNG_DAYS = 30.0

_NO_DATES = "the platform does not tell when followers were created, or fewer than 30 were seen"
_NO_ORDER = "the order in which the followers came or their creation dates are not told of enough followers"


@derived
def creation_burst(peer_audience: PeerAudience, accounts: AccountTable, follower_created_at: Events) -> Column:
    """The chance of the fullest window as a normal deviation, whatever the number of windows looked at."""
    audience, codes = peer_audience, accounts.platform_codes
    if not audience.creation_share.size:
        return Column(np.full(accounts.n, np.nan))
    score, many = created.fullest_window(
        follower_created_at, codes, audience.creation_days, audience.creation_share, audience.burst_scatter
    )
    log_chance = created.tail(score, many, codes, audience.burst_sizes, audience.burst_location, audience.burst_scale)
    return Column(-ndtri_exp(log_chance))


@FOLLOWERS.feature(
    unit="z",
    raises_suspicion=+1,
    source="Zouzou & Varol 2024; Gurajala et al. 2015: accounts made together; scan statistic with look-elsewhere correction",
    unknown=_NO_DATES,
    high="More of the sampled followers were created within a few weeks of each other than chance explains ({value} deviations).",
    low="The sampled followers were created at all times ({value} deviations).",
)
def creation_date_burst(creation_burst: Column) -> Column:
    """How improbable the fullest window of 1 to 60 days of creation is: max (n_w - n b_w) / sqrt(n b_w (1 - b_w) + (t n b_w)^2 + 1/2)
    against the same maximum of samples of n from the background b, with the scatter t between ordinary audiences, as a normal
    deviation (2.33 is reached by one ordinary account in a hundred)."""
    return creation_burst


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=+1,
    source="Zouzou & Varol 2024: map of followers, order of follow by creation date, read with a sliding histogram",
    unknown="fewer than 60 followers with their place in the order and their creation date were seen",
    high="{value} of the sampled followers came one after another and were created in the same month, more than chance explains.",
    low="Only {value} of the sampled followers came one after another and were created in the same month beyond chance.",
)
def follow_order_anomaly_share(follower_rank: Events, follower_created_at: Events) -> Column:
    """Share of followers in cells (a tenth of the order, at most 200 followers, by 30 days of creation) whose count has a Poisson
    chance below 1 in 10,000, given what other rows hold of this month of creation and of this age at follow."""
    return Column(follow_order.odd_share(follower_rank, follower_created_at))


@derived
def follower_age_at_follow(follower_rank: Events, follower_created_at: Events) -> Events:
    """Days from a follower's creation to its follow, at least. Nobody tells when followers came; the newest creation among those who
    came before is a lower bound (Meeder et al. 2011): hours off for a whole list of 10,000, weeks for a sample of 300 of it."""
    return follow_order.ages(follower_rank, follower_created_at)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="Zouzou & Varol 2024; time of follow after Meeder et al. 2011, a lower bound",
    unknown=_NO_ORDER,
    high="{value} of the sampled followers followed within a month of being created.",
    low="Only {value} of the sampled followers followed within a month of being created.",
)
def follower_young_share(follower_age_at_follow: Events) -> Column:
    """Share of sampled followers created less than 30 days before they followed, as far as the order tells."""
    return share(follower_age_at_follow < YOUNG_DAYS, FEW)


@FOLLOWERS.feature(
    unit="share",
    raises_suspicion=0,
    source="Zouzou & Varol 2024: age at follow; two-sample distance of Kolmogorov and Smirnov",
    unknown=_NO_ORDER,
    high="The age at which followers came differs from that of ordinary followers for up to {value} of them.",
    low="The followers came at the ages at which ordinary followers come (up to {value} of them differ).",
)
def follower_age_gap(follower_age_at_follow: Events, peer_audience: PeerAudience, accounts: AccountTable) -> Column:
    """Largest difference between the cumulative shares of ages at follow in the sample and among ordinary followers of the platform."""
    if not peer_audience.age_share.size:
        return Column(np.full(accounts.n, np.nan))
    return Column(follow_order.largest_gap(follower_age_at_follow, AGE_STEP_DAYS, accounts.platform_codes, peer_audience.age_share, FEW))
