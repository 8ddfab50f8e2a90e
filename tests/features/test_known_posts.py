"""Each feature of profile and engagement on a tiny account, against its formula worked out in plain Python."""

import math
from datetime import datetime, timedelta
from statistics import mean, median, stdev
from typing import Any

import numpy as np
import pytest

from features.catalog import CATALOG
from tests.features.accounts import OBSERVED, REFERENCE, Document, ago, bare, iso, value

Rows = list[dict[str, Any]]
NAN = math.nan


def posts(likes: list[int | None], first: float = 10.0, step: float = 1.0, **columns: Any) -> Rows:
    """Posts, newest first, from `first` days ago on, every `step` days; a list of a column holds each post's own value."""
    own = {name: column if isinstance(column, list) else [column] * len(likes) for name, column in columns.items()}
    return [
        {"post_id": str(i), "posted_at": ago(first + step * i), "likes": count, **{name: column[i] for name, column in own.items()}}
        for i, count in enumerate(likes)
    ]


def history(counts: list[int]) -> Rows:
    """A count a day, the last on the day before the look."""
    return [{"date": str((OBSERVED - timedelta(days=len(counts) - i)).date()), "followers": count} for i, count in enumerate(counts)]


def comments(delays: list[float | None], post: dict[str, Any], **more: Any) -> Rows:
    """Comments under a post so many days after it."""
    age = (OBSERVED - datetime.fromisoformat(post["posted_at"])).total_seconds() / 86_400
    return [
        {
            "post_id": post["post_id"],
            "comment_id": "-".join([post["post_id"], str(i), *more]),
            "author_id": f"u{i}",
            "commented_at": ago(age - (delay or 0)),
            "text": "ok",
            **more,
        }
        for i, delay in enumerate(delays)
    ]


def gini(amounts: list[float]) -> float:
    return sum(abs(a - b) for a in amounts for b in amounts) / (2 * len(amounts) * sum(amounts))


def expected_likes(followers: float) -> float:
    return 0.1 + 0.75 * math.log10(followers + 1)


def story_likes(followers: float) -> float:
    """The reference's bent curve."""
    size = math.log10(followers + 1)
    return 0.8 * size - 0.2 * max(size - 3, 0) + 0.1 * max(size - 5, 0)


LIKES: list[int | None] = [100, 40, 900, 250, 300, 120, 80, 60]
KNOWN = [count for count in LIKES if count is not None]
LIKED = bare(posts=posts(LIKES, comments=7, views=2000))
LOGS = [math.log10(count + 1) for count in KNOWN]
# Two posts that are too young to count, between which and the others nothing else differs.
YOUNG = [{"post_id": f"y{i}", "posted_at": ago(2.9 - i), "likes": 10**6, "comments": 10**5, "views": 10**7} for i in range(2)]
RESIDUALS = [math.log(count + 1) for count in KNOWN]
SLOPE, LEVEL = np.polyfit(range(8), RESIDUALS, 1)
GAPS = [1.0, 2.0, 4.0, 0.5, 8.0]
UNEVEN = [{"post_id": str(i), "posted_at": ago(20 - sum(GAPS[:i]))} for i in range(6)]

CENTRE, COVARIANCE = REFERENCE.peer_engagement.metric_centre[0], REFERENCE.peer_engagement.metric_covariance
FOLLOWERS, LIKE, COMMENT, VIEW, POST, AGE = range(6)


def away(**numbers: float) -> dict[int, float]:
    """Metrics in dex from the reference's centre."""
    places = {"followers": FOLLOWERS, "likes": LIKE, "comments": COMMENT, "views": VIEW, "posts": POST, "age": AGE}
    return {places[name]: math.log10(number) - CENTRE[places[name]] for name, number in numbers.items()}


def surplus(numbers: dict[int, float]) -> float:
    """(x - E[x | others]) / sd[x | others] by the textbook's blocks."""
    others = [place for place in numbers if place != FOLLOWERS]
    weights = np.linalg.solve(COVARIANCE[np.ix_(others, others)], COVARIANCE[others, FOLLOWERS])
    variance = COVARIANCE[FOLLOWERS, FOLLOWERS] - weights @ COVARIANCE[others, FOLLOWERS]
    return float((numbers[FOLLOWERS] - weights @ [numbers[place] for place in others]) / math.sqrt(variance))


