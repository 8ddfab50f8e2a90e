"""Whom honest accounts attract that look purchased-type one by one."""

from functools import lru_cache

import numpy as np

from features.languages import SCRIPTS, TOLD
from features.text import word_codes
from models.circumstances import Circumstances, count, percent
from models.explanation import Finding, innocent, not_seen, refuted, supported
from models.ordinary.bursts import BURST

PLAIN_FOLLOWERS = (
    "purchased_type_share",
    "purchased_type_share_low",
    "follower_few_posts_share",
    "follower_few_posts_share_low",
    "follower_no_posts_share",
    "follower_high_ratio_share",
    "follower_high_ratio_share_low",
    "follower_follow_ratio",
    "follower_following_per_post",
    "follower_residual",
    "follower_residual_high",
    "audience_shift",
)
FACELESS = ("follower_no_picture_share", "follower_no_picture_share_low", "follower_empty_bio_share", "follower_copied_bio_share")
TOGETHER = ("creation_date_burst", "follow_order_anomaly_share")

MASS_AUDIENCE, WELL_KNOWN = 1_000_000.0, 100_000.0
FEW = 20
# What a reader calls the commonest languages; of any other the tag is told.
LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "nl": "Dutch",
    "tr": "Turkish",
    "pl": "Polish",
    "ru": "Russian",
    "ja": "Japanese",
    "ko": "Korean",
}
# Beyond three quarters of the peers a value is on the high side without being rare.
HIGH = 0.75
FOLLOW_BACK = "followback followbacks follow4follow f4f followforfollow followme l4l like4like followtrain gainwithus sdv"
# An account that follows half as many as follow it lives by following back.
FOLLOWS_BACK = 0.5


@innocent("Did somebody else order them?", bears_on=(*PLAIN_FOLLOWERS, *FACELESS, *TOGETHER, *BURST))
def rival(c: Circumstances) -> Finding:
    return not_seen("A rival or a fan can have sent such followers; what is seen of an account cannot tell who ordered them.")


@innocent(
    "Does a well-known account draw followers that nobody ordered?", bears_on=(*PLAIN_FOLLOWERS, *FACELESS, "comment_promotion_share")
)
def celebrity(c: Circumstances) -> Finding:
    followers, verified = c.number("followers"), c.number("verified")
    said = f"{count(followers)} followers" + (" and a verified account" if verified == 1.0 else "")
    if followers >= MASS_AUDIENCE or (followers >= WELL_KNOWN and verified == 1.0):
        return supported(f"Being well known may explain a part: {said} draw automatic followers by themselves.")
    if np.isnan(verified) and followers >= WELL_KNOWN:
        return not_seen(f"Whether the account is verified is not known; with {said} it may draw automatic followers by itself.")
    return refuted(f"An account of {count(followers)} followers is hardly known widely enough to draw automatic followers by itself.")


@innocent("Are the followers very young people?", bears_on=(*PLAIN_FOLLOWERS, "follower_empty_bio_share", "follower_young_share"))
def teenagers(c: Circumstances) -> Finding:
    """Numbers in handles, locked accounts and few posts, but faces in the pictures and comments of their own."""
    marks = {
        "handles that end in digits": c.percentile("follower_handle_digit_share"),
        "private accounts": c.percentile("private_share_gap"),
    }
    known = {mark: rank for mark, rank in marks.items() if not np.isnan(rank)}
    pictures, copies = c.percentile("follower_no_picture_share"), c.percentile("comment_near_duplicate_share")
    if not known or np.isnan(pictures):
        return not_seen("Whether the followers are very young could not be seen: their handles, privacy or pictures are not known.")
    high = [mark for mark, rank in known.items() if rank >= HIGH]
    if len(high) < len(known):
        return refuted("The followers show no more of what very young people's accounts show (digits in handles, privacy) than is usual.")
    if pictures >= HIGH or copies >= HIGH:
        return refuted("Very young followers have pictures and write their own comments; here too many lack a picture or repeat others.")
    without = percent(c.value("follower_no_picture_share"))
    return supported(f"Very young followers may explain it: many {' and '.join(high)}, while only {without} lack a picture.")


