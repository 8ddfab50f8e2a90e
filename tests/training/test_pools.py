"""Follower pools: one source each, disjoint shards, and no fact in them that names the class by accident."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training import draws, pools

RECORDS = Path(__file__).resolve().parents[3] / "shared" / "data" / "followers" / "records.parquet"


def test_the_shipped_pool_is_what_srf_published():
    pool = pools.load("srf")
    assert (pool.name, pool.platform, len(pool), int(pool.purchased.sum())) == ("srf", "instagram", 975, 98)
    assert "created_at" not in pool.records.column_names
    assert "language" not in pool.records.column_names


def test_shards_share_no_record_content():
    parts = pools.shards(pools.load("srf"))
    contents = [set(map(tuple, zip(*(part.records[c].to_pylist() for c in pools.COLUMNS if c != "handle"), strict=True))) for part in parts]
    assert not contents[0] & contents[1]
    assert not contents[0] & contents[2]
    assert not contents[1] & contents[2]
    assert [round(len(part) / 975, 1) for part in parts] == [0.4, 0.3, 0.3]
    assert sum(map(len, parts)) == 975


def test_exact_duplicates_land_in_one_shard():
    pool = pools.load("srf")
    twice = pools.FollowerPool("srf", "instagram", pa.concat_tables([pool.records, pool.records]), np.tile(pool.purchased, 2))
    assert [len(part) for part in pools.shards(twice)] == [2 * len(part) for part in pools.shards(pool)]


def _written(path: Path, **changed: list[object]) -> Path:
    columns: dict[str, list[object]] = {
        "source": ["a"] * 4,
        "platform": ["x"] * 4,
        "label": ["real", "real", "bought", "bought"],
        "followers": [1, 2, 3, 4],
    }
    pq.write_table(pa.table(columns | changed), path / "pool.parquet")
    return path / "pool.parquet"


def test_one_sources_humans_beside_anothers_purchased_are_refused(tmp_path):
    with pytest.raises(pools.PoolError, match="choose ONE source"):
        pools.load(_written(tmp_path, source=["a", "a", "b", "b"]))
    with pytest.raises(pools.PoolError, match="one platform"):
        pools.load(_written(tmp_path, platform=["x", "x", "x", "instagram"]))
    with pytest.raises(pools.PoolError, match="needs both"):
        pools.load(_written(tmp_path, label=["real"] * 4))
    assert len(pools.load(_written(tmp_path))) == 4


@pytest.mark.skipif(not RECORDS.is_file(), reason="the public follower records lie in ../shared/data, which is absent here")
def test_crawl_dates_of_cresci_never_reach_a_sample():
    pool = pools.load(RECORDS, "cresci2015")
    assert len(pool) == 2818
    assert "created_at" not in pool.records.column_names


def test_inside_a_large_pool_nobody_is_drawn_twice():
    n = 3_000
    records = pa.table({name: pa.nulls(n, kind) for name, kind in pools.COLUMNS.items()})
    for name in ("followers", "following", "post_count"):
        records = records.set_column(records.column_names.index(name), name, pa.array(np.random.default_rng(1).integers(0, 900, n)))
    kind = draws.strata(pools.FollowerPool("made", "x", records, np.zeros(n, dtype=bool)), purchased=False)
    rng = np.random.default_rng(2)
    account, row = draws.draw(rng, kind, np.array([300, 250]), draws.mixes(rng, kind.natural, draws.AUDIENCE_CONCENTRATION, 2))
    assert len(set(zip(account.tolist(), row.tolist(), strict=True))) == 550


def test_clean_audiences_differ_as_much_as_real_ones():
    """method.md section 0 (6): the flag rate of organic audiences has a between-account sd of 2-4 pp."""
    part = pools.shards(pools.load("srf"))[0]
    kind = draws.strata(part, purchased=False)
    ratio = np.log1p(part.records["following"].to_numpy()) - np.log1p(part.records["followers"].to_numpy())
    flagged = (ratio > np.quantile(ratio[~part.purchased], 0.9)).astype(float)
    rng = np.random.default_rng(3)
    rates = draws.mixes(rng, kind.natural, draws.AUDIENCE_CONCENTRATION, 4_000) @ kind.mean(flagged)
    assert 0.02 < rates.std() < 0.04


def test_background_has_the_published_mean_and_spread():
    shares = draws.background(np.random.default_rng(4), np.full(20_000, 3_000))
    assert abs(shares.mean() - 0.09) < 0.005
    assert abs(shares.std() - 0.035) < 0.003
    assert draws.background(np.random.default_rng(4), np.full(20_000, 1_000_000)).mean() > shares.mean() + 0.01


def test_strangers_keep_the_shape_of_a_handle():
    handles = draws.strangers(np.random.default_rng(5), pa.array(["ab.c_12", "Zoë9"], pa.large_string())).to_pylist()
    assert len(handles) == 2 * draws.VARIANTS
    assert len(set(handles)) > draws.VARIANTS
    for first, second in zip(handles[::2], handles[1::2], strict=True):
        assert first[2] == "."
        assert first[4] == "_"
        assert first[5:].isdigit()
        assert first[:2].isalpha()
        assert second[0].isupper()
        assert second[2] == "ë"
        assert second[3].isdigit()
