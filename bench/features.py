"""How long the features of one account take, and the comment features of many accounts beside the same features in pandas.

Run: python bench/features.py [--accounts 2000]. Prints a Markdown table. All accounts are synthetic, from a fixed seed.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

# This file is called like the package it measures, so its own folder must not be looked in first.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from features.catalog import BY_NAME, CATALOG, build, inputs_of  # noqa: E402
from features.reference import Curve, PeerAudience, PeerEngagement, Reference, TopicVocabulary  # noqa: E402
from features.schema import TABLES  # noqa: E402
from features.snapshot import parse  # noqa: E402
from features.table import AccountTable  # noqa: E402
from features.text import word_codes  # noqa: E402

OBSERVED = datetime(2026, 11, 1, tzinfo=UTC)
COMMENTS = 120
WINDOW = 50
COMPARED = 100
REPEATS = 301
EMOJI = ("😍", "🔥", "🙏", "👏")
# The comment features that a few lines of pandas can say; near-copies and address have none.
IN_PANDAS = (
    "comment_distinct_words",
    "comment_distinct_pairs",
    "comment_mattr",
    "comment_evenness",
    "comment_emoji_only_share",
    "comment_brief_share",
    "comment_length",
    "comment_length_spread",
    "commenter_concentration",
    "question_share",
)


def vocabulary(chance: np.random.Generator) -> np.ndarray:
    """3,000 words of 2 to 10 letters, some with umlauts and capitals."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzäöüç"))
    words = {"".join(chance.permutation(letters)[: chance.integers(2, 11)]) for _ in range(3000)}
    return np.array(sorted(word.title() if chance.random() < 0.1 else word for word in sorted(words)))


def topics(chance: np.random.Generator) -> TopicVocabulary:
    """As many words, dimensions and topics as the synthetic world teaches; a part of the words of the comments, and all hashtags."""
    words = word_codes([*chance.choice(vocabulary(chance), 1_100, replace=False), *["day", "alps", "hiking", "food"]])
    vectors, middles = chance.normal(size=(len(words), 16)), chance.normal(size=(13, 16))
    return TopicVocabulary(words, *(each / np.linalg.norm(each, axis=1, keepdims=True) for each in (vectors, middles)))


REFERENCE = Reference(
    PeerEngagement({"all": Curve(0.1, 0.75, 0.3)}, {"all": Curve(-1.0, 0.73, 0.35)}),
    peer_audience=PeerAudience(np.array([14_000.0, 20_750.0]), np.array([0.0, 1.0])),
    topic_vocabulary=topics(np.random.default_rng(0)),
)


def comments(accounts: int, seed: int) -> pd.DataFrame:
    """COMMENTS comments for each account in the order of time: 1 to 12 words of a skewed vocabulary, a tenth emoji alone."""
    chance = np.random.default_rng(seed)
    words, n = vocabulary(chance), accounts * COMMENTS
    sizes = np.where(chance.random(n) < 0.1, 0, chance.integers(1, 13, n))
    drawn = words[np.minimum(chance.zipf(1.3, sizes.sum()) - 1, len(words) - 1)]
    signs, emoji = chance.choice(["", "!", "?"], n, p=[0.7, 0.2, 0.1]), chance.choice(EMOJI, n)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    texts = [" ".join(drawn[ends[i] : ends[i + 1]]) + signs[i] if sizes[i] else emoji[i] for i in range(n)]
    minutes = np.tile(np.arange(COMMENTS), accounts)
    return pd.DataFrame(
        {
            "account_id": np.repeat([str(10**9 + i) for i in range(accounts)], COMMENTS),
            "post_id": "1",
            "author_id": [f"u{author}" for author in chance.integers(0, 60, n)],
            "commented_at": pd.Timestamp("2026-10-01", tz="UTC") + pd.to_timedelta(minutes, unit="min"),
            "text": texts,
        }
    )


def as_tables(frame: pd.DataFrame) -> dict[str, pa.Table]:
    ids = frame["account_id"].unique()
    facts = {"account_id": ids, "platform": ["instagram"] * len(ids), "observed_at": [OBSERVED] * len(ids), "followers": [1000] * len(ids)}
    columns = {"accounts": facts, "comments": {name: frame[name] for name in frame.columns}}
    return {
        name: pa.table({column: pa.array(values, TABLES[name][column].arrow) for column, values in table.items()})
        for name, table in columns.items()
    }


