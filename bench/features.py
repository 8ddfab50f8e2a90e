"""How long the features of one account take, and the comment features of many beside the same in pandas, Polars and DuckDB.

Run: python bench/features.py [--accounts 20000]. Prints a Markdown table. All accounts are synthetic, from a fixed seed.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import polars as pl

# This file is called like the package it measures, so its own folder must not be looked in first.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.comments import COMMENTS, COMPARABLE, OBSERVED, comments, in_duckdb, in_pandas, in_polars, ours  # noqa: E402
from features import dataset  # noqa: E402
from features.catalog import CATALOG, build  # noqa: E402
from features.plain import DECODER  # noqa: E402
from features.reference import Reference  # noqa: E402
from features.snapshot import parse  # noqa: E402
from features.table import AccountTable  # noqa: E402
from training import pools  # noqa: E402
from training import reference as references  # noqa: E402
from training.worlds import simulate  # noqa: E402

REPEATS = 301
ROUNDS = 3
OURS = "our formulas over Arrow"


def learnt() -> Reference:
    """A reference learnt from a small synthetic world, so that every formula has all it asks for."""
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "world", 1_000, seed=5)
        table = AccountTable.from_tables(dataset.read(Path(folder) / "world"))
    pool = pools.shards(pools.load("srf"))[0]
    return references.fit(table, np.arange(table.n), np.zeros(table.n), 5, pool)


def one_account(seed: int) -> bytes:
    """An account as a client sends it: 12 posts, 120 comments, 300 sampled followers, 90 days."""
    chance = np.random.default_rng(seed)

    def ago(days: float) -> str:
        return (OBSERVED - timedelta(days=float(days))).isoformat()

    texts = comments(1, seed)["text"].to_pylist()
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


def timed(run: Callable[[], Any], repeats: int) -> list[float]:
    """Seconds of each of `repeats` runs after one that warms up."""
    run()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return taken


def compare(accounts: int, seed: int) -> dict[str, float]:
    """Median seconds of each way to compute COMPARABLE, all fed from memory in the form they like best; raises where values differ."""
    rows = comments(accounts, seed)
    frame, polars_frame = rows.to_pandas(), pl.from_arrow(rows)
    ways: dict[str, Callable[[], np.ndarray]] = {
        OURS: lambda: ours(rows),
        "our formulas, one thread": lambda: ours(rows, threads=1),
        "DuckDB": lambda: in_duckdb(rows),
        "Polars, streaming": lambda: in_polars(polars_frame),
        "pandas": lambda: in_pandas(frame),
    }
    found = {who: way() for who, way in ways.items()}
    for who, values in found.items():
        np.testing.assert_allclose(values, found[OURS], rtol=0, atol=1e-9, err_msg=who)
    # In turns, so that a busy moment of the machine falls on all of them.
    taken: dict[str, list[float]] = {who: [] for who in ways}
    for _ in range(ROUNDS):
        for who, way in ways.items():
            began = time.perf_counter()
            way()
            taken[who].append(time.perf_counter() - began)
    return {who: float(np.median(seconds)) for who, seconds in taken.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accounts", type=int, default=20_000, help=f"accounts of the comparison, {COMMENTS} comments each")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()

    reference = learnt()
    body = one_account(chosen.seed)
    snapshot = parse(body)
    table = AccountTable.from_snapshots([snapshot])
    known = int(np.isfinite(build(table, reference).values).sum())
    # A fresh table each time, because a text keeps what was read from it.
    fresh = iter([AccountTable.from_snapshots([parse(body)]) for _ in range(REPEATS + 1)])
    steps = {
        "orjson.loads alone": timed(lambda: orjson.loads(body), REPEATS),
        "msgspec's typed decoding alone": timed(lambda: DECODER.decode(body), REPEATS),
        "parse and check the JSON": timed(lambda: parse(body), REPEATS),
        "table": timed(lambda: AccountTable.from_snapshots([snapshot]), REPEATS),
        "features": timed(lambda: build(next(fresh), reference), REPEATS),
        "all three": timed(lambda: build(AccountTable.from_snapshots([parse(body)]), reference), REPEATS),
    }
    compared = compare(chosen.accounts, chosen.seed)

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores ({platform.machine()}), Python {platform.python_version()}, pandas {pd.__version__}. Medians.\n")
    print(f"One account (12 posts, 120 comments, 300 followers, 90 days; {known} of {len(CATALOG)} features known):\n")
    print("| step | median ms | fastest ms |\n|---|--:|--:|")
    for step, taken in steps.items():
        print(f"| {step} | {1000 * np.median(taken):.2f} | {1000 * min(taken):.2f} |")
    parsing = np.median(steps["parse and check the JSON"])
    bare = {name: parsing / np.median(steps[name]) for name in ("orjson.loads alone", "msgspec's typed decoding alone")}
    print(f"\nParsing and checking beside decoding alone: {', '.join(f'{ratio:.1f}× {name}' for name, ratio in bare.items())}.")
    print(f"\n{len(COMPARABLE)} comment features of {chosen.accounts:,} accounts with {COMMENTS} comments each, equal within 1e-9:\n")
    print("| | seconds | comments per second | times as fast as pandas |\n|---|--:|--:|--:|")
    for who, seconds in compared.items():
        rate = chosen.accounts * COMMENTS / seconds
        print(f"| {who} | {seconds:.2f} | {rate:,.0f} | {compared['pandas'] / seconds:.1f} |")
    print(f"\nBeside DuckDB our formulas are {compared['DuckDB'] / compared[OURS]:.1f} times as fast.")


if __name__ == "__main__":
    main()
