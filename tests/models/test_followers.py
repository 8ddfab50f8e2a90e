"""One follower: judged by where it stands on its platform, monotone in what is suspicious, and silent where nothing is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest

from features.reference import PeerAudience, Reference
from features.schema import PLATFORMS, TABLES
from features.snapshot import parse
from features.standing import FACTS
from features.table import AccountTable
from models.followers import FEATURES, MONOTONE, FollowerModel, Usual, judged, matrix
from models.verdict import judge
from training import follower_model, pools

X, INSTAGRAM = PLATFORMS.index("x"), PLATFORMS.index("instagram")
NOBODY = Reference()


@pytest.fixture(scope="module")
def model() -> FollowerModel:
    return follower_model.fit(pools.load_all("srf"), 7)


def sample(platform: str, rows: list[dict[str, Any]], accounts: int = 1) -> AccountTable:
    """The same followers in the sample of each account."""
    ids = [f"a{i}" for i in range(accounts)]
    moment = pa.array([0] * accounts, pa.int64()).cast(pa.timestamp("us", "UTC"))
    heads = pa.table({"account_id": ids, "platform": [platform] * accounts, "observed_at": moment, "followers": [1000] * accounts})
    every = [{"account_id": name, "follower_id": f"f{j}", "rank": j, **row} for name in ids for j, row in enumerate(rows)]
    fields = [field for field in TABLES["follower_sample"].fields if any(field.name in row for row in every)]
    columns = {field.name: pa.array([row.get(field.name) for row in every], field.arrow) for field in fields}
    return AccountTable.from_tables({"accounts": heads, "follower_sample": pa.table(columns)})


def where(platform: int, centre: tuple[float, ...], scale: tuple[float, ...]) -> Reference:
    """A reference that knows the ordinary followers of one platform."""
    known = [np.full((len(PLATFORMS), FACTS), np.nan) for _ in range(2)]
    known[0][platform], known[1][platform] = centre, scale
    return Reference(peer_audience=PeerAudience(fact_centre=known[0], fact_scale=known[1], fact_basis=np.zeros((0, FACTS))))


PERSON = {"followers": 400, "following": 600, "post_count": 80, "has_picture": True}
MADE = {"followers": 3, "following": 5000, "post_count": 0, "has_picture": False}


def test_a_follower_is_read_against_ordinary_ones_of_its_platform() -> None:
    usual = Usual.of(where(X, (5.0, 6.0, 4.0, 0.1), (3.0, 4.0, 2.0, 1.0)))
    (row,) = matrix(sample("x", [{"followers": 99, "following": 999, "post_count": 9, "has_picture": False}]), usual)
    away = [np.log(1000) - 5, np.log(100) - 6, np.log(10) - 4]
    np.testing.assert_allclose(row, [(away[0] - away[1]) / 5, (away[0] - away[2]) / np.sqrt(13), away[2] / 2, 0.9])


def test_the_same_counts_mean_another_thing_where_others_are_ordinary(model: FollowerModel) -> None:
    table = sample("x", [{"followers": 20, "following": 300, "post_count": 12, "has_picture": True}])
    busy, calm = (where(X, centre, (1.0, 1.2, 1.5, 1.0)) for centre in ((5.4, 5.2, 6.5, 0.0), (5.7, 3.1, 2.5, 0.0)))
    assert model.probabilities(table, busy)[0] > 0.5 > 0.2 > model.probabilities(table, calm)[0]


def test_where_the_reference_is_silent_the_pool_speaks_for_its_own_platform_alone(model: FollowerModel) -> None:
    rows = [PERSON, MADE]
    person, made = model.probabilities(sample("instagram", rows), NOBODY)
    assert person < 0.1 < 0.8 < made
    assert np.isnan(model.probabilities(sample("x", rows), NOBODY)).all()
    known, margins = model.margins(sample("x", rows), NOBODY)
    assert not known.any() and not len(margins)
    # What the bundle knows of a platform goes before what the pool knows.
    own = where(INSTAGRAM, (1.0, 1.0, 1.0, 0.0), (1.0, 1.0, 1.0, 1.0))
    assert model.probabilities(sample("instagram", rows), own)[0] != person


def test_those_whose_counts_are_known_are_judged(model: FollowerModel) -> None:
    table = sample("instagram", [PERSON, MADE, {"has_picture": False}, {"followers": 3, "following": 5000}], accounts=3)
    known, margins = model.margins(table, NOBODY)
    assert known.tolist() == [True, True, False, False] * 3
    assert (margins >= model.threshold).tolist() == [False, True] * 3


def test_one_follower_alone_is_judged_as_among_many(model: FollowerModel) -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"followers": int(a), "following": int(b), "post_count": None if c > 90 else int(c), "has_picture": bool(c % 2)}
        for a, b, c in rng.integers(0, 100, (200, 3)) ** 2 % 5000
    ]
    many = model.probabilities(sample("instagram", rows), NOBODY)
    alone = [model.probabilities(sample("instagram", [row]), NOBODY)[0] for row in rows]
    assert many.tolist() == alone


@pytest.mark.parametrize("feature", FEATURES)
def test_no_change_in_the_suspicious_direction_ever_lowers_the_margin(model: FollowerModel, feature: str) -> None:
    """100,000 random changes of each input, unknown neighbours included."""
    rng, j = np.random.default_rng(FEATURES.index(feature)), FEATURES.index(feature)
    before = rng.normal(0, 2, (100_000, len(FEATURES)))
    before[rng.random(before.shape) < 0.2] = np.nan
    before[:, j] = rng.normal(0, 2, len(before))
    after = before.copy()
    after[:, j] += MONOTONE[j] * rng.exponential(1, len(before))
    moved = model.trees.margins(after) - model.trees.margins(before)
    assert moved.min() >= 0
    assert moved.max() > 0, "the trees do not read it"


def test_buying_more_followers_posts_and_a_picture_is_what_it_takes_to_look_ordinary(model: FollowerModel) -> None:
    """The same for the facts themselves: who follows more, has fewer followers or loses its picture never looks more ordinary."""
    rng = np.random.default_rng(1)
    counts = np.rint(np.exp(rng.uniform(0, 9, (20_000, 3)))).astype(int)
    step = np.rint(np.exp(rng.uniform(0, 6, (20_000, 2)))).astype(int)

    def judged_as(followers: np.ndarray, following: np.ndarray, picture: bool) -> np.ndarray:
        columns = zip(followers.tolist(), following.tolist(), counts[:, 2].tolist(), strict=True)
        rows = [{"followers": a, "following": b, "post_count": c, "has_picture": picture} for a, b, c in columns]
        return model.probabilities(sample("instagram", rows), NOBODY)

    plain = judged_as(counts[:, 0], counts[:, 1], True)
    assert (judged_as(counts[:, 0], counts[:, 1] + step[:, 0], True) >= plain).all()
    assert (judged_as(counts[:, 0] + step[:, 1], counts[:, 1], True) <= plain).all()
    assert (judged_as(counts[:, 0], counts[:, 1], False) >= plain).all()


SPARSE: dict[str, list[dict[str, Any]]] = {
    "nothing": [{}],
    "all private": [{**PERSON, "private": True}] * 5,
    "all counts hidden": [{"has_picture": True}] * 5,
    "only following": [{"following": 600}],
    "only posts": [{"post_count": 50}],
    "absurd": [{"followers": 2**53, "following": 2**53, "post_count": 2**53, "has_picture": True}, {**MADE, "following": 2**53}],
    "zeros": [{"followers": 0, "following": 0, "post_count": 0, "has_picture": False}],
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("rows", SPARSE.values(), ids=SPARSE)
def test_whatever_is_missing_is_unknown_and_never_a_crash(model: FollowerModel, rows: list[dict[str, Any]], platform: str) -> None:
    table = sample(platform, rows)
    for reference in (NOBODY, where(X, (5.0, 6.0, 4.0, 0.1), (1.0, 1.0, 1.0, 1.0))):
        found = model.probabilities(table, reference)
        assert found.shape == (len(rows),)
        assert (np.isnan(found) | ((found > 0) & (found < 1))).all()
        known, margins = model.margins(table, reference)
        assert known.shape == (len(rows),) and len(margins) == known.sum() and np.isfinite(margins).all()


def test_counts_that_are_no_counts_are_unknown(model: FollowerModel) -> None:
    table = sample("instagram", [PERSON] * 4)
    columns = {name: dict(each) for name, each in table.columns.items()}
    columns["follower_sample"]["following"] = np.array([np.nan, -4.0, np.inf, 600.0])
    values = matrix(replace(table, columns=columns), model.usual)
    assert judged(values).tolist() == [False, False, False, True]
    assert np.isfinite(values[~np.isnan(values)]).all()


def test_who_is_hardly_known_stays_near_the_prior(model: FollowerModel) -> None:
    pool = pools.load("srf")
    hidden = {name: pa.nulls(len(pool), kind) for name, kind in pools.COLUMNS.items() if name in ("followers", "following", "post_count")}
    records = pool.records
    for name, column in hidden.items():
        records = records.set_column(records.column_names.index(name), name, column)
    table = follower_model.table_of(pools.FollowerPool("hidden", "instagram", records, pool.purchased))
    found = model.probabilities(table, NOBODY)
    pictured = pool.records["has_picture"].to_numpy(zero_copy_only=False)
    assert 0.02 < np.unique(found[pictured]).item() < model.prior * 2
    assert found[~pictured].min() > found[pictured].max()


def test_five_followers_make_no_share_and_no_fault(trained: Any) -> None:
    followers = [{"follower_id": f"f{i}", **MADE} for i in range(5)]
    account = {"account_id": "1", "platform": "instagram", "observed_at": "2026-11-01T00:00:00Z", "followers": 900}
    (verdict,) = judge(trained.bundle, [parse(orjson.dumps(account | {"follower_sample": followers}))])
    assert verdict["bought_share"] is None


def test_what_is_written_down_is_read_again(model: FollowerModel) -> None:
    again = FollowerModel.from_json(orjson.loads(orjson.dumps(model.to_json())), model.trees.save())
    table = sample("instagram", [PERSON, MADE, {}])
    np.testing.assert_array_equal(again.probabilities(table, NOBODY), model.probabilities(table, NOBODY))
    assert again.to_json() == model.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"prior": 0.0},
        {"prior": 1.0},
        {"slope": -1.0},
        {"threshold": float("nan")},
        {"usual": {"centre": [[0.0]], "scale": [[1.0]]}},
        {"usual": {"centre": [[0.0] * 4] * 5, "scale": [[0.0] * 4] * 5}},
        {"features": FEATURES[::-1]},
    ],
    ids=str,
)
def test_a_model_that_cannot_judge_is_not_read(model: FollowerModel, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="followers"):
        FollowerModel.from_json(model.to_json() | change, model.trees.save())
