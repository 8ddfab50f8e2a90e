"""Two checks on real records in their order: blocks of followers made together, and growth of channels that nobody suspects.

Run: python bench/real_series.py (needs ../shared/data). Prints Markdown.
"""

import sys
from pathlib import Path

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from features.catalog import build  # noqa: E402
from features.frames import tables  # noqa: E402
from features.table import AccountTable  # noqa: E402

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LOOK = pd.Timestamp("2026-11-01", tz="UTC")
DRAWS = 40


def accounts(ids: list[str], platform: str, followers: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"account_id": ids, "platform": platform, "observed_at": LOOK, "followers": followers})


def anomaly(maps: list[pd.DataFrame]) -> np.ndarray:
    """follow_order_anomaly_share of each map: rank and creation date of followers."""
    sample = pd.concat([one.assign(account_id=str(i)) for i, one in enumerate(maps)])
    sample["follower_id"] = np.arange(len(sample)).astype(str)
    own = accounts([str(i) for i in range(len(maps))], "x", [len(one) for one in maps])
    table = AccountTable.from_tables(tables({"accounts": own, "follower_sample": sample}))
    return build(table, names=("follow_order_anomaly_share",)).values[:, 0]


def orders() -> None:
    """Whole maps, samples in order, and both in a shuffled order, where nothing may be found."""
    whole = pd.read_parquet(DATA / "followers" / "ordered_maps.parquet", columns=["target", "rank", "created_at"])
    chance = np.random.default_rng(1)
    print("| map of followers | in order | shuffled |\n|---|--:|--:|")
    for target, rows in whole.groupby("target"):
        # Dates before the platform opened stand for no date.
        rows = rows[rows["created_at"] >= pd.Timestamp("2006-01-01", tz="UTC")].drop(columns="target").sort_values("rank")
        for size in (len(rows), 1000, 300):
            drawn = [rows.iloc[np.sort(chance.choice(len(rows), size, replace=False))] for _ in range(1 if size == len(rows) else DRAWS)]
            mixed = [one.assign(rank=chance.permutation(one["rank"].to_numpy())) for one in drawn]
            found, none = anomaly(drawn), anomaly(mixed)
            what = f"all {size:,}" if size == len(rows) else f"{size:,} drawn, median of {DRAWS}"
            print(f"| {target}, {what} | {np.median(found):.3f} | {np.median(none):.3f} |")


def growth() -> None:
    """Bursts of 227 YouTube channels over 30 days; their counts are rounded to three digits by the interface."""
    daily = pd.read_csv(DATA / "youtube_daily_2026" / "youtube_daily_snapshots.csv", usecols=["date_utc", "channel_id", "subscribers"])
    daily = daily.rename(columns={"date_utc": "date", "channel_id": "account_id", "subscribers": "followers"}).dropna()
    daily = daily.drop_duplicates(["account_id", "date"], keep="last").astype({"followers": int})
    last = daily.groupby("account_id")["followers"].last()
    table = AccountTable.from_tables(tables({"accounts": accounts(list(last.index), "youtube", list(last)), "history": daily}))
    burst = build(table, names=("growth_burst",)).values[:, 0]
    known = burst[~np.isnan(burst)]
    quantiles = ", ".join(f"{100 * q:.0f} %: {np.quantile(known, q):.1f}" for q in (0.5, 0.75, 0.9, 0.95))
    print(f"\n`growth_burst` of {len(known)} of {len(burst)} channels ({quantiles}); above 5: {100 * (known > 5).mean():.1f} %.")


if __name__ == "__main__":
    if not DATA.is_dir():
        raise SystemExit("needs ../shared/data beside the project's folder, which is not there")
    orders()
    growth()
