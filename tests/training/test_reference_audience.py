"""What is learnt of ordinary followers: planted numbers are found again, nobody who bought teaches, and a damaged bundle is refused."""

from dataclasses import replace

import numpy as np
import orjson
import pyarrow as pa
import pytest

from features import created
from features.columns import Events
from features.follower_times import creation_burst
from features.reference import PeerAudience, Reference, plain
from features.schema import PLATFORMS, TABLES
from features.standing import facts as facts_of
from features.table import AccountTable
from training import follower_model, pools, reference
from training.follower_model import table_of
from training.reference import creation, purchased
from training.reference.ordinary import Ordinary, by_platform

DAY_US = 86_400_000_000
LOOK = 20_700
FOLLOWERS = 120


def table(accounts: int, platform: list[str], seed: int = 0, odd: np.ndarray | None = None) -> AccountTable:
    """Accounts with 120 followers each whose facts are drawn from simple laws; those of `odd` accounts from others."""
    rng = np.random.default_rng(seed)
    m = accounts * FOLLOWERS
    odd_rows = np.repeat(np.zeros(accounts, bool) if odd is None else odd, FOLLOWERS)
    ids = [f"a{i:03d}" for i in range(accounts)]
    # Twice as many were made in the second half of ten years.
    late = rng.random(m) < 2 / 3
    born = np.where(odd_rows, LOOK - 100 + rng.random(m), LOOK - 3650 + 1825 * (rng.random(m) + late))
    moment = pa.timestamp("us", "UTC")
    columns = {
        "account_id": np.repeat(ids, FOLLOWERS).tolist(),
        "follower_id": [f"f{j % FOLLOWERS:03d}" for j in range(m)],
        "rank": np.tile(np.arange(FOLLOWERS), accounts),
        "handle": np.where(odd_rows, "zzzz99", np.where(rng.random(m) < 0.5, "abab", "ab.7")).tolist(),
        "followers": np.where(odd_rows, 0, np.rint(np.exp(rng.normal(5, 1, m)))).astype(np.int64),
        "following": np.where(odd_rows, 7000, np.rint(np.exp(rng.normal(6, 0.5, m)))).astype(np.int64),
        "post_count": np.where(odd_rows, 0, np.rint(np.exp(rng.normal(3, 1, m)))).astype(np.int64),
        "has_picture": (rng.random(m) < 0.9) & ~odd_rows,
        "private": (rng.random(m) < 0.25) | odd_rows,
        "language": np.where(odd_rows | (rng.random(m) < 0.2), "en", "de-CH").tolist(),
        "country": np.where(odd_rows | (rng.random(m) < 0.3), "US", "CH").tolist(),
        "created_at": pa.array((born * DAY_US).astype(np.int64)).cast(moment),
    }
    rows = {
        "account_id": ids,
        "platform": platform,
        "observed_at": pa.array([LOOK * DAY_US] * accounts).cast(moment),
        "followers": [2000] * accounts,
        "language": ["de"] * accounts,
        "country": ["CH"] * accounts,
    }
    return AccountTable.from_tables(
        {
            name: pa.table({key: pa.array(values, TABLES[name][key].arrow) for key, values in made.items()})
            for name, made in (("accounts", rows), ("follower_sample", columns))
        }
    )


def learnt(of: AccountTable, bought: np.ndarray | None = None, pool: pools.FollowerPool | None = None) -> PeerAudience:
    labels = np.zeros(of.n) if bought is None else bought
    return reference.fit(of, np.arange(of.n), labels, 7, pool).peer_audience


@pytest.fixture(scope="module")
def audience() -> PeerAudience:
    return learnt(table(80, ["x"] * 40 + ["youtube"] * 40))


