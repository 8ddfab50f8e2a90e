"""What is learnt of posts and growth recovers what was planted, and survives what spoils it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import orjson
import pyarrow as pa
import pytest

from features.catalog import build
from features.reference import PeerEngagement, Reference
from features.schema import PLATFORMS, TABLES
from features.table import AccountTable
from training import reference as references
from training.reference import curves
from training.reference.ordinary import Ordinary

OBSERVED = datetime(2026, 11, 1, tzinfo=UTC)
N, POSTS, COMMENTS, DAYS = 1_200, 8, 40, 30
PURGE_DAY, PURGE = 10, 0.06


def table(name: str, columns: dict[str, object]) -> pa.Table:
    return pa.table({column: pa.array(values, TABLES[name][column].arrow) for column, values in columns.items()})


@pytest.fixture(scope="module")
def planted() -> AccountTable:
    """Half on Instagram (photos and videos), half on TikTok. log10 likes = 0.2 + 0.75 log10 followers, videos 0.3 more, TikTok 0.5 more;
    between accounts 0.3 dex. Comments after Weibull(0.7, 6 h). On one day all of TikTok lost 6 %; 150 accounts bought half their followers.
    """
    chance = np.random.default_rng(4)
    ids = [str(i) for i in range(N)]
    tiktok = np.arange(N) % 2 == 1
    size = chance.uniform(2.5, 6.5, N)
    level = 0.2 + 0.5 * tiktok + chance.normal(0, 0.3, N)
    owner = np.repeat(np.arange(N), POSTS)
    video = tiktok[owner] | (chance.random(len(owner)) < 0.5)
    likes = 10 ** (level[owner] + 0.3 * video + 0.75 * size[owner] + chance.normal(0, 0.1, len(owner)))
    views = 10 ** (1.0 + 0.75 * size[owner] + (level - 0.2)[owner] + chance.normal(0, 0.1, len(owner)))
    age = 5.0 + np.tile(np.arange(POSTS), N) * 3
    shown = size + np.log10(2) * (np.arange(N) < 150)
    made = {
        "accounts": table(
            "accounts",
            {
                "account_id": ids,
                "platform": np.where(tiktok, "tiktok", "instagram"),
                "observed_at": [OBSERVED] * N,
                "followers": (10**shown).astype(int),
                "post_count": (10 ** (0.9 + 0.4 * size + chance.normal(0, 0.3, N))).astype(int),
            },
        ),
        "posts": table(
            "posts",
            {
                "account_id": [ids[i] for i in owner],
                "post_id": [f"{j}" for j in range(len(owner))],
                "posted_at": [OBSERVED - timedelta(days=float(days)) for days in age],
                "likes": likes.astype(int),
                "comments": chance.poisson(10**-1.15 * likes**0.73),
                "views": [int(count) if moving else None for count, moving in zip(views, video, strict=True)],
                "kind": np.where(video, "video", "photo"),
            },
        ),
    }
    under = np.repeat(np.arange(0, len(owner), POSTS) + POSTS - 1, COMMENTS)
    delay = np.minimum(chance.weibull(0.7, len(under)) * 0.25, age[under])
    made["comments"] = table(
        "comments",
        {
            "account_id": [ids[owner[j]] for j in under],
            "post_id": [f"{j}" for j in under],
            "author_id": [f"u{j}" for j in range(len(under))],
            "comment_id": [f"c{j}" for j in range(len(under))],
            "commented_at": [OBSERVED - timedelta(days=float(days)) for days in age[under] - delay],
            "text": ["ok"] * len(under),
        },
    )
    factor = np.where(np.arange(DAYS) >= DAYS - PURGE_DAY, 1 - PURGE * tiktok[:, None], 1.0) * 1.001 ** np.arange(DAYS)
    made["history"] = table(
        "history",
        {
            "account_id": np.repeat(ids, DAYS).tolist(),
            "date": [date(2026, 11, 1) - timedelta(days=DAYS - k) for _ in range(N) for k in range(DAYS)],
            "followers": (10 ** shown[:, None] * factor + 3).astype(int).ravel(),
        },
    )
    return AccountTable.from_tables(made)


@pytest.fixture(scope="module")
def learnt(planted: AccountTable) -> Reference:
    return references.fit(planted, np.arange(N), (np.arange(N) < 150).astype(float), seed=3)


def test_curves_are_those_of_platform_and_format(learnt: Reference) -> None:
    likes = learnt.peer_engagement.likes
    assert set(likes) == {"all", "instagram", "tiktok", "instagram/photo", "instagram/video", "tiktok/video"}
    for name, level in (("instagram/photo", 0.2), ("instagram/video", 0.5), ("tiktok/video", 1.0), ("tiktok", 1.0)):
        curve = likes[name]
        assert not len(curve.knots)
        assert curve.slope == pytest.approx(0.75, abs=0.04)
        # In the middle of the sizes, where a line is known best.
        assert curve.intercept + 4.5 * curve.slope == pytest.approx(level + 4.5 * 0.75, abs=0.07)
        assert curve.spread == pytest.approx(0.31, abs=0.04)


def test_views_have_curves_where_there_are_views(learnt: Reference) -> None:
    views = learnt.peer_engagement.views
    assert set(views) == {"all", "instagram", "tiktok", "instagram/video", "tiktok/video"}
    assert views["instagram"].intercept + 4.5 * views["instagram"].slope == pytest.approx(1.0 + 4.5 * 0.75, abs=0.07)


def test_without_views_there_is_no_curve(planted: AccountTable) -> None:
    hidden = planted.without({"posts": np.ones(N, dtype=bool)})
    part = references.fit(hidden, np.arange(N), np.zeros(N), seed=3).peer_engagement
    assert (part.likes, part.views, part.comments, part.comment_delay.size, part.knows_metrics) == ({}, {}, {}, 0, False)


def test_delays_are_weibull(learnt: Reference) -> None:
    shape, scale = learnt.peer_engagement.comment_delay
    assert shape == pytest.approx(0.7, abs=0.05)
    assert scale == pytest.approx(0.25, abs=0.03)


def test_numbers_go_together_as_planted(planted: AccountTable, learnt: Reference) -> None:
    """The regression of log10 followers on what was seen, of accounts that bought none, from the covariance."""
    part = learnt.peer_engagement
    followers, likes, posts = 0, 1, 4
    covariance = part.metric_covariance
    weights = np.linalg.solve(covariance[np.ix_([likes, posts], [likes, posts])], covariance[[likes, posts], followers])
    clean = np.arange(N) >= 150
    x = np.column_stack([np.log10(planted.column("post_count").values + 1), planted.platform_codes, np.ones(N)])[clean]
    middle = np.array([np.median(row) for row in np.log10(planted.events("post_likes").values.reshape(N, POSTS) + 1)])[clean]
    found, *_ = np.linalg.lstsq(np.column_stack([middle, x]), np.log10(planted.column("followers").values + 1)[clean], rcond=None)
    assert weights == pytest.approx(found[:2], abs=0.06)


def test_who_is_labelled_as_bought_does_not_teach_what_goes_together(planted: AccountTable, learnt: Reference) -> None:
    others = references.fit(planted, np.arange(150, N), np.zeros(N), seed=3).peer_engagement
    np.testing.assert_array_equal(others.metric_centre, learnt.peer_engagement.metric_centre)
    np.testing.assert_array_equal(others.metric_covariance, learnt.peer_engagement.metric_covariance)


def test_who_bought_stands_out_by_size(planted: AccountTable, learnt: Reference) -> None:
    surplus = build(planted, learnt).column("follower_surplus")
    assert np.median(surplus[150:]) == pytest.approx(0, abs=0.15)
    assert np.std(surplus[150:]) == pytest.approx(1, abs=0.15)
    assert np.median(surplus[:150]) > 0.5


def test_purge_days_are_those_of_the_platform_that_purged(learnt: Reference) -> None:
    part = learnt.peer_growth
    assert part.purge_platform.tolist() == [PLATFORMS.index("tiktok")]
    assert part.purge_day.tolist() == [(date(2026, 11, 1) - timedelta(days=PURGE_DAY) - date(1970, 1, 1)).days]
    assert part.purge_loss[0] == pytest.approx(PURGE - 0.001, abs=0.001)


def test_what_is_learnt_survives_json_and_is_small(learnt: Reference) -> None:
    document = orjson.dumps(learnt.to_json())
    assert len(orjson.dumps([learnt.to_json()[part] for part in ("peer_engagement", "peer_growth")])) < 20_000
    assert len(document) < 1_000_000
    assert orjson.dumps(Reference.from_json(orjson.loads(document)).to_json()) == document


def test_the_same_accounts_and_seed_teach_the_same(planted: AccountTable, learnt: Reference) -> None:
    again = references.fit(planted, np.arange(N), (np.arange(N) < 150).astype(float), seed=3)
    assert orjson.dumps(again.to_json()) == orjson.dumps(learnt.to_json())


@pytest.mark.parametrize("bend", [0.0, -0.4])
def test_a_curve_bends_where_the_tiers_ask_for_it(planted: AccountTable, bend: float) -> None:
    """Above 100,000 followers likes rise more slowly, or they do not."""
    chance = np.random.default_rng(8)
    x = chance.uniform(2.5, 6.5, N)
    y = 0.2 + 0.75 * x + bend * np.maximum(x - 5, 0) + chance.normal(0, 0.25, N)
    every = np.ones(N, dtype=bool)
    curve = curves.fit(x, y, every, Ordinary(planted, every, every, 3), 0.75)
    assert (len(curve.knots) > 0) == (bend != 0)
    sizes = np.linspace(2.6, 6.4, 20)
    expected = 0.2 + 0.75 * sizes + bend * np.maximum(sizes - 5, 0)
    got = curve.intercept + curve.slope * sizes + (np.maximum(sizes[:, None] - curve.knots, 0) @ curve.bends if len(curve.knots) else 0)
    assert got == pytest.approx(expected, abs=0.12)


def test_too_few_accounts_get_the_published_slope(planted: AccountTable) -> None:
    few = np.arange(N) < 30
    part = references.fit(planted, np.flatnonzero(few), np.zeros(N), seed=3).peer_engagement
    assert isinstance(part, PeerEngagement)
    assert part.likes["all"].slope == 0.75
    assert not part.knows_metrics
