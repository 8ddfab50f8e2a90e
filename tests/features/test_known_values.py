"""Each feature on a tiny account, against its formula worked out in plain Python."""

import math
from collections import Counter
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from statistics import median, stdev
from typing import Any

import numpy as np
import pytest

from features.catalog import NAMES
from tests.features.accounts import OBSERVED, Document, ago, bare, iso, value

Rows = list[dict[str, Any]]
NAN = math.nan


def posts(likes: list[int | None], first: float = 10.0, step: float = 1.0, **more: Any) -> Rows:
    """Posts, newest first, from `first` days ago on, every `step` days."""
    return [{"post_id": str(i), "posted_at": ago(first + step * i), "likes": count, **more} for i, count in enumerate(likes)]


def captioned(captions: list[str], first: float = 10.0) -> Rows:
    return [{**post, "caption": caption} for post, caption in zip(posts([1] * len(captions), first), captions, strict=True)]


def comments(texts: list[str], by: list[str] | None = None, **more: Any) -> Rows:
    """Comments in the order of time, each by another author unless told."""
    authors = by or [f"u{i}" for i in range(len(texts))]
    return [
        {"post_id": "1", "comment_id": f"c{i}", "author_id": author, "commented_at": ago(50 - i / 100), "text": text, **more}
        for i, (text, author) in enumerate(zip(texts, authors, strict=True))
    ]


def followers(columns: dict[str, list[Any]]) -> Rows:
    """Sampled followers, one for each place of the columns."""
    size = len(next(iter(columns.values())))
    return [{"follower_id": f"f{i}", "rank": i, **{name: column[i] for name, column in columns.items()}} for i in range(size)]


def history(counts: list[int]) -> Rows:
    """A count a day, the last on the day before the look."""
    return [{"date": str((OBSERVED - timedelta(days=len(counts) - i)).date()), "followers": count} for i, count in enumerate(counts)]


def entropy(things: list[str]) -> float:
    """Shannon entropy in nats with Miller and Madow's correction."""
    counts, n = Counter(things).values(), len(things)
    return -sum(c / n * math.log(c / n) for c in counts) + (len(counts) - 1) / (2 * n)


def simpson(things: list[str]) -> float:
    n = len(things)
    return sum(c * (c - 1) for c in Counter(things).values()) / (n * (n - 1))


def gini(amounts: list[float]) -> float:
    return sum(abs(a - b) for a in amounts for b in amounts) / (2 * len(amounts) * sum(amounts))


LIKES: list[int | None] = [100, 40, 900, 250, 300, 120, 80, 60]
KNOWN_LIKES = [count for count in LIKES if count is not None]
LIKED = bare(posts=posts(LIKES, comments=7, views=2000))
# Two posts that are too young to count, between which and the others nothing else differs.
YOUNG = [{"post_id": f"y{i}", "posted_at": ago(2.9 - i), "likes": 10**6, "comments": 10**5, "views": 10**7} for i in range(2)]
RESIDUALS = [math.log(count + 1) for count in KNOWN_LIKES]
SLOPE, LEVEL = np.polyfit(range(8), RESIDUALS, 1)
GAPS = [1.0, 2.0, 4.0, 0.5, 8.0]
UNEVEN = [{"post_id": str(i), "posted_at": ago(20 - sum(GAPS[:i]))} for i in range(6)]

STEADY = [1000 + 10 * i for i in range(31)]
JUMP = STEADY[:16] + [count + 500 for count in STEADY[16:]]
# Every day brings 10, one brings 510: usual gain 10, spread 0, so the variance is Poisson's.
JUMPED = bare(followers=2000, history=history(JUMP))
BURST_DAY = 31 - 16
GAINS = [10.0] * 29 + [510.0]