def test_planted_numbers_are_found_again(audience: PeerAudience) -> None:
    x, unseen = PLATFORMS.index("x"), PLATFORMS.index("instagram")
    half = np.interp(LOOK - 1825, audience.creation_days, audience.creation_share[x])
    assert half == pytest.approx(1 / 3, abs=0.02)
    np.testing.assert_allclose(audience.fact_centre[x], [6, 5, 3.05, 0.1], atol=0.05)
    np.testing.assert_allclose(audience.fact_scale[x], [0.5, 1, 0.95, 1], atol=0.05)
    assert audience.private_share[x] == pytest.approx(0.25, abs=0.02)
    assert audience.foreign_language[x] == pytest.approx(0.2, abs=0.02)
    assert audience.foreign_country[x] == pytest.approx(0.3, abs=0.02)
    # ln of following is normal around 6: half of them lie below, and the grid has a point there.
    assert audience.size_share[x, 0, 64] == pytest.approx(0.5, abs=0.02)
    for rows in (audience.creation_share, audience.fact_centre, audience.private_share, audience.age_share, audience.burst_scale):
        assert np.isnan(rows[unseen]).all()
        assert not np.isnan(rows[x]).any()


def test_likelihood_is_that_of_pairs(audience: PeerAudience) -> None:
    """Half the handles are abab, half ab.7: after a always b; after b an a, the end or the full stop."""
    chance = np.exp(audience.handle_likelihood)
    np.testing.assert_allclose(chance.sum(axis=1), 1, atol=1e-3)
    assert chance[0, 1] > 0.99
    assert chance[1, 0] == chance[1, 39] == pytest.approx(1 / 3, abs=0.01)
    assert chance[36, 26 + 7] > 0.99


def test_nobody_who_bought_teaches() -> None:
    odd = np.arange(60) >= 40
    of = table(60, ["x"] * 60, odd=odd)
    with_odd, without = learnt(of, odd.astype(np.float64)), reference.fit(of, np.arange(40), np.zeros(60), 7).peer_audience
    assert plain.to_json(with_odd) == plain.to_json(without)
    assert plain.to_json(learnt(of)) != plain.to_json(without)


def test_whoever_may_not_teach_does_not() -> None:
    odd = np.arange(60) >= 40
    of, calm = (table(60, ["x"] * 60, odd=which) for which in (odd, None))
    one, other = (reference.fit(each, np.arange(40), np.zeros(60), 7).peer_audience for each in (of, calm))
    assert plain.to_json(one) == plain.to_json(other)


def test_too_few_teach_nothing() -> None:
    assert plain.to_json(learnt(table(5, ["x"] * 5))) == plain.to_json(PeerAudience())


def test_a_platform_seen_too_seldom_borrows_and_one_never_seen_does_not() -> None:
    codes, values = np.array([0] * 50 + [1] * 5), np.arange(55.0)
    rows = by_platform(codes, np.ones(55, bool), 20, lambda mine: values[mine].mean())
    assert rows[:2].tolist() == [24.5, 27.0]
    assert np.isnan(rows[2:]).all()


def test_audiences_that_differ_are_known_to_differ() -> None:
    days, share = 30.0 * np.arange(121), np.linspace(0, 1, 121)
    born = creation.draw(days, share, 0.3, 400, 300, np.random.default_rng(1))
    assert creation.scatter(born, np.repeat(np.arange(400), 300), days, share) == pytest.approx(0.3, rel=0.15)
    born = creation.draw(days, share, 0.0, 400, 300, np.random.default_rng(1))
    assert creation.scatter(born, np.repeat(np.arange(400), 300), days, share) < 0.02


