"""The marginals of real accounts from which high_street draws: quantiles and rank correlations alone, never a record.

Run: python bench/marginals.py [--shared DIR]. Writes training/worlds/high_street/marginals.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.stats import rankdata, theilslopes  # noqa: E402

from training.worlds.high_street.marginals import FILE, JOINT, LEVELS  # noqa: E402

POSTS = 36
# Quantiles of fewer values than this could give a single account away.
FEWEST = 60
COMMENT_SLOPE = 0.73
SOURCES = {
    "influencer_posts_2017": "Instagram influencers of 125,000 to 22 million followers, 17 posts each, 2017",
    "small_accounts_2019": "ordinary Instagram accounts, their newest 36 posts (Akyon & Kalfaoglu, arXiv 1910.03090)",
    "youtube_weekly": "weekly gains of 120 YouTube channels before counts were rounded (2016 to summer 2019)",
    "instafake": "lengths of biographies, Instagram 2019 (arXiv 1910.03090)",
}


def small(shared: Path) -> pd.DataFrame:
    """Posts of ordinary accounts as rows: account, followers, likes, comments, at (days)."""
    found = json.loads((shared / "small_accounts_2019" / "nonautomatedAccountData.json").read_text())
    pieces = [
        pd.DataFrame(
            {
                "account": number,
                "followers": one["userFollowerCount"],
                "likes": one["mediaLikeNumbers"][:POSTS],
                "comments": one["mediaCommentNumbers"][:POSTS],
                "at": np.array(one["mediaUploadTimes"][:POSTS]) / 86_400,
            }
        )
        for number, one in enumerate(found)
        if len(one["mediaLikeNumbers"]) >= 12 and one["userFollowerCount"] >= 30
    ]
    return pd.concat(pieces)


def large(shared: Path) -> pd.DataFrame:
    """Posts of influencers, in the same columns."""
    folder = shared / "influencer_posts_2017"
    posts = pd.read_parquet(folder / "posts.parquet", columns=["account_id", "likes", "comments", "posted_at"])
    followers = pd.read_parquet(folder / "accounts.parquet").set_index("account_id")["followers"]
    posts = posts.assign(followers=posts["account_id"].map(followers), account=posts["account_id"])
    moment = pd.to_datetime(posts["posted_at"], utc=True)
    posts["at"] = (moment - pd.Timestamp("2000-01-01", tz="UTC")) / pd.Timedelta(days=1)
    return posts.dropna(subset=["followers", "at"])


def described(posts: pd.DataFrame) -> pd.DataFrame:
    """One row per account: what its posts say of likes, comments and gaps."""
    rows = []
    for _, mine in posts.sort_values("at").groupby("account"):
        likes, comments = mine["likes"].to_numpy(float), mine["comments"].to_numpy(float)
        if len(mine) < 12 or np.median(likes) < 3:
            continue
        days = mine["at"].to_numpy()
        gaps = np.diff(days)
        gaps = np.log(gaps[gaps > 1 / 1440])
        whole_days = len(np.unique(np.round(days % 1, 6))) == 1
        log_likes = np.log(likes + 0.5)
        trend = np.polyval(np.polyfit(np.arange(len(mine)), log_likes, 1), np.arange(len(mine)))
        # Counting alone spreads the logarithm of few likes; that part is the simulator's own Poisson draw.
        spread = max(float(np.var(log_likes - trend, ddof=2)) - float(np.mean(1 / (likes + 0.5))), 0.0025)
        known = ~np.isnan(comments)
        comments, expected = comments[known], np.maximum(likes[known], 0.3) ** COMMENT_SLOPE
        per = comments.sum() / expected.sum() if known.sum() >= 6 else np.nan
        # What scatters beyond counting: comments are a gamma mixture of Poissons with this coefficient of variation.
        beyond = float(np.mean((comments - per * expected) ** 2 - per * expected) / max(np.mean((per * expected) ** 2), 1e-9))
        rows.append(
            {
                "followers": float(mine["followers"].iloc[0]),
                "log_likes": float(np.log10(np.median(likes))),
                "like_dispersion": np.sqrt(spread),
                "comment_level": np.log10(per) if per > 0 else np.nan,
                "comment_spread": float(np.sqrt(np.clip(beyond, 0.01, 9.0))) if per > 0 else np.nan,
                # Dates without a time of day tell how often somebody posts, not how regularly.
                "gap_days": max(float(np.ptp(days)) / (len(days) - 1), 0.1)
                if whole_days
                else float(np.exp(np.mean(gaps)))
                if len(gaps) > 5
                else np.nan,
                "gap_spread": float(np.std(gaps)) if len(gaps) > 5 and not whole_days else np.nan,
            }
        )
    return pd.DataFrame(rows)


def like_line(few: pd.DataFrame, many: pd.DataFrame) -> dict[str, Any]:
    """Likes by followers: the slope inside each source, and the line through both sources' centres."""
    within = {
        name: round(float(theilslopes(one["log_likes"], np.log10(one["followers"]))[0]), 3)
        for name, one in (("small", few), ("large", many))
    }
    centres = [(float(np.median(np.log10(one["followers"]))), float(np.median(one["log_likes"]))) for one in (few, many)]
    across = (centres[1][1] - centres[0][1]) / (centres[1][0] - centres[0][0])
    return {"slope_within": within, "slope_across": round(across, 3), "centres": [[round(x, 3) for x in centre] for centre in centres]}


