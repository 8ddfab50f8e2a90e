"""What both worlds speak of: kinds of account, honest kinds that look bought, ways to hide a purchase, and the truth of each account."""

from __future__ import annotations

import pyarrow as pa

# method.md 5.4: what an account is.
ARCHETYPES = (
    "organic_boutique",
    "organic_general",
    "bought_instant",
    "bought_drip_aged",
    "bought_then_organic",
    "bought_engagement",
    "pod_general",
    "pod_topic",
    "follow_unfollow",
    "diluted",
    "depersonalised",
    "dormant",
    "celebrity",
)

# method.md 5.5: what happens to honest accounts, or how they are, that simple detectors mistake for a purchase. None of them bought
# anything. `rival_attack` alone carries purchased-type followers that it did not order: the question is what the followers are, not who
# paid, so its label goes by the share like everybody's.
HARD_NEGATIVES = (
    "viral",
    "platform_boost",
    "giveaway",
    "paid_ads",
    "migration",
    "celebrity_bots",
    "rival_attack",
    "purge",
    "foreign_fandom",
    "teens",
    "emoji_fans",
    "memes",
    "business",
    "dormant_seasonal",
    "follow_back_niche",
    "fast_newcomer",
    "closed_comments",
    "private_families",
    "renamed",
    "tiny",
)

# method.md 6: what a buyer of followers does so as not to be found.
ATTACKS = ("drip", "aged", "proportional_likes", "comment_packages", "topic_pod", "cheap_reach", "history_wipe", "newest_clean")
# Drip days, how aged, how many likes … : how far an attack goes.
ATTACK_LEVELS = (1, 2, 3)

SCENARIOS = (*ARCHETYPES, *HARD_NEGATIVES, *(f"{attack}_{level}" for attack in ATTACKS for level in ATTACK_LEVELS))

# One row per account in `truth.parquet` beside the dataset's own tables, read by the benchmark alone: what a simulator knows and
# no label can say. Shares are 0-1; dex are log10 of the factor by which a cause lowers the typical likes and comments (0 or below);
# diluted: share of the followers whose interest in the account's posts lies below the organic median of its niche.
TRUTH = pa.schema(
    [
        ("account_id", pa.large_string()),
        ("scenario", pa.large_string()),
        ("vendor", pa.large_string()),
        ("bought_share", pa.float64()),
        ("unsolicited_share", pa.float64()),
        ("diluted_share", pa.float64()),
        ("bought_dex", pa.float64()),
        ("diluted_dex", pa.float64()),
        ("depersonalised_dex", pa.float64()),
    ]
)
