"""Each feature of growth on a tiny account, against its formula worked out in plain Python."""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest

from features.catalog import CATALOG
from tests.features.accounts import OBSERVED, Document, ago, bare, value

Rows = list[dict[str, Any]]
NAN = math.nan


def history(counts: Sequence[int | None], **columns: Sequence[int]) -> Rows:
    """A count a day, the last on the day before the look; None for a day without a row."""
    return [
        {"date": str(day(len(counts) - i)), "followers": count, **{name: column[i] for name, column in columns.items()}}
        for i, count in enumerate(counts)
        if count is not None
    ]


def day(days_ago: int) -> date:
    return (OBSERVED - timedelta(days=days_ago)).date()


def grown(gains: Sequence[int], first: int = 1001) -> list[int]:
    return [first + sum(gains[:i]) for i in range(len(gains) + 1)]


def posts(*pairs: tuple[float, int | None]) -> Rows:
    """Posts as (days ago, likes)."""
    return [{"post_id": str(i), "posted_at": ago(age), "likes": likes} for i, (age, likes) in enumerate(pairs)]


def gini(amounts: Sequence[float]) -> float:
    return sum(abs(a - b) for a in amounts for b in amounts) / (2 * len(amounts) * sum(amounts))


def without(counts: list[int], *gone: int) -> list[int | None]:
    return [None if i in gone else count for i, count in enumerate(counts)]


def r_squared(x: Sequence[float], y: Sequence[float]) -> float:
    return float(np.corrcoef(x, y)[0, 1] ** 2)


# Every day brings 11, the 16th 500 more: usual gain 11, spread 0, so the variance is Poisson's.
STEADY, JUMP = grown([11] * 30), grown([11] * 15 + [511] + [11] * 14)
JUMPED = bare(followers=2000, history=history(JUMP))
# The day of the jump, in days ago: the gain of the 16th step stands at the 17th count.
BURST_DAY = 31 - 16
BEFORE, AFTER = [(age, 10) for age in (28.1, 25.1, 22.1)], [(age, 10) for age in (6.1, 4.1)]


def at_burst(likes: int | None) -> Document:
    return {**JUMPED, "posts": posts(*BEFORE, (BURST_DAY + 1.0, likes), *AFTER)}


LEFT = grown([11] * 15 + [511] + [1] * 10 + [11] * 33)
LOST_AND_FOUND = grown([1] * 19 + [-299] + [1] * 10 + [301] + [1] * 20, first=50_001)
ALTERNATING = grown([11, 15] * 15)
WEEKS = [11 + 5 * (i % 7 == 2) + (i * i) % 3 for i in range(42)]
AT_WEEKDAY = [(OBSERVED - timedelta(days=42 - i)).weekday() for i in range(42)]
BY_DAY = {w: [g for g, at in zip(WEEKS, AT_WEEKDAY, strict=True) if at == w] for w in range(7)}
WITHIN = sum((g - mean(own)) ** 2 for own in BY_DAY.values() for g in own) / sum((g - mean(WEEKS)) ** 2 for g in WEEKS)
LOSING = [-10 if i == 5 else -20 if i == 12 else -30 if i == 20 else 11 for i in range(30)]
LOST = [10 / 60, 20 / 60, 30 / 60]
SAW = [*range(500, 1000, 100), *range(1000, 500, -100)] * 3
SAW_STEPS = [b - a for a, b in pairwise(SAW)]
# The reference knows a purge 90 days before the look, in which peers lost 5 %.
PURGED = [1000 + 3 * i for i in range(10)] + [801 + 3 * i for i in range(90)]
PURGE_LOSS = (PURGED[9] - PURGED[10]) / PURGED[9] - 0.05

LIKED_DAYS = [(25.1, 50), (20.1, 10), (15.1, 30), (9.1, 20), (4.1, 90)]
USUAL = 30
PULL = [0.0] * 30
for age, likes in LIKED_DAYS:
    for later, left in enumerate((1.0, 0.5, 0.25)):
        place = 30 - int(age) + later
        PULL[place] += left * min(likes / USUAL, 5.0)
