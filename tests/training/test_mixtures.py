"""Composed accounts: the share is what it says, and buying changes the count of followers and nothing else."""

import numpy as np
import pyarrow as pa
import pytest

from training import pools
from training.mixtures import SHARES, bought_value, compose
from training.worlds import high_street


@pytest.fixture(scope="module")
def real_ones() -> dict[str, pa.Table]:
    """Accounts with posts and history to compose with; what followers they had does not matter here."""
    street, child = np.random.SeedSequence(5).spawn(2)
    return high_street.part(high_street.setting(street), child, 0, 150)


@pytest.fixture(scope="module")
def pool() -> pools.FollowerPool:
    return pools.load("srf")


@pytest.fixture(scope="module")
def composed(real_ones, pool) -> dict[str, pa.Table]:
    return compose(real_ones, pool, shard=1, seed=3)


def _contents(table: pa.Table) -> list[tuple[object, ...]]:
    names = ("followers", "following", "post_count", "has_picture", "private")
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_every_account_stands_at_every_share(composed, real_ones):
    labels = composed["labels"].to_pandas()
    assert labels.groupby("share").size().to_dict() == dict.fromkeys(SHARES, 150)
    assert labels["source"].str.rsplit("/", n=1).str[0].unique().tolist() == ["srf/1"]
    assert (labels.loc[labels["share"] == 0, "source"] == "srf/1/none").all()
    assert labels.loc[labels["share"] > 0, "source"].str.match(r"srf/1/vendor-\d$").all()


def test_buying_multiplies_followers_and_leaves_posts_alone(composed, real_ones):
    followers = composed["accounts"].to_pandas().set_index("account_id")["followers"]
    for before in real_ones["accounts"].to_pandas().itertuples():
        for share in SHARES:
            assert abs(followers[f"{before.account_id}.s{share * 100:g}"] - before.followers / (1 - share)) <= 0.5
    posts, original = composed["posts"].to_pandas(), real_ones["posts"].to_pandas()
    for share in SHARES:
        copy = posts[posts["account_id"].str.endswith(f".s{share * 100:g}")]
        assert copy["likes"].equals(original["likes"].set_axis(copy.index))
        assert (copy["caption"].to_numpy() == original["caption"].to_numpy()).all()


def test_the_sample_keeps_the_share_in_expectation(composed, pool):
    part = pools.shards(pool)[1]
    purchased = {content for content, flag in zip(_contents(part.records), part.purchased, strict=True) if flag}
    sample = composed["follower_sample"].to_pandas()
    sample["purchased"] = [content in purchased for content in _contents(composed["follower_sample"])]
    sample["share"] = sample["account_id"].map(composed["labels"].to_pandas().set_index("account_id")["share"])
    rates = sample.groupby("share")["purchased"].mean()
    # Beside the bought ones there is the unsolicited background of about 9 % of the rest.
    for share, rate in rates.items():
        assert abs(rate - (share + (1 - share) * rates[0.0])) < 0.015, (share, rate)
    assert 0.07 < rates[0.0] < 0.12


def test_a_shard_uses_only_its_own_records(composed, pool):
    inside, others = (set(_contents(part.records)) for part in (pools.shards(pool)[1], pools.shards(pool)[0]))
    drawn = set(_contents(composed["follower_sample"]))
    assert drawn <= inside
    assert not drawn & (others - inside)


def test_follower_ids_are_unique_and_the_same_seed_gives_the_same_tables(composed, real_ones, pool):
    ids = composed["follower_sample"].select(["account_id", "follower_id"]).to_pandas()
    assert not ids.duplicated().any()
    again = compose(real_ones, pool, shard=1, seed=3)
    assert all(again[name].equals(composed[name]) for name in composed)
    assert not compose(real_ones, pool, shard=1, seed=4)["follower_sample"].equals(composed["follower_sample"])


def test_history_ends_at_the_new_count(composed):
    history = composed["history"].to_pandas()
    last = history.sort_values("date").groupby("account_id")["followers"].last()
    accounts = composed["accounts"].to_pandas().set_index("account_id").loc[last.index]
    # YouTube cuts its history to three digits.
    rounded = accounts["platform"] == "youtube"
    assert (last == accounts["followers"])[~rounded].all()
    assert (abs(last / accounts["followers"] - 1) <= 0.01)[rounded].all()
    assert (history["followers"] >= 0).all()


def test_label_rule():
    assert bought_value(np.array([0.0, 0.03, 0.05, 0.0999, 0.1, 0.4])).tolist() == [0, 0, 1, 1, 1, 1]