SIXTY = [f"word{i % 40}" for i in range(60)]
WORDS = [" ".join(SIXTY[i : i + 5]) for i in range(0, 60, 5)]
NUMBERED = [f"w{i % 37} x{i % 41}" for i in range(60)]
FLAT = " ".join(NUMBERED).split()
TEN = ["nice", "so so nice", "Nice!", "NICE 😍", "what a day", "love it", "😍😍", "🔥", "wow wow wow", "top"]
FOLDED = ["nice", "so so nice", "nice", "nice", "what a day", "love it", "", "", "wow wow wow", "top"]
LENGTHS = [math.log(1 + len(text)) for text in TEN]
AUTHORS = ["a"] * 4 + ["b"] * 3 + ["c", "d", "e"]
COPIED = ["great content keep it up", "Great content, keep it up!!", "i was there last summer", "which camera is that one"] + [
    f"wholly other words {word} and {word[::-1]}" for word in ("alps", "bread", "coffee", "dance", "earth", "flute")
]
ADDRESSED = ["I like your hair", "für dich immer", "Mira is back", "so good"] + ["no word here"] * 6
ASKED = ["where?", "هل هذا؟", "本当？", "yes."] + ["ok"] * 6

G, F, P = [i % 7 for i in range(30)], [i % 4 for i in range(30)], [i % 3 for i in range(30)]
MASS = [100] * 15 + [1500] * 5 + [1501] * 10
HANDLES = ["anna1", "bert2", "ab_12", "cd.34"] * 6 + ["lisa", "x9y"]
PATTERNS = ["L4D1", "L4D1", "L2S1D2", "L2S1D2"] * 6 + ["L4", "L1D1L1"]
SQUARES = [i * i for i in range(1, 121)]
DIGITS = Counter(str(count)[0] for count in SQUARES)
LAW = {str(d): math.log10(1 + 1 / d) for d in range(1, 10)}
# 40 followers over 40 days each of another month, and 20 created within an hour; the reference's background is a straight line there.
SPREAD_DAYS = [2700.0 - 60 * i for i in range(40)]
CREATED = [ago(days) for days in SPREAD_DAYS] + [ago(100.0 + i / 1000) for i in range(20)]
OBSERVED_DAY = OBSERVED.timestamp() / 86_400
BACKGROUND = np.interp(
    [OBSERVED_DAY - 100.019 + 1, OBSERVED_DAY - 100.019], [14_000, 17_000, 19_000, 20_500, 21_000], [0, 0.3, 0.7, 0.95, 1.0]
)
EXPECTED = max(60 * (BACKGROUND[0] - BACKGROUND[1]), 0.5)

TAGGED = ["#alps #snow"] * 5 + ["#alps #Straße", "#food #STRASSE #travel", "look at this"]
TAGS = ["alps", "snow"] * 5 + ["alps", "strasse", "food", "strasse", "travel"]
DRIFTED = bare(posts=captioned(["#a #b"] * 6, 5) + [{**post, "post_id": f"o{post['post_id']}"} for post in captioned(["#b #c"] * 5, 95)])
P_NEW, P_OLD = {"a": 0.5, "b": 0.5, "c": 0.0}, {"a": 0.0, "b": 0.5, "c": 0.5}
JSD = sum(0.5 * p[k] * math.log(2 * p[k] / (P_NEW[k] + P_OLD[k])) for p in (P_NEW, P_OLD) for k in "abc" if p[k])

