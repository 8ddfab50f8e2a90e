"""Real accounts given real followers of one source at known shares: no simulator has a say (method.md 5.2)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from training import pools
from training.mixtures import SHARES, Tables, compose
from training.pools import FollowerPool
from training.public import FOLDER

SOURCES = ("srf", "instafake", "cresci2015")
FEWEST_POSTS = 12
MOMENT = pa.timestamp("us", "UTC")


def pool_of(source: str, public: Path) -> FollowerPool:
    """The labelled follower records of a source; only SRF's ship."""
    return pools.load("srf") if source == "srf" else pools.load(public / "followers" / "records.parquet", source)


@contextmanager
def single_pool(source: str, public: Path = FOLDER) -> Iterator[str]:
    """The labelled records of one source as an experiment names its pool: "srf", or a file that is there for the block."""
    if source == "srf":
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="authenticity-pool-") as place:
        file = Path(place) / f"{source}.parquet"
        pq.write_table(pq.read_table(public / "followers" / "records.parquet", filters=[("source", "=", source)]), file)
        yield str(file)


def influencers(public: Path) -> Tables:
    """The tables accounts and posts of the 2017 influencers; each was looked at one day after its last post."""
    folder = public / "influencer_posts_2017"
    posts = pd.read_parquet(folder / "posts.parquet")
    posts["posted_at"] = pd.to_datetime(posts["posted_at"], utc=True)
    posts = (
        posts.dropna(subset=["posted_at"]).drop_duplicates(["account_id", "post_id"]).sort_values(["account_id", "posted_at", "post_id"])
    )
    posts = posts[posts.groupby("account_id")["post_id"].transform("size") >= FEWEST_POSTS].reset_index(drop=True)
    observed = posts.groupby("account_id")["posted_at"].max() + pd.Timedelta(days=1)
    accounts = pd.read_parquet(folder / "accounts.parquet")
    accounts = accounts[accounts["account_id"].isin(observed.index)].sort_values("account_id").reset_index(drop=True)
    return {
        "accounts": pa.table(
            {
                "account_id": pa.array(accounts["account_id"], pa.large_string()),
                "platform": pa.array(["instagram"] * len(accounts), pa.large_string()),
                "observed_at": pa.array(observed.reindex(accounts["account_id"]).to_numpy(), pa.timestamp("us")).cast(MOMENT),
                "followers": pa.array(accounts["followers"], pa.int64()),
                "following": pa.array(accounts["following"], pa.int64()),
                "post_count": pa.array(accounts["n_posts"], pa.int64()),
                "private": pa.array(accounts["private"], pa.bool_()),
                "has_link": pa.array(accounts["has_link"], pa.bool_()),
            }
        ),
        "posts": pa.table(
            {
                "account_id": pa.array(posts["account_id"], pa.large_string()),
                "post_id": pa.array(posts["post_id"], pa.large_string()),
                "posted_at": pa.array(posts["posted_at"], MOMENT),
                "likes": pa.array(posts["likes"], pa.int64()),
                "comments": pa.array(posts["comments"].astype("Int64"), pa.int64()),
                "caption": pa.array(posts["caption"], pa.large_string()),
                # The source lists a post's tags as JSON; without the column the features would read them from the caption.
                "hashtags": pa.array(posts["tags"].map(_tags), pa.large_list(pa.large_string())),
            }
        ),
    }


def ordinary(public: Path) -> Tables:
    """The accounts of 700 ordinary people of 2019, most with some hundred followers; without their posts."""
    records = json.loads((public / "small_accounts_2019" / "nonautomatedAccountData.json").read_text("utf-8"))
    last = [max(record["mediaUploadTimes"], default=None) for record in records]
    rows = [(record, seen) for record, seen in zip(records, last, strict=True) if seen is not None and record["userFollowerCount"] > 0]
    counts = {"followers": "userFollowerCount", "following": "userFollowingCount", "post_count": "userMediaCount"}
    observed = pa.array([(seen + 86_400) * 1_000_000 for _, seen in rows], pa.int64()).cast(MOMENT)
    return {
        "accounts": pa.table(
            {
                "account_id": pa.array([f"small-{i:04d}" for i in range(len(rows))], pa.large_string()),
                "platform": pa.array(["instagram"] * len(rows), pa.large_string()),
                "observed_at": observed,
                **{name: pa.array([record[column] for record, _ in rows], pa.int64()) for name, column in counts.items()},
                "private": pa.array([False] * len(rows), pa.bool_()),
                "has_link": pa.array([bool(record["userHasExternalUrl"]) for record, _ in rows], pa.bool_()),
            }
        )
    }


def composed(
    tables: Tables, pools_of: Sequence[FollowerPool], sample: int = 300, seed: int = 2017, shares: Sequence[float] = SHARES
) -> Tables:
    """Every account at every share, with followers of exactly one pool and one shard of it, on the platform of those followers."""
    ids = tables["accounts"]["account_id"].to_pylist()
    order = np.random.default_rng([seed, len(ids)]).permutation(len(ids))
    pieces: list[Tables] = []
    for mine, pool in zip(np.array_split(order, len(pools_of)), pools_of, strict=True):
        cuts = (np.cumsum(pools.SHARES) * len(mine)).round().astype(int)[:-1]
        for shard, part in enumerate(np.split(mine, cuts)):
            pieces.append(given(only(tables, [ids[i] for i in part]), pool, shard, sample, seed, shares))
    return together(pieces)


def given(tables: Tables, pool: FollowerPool, shard: int, sample: int = 300, seed: int = 2017, shares: Sequence[float] = SHARES) -> Tables:
    """Every account at every share with followers of one shard. Followers of X make an account of X, whatever its posts are: what is
    ordinary among followers is learnt by platform."""
    found = compose(tables, pool, shares, sample, seed, shard)
    accounts = found["accounts"]
    place = accounts.column_names.index("platform")
    platform = pa.repeat(pa.scalar(pool.platform or "instagram", pa.large_string()), accounts.num_rows)
    return found | {"accounts": accounts.set_column(place, "platform", platform)}


def together(pieces: Sequence[Tables]) -> Tables:
    """The same tables of different accounts, one after the other."""
    return {name: pa.concat_tables([piece[name] for piece in pieces], promote_options="default").combine_chunks() for name in pieces[0]}


def only(tables: Tables, ids: Sequence[str]) -> Tables:
    """The rows of some accounts."""
    return {name: table.filter(pc.is_in(table["account_id"], pa.array(ids, pa.large_string()))) for name, table in tables.items()}


def _tags(written: str) -> list[str]:
    return list(json.loads(written)) if written else []
