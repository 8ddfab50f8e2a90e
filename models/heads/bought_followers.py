"""Is a tenth or more of the followers of the purchased type beyond what any account has?"""

import numpy as np

from models.head import BaseRate, Head

# Clean accounts carry 8-11 % purchased-type followers that nobody bought for them (SRF Data 2017, lower cluster: 10.5 % ± 4.0 pp
# flagged). An added share below a tenth drowns in that spread, whatever the sample, so such accounts neither teach the head nor
# count in its headline; they are a slice of their own.
SMALLEST_SHARE = 0.10


def label(value: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The share decides where it is known; where only a person's yes or no is known, that does."""
    by_share = np.where(share >= SMALLEST_SHARE, 1.0, np.where(share > 0, np.nan, 0.0))
    return np.where(np.isnan(share), value, by_share)


BOUGHT_FOLLOWERS = Head(
    name="bought_followers",
    question="Is a tenth or more of the followers of the purchased type?",
    families=("profile", "engagement", "growth", "followers"),
    label=label,
    base_rate=BaseRate(
        0.20,
        "between SRF Data 2017 (32 % of 115 leading Swiss influencers in the upper cluster) and the share of smaller accounts, "
        "for which only vendors' broader claims exist (34-66 %); set AUTHENTICITY_BASE_RATE_BOUGHT_FOLLOWERS to yours",
    ),
    needs=("follower_sample", "history"),
    # Their sign differs between sources (share of 20 % composed from real records, bench/real_signs.py: AUC .32 on SRF, .94 on InstaFake,
    # .03 on Cresci for the entropy of patterns; .92, .99, .25 for digits at the end; .80, .03, .50 for private followers), so what is
    # learnt on one misleads on the next.
    left_out=frozenset(
        {
            "mass_follower_share",
            "follow_limit_share",
            "follower_handle_digit_share",
            "follower_handle_digits",
            "follower_handle_surprise",
            "handle_template_entropy",
            "handle_template_top_share",
            "private_share_gap",
            "following_benford_distance",
            "followers_benford_distance",
        }
    ),
    # Where the evidence allows a sign: adding purchased-type followers must never lower the probability.
    directions={
        "follower_surplus": +1,
        "engagement_residual": -1,
        "growth_burst": +1,
        "burst_without_post_share": +1,
        "burst_unexplained_share": +1,
        "purge_loss": +1,
        "follower_no_picture_share": +1,
        "follower_no_picture_share_low": +1,
        "follower_follow_ratio": +1,
        "follower_high_ratio_share": +1,
        "follower_high_ratio_share_low": +1,
        "follower_no_posts_share": +1,
        "follower_few_posts_share": +1,
        "follower_few_posts_share_low": +1,
        "follower_empty_bio_share": +1,
        "follower_copied_bio_share": +1,
        "purchased_type_share": +1,
        "purchased_type_share_low": +1,
        "follower_residual": +1,
        "follower_residual_high": +1,
        "creation_date_burst": +1,
        "follow_order_anomaly_share": +1,
    },
)