def ours(tables: dict[str, pa.Table]) -> dict[str, np.ndarray]:
    """The features that are compared, by the same formulas that `build` runs."""
    facts = inputs_of(AccountTable.from_tables(tables), [name for feature in IN_PANDAS for name in BY_NAME[feature].inputs])
    return {name: BY_NAME[name].formula(*(facts[given] for given in BY_NAME[name].inputs)).values for name in IN_PANDAS}


def in_pandas(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The same features with groupby, as vectorised as we know how: no loop over accounts, ids as categories."""
    frame = frame.assign(account=frame["account_id"].astype("category").cat.codes, author=frame["author_id"].astype("category").cat.codes)
    words = frame["text"].str.casefold().str.findall(r"\w+")
    count, emoji = words.str.len(), frame["text"].str.count("[" + "".join(EMOJI) + "]")
    length = np.log1p(frame["text"].str.len())
    facts = pd.DataFrame(
        {
            "comment_emoji_only_share": (count == 0) & (emoji > 0),
            "comment_brief_share": count.between(1, 2),
            "question_share": frame["text"].str.contains("?", regex=False),
            "comment_length": length,
        }
    ).astype(float)
    by = frame["account"]
    n = by.groupby(by).size()
    found: dict[str, pd.Series] = dict(facts.groupby(by).mean().items())
    found["comment_length_spread"] = length.groupby(by).std()
    authors = frame.groupby(["account", "author"]).size()
    found["commenter_concentration"] = (authors * (authors - 1)).groupby("account").sum() / (n * (n - 1))
    kinds = words.str.join(" ").groupby([by, words.str.join(" ")]).size()
    share = kinds / n.reindex(kinds.index.get_level_values(0)).to_numpy()
    entropy = -(share * np.log(share)).groupby(level=0).sum() + (kinds.groupby(level=0).size() - 1) / (2 * n)
    found["comment_evenness"] = (entropy / np.log(n)).clip(0, 1)

    tokens = pd.DataFrame({"account": by, "word": words}).explode("word").dropna()
    tokens["word"] = tokens["word"].astype("category").cat.codes.astype(np.int64)
    newest = tokens.groupby("account").tail(COMPARED).groupby("account")["word"]
    found["comment_distinct_words"] = newest.nunique().where(newest.size() == COMPARED) / COMPARED
    pairs = tokens.assign(pair=tokens["word"] * 10**6 + tokens["word"].groupby(level=0).shift()).dropna()
    # Newest first within a comment too, as the formula reads them.
    newest = pairs.groupby("account").tail(COMPARED).groupby("account")["pair"]
    found["comment_distinct_pairs"] = newest.nunique().where(newest.size() == COMPARED) / COMPARED

    # A word is new in every window that holds it and not the same word before it.
    tokens["place"] = tokens.groupby("account").cumcount()
    before = tokens.groupby(["account", "word"])["place"].shift().fillna(-1)
    size = tokens.groupby("account")["place"].transform("size")
    first = np.maximum(np.maximum(tokens["place"] - WINDOW + 1, before + 1), 0)
    windows = np.maximum(np.minimum(tokens["place"], size - WINDOW) - first + 1, 0)
    many = tokens.groupby("account").size()
    found["comment_mattr"] = windows.groupby(tokens["account"]).sum() / ((many - WINDOW + 1) * WINDOW).where(many >= WINDOW)
    return {name: found[name].reindex(n.index).to_numpy() for name in IN_PANDAS}


def one_account(seed: int) -> bytes:
    """An account as a client sends it: 12 posts, 120 comments, 300 sampled followers, 90 days."""
    chance = np.random.default_rng(seed)

    def ago(days: float) -> str:
        return (OBSERVED - timedelta(days=float(days))).isoformat()

    texts = comments(1, seed)["text"]
    document = {
        "account_id": "1",
        "platform": "instagram",
        "observed_at": OBSERVED.isoformat(),
        "followers": 52_000,
        "following": 700,
        "post_count": 340,
        "name": "Mira Öz",
        "handle": "mira.oez",
        "created_at": ago(1500),
        "posts": [
            {
                "post_id": f"p{i}",
                "posted_at": ago(4 + 3 * i),
                "likes": int(chance.lognormal(7)),
                "comments": int(chance.lognormal(3)),
                "caption": "A day out #alps #hiking #food",
                "sponsored": False,
            }
            for i in range(12)
        ],
        "comments": [
            {
                "post_id": f"p{i % 12}",
                "comment_id": f"c{i}",
                "author_id": f"u{chance.integers(60)}",
                "commented_at": ago(40 - i / 4),
                "text": text,
                "by_owner": bool(chance.random() < 0.1),
            }
            for i, text in enumerate(texts)
        ],
        "follower_sample": [
            {
                "follower_id": f"f{i}",
                "rank": i,
                "handle": f"user_{chance.integers(10**6)}",
                "followers": int(chance.lognormal(5)),
                "following": int(chance.lognormal(6)),
                "post_count": int(chance.lognormal(3)),
                "has_picture": bool(chance.random() < 0.9),
                "created_at": ago(chance.uniform(10, 4000)),
            }
            for i in range(300)
        ],
        "history": [{"date": (OBSERVED - timedelta(days=90 - i)).date().isoformat(), "followers": 50_000 + 22 * i} for i in range(90)],
    }
    return orjson.dumps(document)


def median_seconds(run: Callable[[], Any], repeats: int) -> float:
    """Median time of `repeats` runs after one that warms up."""
    return float(np.median(timed(run, repeats)))


def timed(run: Callable[[], Any], repeats: int) -> list[float]:
    """Seconds of each of `repeats` runs after one that warms up."""
    run()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return taken


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accounts", type=int, default=2000, help=f"accounts of the comparison, {COMMENTS} comments each")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()

    body = one_account(chosen.seed)
    snapshot = parse(body)
    table = AccountTable.from_snapshots([snapshot])
    known = int(np.isfinite(build(table, REFERENCE).values).sum())
    # A fresh table each time, because a text keeps what was read from it.
    fresh = iter([AccountTable.from_snapshots([snapshot]) for _ in range(REPEATS + 1)])
    steps = {
        "parse and check the JSON": timed(lambda: parse(body), REPEATS),
        "table": timed(lambda: AccountTable.from_snapshots([snapshot]), REPEATS),
        "features": timed(lambda: build(next(fresh), REFERENCE), REPEATS),
        "all three": timed(lambda: build(AccountTable.from_snapshots([parse(body)]), REFERENCE), REPEATS),
    }
    frame = comments(chosen.accounts, chosen.seed)
    tables = as_tables(frame)
    # In turns, so that a busy moment of the machine falls on both.
    slow, fast = [median_seconds(lambda: in_pandas(frame), 1)], [median_seconds(lambda: ours(tables), 3)]
    for _ in range(2):
        slow.append(median_seconds(lambda: in_pandas(frame), 1))
        fast.append(median_seconds(lambda: ours(tables), 3))
    one, other = ours(tables), in_pandas(frame)
    for name in IN_PANDAS:
        np.testing.assert_allclose(one[name], other[name], rtol=0, atol=1e-9, err_msg=name)

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores ({platform.machine()}), Python {platform.python_version()}, pandas {pd.__version__}. Medians.\n")
    print(f"One account (12 posts, 120 comments, 300 followers, 90 days; {known} of {len(CATALOG)} features known):\n")
    print("| step | median ms | fastest ms |\n|---|--:|--:|")
    for step, taken in steps.items():
        print(f"| {step} | {1000 * np.median(taken):.2f} | {1000 * min(taken):.2f} |")
    ratio = float(np.median(slow) / np.median(fast))
    print(f"\n{len(IN_PANDAS)} comment features of {chosen.accounts:,} accounts with {COMMENTS} comments each, equal within 1e-9:\n")
    print("| | seconds | comments per second | ratio |\n|---|--:|--:|--:|")
    for who, seconds, times in (("pandas groupby", np.median(slow), 1.0), ("kernels over Arrow", np.median(fast), ratio)):
        print(f"| {who} | {seconds:.3f} | {len(frame) / seconds:,.0f} | {times:.1f} |")


if __name__ == "__main__":
    main()
