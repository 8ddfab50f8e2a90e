"""Features of the follower sample, against their formulas worked out in plain Python."""

import math
import random
from collections import Counter
from itertools import pairwise
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from scipy import stats

from features.reference import PeerAudience, Reference
from tests.features.accounts import OBSERVED, REFERENCE, Document, ago, bare, from_documents, value
from tests.features.test_known_values import entropy, followers

NAN = math.nan
AUDIENCE = REFERENCE.peer_audience
TODAY = OBSERVED.timestamp() / 86_400


def sample(**columns: list[Any]) -> Document:
    return bare(follower_sample=followers(columns))


def created(days_ago: list[float | None], **more: Any) -> Document:
    return bare(follower_sample=followers({"created_at": [None if days is None else ago(days) for days in days_ago]}), **more)


def background(day: float) -> float:
    """Straight lines through the reference's three days; beyond the last one its last year goes on."""
    if day <= 21_000:
        return 0.4 * (day - 14_000) / 3_500 if day < 17_500 else 0.4 + 0.6 * (day - 17_500) / 3_500
    return 1 + (day - 21_000) * 0.6 / 3_500


def burst(days_ago: list[float]) -> float:
    days, n = [math.floor(TODAY - ago) for ago in days_ago], len(days_ago)
    best = 0.0
    for width in (1, 3, 7, 14, 30, 60):
        for first in days:
            seen = sum(first <= day < first + width for day in days)
            expected = n * (background(first + width) - background(first))
            best = max(best, (seen - expected) / math.sqrt(expected * (1 - expected / n) + 0.25 * expected**2 + 0.5))
    part = math.log(n / 30) / math.log(10)
    away = (best - 3.0 - part * 1.0) / (0.5 - 0.1 * min(part, 1))
    # Less bunched than 99 of 100 samples without a batch is as good as less bunched than any.
    return float(stats.norm.isf(-math.expm1(-math.exp(-max(away, -1.5)))))


