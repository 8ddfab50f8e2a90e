"""The records behind a reason: which followers, comments, posts or days drive it, under pseudonyms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from models.circumstances import Circumstances
from models.finders import comments, followers, growth, posts
from models.finders.record import Record

MOST = 3
Finder = Callable[[Circumstances], Iterator[Record]]

# Which records drive a feature. Features know nothing of verdicts, so what proves one of them is declared here, family by family.
FINDERS: Mapping[str, Finder] = MappingProxyType(
    {
        # engagement
        **dict.fromkeys(("engagement_rate", "engagement_residual", "follower_surplus", "metric_incoherence"), posts.typical_by_likes),
        "comment_like_residual": posts.typical_by_likes,
        **dict.fromkeys(("view_rate", "view_residual", "likes_per_view"), posts.typical_by_views),
        "likes_beyond_views_share": posts.more_likes_than_views,
        **dict.fromkeys(("like_dispersion", "like_gini", "like_floor"), posts.furthest_by_likes),
        "like_package_share": posts.with_likes_of_a_package,
        **dict.fromkeys(("sponsored_gap", "sponsored_share", "sponsored_trend", "brand_entropy"), posts.sponsored),
        "early_comment_share": comments.earliest,
        # growth
        **dict.fromkeys(("growth_burst", "growth_burst_share", "burst_lot_chance", "burst_decay"), growth.burst_days),
        **dict.fromkeys(("burst_without_post_share", "burst_unexplained_share"), growth.burst_days),
        **dict.fromkeys(("growth_gini", "growth_top_days_share", "growth_on_posts", "refill_count"), growth.best_days),
        **dict.fromkeys(("likes_after_jump", "like_elasticity", "size_loss"), growth.best_days),
        **dict.fromkeys(("churn_share", "loss_evenness", "purge_loss"), growth.worst_days),
        **dict.fromkeys(("following_swing", "follow_unfollow_count"), growth.changes_of_following),
        # followers
        **dict.fromkeys(("follower_no_picture_share", "follower_no_picture_share_low"), followers.without_picture),
        **dict.fromkeys(("follower_high_ratio_share", "follower_high_ratio_share_low", "follower_follow_ratio"), followers.of_high_ratio),
        "follower_following_per_post": followers.following_much_for_their_posts,
        **dict.fromkeys(("mass_follower_share", "follow_limit_share"), followers.following_most),
        "follower_no_posts_share": followers.without_posts,
        **dict.fromkeys(("follower_few_posts_share", "follower_few_posts_share_low"), followers.with_few_posts),
        "follower_empty_bio_share": followers.without_biography,
        "follower_copied_bio_share": followers.with_shared_biography,
        **dict.fromkeys(("purchased_type_share", "purchased_type_share_low"), followers.most_like_purchased_ones),
        **dict.fromkeys(("follower_residual", "follower_residual_high"), followers.oddest),
        "audience_shift": followers.of_high_ratio,
        "creation_date_burst": followers.created_together,
        "follow_order_anomaly_share": followers.out_of_order,
        "follower_young_share": followers.just_created,
        "private_share_gap": followers.private,
        # comments
        **dict.fromkeys(("comment_near_duplicate_share", "comment_evenness", "comment_stock_share"), comments.repeated),
        **dict.fromkeys(("comment_distinct_words", "comment_distinct_pairs", "comment_mattr", "comment_mtld"), comments.repeated),
        "comment_emoji_only_share": comments.of_emoji_alone,
        **dict.fromkeys(("comment_brief_share", "comment_length"), comments.brief),
        "commenter_concentration": comments.by_the_busiest,
        **dict.fromkeys(("co_commenter_share", "commenter_overlap"), comments.by_the_most_faithful),
    }
)

# Numbers of the whole account, or of what is not there: no single record shows them.
WITHOUT_RECORDS = frozenset(
    """
    log_followers own_follow_ratio followers_per_post followers_per_day posts_per_week posting_irregularity comment_delay_misfit quiet_fano
    weekday_rhythm follower_handle_digit_share follower_handle_digits follower_handle_surprise handle_template_entropy
    handle_template_top_share following_benford_distance followers_benford_distance foreign_share_gap follower_language_entropy
    follower_country_entropy follower_age_gap comment_length_spread comment_promotion_share comment_language_entropy
    comment_other_language_share owner_reply_rate owner_reply_hours answered_commenter_share address_share question_share
    comment_burstiness commenter_follower_ratio comment_topicality hashtag_novelty topic_entropy effective_topics topic_focus
    topic_focus_trend topic_drift topic_like_variance like_loss_off_topic topic_audience_overlap audience_interest_entropy
    audience_content_match boutique_index posts_seen comments_seen followers_sampled days_seen
    """.split()  # noqa: SIM905 a list of sixty names is easier to read as words
)


def evidence_of(reasons: Sequence[Mapping[str, Any]], circumstances: Circumstances) -> list[list[dict[str, str]]]:
    """For each reason at most MOST records behind its feature's value, the telling ones first; empty where no single record shows it.

    A record that was told for a stronger reason is told again only where there is no other. Records are named by pseudonyms
    (models/finders/record.py), and the counts of strangers are rounded: exact ones would be a fingerprint.
    """
    told: set[tuple[str, str]] = set()
    evidence = []
    for reason in reasons:
        finder = FINDERS.get(reason["feature"])
        fresh: list[Record] = []
        again: list[Record] = []
        for record in finder(circumstances) if finder else ():
            (again if (record.table, record.record) in told else fresh).append(record)
            if len(fresh) == MOST:
                break
        chosen = (fresh or again)[:MOST]
        told.update((record.table, record.record) for record in chosen)
        evidence.append([record.to_json() for record in chosen])
    return evidence
