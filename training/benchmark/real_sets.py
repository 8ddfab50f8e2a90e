"""Real accounts and followers nobody has labelled: what simulated ones have to look like."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import frames
from features.dataset import Tables
from training import public

POSTS = 36
FEWEST = 12
FOLLOWER_COUNTS = ("followers", "following", "post_count")


def absent(folder: Path | None = None) -> list[str]:
    """A sentence for each real set that is not at hand."""
    there = {
        "influencer_posts_2017": "posts of large influencers",
        "small_accounts_2019": "posts of ordinary accounts",
        "youtube_daily_2026": "daily counts of channels",
        "followers": "follower records",
    }
    missing = [name for name in there if not ((folder or public.FOLDER) / name).is_dir()]
    return [f"{name} ({there[name]}) is not at hand; what needs it was left out" for name in missing]


def influencers(folder: Path | None = None) -> Tables:
    """Instagram influencers of 2017 with 17 posts each, from 125,000 followers on."""
    folder = (folder or public.FOLDER) / "influencer_posts_2017"
    posts = pd.read_parquet(folder / "posts.parquet", columns=["account_id", "post_id", "posted_at", "likes", "comments", "caption"])
    posts["posted_at"] = pd.to_datetime(posts["posted_at"], utc=True)
    posts = posts.dropna(subset=["posted_at"]).drop_duplicates(["account_id", "post_id"])
    posts = posts[posts.groupby("account_id")["post_id"].transform("size") >= FEWEST]
    posts["comments"] = posts["comments"].astype("Int64")
    seen = posts.groupby("account_id")["posted_at"].max() + pd.Timedelta(days=1)
    own = pd.read_parquet(folder / "accounts.parquet", columns=["account_id", "followers", "following", "n_posts"]).set_index("account_id")
    own = own.loc[seen.index].rename(columns={"n_posts": "post_count"}).reset_index()
    return frames.tables({"accounts": own.assign(platform="instagram", observed_at=seen.to_numpy()), "posts": posts})


def ordinary(folder: Path | None = None) -> Tables:
    """Ordinary Instagram accounts of 2019 with their newest 36 posts, most of 100 to 2,000 followers."""
    path = (folder or public.FOLDER) / "small_accounts_2019" / "nonautomatedAccountData.json"
    accounts, posts = [], []
    for number, one in enumerate(json.loads(path.read_text())):
        likes = one["mediaLikeNumbers"][:POSTS]
        if len(likes) < FEWEST:
            continue
        at = pd.to_datetime(one["mediaUploadTimes"][:POSTS], unit="s", utc=True)
        name = f"small-{number}"
        accounts.append((name, at.max() + pd.Timedelta(days=1), one["userFollowerCount"], one["userFollowingCount"], one["userMediaCount"]))
        posts.append(
            pd.DataFrame(
                {
                    "account_id": name,
                    "post_id": [f"{number}-{i}" for i in range(len(likes))],
                    "posted_at": at,
                    "likes": likes,
                    "comments": one["mediaCommentNumbers"][:POSTS],
                }
            )
        )
    own = pd.DataFrame(accounts, columns=["account_id", "observed_at", "followers", "following", "post_count"])
    return frames.tables({"accounts": own.assign(platform="instagram"), "posts": pd.concat(posts)})


def channels(folder: Path | None = None) -> Tables:
    """YouTube channels of January and February 2026: 30 days of counts, rounded by the platform."""
    path = (folder or public.FOLDER) / "youtube_daily_2026" / "youtube_daily_snapshots.csv"
    daily = pd.read_csv(path, usecols=["date_utc", "channel_id", "subscribers"])
    daily = daily.rename(columns={"date_utc": "date", "channel_id": "account_id", "subscribers": "followers"}).dropna()
    daily = daily.drop_duplicates(["account_id", "date"], keep="last").astype({"followers": int})
    own = daily.groupby("account_id").agg(followers=("followers", "last"), seen=("date", "max")).reset_index()
    seen = pd.to_datetime(own.pop("seen"), utc=True) + pd.Timedelta(days=1)
    return frames.tables({"accounts": own.assign(platform="youtube", observed_at=seen), "history": daily})


def followers(source: str, label: str | None = None, folder: Path | None = None) -> npt.NDArray[np.float64]:
    """(n, 3) followers, following and posts of single real followers of one source; rows with an unknown count are left out."""
    records = pd.read_parquet((folder or public.FOLDER) / "followers" / "records.parquet")
    chosen = (records["source"] == source) & (True if label is None else records["label"] == label)
    return records.loc[chosen, list(FOLLOWER_COUNTS)].dropna().to_numpy(np.float64)