def incoherence(numbers: dict[int, float]) -> float:
    places = list(numbers)
    x = np.array([numbers[place] for place in places])
    whole = x @ np.linalg.solve(COVARIANCE[np.ix_(places, places)], x)
    return math.sqrt((whole - numbers[FOLLOWERS] ** 2 / COVARIANCE[FOLLOWERS, FOLLOWERS]) / (len(places) - 1))


# 31 days of 11 new followers each; on the 16th 500 came at once.
JUMP = [1001 + 11 * i + (500 if i >= 16 else 0) for i in range(31)]
AGES, AROUND = [6.2, 9.2, 12.2, 19.2, 22.2, 25.2, 28.2], [90, 80, 100, 70, 95, 60, 85]
AFTER = [math.log10(n + 1) - expected_likes(JUMP[31 - int(age)]) for n, age in zip(AROUND[:3], AGES[:3], strict=True)]
BEFORE = [math.log10(n + 1) - expected_likes(JUMP[31 - int(age)]) for n, age in zip(AROUND[3:], AGES[3:], strict=True)]
POOLED = math.sqrt((2 * stdev(AFTER) ** 2 + 3 * stdev(BEFORE) ** 2) / 5)
STILL = [math.log10(51) - (-0.5 + 0.7 * math.log10(JUMP[31 - int(age)] + 1)) for age in AGES]
JUMPED = bare(
    history=history(JUMP),
    posts=[{"post_id": str(i), "posted_at": ago(age), "likes": n} for i, (age, n) in enumerate(zip(AGES, AROUND, strict=True))],
)

# Followers that tripled within 40 days, and 3,000 that came on the 21st.
GROWN = [1001 + 53 * i for i in range(41)]
LEAPT = [count + (3000 if i >= 20 else 0) for i, count in enumerate(GROWN)]
ELASTIC: list[int | None] = [30, 28, 25, 26, 22, 21, 17, 15, 12]
ON_DAYS = [41 - int(3.2 + 4 * i) for i in range(9)]


def slope(counts: list[float]) -> float:
    x = [math.log10(counts[day] + 1) for day in ON_DAYS]
    return float(np.polyfit(x, [math.log10((n or 0) + 1) for n in ELASTIC], 1)[0])


POSTED, TOO_YOUNG = posts([5], first=20)[0], {"post_id": "young", "posted_at": ago(2.5)}
DELAYS: list[float | None] = [0.001, 0.005, 0.006, 0.02, *(0.1 * i for i in range(1, 18))]
WAITED = sorted(delay or 0.0 for delay in DELAYS)
WEIBULL = [1 - math.exp(-((delay / 10.0) ** 0.6)) for delay in WAITED]
SLOW = comments(DELAYS, POSTED)
TALKED = bare(
    posts=[POSTED, TOO_YOUNG],
    comments=[
        *SLOW,
        *comments([0.001] * 9, POSTED, by_owner=True),
        *comments([0.001] * 9, TOO_YOUNG),
        *comments([0.001] * 9, {**POSTED, "post_id": "of another account"}),
        *comments([-0.001] * 9, POSTED, likes=1),
    ],
)

PACKAGED: list[int | None] = [100, 104, 105, 96, 99, 250, 300, 7, None]
TOLD = bare(posts=posts(LIKES, sponsored=[True] * 3 + [False] * 4 + [None]))
GAP = mean(RESIDUALS[3:7]) - mean(RESIDUALS[:3])