@innocent(
    "Do accounts of this niche follow each other back?",
    bears_on=(
        *PLAIN_FOLLOWERS,
        "own_follow_ratio",
        "mass_follower_share",
        "follow_limit_share",
        "following_swing",
        "follow_unfollow_count",
    ),
)
def follow_back_niche(c: Circumstances) -> Finding:
    # Hashtags that the platform does not list are those of the captions, which are words already.
    said = (c.given("post_caption").reading.words.codes, c.given("hashtags").codes)
    named = max(int(np.isin(codes, _follow_back_words()).sum()) for codes in said)
    ratio = (c.number("following") + 1.0) / (c.number("followers") + 1.0)
    if named:
        return supported(f"Following back may explain it: its captions or hashtags ask for it ({named} words).")
    if np.isnan(ratio):
        return not_seen("How many accounts the owner follows is not known, so a circle of following back is possible.")
    both = f"the account follows {count(c.number('following'))} and is followed by {count(c.number('followers'))}"
    if ratio >= FOLLOWS_BACK:
        return supported(f"Following back may explain it: {both}.")
    return refuted(f"This is no circle of following back: {both}, and no caption asks for it.")


@lru_cache(maxsize=1)
def _follow_back_words() -> np.ndarray:
    return word_codes(FOLLOW_BACK.split())


@innocent(
    "Is the audience at home in another country?",
    bears_on=(
        "foreign_share_gap",
        "follower_language_entropy",
        "follower_country_entropy",
        "comment_other_language_share",
        "comment_language_entropy",
        "audience_content_match",
    ),
)
def foreign_fandom(c: Circumstances) -> Finding:
    """Followers and comments in one language that is not the owner's: fans abroad write; bought followers do not write at all."""
    owner, theirs, written = _owner_language(c), _followers_language(c), _comments_language(c)
    if not (owner and theirs and written):
        return not_seen("Whether it is a fandom abroad could not be seen: the language of the owner, followers or comments is not known.")
    said = (
        f"the followers' commonest language is {_spelt(theirs[0])} ({percent(theirs[1])}), the comments' {_spelt(written[0])} "
        f"({percent(written[1])})"
    )
    if not _same(theirs[0], written[0]):
        return refuted(f"A fandom abroad writes in its own language; here {said}.")
    if _same(owner, written[0]):
        return refuted(f"Followers and comments speak the owner's own language: {said}.")
    return supported(f"A fandom abroad may explain it: {said}, the owner's is {_spelt(owner)}.")


def _spelt(language: str) -> str:
    return LANGUAGE_NAMES.get(language, language)


def _owner_language(c: Circumstances) -> str | None:
    code = int(c.given("owner_language")[0])
    return TOLD[code - 1] if code > 0 else ((c.text("language") or "")[:2].lower() or None)


def _comments_language(c: Circumstances) -> tuple[str, float] | None:
    found = _commonest(c.given("their_languages").codes)
    return None if found is None else (TOLD[found[0] - 1], found[1])


def _followers_language(c: Circumstances) -> tuple[str, float] | None:
    codes, text = c.given("follower_languages").codes, c.given("follower_language")
    if (found := _commonest(codes)) is None:
        return None
    j = int(np.argmax(codes == found[0]))
    tag = bytes(text.data[text.offsets[j] : text.offsets[j] + 2]).decode("ascii", "replace").lower()
    return (tag, found[1]) if tag.isalpha() else None


def _commonest(codes: np.ndarray) -> tuple[int, float] | None:
    """The commonest code among the known ones (not 0), and its share; None for fewer than FEW."""
    known = codes[codes != 0]
    if len(known) < FEW:
        return None
    kinds, many = np.unique(known, return_counts=True)
    return int(kinds[np.argmax(many)]), float(many.max() / len(known))


def _same(one: str, other: str) -> bool:
    """Whether two languages are one; a script stands for all the languages that write it."""
    return one == other or one in SCRIPTS.get(other, "").split() or other in SCRIPTS.get(one, "").split()