@pytest.mark.parametrize("spread", [0.0, 0.3])
@pytest.mark.parametrize("followers", [30, 100, 300, 1000])
def test_without_a_batch_one_sample_in_a_hundred_is_called_one(audience: PeerAudience, followers: int, spread: float) -> None:
    x, samples = PLATFORMS.index("x"), 4000 if followers < 1000 else 2000
    days, share = audience.creation_days, audience.creation_share[x]
    born = creation.draw(days, share, spread, samples, followers, np.random.default_rng(followers))
    law = np.tile(creation.without_batches(days, share, spread, np.random.default_rng(3))[:, None], (1, 5, 1))
    audience = replace(audience, burst_scatter=np.full(5, spread), burst_location=law[0], burst_scale=law[1])
    accounts = table(1, ["x"])
    many = AccountTable([str(i) for i in range(samples)], ["x"] * samples, accounts.columns, accounts.starts, accounts.looked_at)
    z = creation_burst(audience, many, Events(born, np.arange(0, len(born) + 1, followers))).values
    # 2.33 is exceeded by one normal deviation in a hundred, 1.64 by one in twenty.
    assert 0.003 < (z > 2.33).mean() < 0.018
    assert 0.025 < (z > 1.645).mean() < 0.075


def test_the_youngest_months_are_filled_up() -> None:
    """Of accounts made last month few have followed yet; later that month is as full as any."""
    days = np.arange(0.0, 901.0, 30.0)
    born = np.concatenate([np.arange(0.5, 840.0, 1.0), [899.5]])
    share = creation.background(born, days)
    assert np.diff(share)[-1] == pytest.approx(np.diff(share)[-12:].mean(), rel=0.15)
    assert share[[0, -1]].tolist() == [0.0, 1.0]


def test_a_background_of_one_day_still_gives_a_law() -> None:
    share = np.r_[np.zeros(20), np.ones(20)]
    law = creation.without_batches(30.0 * np.arange(40), share, 0.0, np.random.default_rng(0))
    assert np.isfinite(law).all()
    assert (law[1] > 0).all()


def test_the_line_keeps_the_signs_and_finds_most(audience: PeerAudience) -> None:
    pool = pools.load("srf")
    found = purchased.fit(Ordinary(table(1, ["x"]), np.ones(1, bool), np.ones(1, bool), 7, pool))
    following, followers, posts, no_picture = found["purchased_weights"]
    assert following >= 0 >= followers
    assert posts <= 0 <= no_picture
    _, true, false = found["purchased_rule"]
    assert true > 0.5
    assert false == pytest.approx(0.03, abs=0.005)
    assert not audience.purchased_weights.size


def test_a_pool_that_speaks_against_every_sign_is_not_followed() -> None:
    """Whoever sells followers with many posts, pictures and followers of their own teaches nothing that would clear others."""
    pool, rng = pools.load("srf"), np.random.default_rng(0)
    purchased_type = np.arange(len(pool)) % 5 == 0
    counts = {
        "following": np.where(purchased_type, 50, 500),
        "followers": np.where(purchased_type, 5000, 100),
        "post_count": np.where(purchased_type, 900, 10),
    }
    records = pool.records
    for name, usual in counts.items():
        noisy = pa.array(rng.poisson(usual), pa.int64())
        records = records.set_column(records.column_names.index(name), name, noisy)
    records = records.set_column(
        records.column_names.index("has_picture"), "has_picture", pa.array(purchased_type | (rng.random(len(pool)) < 0.5))
    )
    against = pools.FollowerPool("against", "instagram", records, purchased_type)
    found = purchased.fit(Ordinary(table(1, ["x"]), np.ones(1, bool), np.ones(1, bool), 7, against))
    np.testing.assert_allclose(found["purchased_weights"], 0.0, atol=1e-6)


def test_a_pool_without_a_class_teaches_no_line() -> None:
    pool = pools.load("srf")
    few = pool.take(np.flatnonzero(~pool.purchased | (np.cumsum(pool.purchased) <= 5)))
    assert purchased.fit(Ordinary(table(1, ["x"]), np.ones(1, bool), np.ones(1, bool), 7, few)) == {}