def odd(days: list[float]) -> float:
    """The map of followers with dictionaries: rows of a tenth, months of 30 days, twice."""
    n, low = len(days), min(map(math.floor, days))
    row = min(max(n // 10, 20), 200)
    found: set[int] = set()
    for lead, shift in ((0, 0), (row // 2, 15)):
        rows = [(i + lead) // row for i in range(n)]
        months = [(math.floor(day) - low + shift) // 30 for day in days]
        newest = [max(months[j] for j in range(n) if rows[j] <= rows[i]) for i in range(n)]
        cells, sizes = Counter(zip(rows, months, strict=True)), Counter(rows)
        for (r, month), count in cells.items():
            inside = [i for i in range(n) if rows[i] == r and months[i] == month]
            age = newest[inside[0]] - month
            able = [i for i in range(n) if rows[i] != r and newest[i] >= age]
            of_age = (sum(newest[i] - months[i] == age for i in able) + 1) / (len(able) + 1)
            able = [i for i in range(n) if rows[i] != r and newest[i] >= month]
            of_date = (sum(months[i] == month for i in able) + sizes[r] * of_age) / (len(able) + sizes[r])
            if count >= 4 and stats.poisson.sf(count - 1, sizes[r] * max(of_age, of_date)) < 1e-4:
                found |= set(inside)
    return len(found) / n


def benford(counts: list[int]) -> float:
    digits = Counter(str(count)[0] for count in counts if count > 0)
    n = sum(digits.values())
    return (sum((digits[str(d)] - n * p) ** 2 / (n * p) for d, p in ((d, math.log10(1 + 1 / d)) for d in range(1, 10))) - 8) / n


def placed(g: int, f: int, p: int, picture: bool | None) -> list[float]:
    """A follower among the ordinary ones of the reference; an unknown picture counts as the centre."""
    facts = [math.log(g + 1), math.log(f + 1), math.log(p + 1), 0.1 if picture is None else float(not picture)]
    return [(x - c) / s for x, c, s in zip(facts, (6.0, 5.0, 1.0, 0.1), (1.0, 1.5, 1.2, 1.0), strict=True)]


def flagged(rows: list[tuple[int, int, int, bool | None]]) -> int:
    return sum(sum(w * x for w, x in zip((1.5, -0.5, -1.0, 0.5), placed(*row), strict=True)) >= 0.5 for row in rows)


def off(row: tuple[int, int, int, bool | None]) -> float:
    z = placed(*row)
    return math.sqrt(sum(x * x for x in z) - (0.6 * z[0] + 0.8 * z[2]) ** 2)


def surprise(handle: str) -> float:
    def of(character: str) -> int:
        lower = character.lower()
        if "a" <= lower <= "z":
            return ord(lower) - 97
        return 26 + int(character) if character in "0123456789" else {".": 36, "_": 37}.get(character, 38)

    steps = [39, *map(of, handle), 39]
    return sum(1 + (a + 2 * b) / 40 for a, b in pairwise(steps)) / (len(handle) + 1)


def shift(values: list[list[float]]) -> float:
    """The reference's distributions rise evenly from -10 to 20."""
    return max(abs(mean((x + 10) / 30 for x in column) - 0.5) + 0.5 for column in values)


chance = random.Random(5)
G, F, P = [i % 7 for i in range(30)], [i % 4 for i in range(30)], [i % 3 for i in range(30)]
MASS = [100] * 15 + [1500] * 5 + [1501] * 6 + [7000] * 4
HANDLES = ["anna1", "bert2", "ab_12", "cd.34"] * 6 + ["lisa", "X9ü"]
PATTERNS = ["L4D1", "L4D1", "L2S1D2", "L2S1D2"] * 6 + ["L4", "L1D1L1"]
SQUARES = [i * i for i in range(1, 121)]
EVEN = [1000.0 - 33 * i for i in range(30)]
# 40 created in other months each and 20 within an hour; nobody is older than the background.
BATCH = [2700.0 - 60 * i for i in range(40)] + [100.0 + i / 1000 for i in range(20)]
BIOS = (
    ["", "  ", "mum of two"] + ["Dad from Bern, with dog", "dad from BERN with dog!"] * 4 + [f"collects stamps no {i}" for i in range(14)]
)
# Older and older accounts come, but the sixth to tenth dozen were all made in one week.
MIXED = [TODAY - (700 + chance.random() * 6 if 60 <= i < 110 else chance.uniform(200, 3000)) for i in range(200)]
LATE = [TODAY - (20 + chance.random() * 6 if i >= 180 else 3000 - 13 * i + chance.uniform(-40, 40)) for i in range(200)]
AGES = [max(EVEN_LATER) - day for EVEN_LATER, day in ((LATE[: i + 1], LATE[i]) for i in range(200))]
ROWS = [(chance.randrange(3000), chance.randrange(900), chance.randrange(9), chance.choice((True, False, None))) for _ in range(40)]
LOOKED_AT = sample(**{name: [row[k] for row in ROWS] for k, name in enumerate(("following", "followers", "post_count", "has_picture"))})
HITS = flagged(ROWS)
LOGS = [[math.log(row[k] + 1) for row in ROWS] for k in range(3)]
LOGS.append([g - f for g, f in zip(LOGS[0], LOGS[1], strict=True)])
TONGUES = ["de", "de-CH", "DE", "fr", "en-GB", None] * 6
LANDS = ["CH", "ch", "Germany", "United States", "United Kingdom", ""] * 6


def low(hits: int, of: int) -> float:
    return float(stats.beta.ppf(0.025, hits + 0.5, of - hits + 0.5)) if hits else 0.0


CASES: list[tuple[str, Document, float]] = [
    ("follower_no_picture_share", sample(has_picture=[True] * 15 + [False] * 5 + [None] * 9), 0.25),
    ("follower_no_picture_share", sample(has_picture=[True] * 19), NAN),
    ("follower_no_picture_share_low", sample(has_picture=[True] * 19), NAN),
    ("follower_no_picture_share_low", sample(has_picture=[True] * 20), 0.0),
    ("follower_follow_ratio", sample(following=G, followers=F), median(math.log((g + 1) / (f + 1)) for g, f in zip(G, F, strict=True))),
    ("follower_high_ratio_share", sample(following=G, followers=F), sum((g + 1) / (f + 1) > 5 for g, f in zip(G, F, strict=True)) / 30),
    (
        "follower_following_per_post",
        sample(following=G, post_count=P),
        median(math.log((g + 1) / (p + 1)) for g, p in zip(G, P, strict=True)),
    ),
    ("mass_follower_share", sample(following=MASS), 10 / 30),
    ("follow_limit_share", sample(following=MASS), 4 / 30),
    ("follower_no_posts_share", sample(post_count=P), P.count(0) / 30),
    ("follower_few_posts_share", sample(post_count=P), 20 / 30),
    # The text decides where it is known, its length elsewhere.
    ("follower_empty_bio_share", sample(bio=BIOS, bio_length=[9] * 25), 2 / 25),
    ("follower_empty_bio_share", sample(bio=[None] * 20 + BIOS[3:], bio_length=[0] * 5 + [3] * 37), 5 / 42),
    ("follower_copied_bio_share", sample(bio=BIOS), 8 / 22),
    ("follower_copied_bio_share", sample(bio=BIOS[:22]), NAN),
    ("follower_copied_bio_share", sample(bio=["same words"] * 40), NAN),
    ("follower_copied_bio_share", sample(bio_length=[0] * 40), NAN),
    ("follower_handle_digit_share", sample(handle=HANDLES), 24 / 26),
    ("follower_handle_digits", sample(handle=HANDLES), mean(sum(c.isdigit() for c in handle) / len(handle) for handle in HANDLES)),
    ("follower_handle_digits", sample(handle=["", *HANDLES[:19]]), NAN),
    ("follower_handle_surprise", sample(handle=HANDLES), mean(map(surprise, HANDLES))),
    ("handle_template_entropy", sample(handle=HANDLES), entropy(PATTERNS)),
    ("handle_template_top_share", sample(handle=HANDLES), 12 / 26),
    ("private_share_gap", sample(private=[True] * 5 + [False] * 15 + [None] * 4), 0.05),
    # An account of 1,000 followers is of the second size.
    ("following_benford_distance", sample(following=SQUARES), benford(SQUARES) - 0.02),
    ("following_benford_distance", bare(followers=5001, follower_sample=followers({"following": SQUARES})), benford(SQUARES) - 0.03),
    ("following_benford_distance", sample(following=SQUARES[:99] + [0] * 9), NAN),
    ("followers_benford_distance", sample(followers=SQUARES), benford(SQUARES) - 0.02),
    ("foreign_share_gap", bare(language="de", country="CH", follower_sample=followers({"language": TONGUES, "country": LANDS})), 0.4 - 0.3),
    ("foreign_share_gap", bare(language="FR , de_AT", follower_sample=followers({"language": TONGUES})), 0.2 - 0.3),
    ("foreign_share_gap", bare(country="CH", follower_sample=followers({"language": TONGUES, "country": LANDS})), 0.6 - 0.1),
    ("foreign_share_gap", bare(language=" ,;", country="CH", follower_sample=followers({"language": TONGUES})), NAN),
    ("follower_language_entropy", sample(language=TONGUES), entropy((["de"] * 3 + ["fr", "en"]) * 6)),
    ("follower_country_entropy", sample(country=LANDS), entropy(["ch", "ch", "germany", "us", "uk"] * 6)),
    ("purchased_type_share", LOOKED_AT, (HITS / 40 - 0.1) / 0.7),
    ("purchased_type_share", sample(following=[0] * 40, followers=[99] * 40), 0.0),
    ("purchased_type_share", sample(following=[7000] * 40), NAN),
    ("audience_shift", LOOKED_AT, shift(LOGS)),
    ("audience_shift", sample(following=[10**12] * 20), 1.0),
    ("follower_residual", LOOKED_AT, mean(map(off, ROWS))),
    ("follower_residual_high", LOOKED_AT, float(np.quantile([off(row) for row in ROWS], 0.95))),
    ("follower_residual", sample(following=G, followers=F), NAN),
    ("creation_date_burst", created(EVEN), burst(EVEN)),
    ("creation_date_burst", created([*EVEN, 500.0, 501.0, 503.0, None]), burst([*EVEN, 500.0, 501.0, 503.0])),
    # So improbable that only the logarithm of the chance can be told.
    ("creation_date_burst", created(BATCH), burst(BATCH)),
    ("creation_date_burst", created(EVEN[:29]), NAN),
    ("follow_order_anomaly_share", created([TODAY - day for day in MIXED]), odd(MIXED)),
    ("follow_order_anomaly_share", created([TODAY - day for day in LATE]), odd(LATE)),
    ("follow_order_anomaly_share", created([TODAY - day for day in MIXED[:59]]), NAN),
    ("follow_order_anomaly_share", created([500.0] * 100), 0.0),
    ("follower_young_share", created([TODAY - day for day in LATE]), sum(age < 30 for age in AGES) / 200),
    ("follower_young_share", created([500.0] * 20), 1.0),
    (
        "follower_age_gap",
        created([TODAY - day for day in LATE]),
        max(abs(sum(age < 30 * (k + 1) for age in AGES) / 200 - (0.01 + 0.01 * k)) for k in range(100)),
    ),
]
# Abramowitz and Stegun's quantile is an approximation.
NEARLY: list[tuple[str, Document, float]] = [
    ("follower_no_picture_share_low", sample(has_picture=[True] * 15 + [False] * 5 + [None] * 9), low(5, 20)),
    ("follower_no_picture_share_low", sample(has_picture=[False] * 20), low(20, 20)),
    ("follower_high_ratio_share_low", sample(following=[9] * 25 + [10] * 25, followers=[1] * 50), low(25, 50)),
    ("follower_few_posts_share_low", sample(post_count=P), low(20, 30)),
    ("purchased_type_share_low", LOOKED_AT, (low(HITS, 40) - 0.1) / 0.7),
]
CASES += [(name, document, value(name, document)) for name, document, _ in NEARLY]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(("name", "document", "expected"), NEARLY, ids=[f"{i}-{case[0]}" for i, case in enumerate(NEARLY)])
def test_the_value_is_nearly_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, abs=2e-3)


def test_the_scenes_hold_what_they_are_about() -> None:
    """Else the cases above would compare zeros."""
    assert 0.2 < odd(MIXED) < 0.35
    assert odd(LATE) > 0.08
    assert 0 < burst([*EVEN, 500.0, 501.0, 503.0]) < 3 < burst(BATCH)
    assert 4 <= HITS <= 36
    assert len({odd(MIXED), odd(LATE), 0.0}) == 3


def test_hours_of_creation_change_nothing() -> None:
    """Some sources tell the day only."""
    midnight = [math.floor(TODAY - days) for days in BATCH]
    assert value("creation_date_burst", created([TODAY - day for day in midnight])) == value("creation_date_burst", created(BATCH))


@pytest.mark.parametrize("days_ago", [[20_000.0] * 40, [0.5] * 40, [0.0] * 40, [TODAY] * 40, [TODAY] * 20 + [0.0] * 20])
def test_the_edges_of_time_give_a_number(days_ago: list[float]) -> None:
    """1970, the day of the look, and all at one moment."""
    document = created(days_ago)
    assert math.isfinite(value("creation_date_burst", document))
    assert value("creation_date_burst", document) > 5


def test_followers_made_after_the_background_ended_are_no_batch() -> None:
    """A bundle is used for a year and more after it was made."""
    spread = [2500.0 - 8 * i for i in range(300)]
    later = Reference(
        peer_audience=PeerAudience(**{**vars(AUDIENCE), "creation_days": AUDIENCE.creation_days - (21_000 - math.floor(TODAY) + 200)})
    )
    assert value("creation_date_burst", created(spread), later) < 2.33


def test_the_order_of_following_is_what_the_map_reads() -> None:
    mixed = random.Random(1).sample(MIXED, len(MIXED))
    assert value("follow_order_anomaly_share", created([TODAY - day for day in mixed])) == 0.0
    unranked = created([TODAY - day for day in MIXED])
    for row in unranked["follower_sample"]:
        del row["rank"]
    assert math.isnan(value("follow_order_anomaly_share", unranked))


def test_a_platform_that_was_never_seen_is_not_compared() -> None:
    """Another platform's followers are no measure."""
    own = {
        name: rows if name in ("creation_days", "burst_sizes", "fact_basis", "handle_likelihood") or name.startswith("purchased") else None
        for name, rows in vars(AUDIENCE).items()
    }
    hidden = {
        name: np.where(np.arange(5).reshape(5, *[1] * (getattr(AUDIENCE, name).ndim - 1)) == 0, getattr(AUDIENCE, name), np.nan)
        for name, rows in own.items()
        if rows is None and name != "benford"
    }
    benford_seen = AUDIENCE.benford.copy()
    benford_seen[:, 1:] = np.nan
    only_instagram = Reference(peer_audience=PeerAudience(**{**own, **hidden, "benford": benford_seen}))
    everything = followers(
        {
            "created_at": [ago(days) for days in BATCH * 2],
            "following": SQUARES,
            "followers": SQUARES,
            "post_count": [i % 5 for i in range(120)],
            "private": [True] * 120,
            "language": ["fr"] * 120,
        }
    )
    compared = (
        "creation_date_burst", "follower_age_gap", "private_share_gap", "following_benford_distance", "followers_benford_distance",
        "foreign_share_gap", "purchased_type_share", "purchased_type_share_low", "audience_shift", "follower_residual",
        "follower_residual_high",
    )  # fmt: skip
    here, there = (bare(platform=platform, language="de", follower_sample=everything) for platform in ("instagram", "x"))
    assert [name for name in compared if math.isnan(value(name, here, only_instagram))] == []
    assert [name for name in compared if not math.isnan(value(name, there, only_instagram))] == []


def test_hostile_dates_and_counts_are_only_numbers() -> None:
    rows = [
        {
            "follower_id": f"f{i}",
            "rank": i % 3,
            "created_at": ago(20_700 * (i % 2)),
            "following": 10**13,
            "followers": 0,
            "post_count": 10**13,
            "handle": "\u0300" * 50,
            "bio": "\u202e" * 20,
            "language": "-" * 30,
            "country": "/;,|" * 9,
        }
        for i in range(80)
    ]
    matrix = from_documents([bare(language="de-" * 50, country="|" * 99, follower_sample=rows)])
    known = matrix.values[~np.isnan(matrix.values)]
    assert np.isfinite(known).all()
