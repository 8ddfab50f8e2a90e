"""Real influencers of 2017 given real followers of three sources, at known shares: the dataset on which no simulator has a say."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from features import dataset  # noqa: E402
from training import pools  # noqa: E402
from training.mixtures import SHARES, Tables, compose  # noqa: E402

SOURCES = ("srf", "instafake", "cresci2015")
FEWEST_POSTS = 12
NOTE = (
    "cresci2015: followers are X accounts of 2013, posts and counts are those of Instagram influencers of 2017. "
    "Only features of the follower sample mean anything on these rows; platform stays 'instagram' because the posts are."
)


def influencers(shared: Path) -> Tables:
    """The tables accounts and posts of the 2017 influencers; each was looked at one day after its last post."""
    folder = shared / "influencer_posts_2017"
    posts = pd.read_parquet(folder / "posts.parquet")
    posts["posted_at"] = pd.to_datetime(posts["posted_at"], utc=True)
    posts = (
        posts.dropna(subset=["posted_at"]).drop_duplicates(["account_id", "post_id"]).sort_values(["account_id", "posted_at", "post_id"])
    )
    posts = posts[posts.groupby("account_id")["post_id"].transform("size") >= FEWEST_POSTS].reset_index(drop=True)
    observed = posts.groupby("account_id")["posted_at"].max() + pd.Timedelta(days=1)
    accounts = pd.read_parquet(folder / "accounts.parquet")
    accounts = accounts[accounts["account_id"].isin(observed.index)].sort_values("account_id").reset_index(drop=True)
    moment = pa.timestamp("us", "UTC")
    return {
        "accounts": pa.table(
            {
                "account_id": pa.array(accounts["account_id"], pa.large_string()),
                "platform": pa.array(["instagram"] * len(accounts), pa.large_string()),
                "observed_at": pa.array(observed.reindex(accounts["account_id"]).to_numpy(), pa.timestamp("us")).cast(moment),
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
                "posted_at": pa.array(posts["posted_at"], moment),
                "likes": pa.array(posts["likes"], pa.int64()),
                "comments": pa.array(posts["comments"].astype("Int64"), pa.int64()),
                "caption": pa.array(posts["caption"], pa.large_string()),
                # The source lists a post's tags as JSON; without the column the features would read them from the caption.
                "hashtags": pa.array(posts["tags"].map(_tags), pa.large_list(pa.large_string())),
            }
        ),
    }


def composed(shared: Path, sources: tuple[str, ...], sample: int, seed: int) -> Tables:
    """Every influencer at every share, with followers of exactly one source and one shard of it."""
    tables = influencers(shared)
    ids = tables["accounts"]["account_id"].to_pylist()
    order = np.random.default_rng([seed, len(ids)]).permutation(len(ids))
    pieces: list[Tables] = []
    for mine, source in zip(np.array_split(order, len(sources)), sources, strict=True):
        pool = pools.load("srf") if source == "srf" else pools.load(shared / "followers" / "records.parquet", source)
        cuts = (np.cumsum(pools.SHARES) * len(mine)).round().astype(int)[:-1]
        for shard, part in enumerate(np.split(mine, cuts)):
            pieces.append(compose(_only(tables, [ids[i] for i in part]), pool, SHARES, sample, seed, shard))
    return {name: pa.concat_tables([piece[name] for piece in pieces]).combine_chunks() for name in pieces[0]}


def _only(tables: Tables, ids: list[str]) -> Tables:
    return {name: table.filter(pc.is_in(table["account_id"], pa.array(ids, pa.large_string()))) for name, table in tables.items()}


def _tags(written: str) -> list[str]:
    return list(json.loads(written)) if written else []


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--out", type=Path, default=ROOT / "var" / "real_accounts")
    wish.add_argument(
        "--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder with influencer_posts_2017/ and followers/"
    )
    wish.add_argument("--holdout", choices=SOURCES, help="write this source into a folder of its own, <out>-<source>, to be scored only")
    wish.add_argument("--sample", type=int, default=300)
    wish.add_argument("--seed", type=int, default=2017)
    asked = wish.parse_args()
    if not (asked.shared / "influencer_posts_2017").is_dir():
        print(f"{asked.shared} holds no influencer_posts_2017/; give the folder of public data with --shared", file=sys.stderr)
        return 1
    tables = composed(asked.shared, SOURCES, asked.sample, asked.seed)
    pool_of = {row["account_id"]: row["source"].split("/")[0] for row in tables["labels"].select(["account_id", "source"]).to_pylist()}
    kept = {asked.out: [i for i, pool in pool_of.items() if pool != asked.holdout]}
    if asked.holdout:
        kept[asked.out.with_name(f"{asked.out.name}-{asked.holdout}")] = [i for i, pool in pool_of.items() if pool == asked.holdout]
    for path, ids in kept.items():
        with dataset.writing(path) as draft:
            dataset.write(draft, _only(tables, ids))
        print(f"{path}: {len(ids)} composed accounts, shares {', '.join(f'{share:.0%}' for share in SHARES)}")
    print(NOTE)
    print(f"next: authenticity train experiments/default.toml --data {asked.out}")
    if asked.holdout:
        print(f"then: authenticity evaluate --bundle BUNDLE --data {asked.out.with_name(f'{asked.out.name}-{asked.holdout}')}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
