"""Accounts by the million for measuring cost: cheap to make, alike in size, with words as skewed as those of real comments."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import dataset
from features.schema import PLATFORMS

COMMENTS, POSTS, FOLLOWERS, DAYS = 100, 12, 20, 30
PART = 2_500
VOCABULARY = 30_000
LOOK = np.datetime64("2026-11-01T00:00:00", "us")
DAY_US = 86_400_000_000


def write(folder: Path, accounts: int, seed: int = 1) -> None:
    """Write a dataset of `accounts` accounts in parts of 2,500; parts that are there already stay, so that a broken run goes on."""
    for number, first in enumerate(range(0, accounts, PART)):
        if not (folder / "accounts" / f"part-{number:05d}.parquet").exists():
            tables = part(np.random.default_rng([seed, number]), first, min(PART, accounts - first))
            # Accounts come last, so that a part with accounts is whole.
            dataset.write(folder, dict(reversed(tables.items())), number)


def part(rng: np.random.Generator, first: int, n: int) -> dict[str, pa.Table]:
    """All tables but labels of accounts `first` to `first + n`."""
    ids = pa.array([f"a{first + i:08d}" for i in range(n)], pa.large_string())
    followers = np.clip(np.rint(rng.lognormal(9, 1.5, n)), 250, 5e7).astype(np.int64)
    posts = [f"p{i}" for i in range(POSTS)]
    accounts = {
        "account_id": ids,
        "platform": pa.array(PLATFORMS, pa.large_string()).take(pa.array(rng.integers(0, len(PLATFORMS), n))),
        "observed_at": _moments(np.zeros(n)),
        "followers": followers,
        "following": rng.integers(50, 5_000, n),
        "post_count": rng.integers(POSTS, 900, n),
        "handle": _names(rng, n),
        "bio": _texts(rng, n, 12),
    }
    return {
        "accounts": pa.table(accounts),
        "posts": pa.table(
            {
                "account_id": _each(ids, POSTS),
                "post_id": pa.array(posts * n, pa.large_string()),
                "posted_at": _moments(_rising(rng, n, POSTS, 180)),
                "likes": rng.poisson(np.repeat(followers * 0.03, POSTS)),
                "comments": rng.poisson(np.repeat(followers * 0.002, POSTS)),
                "caption": _texts(rng, n * POSTS, 14),
            }
        ),
        "comments": pa.table(
            {
                "account_id": _each(ids, COMMENTS),
                "post_id": pa.array(posts, pa.large_string()).take(pa.array(np.arange(n * COMMENTS) % COMMENTS * POSTS // COMMENTS)),
                "author_id": _names(rng, n * COMMENTS),
                "commented_at": _moments(_rising(rng, n, COMMENTS, 180)),
                "text": _texts(rng, n * COMMENTS, 9),
            }
        ),
        "follower_sample": pa.table(
            {
                "account_id": _each(ids, FOLLOWERS),
                "follower_id": _different(_names(rng, n * FOLLOWERS)),
                "followers": rng.integers(0, 2_000, n * FOLLOWERS),
                "following": rng.integers(0, 5_000, n * FOLLOWERS),
                "post_count": rng.integers(0, 300, n * FOLLOWERS),
                "has_picture": rng.random(n * FOLLOWERS) < 0.9,
                "handle": _names(rng, n * FOLLOWERS),
                "created_at": _moments(_rising(rng, n, FOLLOWERS, 2_000)),
            }
        ),
        "history": pa.table(
            {
                "account_id": _each(ids, DAYS),
                "date": pa.array((LOOK.astype("datetime64[D]") - np.arange(DAYS, 0, -1)).tolist() * n, pa.date32()),
                "followers": (np.repeat(followers, DAYS) * np.tile(np.linspace(0.97, 1, DAYS), n)).astype(np.int64),
            }
        ),
    }


def _each(ids: pa.Array, times: int) -> pa.Array:
    return ids.take(pa.array(np.repeat(np.arange(len(ids)), times)))


def _moments(days_before: np.ndarray) -> pa.Array:
    return pa.array(LOOK.astype(np.int64) - (days_before * DAY_US).astype(np.int64)).cast(pa.timestamp("us", "UTC"))


def _rising(rng: np.random.Generator, n: int, times: int, days: float) -> np.ndarray:
    """Days before the look, the oldest first."""
    return np.sort(rng.random((n, times)) * days + 0.01)[:, ::-1].ravel()


def _names(rng: np.random.Generator, n: int) -> pa.Array:
    numbers = pa.array(rng.integers(0, 40_000_000, n)).cast(pa.string())
    return pc.binary_join_element_wise("u", numbers, "").cast(pa.large_string())


def _different(names: pa.Array) -> pa.Array:
    """No name twice: among a million accounts chance would give some account a follower twice."""
    return pc.binary_join_element_wise(names, pa.array(np.arange(len(names))).cast(pa.large_string()), pa.scalar(".", pa.large_string()))


def _texts(rng: np.random.Generator, n: int, longest: int) -> pa.Array:
    """Texts of 1 to `longest` words, of which the k-th commonest occurs about 1 / k as often as the first."""
    sizes = rng.integers(1, longest + 1, n)
    places = np.exp(rng.random(sizes.sum()) * np.log(VOCABULARY)).astype(np.int64) - 1
    words = pa.LargeListArray.from_arrays(np.concatenate([[0], np.cumsum(sizes)]), _WORDS.take(pa.array(places)))
    return pc.binary_join(words, pa.scalar(" ", pa.large_string()))


def _vocabulary() -> pa.Array:
    rng = np.random.default_rng(0)
    letters = np.array(list("aaabcdeeeefghiijklmnnooprrssttuuvwz"))
    words = ["".join(rng.choice(letters, size)) for size in rng.integers(2, 11, VOCABULARY)]
    for place, word in ((3, "🔥"), (7, "😍"), (15, "love!"), (40, "Größe"), (90, "что"), (150, "素敵"), (220, "why?")):
        words[place] = word
    return pa.array(words, pa.large_string())


_WORDS = _vocabulary()