CASES: list[tuple[str, Document, float]] = [
    ("log_followers", bare(followers=999), 3.0),
    ("log_followers", bare(followers=0), 0.0),
    ("own_follow_ratio", bare(following=499), math.log(500 / 1001)),
    ("followers_per_post", bare(post_count=9), math.log10(1001 / 10)),
    ("followers_per_day", bare(created_at=ago(99)), math.log10(1001 / 100)),
    ("followers_per_day", bare(created_at=iso(OBSERVED + timedelta(hours=1))), NAN),
    ("posts_per_week", bare(posts=UNEVEN), 5 / (sum(GAPS) / 7)),
    ("posts_per_week", bare(posts=UNEVEN[:2]), NAN),
    ("posting_irregularity", bare(posts=UNEVEN), stdev(math.log(gap + 1 / 24) for gap in GAPS)),
    ("engagement_rate", LIKED, (median(KNOWN_LIKES) + 7) / 1000),
    ("engagement_rate", bare(posts=[*YOUNG, *posts(LIKES, comments=7)]), (median(KNOWN_LIKES) + 7) / 1000),
    # The followers of the day of the post: 400 until five days ago, 800 since.
    (
        "engagement_rate",
        bare(posts=posts([10, 20, 40], comments=0, first=3.5, step=3), history=history([400] * 30 + [800] * 5)),
        median([10 / 800, 20 / 400, 40 / 400]),
    ),
    ("engagement_rate", bare(followers=0, posts=posts(LIKES, comments=7)), NAN),
    ("view_rate", LIKED, 2.0),
    ("engagement_residual", LIKED, (math.log10(median(KNOWN_LIKES) + 1) - (0.1 + 0.75 * math.log10(1001))) / 0.3),
    ("engagement_residual", {**LIKED, "platform": "x"}, (math.log10(median(KNOWN_LIKES) + 1) - (-0.5 + 0.7 * math.log10(1001))) / 0.4),
    ("comment_like_residual", LIKED, (math.log10(7.5) - (-1 + 0.73 * math.log10(median(KNOWN_LIKES) + 1))) / 0.35),
    ("like_dispersion", LIKED, stdev(r - LEVEL - SLOPE * i for i, r in enumerate(RESIDUALS))),
    ("like_dispersion", bare(posts=posts([3, 9, 27, None, 5])), NAN),
    ("like_gini", LIKED, gini([float(count) for count in KNOWN_LIKES])),
    ("like_gini", bare(posts=posts([0] * 8)), NAN),
    # Only the newest 36 count.
    ("like_gini", bare(posts=posts([5] * 36 + [10**6] * 4)), 0.0),
    ("like_floor", LIKED, float(np.quantile(KNOWN_LIKES, 0.1)) / median(KNOWN_LIKES)),
    ("growth_burst", JUMPED, 500 / math.sqrt(10)),
    ("growth_burst", bare(history=history(STEADY)), 0.0),
    ("growth_burst", bare(history=history(STEADY[:20])), NAN),
    ("growth_burst_share", JUMPED, 500 / 2000),
    ("growth_gini", JUMPED, gini(GAINS)),
    ("growth_top_days_share", JUMPED, 530 / sum(GAINS)),
    ("burst_without_post_share", {**JUMPED, "posts": posts([1, 1], first=29, step=1)}, 1.0),
    ("burst_without_post_share", {**JUMPED, "posts": posts([1, 1], first=BURST_DAY + 1, step=10)}, 0.0),
    ("burst_without_post_share", JUMPED, NAN),
    ("follower_no_picture_share", bare(follower_sample=followers({"has_picture": [True] * 15 + [False] * 5 + [None] * 9})), 0.25),
    ("follower_no_picture_share", bare(follower_sample=followers({"has_picture": [True] * 19})), NAN),
    ("follower_handle_digit_share", bare(follower_sample=followers({"handle": HANDLES})), 24 / 26),
    (
        "follower_follow_ratio",
        bare(follower_sample=followers({"following": G, "followers": F})),
        median(math.log((g + 1) / (f + 1)) for g, f in zip(G, F, strict=True)),
    ),
    (
        "follower_high_ratio_share",
        bare(follower_sample=followers({"following": G, "followers": F})),
        sum((g + 1) / (f + 1) > 5 for g, f in zip(G, F, strict=True)) / 30,
    ),
    (
        "follower_following_per_post",
        bare(follower_sample=followers({"following": G, "post_count": P})),
        median(math.log((g + 1) / (p + 1)) for g, p in zip(G, P, strict=True)),
    ),
    ("mass_follower_share", bare(follower_sample=followers({"following": MASS})), 10 / 30),
    ("follower_no_posts_share", bare(follower_sample=followers({"post_count": P})), P.count(0) / 30),
    ("follower_few_posts_share", bare(follower_sample=followers({"post_count": P})), 20 / 30),
    (
        "creation_date_burst",
        bare(follower_sample=followers({"created_at": CREATED})),
        (20 - EXPECTED) / math.sqrt(EXPECTED * (1 - EXPECTED / 60)),
    ),
    ("creation_date_burst", bare(follower_sample=followers({"created_at": CREATED[:29]})), NAN),
    ("handle_template_entropy", bare(follower_sample=followers({"handle": HANDLES})), entropy(PATTERNS)),
    ("handle_template_top_share", bare(follower_sample=followers({"handle": HANDLES})), 12 / 26),
    (
        "following_benford_distance",
        bare(follower_sample=followers({"following": SQUARES})),
        (sum((DIGITS[d] - 120 * p) ** 2 / (120 * p) for d, p in LAW.items()) - 8) / 120,
    ),
    ("comment_distinct_words", bare(comments=comments(NUMBERED)), len(set(FLAT[-100:])) / 100),
    ("comment_distinct_words", bare(comments=comments(NUMBERED[:49])), NAN),
    # Within a comment "a b a b" there are the pairs ab, ba, ab.
    ("comment_distinct_pairs", bare(comments=comments(["a b a b"] * 40)), 2 / 100),
    ("comment_mattr", bare(comments=comments(WORDS)), sum(len(set(SIXTY[i : i + 50])) for i in range(11)) / (11 * 50)),
    ("comment_mattr", bare(comments=comments(WORDS[:9])), NAN),
    ("comment_evenness", bare(comments=comments(TEN)), min(entropy(FOLDED) / math.log(10), 1.0)),
    ("comment_evenness", bare(comments=comments(["so nice"] * 12)), 0.0),
    ("comment_near_duplicate_share", bare(comments=comments(COPIED)), 0.2),
    ("comment_near_duplicate_share", bare(comments=comments(COPIED, ["a"] * 2 + list("bcdefghi"))), 0.0),
    ("comment_emoji_only_share", bare(comments=comments(TEN)), 0.2),
    ("comment_brief_share", bare(comments=comments(TEN)), 0.5),
    ("comment_length", bare(comments=comments(TEN)), sum(LENGTHS) / 10),
    ("comment_length_spread", bare(comments=comments(TEN)), stdev(LENGTHS)),
    ("commenter_concentration", bare(comments=comments(TEN, AUTHORS)), simpson(AUTHORS)),
    (
        "owner_reply_rate",
        bare(
            comments=comments(TEN, by_owner=False)
            + [dict(c, comment_id=f"o{i}") for i, c in enumerate(comments(["hi"] * 5, by_owner=True))]
        ),
        0.5,
    ),
    ("owner_reply_rate", bare(comments=comments(TEN)), NAN),
    ("address_share", bare(name="Mira Öz", comments=comments(ADDRESSED)), 0.3),
    ("address_share", bare(comments=comments(ADDRESSED)), 0.2),
    ("question_share", bare(comments=comments(ASKED)), 0.3),
    ("question_share", bare(comments=comments([*ASKED, "why?"], [*"abcdefghij", "own"])), 4 / 11),
    ("hashtag_entropy", bare(posts=captioned(TAGGED)), entropy(TAGS)),
    ("hashtag_entropy", bare(posts=posts([1] * 6, hashtags=["#Alps", "snow"])), entropy(["alps", "snow"] * 6)),
    ("hashtag_entropy", bare(posts=captioned(TAGGED[:4])), NAN),
    ("effective_topics", bare(posts=captioned(TAGGED)), 1 / simpson(TAGS)),
    ("effective_topics", bare(posts=captioned([f"#a{i}" for i in range(12)])), NAN),
    ("topic_drift", DRIFTED, JSD),
    ("sponsored_share", bare(posts=captioned(["#ad", "#Werbung", "plain", "#alps"])), 0.5),
    (
        "sponsored_share",
        bare(posts=[*posts([1] * 4, step=27, sponsored=False), {"post_id": "old", "posted_at": ago(95), "sponsored": True}]),
        0.0,
    ),
    ("hashtag_novelty", DRIFTED, 1 / 6),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_every_feature_has_a_known_value() -> None:
    """In this file or in one beside it that has a subject of its own."""
    beside = [import_module(f"tests.features.{path.stem}") for path in sorted(Path(__file__).parent.glob("test_known_*.py"))]
    assert {name for module in beside for name, _, expected in module.CASES if not math.isnan(expected)} == set(NAMES)