CASES: list[tuple[str, Document, float]] = [
    ("log_followers", bare(followers=999), 3.0),
    ("log_followers", bare(followers=0), 0.0),
    ("own_follow_ratio", bare(following=499), math.log(500 / 1001)),
    ("followers_per_post", bare(post_count=9), math.log10(1001 / 10)),
    ("followers_per_day", bare(created_at=ago(99)), math.log10(1001 / 100)),
    ("followers_per_day", bare(created_at=iso(OBSERVED + timedelta(hours=1))), NAN),
    ("followers_per_day", bare(created_at="1970-01-01T00:00:00Z"), math.log10(1001 / (OBSERVED.timestamp() / 86_400 + 1))),
    ("follower_surplus", bare(post_count=99), surplus(away(followers=1001, posts=100))),
    ("follower_surplus", {**LIKED, "post_count": 99}, surplus(away(followers=1001, likes=median(KNOWN) + 1, comments=7.5, posts=100))),
    (
        "follower_surplus",
        {**LIKED, "created_at": ago(99)},
        surplus(away(followers=1001, likes=median(KNOWN) + 1, comments=7.5, age=100)),
    ),
    # Neither likes nor posts: age and comments alone say nothing of how many followers were earned.
    ("follower_surplus", bare(created_at=ago(99), posts=posts([None] * 5, comments=7)), NAN),
    ("posts_per_week", bare(posts=UNEVEN), 5 / (sum(GAPS) / 7)),
    ("posts_per_week", bare(posts=UNEVEN[:2]), NAN),
    ("posts_per_week", bare(posts=posts([1] * 5, step=0)), NAN),
    ("posting_irregularity", bare(posts=UNEVEN), stdev(math.log(gap + 1 / 24) for gap in GAPS)),
    ("engagement_rate", LIKED, (median(KNOWN) + 7) / 1000),
    ("engagement_rate", bare(posts=[*YOUNG, *posts(LIKES, comments=7)]), (median(KNOWN) + 7) / 1000),
    # The followers of the day of the post: 400 until five days ago, 800 since.
    (
        "engagement_rate",
        bare(posts=posts([10, 20, 40], comments=0, first=3.5, step=3), history=history([400] * 30 + [800] * 5)),
        median([10 / 800, 20 / 400, 40 / 400]),
    ),
    ("engagement_rate", bare(followers=0, posts=posts(LIKES, comments=7)), NAN),
    ("engagement_residual", LIKED, (median(LOGS) - expected_likes(1000)) / 0.3),
    ("engagement_residual", {**LIKED, "platform": "x"}, (median(LOGS) - (-0.5 + 0.7 * math.log10(1001))) / 0.4),
    ("engagement_residual", bare(followers=0, posts=posts([0, 0, 0])), -0.1 / 0.3),
    # The followers of the day, for each post.
    (
        "engagement_residual",
        bare(posts=posts([10, 20, 40], first=3.5, step=3), history=history([400] * 30 + [800] * 5)),
        median((math.log10(n + 1) - expected_likes(f)) / 0.3 for n, f in ((10, 800), (20, 400), (40, 400))),
    ),
    # Stories have a curve of their own on Instagram, photos have the platform's.
    (
        "engagement_residual",
        bare(followers=200_000, posts=posts([9000, 500, 70], kind=["story", "photo", None])),
        median(
            [
                (math.log10(9001) - story_likes(200_000)) / 0.2,
                (math.log10(501) - expected_likes(200_000)) / 0.3,
                (math.log10(71) - expected_likes(200_000)) / 0.3,
            ]
        ),
    ),
    ("engagement_residual", bare(posts=posts(LIKES, kind="story")), (median(LOGS) - story_likes(1000)) / 0.2),
    (
        "engagement_residual",
        {**bare(posts=posts([5] * 5, kind="story")), "platform": "tiktok"},
        (math.log10(6) - expected_likes(1000)) / 0.3,
    ),
    ("view_rate", LIKED, 2.0),
    ("view_residual", LIKED, (math.log10(2001) - (0.6 + 0.75 * math.log10(1001))) / 0.4),
    ("likes_per_view", LIKED, median(KNOWN) / 2000),
    # A view count of nought gives no ratio; it is what the next feature is for.
    ("likes_per_view", bare(posts=posts([10, 20, 30, 40], views=[100, 100, 100, 0])), 0.2),
    ("likes_beyond_views_share", bare(posts=posts([10, 20, 30, 0, 5], views=[0, 20, 29, 0, None])), 0.5),
    ("likes_beyond_views_share", bare(posts=posts([10, 20], views=1)), NAN),
    ("comment_like_residual", LIKED, (math.log10(7.5) - (-1 + 0.73 * math.log10(median(KNOWN) + 1))) / 0.35),
    ("metric_incoherence", LIKED, incoherence(away(followers=1001, likes=median(KNOWN) + 1, comments=7.5, views=2001))),
    ("metric_incoherence", bare(posts=posts(LIKES, views=9)), incoherence(away(followers=1001, likes=median(KNOWN) + 1, views=10))),
    ("metric_incoherence", bare(posts=posts(LIKES)), NAN),
    ("like_dispersion", LIKED, stdev(r - LEVEL - SLOPE * i for i, r in enumerate(RESIDUALS))),
    ("like_dispersion", bare(posts=posts([3, 9, 27, None, 5])), NAN),
    ("like_dispersion", bare(posts=posts([7] * 6)), 0.0),
    ("like_gini", LIKED, gini([float(count) for count in KNOWN])),
    ("like_gini", bare(posts=posts([0] * 8)), NAN),
    # Only the newest 36 count.
    ("like_gini", bare(posts=posts([5] * 36 + [10**6] * 4)), 0.0),
    ("like_floor", LIKED, float(np.quantile(KNOWN, 0.1)) / median(KNOWN)),
    # 100, 104 and 250 lie in a package, 105, 96 and 99 beside one.
    ("like_package_share", bare(posts=posts(PACKAGED)), (3 - 0.5 * 3) / 8),
    ("like_package_share", bare(posts=posts([100] * 4)), NAN),
    ("sponsored_gap", TOLD, GAP),
    ("sponsored_gap", bare(posts=posts(LIKES, sponsored=[True] * 2 + [False] * 6)), NAN),
    ("sponsored_gap", bare(posts=posts(LIKES, hashtags=[["ad"]] * 3 + [["alps"]] * 4 + [None])), GAP),
    ("likes_after_jump", JUMPED, (mean(AFTER) - mean(BEFORE)) / (POOLED * math.sqrt(1 / 3 + 1 / 4))),
    ("likes_after_jump", {**JUMPED, "posts": JUMPED["posts"][:5]}, NAN),
    # Without a burst there is no jump to look behind.
    ("likes_after_jump", {**JUMPED, "history": history([1001 + 11 * i for i in range(31)])}, NAN),
    # Equal likes: the noise that posts have in any case.
    (
        "likes_after_jump",
        {**JUMPED, "followers": 1, "platform": "x", "posts": [{**post, "likes": 50} for post in JUMPED["posts"]]},
        (mean(STILL[:3]) - mean(STILL[3:])) / (0.07 * math.sqrt(1 / 3 + 1 / 4)),
    ),
    ("like_elasticity", bare(posts=posts(ELASTIC, first=3.2, step=4), history=history(GROWN)), slope([float(n) for n in GROWN])),
    ("like_elasticity", bare(posts=posts(ELASTIC, first=3.2, step=4), history=history(LEAPT)), slope([float(n) for n in LEAPT])),
    ("like_elasticity", bare(posts=posts(ELASTIC[:7], first=3.2, step=4), history=history(GROWN)), NAN),
    ("like_elasticity", bare(posts=posts(ELASTIC, first=3.2, step=4), history=history([1001 + i for i in range(41)])), NAN),
    # Nobody knows how many followers there were before the history: these posts do not count.
    ("like_elasticity", bare(posts=posts(ELASTIC, first=3.2, step=6), history=history(GROWN)), NAN),
    ("size_loss", bare(posts=posts(ELASTIC, first=3.2, step=4), history=history(LEAPT)), 1 - slope([float(n) for n in GROWN])),
    (
        "comment_delay_misfit",
        TALKED,
        max(max(f - i / 21, (i + 1) / 21 - f) for i, f in enumerate(WEIBULL)),
    ),
    ("comment_delay_misfit", bare(posts=[POSTED], comments=SLOW[:19]), NAN),
    ("early_comment_share", TALKED, 3 / 21),
    ("early_comment_share", bare(posts=[POSTED], comments=SLOW[4:]), NAN),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_every_feature_of_profile_and_engagement_has_a_known_value() -> None:
    here = {feature.name for feature in CATALOG if feature.family in ("profile", "engagement")}
    assert {name for name, _, expected in CASES if not math.isnan(expected)} == here