PULLED = [round(10 + 6 * pull) + (3 * i) % 4 for i, pull in enumerate(PULL)]
FROM = 30 - 25

CASES: list[tuple[str, Document, float]] = [
    ("growth_burst", JUMPED, 500 / math.sqrt(11)),
    ("growth_burst", bare(history=history(STEADY)), 0.0),
    ("growth_burst", bare(history=history([1001] * 31)), 0.0),
    ("growth_burst", bare(history=history(STEADY[:20])), NAN),
    # A gap over the jump: four days of 136, of which three stand out most; a gap elsewhere changes nothing.
    ("growth_burst", bare(history=history(without(JUMP, 15, 16, 17))), 3 * (544 / 4 - 11) / math.sqrt(3 * 11)),
    ("growth_burst", bare(history=history(without(JUMP, 3, 4, 5, 21, 25, 26))), 500 / math.sqrt(11)),
    # One count in ten days is too little; one from 1970 is another story.
    ("growth_burst", bare(history=history([c if i % 10 == 0 else None for i, c in enumerate(JUMP)])), NAN),
    ("growth_burst", {**JUMPED, "history": [{"date": "1970-01-01", "followers": 5}, *history(JUMP)]}, 500 / math.sqrt(11)),
    ("growth_burst", {**JUMPED, "history": [{"date": str(day(130)), "followers": 5}, *history(JUMP)]}, 500 / math.sqrt(11)),
    # Losing 11 a day, and none on one day.
    ("growth_burst", bare(history=history(grown([-11] * 15 + [0] + [-11] * 14))), 11 / math.sqrt(11)),
    ("growth_burst_share", JUMPED, 500 / 2000),
    ("growth_burst_share", {**JUMPED, "followers": 100}, 1.0),
    ("growth_burst_share", {**JUMPED, "followers": 0}, NAN),
    ("growth_gini", JUMPED, gini([11.0] * 29 + [511.0])),
    ("growth_gini", bare(history=history([1001] * 31)), NAN),
    ("growth_top_days_share", JUMPED, 533 / (511 + 29 * 11)),
    ("burst_without_post_share", {**JUMPED, "posts": posts((29, 1), (30, 1))}, 1.0),
    ("burst_without_post_share", {**JUMPED, "posts": posts((BURST_DAY + 1, 1), (BURST_DAY + 11, 1))}, 0.0),
    # From two days before to one day after.
    ("burst_without_post_share", {**JUMPED, "posts": posts((BURST_DAY + 3, 1), (29, 1))}, 1.0),
    ("burst_without_post_share", {**JUMPED, "posts": posts((BURST_DAY - 1, 1), (29, 1))}, 0.0),
    ("burst_without_post_share", {**JUMPED, "posts": posts((BURST_DAY - 2, 1), (29, 1))}, 1.0),
    ("burst_without_post_share", {**JUMPED, "posts": posts((BURST_DAY - 2, 1))}, NAN),
    ("burst_without_post_share", JUMPED, NAN),
    ("burst_unexplained_share", at_burst(20), 0.0),
    ("burst_unexplained_share", at_burst(19), 1.0),
    ("burst_unexplained_share", at_burst(None), NAN),
    ("burst_unexplained_share", {**JUMPED, "posts": posts(*BEFORE, *AFTER)}, 1.0),
    ("burst_unexplained_share", {**JUMPED, "posts": posts((29, None), (28, None), (27, None))}, NAN),
    # On the last day seen: the post is too young for its likes to tell.
    ("burst_unexplained_share", bare(history=history(grown([11] * 29 + [511])), posts=posts(*BEFORE, (1.1, 12))), NAN),
    ("burst_decay", bare(history=history(LEFT)), (10 * 10) / 500),
    ("burst_decay", bare(history=history(LEFT[:44])), NAN),
    ("burst_decay", bare(history=history(LEFT[9:])), NAN),
    ("burst_decay", bare(history=history(STEADY)), NAN),
    # 500 lies on a lot: within a tenth above 1, 2.5 or 5 lie three times ln 1.1 of a decade.
    ("burst_lot_chance", JUMPED, 3 * math.log(1.1) / math.log(10)),
    ("burst_lot_chance", bare(history=history(grown([11] * 15 + [561] + [11] * 14))), 3 * math.log(1.1) / math.log(10)),
    # 700 is as far from 500 as can be; only sizes between 1.4 and 1.75 lie further from a lot.
    ("burst_lot_chance", bare(history=history(grown([11] * 15 + [711] + [11] * 14))), 1 - math.log(1.75 / 1.4) / math.log(10)),
    ("burst_lot_chance", bare(history=history(grown([11] * 15 + [110] + [11] * 14))), NAN),
    ("refill_count", bare(history=history(LOST_AND_FOUND)), 1.0),
    ("refill_count", JUMPED, 0.0),
    # Twice what had been lost is no refill.
    ("refill_count", bare(history=history(grown([1] * 19 + [-299] + [1] * 10 + [601] + [1] * 20, first=50_001))), 0.0),
    ("quiet_fano", bare(history=history(ALTERNATING)), 0.5 * 16 / 13),
    # A trend is no variance: 1 more every day.
    ("quiet_fano", bare(history=history(grown(list(range(10, 40))))), 0.5 / mean(range(10, 40))),
    ("quiet_fano", JUMPED, 0.0),
    ("quiet_fano", bare(history=history(without(ALTERNATING, *range(1, 31, 2)))), NAN),
    ("quiet_fano", bare(history=history([count * 1000 for count in ALTERNATING])), NAN),
    ("weekday_rhythm", bare(history=history(grown(WEEKS))), 1 - WITHIN * 41 / 35),
    ("weekday_rhythm", bare(history=history(STEADY)), NAN),
    ("churn_share", bare(history=history(grown(LOSING))), 60 / (60 + 27 * 11)),
    ("churn_share", bare(history=history([1001] * 31)), NAN),
    ("loss_evenness", bare(history=history(grown(LOSING))), -sum(p * math.log(p) for p in LOST) / math.log(30)),
    ("loss_evenness", bare(history=history(STEADY)), NAN),
    ("following_swing", bare(history=history(STEADY[:30], following=SAW)), stdev(SAW_STEPS) / mean(SAW[1:])),
    ("follow_unfollow_count", bare(history=history(STEADY[:30], following=SAW)), 3.0),
    ("follow_unfollow_count", bare(history=history(STEADY[:30], following=[500 + i % 40 for i in range(30)])), 0.0),
    ("following_swing", bare(history=history(STEADY[:30], following=[0] * 30)), NAN),
    ("purge_loss", bare(history=history(PURGED)), PURGE_LOSS),
    ("purge_loss", bare(history=history(PURGED[11:])), NAN),
    ("growth_on_posts", bare(history=history(grown(PULLED)), posts=posts(*LIKED_DAYS)), r_squared(PULL[FROM:], PULLED[FROM:])),
    # Where the days after a post bring less than others, posts explain nothing.
    ("growth_on_posts", bare(history=history(grown([60 - gain for gain in PULLED])), posts=posts(*LIKED_DAYS)), 0.0),
    ("growth_on_posts", bare(history=history(grown(PULLED)), posts=posts(*LIKED_DAYS[:2])), NAN),
    ("growth_on_posts", bare(history=history(STEADY), posts=posts(*LIKED_DAYS)), NAN),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_every_feature_of_growth_has_a_known_value() -> None:
    here = {feature.name for feature in CATALOG if feature.family == "growth"}
    assert {name for name, _, expected in CASES if not math.isnan(expected)} == here
