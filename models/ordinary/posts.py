"""Why honest posts may get few likes, few comments, or comments that look alike."""

from functools import lru_cache

import numpy as np

from features.text import word_codes
from models.circumstances import Circumstances, count, day, percent
from models.explanation import Finding, innocent, not_seen, refuted, supported

LIKES = (
    "engagement_rate",
    "engagement_residual",
    "view_rate",
    "view_residual",
    "follower_surplus",
    "metric_incoherence",
    "like_elasticity",
    "likes_after_jump",
    "size_loss",
)
SPREAD = ("like_dispersion", "like_gini", "like_floor", "like_package_share", "sponsored_gap", "topic_like_variance", "like_loss_off_topic")
REPLIES = ("owner_reply_rate", "answered_commenter_share", "address_share", "question_share")
WORDS = (
    "comment_distinct_words",
    "comment_distinct_pairs",
    "comment_mattr",
    "comment_mtld",
    "comment_evenness",
    "comment_stock_share",
    "comment_brief_share",
    "comment_emoji_only_share",
    "comment_length",
    "comment_length_spread",
)

# So many likes without a single comment do not happen where comments are open.
LIKED = 50.0
LEAST = 3
HIDDEN = 0.3
QUIET_DAYS = 60.0
HIGH = 0.75
BUSINESS = """
    brand business company shop store shopping product service retail restaurant cafe hotel organization agency b2b corporate
    unternehmen marke firma geschäft laden marque entreprise boutique empresa marca tienda azienda negozio merk winkel
"""


@innocent("Are comments closed under the posts?", bears_on=("comment_like_residual", "metric_incoherence", "engagement_rate", *REPLIES))
def comments_off(c: Circumstances) -> Finding:
    likes, comments = c.numbers("post_likes"), c.numbers("post_comments")
    liked = (likes >= LIKED) & ~np.isnan(comments)
    if liked.sum() < LEAST:
        return not_seen("Whether comments are closed could not be seen: too few posts show both likes and comments.")
    without = int((comments[liked] == 0.0).sum())
    said = f"{without} of {int(liked.sum())} posts with {count(LIKED)} likes or more have no comment"
    return supported(f"Closed comments may explain it: {said}.") if 2 * without >= liked.sum() else refuted(f"Comments are open: {said}.")


@innocent("Does the owner hide the likes of some posts?", bears_on=(*LIKES, *SPREAD, "comment_like_residual"))
def likes_hidden(c: Circumstances) -> Finding:
    likes = c.numbers("post_likes")
    if len(likes) < LEAST:
        return not_seen("Too few posts were seen to tell whether their likes are hidden.")
    hidden = int(np.isnan(likes).sum())
    said = f"the likes of {hidden} of {len(likes)} posts are hidden"
    if hidden >= HIDDEN * len(likes):
        return supported(f"Hidden likes may explain it: {said}, so those that are seen need not be typical.")
    return refuted(f"Hardly any likes are hidden: {said}.")


@innocent("Is it the account of a brand or a business?", bears_on=(*LIKES, *REPLIES, "sponsored_share", "brand_entropy", "topic_entropy"))
def brand_account(c: Circumstances) -> Finding:
    category = c.given("category").reading.words
    if not category.known[0]:
        return not_seen("The account's category is not known; brands and businesses get fewer likes than people do.")
    if np.isin(category.codes, _business_words()).any():
        return supported("Being a business may explain it: its category says so, and businesses get fewer likes than people do.")
    return refuted("The account's category is not that of a business.")


@lru_cache(maxsize=1)
def _business_words() -> np.ndarray:
    return word_codes(BUSINESS.split())


@innocent(
    "Was the account asleep, or is it out of season?",
    bears_on=(*LIKES, "posts_per_week", "posting_irregularity", "burst_without_post_share"),
)
def dormant_season(c: Circumstances) -> Finding:
    at = c.numbers("post_posted_at")
    if not len(at):
        return not_seen("No post was seen, so a pause of the account is possible.")
    silent = c.number("observed_at") - float(at[-1])
    if silent >= QUIET_DAYS:
        return supported(f"A pause may explain it: the last post seen is of {day(at[-1])}, {silent:.0f} days before the look.")
    gaps = np.diff(at)
    if len(gaps) and gaps.max() >= QUIET_DAYS:
        j = int(np.argmax(gaps))
        return supported(f"A pause may explain it: no post from {day(at[j])} to {day(at[j + 1])}, {gaps[j]:.0f} days.")
    return refuted(f"The account was awake: among the posts seen no pause is longer than {max(silent, gaps.max(initial=0.0)):.0f} days.")


@innocent("Do fans just say little?", bears_on=(*WORDS, "comment_near_duplicate_share", "comment_burstiness"))
def short_praise(c: Circumstances) -> Finding:
    """Hearts and amens of many people, in people's own time; bought comments come from few accounts or all at once."""
    emoji, brief = c.value("comment_emoji_only_share"), c.value("comment_brief_share")
    few, timing = c.percentile("commenter_concentration"), c.percentile("comment_delay_misfit")
    if np.isnan(emoji) or np.isnan(few):
        return not_seen("Whether fans just say little could not be seen: too few comments are known.")
    short = emoji + (0.0 if np.isnan(brief) else brief)
    said = f"{percent(min(short, 1.0))} of the comments are emoji or one or two words"
    if short < 0.5:
        return refuted(f"Fans who say little do not explain it: only {said}.")
    if few >= HIGH or timing >= HIGH:
        return refuted(f"{said[:1].upper()}{said[1:]}, but from fewer people or at odder times than is usual among fans.")
    return supported(f"Fans who say little may explain it: {said}, by as many different people as is usual.")