def growth(shared: Path) -> dict[str, np.ndarray]:
    """Noise of exact weekly gains around their own trend, and the largest week against the usual one."""
    weeks = pd.read_csv(shared / "youtube_weekly" / "weekly_by_channel.csv.gz")
    weeks = weeks[weeks["start_date"] < "2019-08-01"].sort_values(["channel", "start_date"])
    noise, largest = [], []
    for _, mine in weeks.groupby("channel")["weekly_subscribers"]:
        gain = mine.to_numpy(float)
        for first in range(0, len(gain) - 8, 9):
            weeks9 = gain[first : first + 9]
            usual = np.median(weeks9)
            if usual < 200 or (weeks9 <= 0).any():
                continue
            steps = np.diff(np.log(weeks9))
            noise.append(float(np.median(np.abs(steps)) / 0.6745 / np.sqrt(2)))
            largest.append(float(weeks9.max() / usual))
    return {"growth_noise": np.array(noise), "largest_week": np.array(largest)}


def quantiles(values: np.ndarray) -> list[float]:
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        raise SystemExit(f"{len(known)} values are too few to give quantiles of; expected at least {FEWEST}")
    return [float(f"{value:.4g}") for value in np.quantile(known, LEVELS)]


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data", help="folder of public data")
    shared = wish.parse_args().shared
    if not shared.is_dir():
        print(f"{shared} is not there; give the folder of public data with --shared", file=sys.stderr)
        return 1
    few, many = described(small(shared)), described(large(shared))
    line = like_line(few, many)
    for one, side in ((few, "small"), (many, "large")):
        size = np.log10(one["followers"])
        slope = line["slope_within"][side]
        one["like_residual"] = one["log_likes"] - np.median(one["log_likes"] - slope * size) - slope * size
        # Comments per like against the source's own centre: what is simulated is an account among its like.
        one["comment_residual"] = one["comment_level"] - np.nanmedian(one["comment_level"])
    many["gap_spread"] = many["gap_spread"].fillna(few["gap_spread"].median())
    many["gap_days"] /= np.exp(few["gap_spread"].median() ** 2 / 2)
    tables: dict[str, np.ndarray] = {}
    for side, one in (("small", few), ("large", many)):
        tables |= {f"{name}_{side}": one[name].to_numpy() for name in JOINT}
    records = pd.read_parquet(shared / "followers" / "records.parquet", columns=["source", "label", "bio_length"])
    lengths = records[records["source"] == "instafake"].groupby("label")["bio_length"]
    tables |= growth(shared)
    tables |= {f"bio_length_{name}": lengths.get_group(label).to_numpy() for name, label in (("people", "real"), ("purchased", "fake"))}
    whole = {side: one[list(JOINT)].dropna() for side, one in (("small", few), ("large", many))}
    ranks = {side: np.corrcoef(np.column_stack([rankdata(one[name]) for name in JOINT]).T) for side, one in whole.items()}
    answer = {
        "sources": SOURCES,
        "accounts": {side: len(one) for side, one in whole.items()},
        "like_line": line,
        "comment_level": {side: round(float(np.nanmedian(one["comment_level"])), 3) for side, one in (("small", few), ("large", many))},
        "levels": list(LEVELS),
        "quantiles": {name: quantiles(values) for name, values in tables.items()},
        # Pearson's correlation of the normal scores behind a rank correlation.
        "copula": {side: np.round(2 * np.sin(np.pi * found / 6), 3).tolist() for side, found in ranks.items()},
    }
    target = ROOT / "training" / "worlds" / "high_street" / FILE
    target.write_text(json.dumps(answer, indent=1) + "\n")
    print(json.dumps({name: answer[name] for name in ("accounts", "like_line", "comment_level")}))
    for name, found in answer["quantiles"].items():
        print(f"{name}: median {found[len(LEVELS) // 2]}, 5-95 % {found[1]} to {found[-2]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
