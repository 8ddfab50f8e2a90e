"""Features that say nearly the same thing of an account: told as one reason, and imagined otherwise only together."""

from collections.abc import Mapping

# One line a fact. The members' ranks agree to .75 or better among simulated accounts, and one sentence tells a reviewer what the others
# would: a share and what it is at least, a share and the median behind it, two measures of one inequality.
KIN: tuple[tuple[str, ...], ...] = (
    ("follower_no_picture_share", "follower_no_picture_share_low"),
    ("follower_high_ratio_share", "follower_high_ratio_share_low", "follower_follow_ratio", "follower_following_per_post"),
    ("follower_few_posts_share", "follower_few_posts_share_low", "follower_no_posts_share"),
    ("purchased_type_share", "purchased_type_share_low"),
    ("follower_residual", "follower_residual_high"),
    ("follower_handle_digit_share", "follower_handle_digits"),
    ("handle_template_top_share", "handle_template_entropy"),
    ("engagement_residual", "engagement_rate"),
    ("view_residual", "view_rate"),
    ("like_gini", "like_dispersion", "like_floor"),
    ("growth_burst", "growth_burst_share"),
    ("growth_gini", "growth_top_days_share"),
    ("burst_unexplained_share", "burst_without_post_share"),
    ("owner_reply_rate", "answered_commenter_share"),
    ("comment_mattr", "comment_mtld", "comment_distinct_words", "comment_distinct_pairs"),
    ("comment_length", "comment_brief_share"),
    ("comment_other_language_share", "comment_language_entropy"),
    ("co_commenter_share", "commenter_overlap"),
    ("effective_topics", "topic_entropy", "topic_focus"),
)

_OF: Mapping[str, tuple[str, ...]] = {name: group for group in KIN for name in group}


def kin_of(name: str) -> tuple[str, ...]:
    """The features told together with this one, itself among them."""
    return _OF.get(name, (name,))