def test_the_line_of_one_source_holds_on_the_platform_of_another(shared_data) -> None:  # type: ignore[no-untyped-def]
    """SRF's line, from Instagram, on followers bought on X: their counts lie elsewhere, but not where they stand among X's own."""
    found = purchased.fit(Ordinary(table(1, ["x"]), np.ones(1, bool), np.ones(1, bool), 7, pools.load("srf")))
    cresci = pools.load(shared_data / "followers" / "records.parquet", "cresci2015")
    of = table_of(cresci)
    sizes = tuple(Events(np.log1p(of.events(f"follower_{name}").values), np.zeros(0)) for name in ("following", "followers", "post_count"))
    facts = facts_of(sizes, of.events("follower_has_picture"))  # type: ignore[arg-type]
    flagged = purchased._placed(facts, cresci.purchased) @ found["purchased_weights"] >= found["purchased_rule"][0]
    assert flagged[cresci.purchased].mean() > 0.9
    assert flagged[~cresci.purchased].mean() < 0.06


def test_only_the_first_shard_of_records_teaches(trained, small_experiment) -> None:  # type: ignore[no-untyped-def]
    """The records of the others are in the samples of accounts that calibrate and test."""
    kept = trained.bundle.reference.peer_audience
    nobody = Ordinary(table(1, ["x"]), np.ones(1, bool), np.ones(1, bool), 7, pools.shards(pools.load("srf"))[0])
    np.testing.assert_array_equal(kept.purchased_rule, purchased.fit(nobody)["purchased_rule"])
    shards, followers = pools.shards(pools.load("srf")), trained.bundle.followers
    assert followers.trees.save() == follower_model.fit(shards[:1], small_experiment.seed).trees.save()
    # All records say how often the trees are right; those of the other shards have taught them nothing.
    densities = followers.rates.densities
    assert densities.purchased_records + densities.other_records == sum(map(len, shards))


def test_it_comes_back_from_json_and_is_small(audience: PeerAudience) -> None:
    written = orjson.dumps(Reference(peer_audience=audience).to_json())
    assert len(written) < 2**18
    back = Reference.from_json(orjson.loads(written)).peer_audience
    for name, rows in vars(audience).items():
        np.testing.assert_array_equal(getattr(back, name), rows, err_msg=name)


DAMAGED = {
    "creation_days": [[1.0, 2.0, 4.0], [1.0], [3.0, 2.0, 1.0]],
    "creation_share": [[0.0, 1.0], [[0.0, 1.0]] * 4],
    "burst_scatter": [[-0.1] * 5, [0.1]],
    "burst_sizes": [[30.0], [100.0, 30.0], [0.0, 30.0]],
    "burst_scale": [[[0.0] * 5] * 5],
    "age_share": [[[1.0, 0.5]] * 5, [[0.0, 1.0]] * 3],
    "size_share": [[[[0.0, 1.0]] * 4] * 5],
    "fact_basis": [[[1.0, 0.0]], [1.0, 0.0, 0.0, 0.0]],
    "fact_scale": [[[1.0, 1.0, 0.0, 1.0]] * 5],
    "purchased_rule": [[1.0, 2.0]],
    "purchased_weights": [[1.0]],
    "handle_likelihood": [[[0.0]]],
    "private_share": [[0.1]],
    "benford": [[[0.1] * 5] * 5],
}


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name, each in DAMAGED.items() for wrong in each])
def test_what_the_loops_could_not_read_is_refused(audience: PeerAudience, name: str, wrong: list[float]) -> None:
    document = {**plain.to_json(audience), "purchased_weights": [0.0] * 4, "purchased_rule": [0.0] * 3, name: wrong}
    with pytest.raises(ValueError, match=f"peer_audience does not fit.*{name.split('_')[0]}"):
        plain.from_json(PeerAudience, document)


def test_an_empty_sample_has_no_fullest_window() -> None:
    days, share = np.array([0.0, 30.0]), np.tile([0.0, 1.0], (5, 1))
    score, many = created.fullest_window(Events(np.full(40, np.nan), np.array([0, 40])), np.zeros(1, np.int64), days, share, np.zeros(5))
    assert np.isnan(score[0])
    assert many[0] == 0
