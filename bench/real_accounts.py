"""Real influencers of 2017 given real followers of three sources, at known shares, as a dataset to train on and to look at."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from features import dataset  # noqa: E402
from training import public  # noqa: E402
from training.mixtures import SHARES  # noqa: E402
from training.real_accounts import SOURCES, composed, influencers, only, pool_of  # noqa: E402

NOTE = (
    "cresci2015: followers are X accounts of 2013, posts and counts are those of Instagram influencers of 2017. "
    "The accounts count as X, because what is ordinary among followers is learnt by platform; only features of the follower sample mean "
    "anything on these rows."
)


def write(out: Path, shared: Path = public.FOLDER, sample: int = 300, seed: int = 2017, holdout: str | None = None) -> None:
    """Every influencer at every share as a dataset `out`; with `holdout` that source in a folder of its own, `<out>-<holdout>`."""
    tables = composed(influencers(shared), [pool_of(source, shared) for source in SOURCES], sample, seed)
    pool_by_id = {row["account_id"]: row["source"].split("/")[0] for row in tables["labels"].select(["account_id", "source"]).to_pylist()}
    kept = {out: [i for i, pool in pool_by_id.items() if pool != holdout]}
    if holdout:
        kept[out.with_name(f"{out.name}-{holdout}")] = [i for i, pool in pool_by_id.items() if pool == holdout]
    for path, ids in kept.items():
        with dataset.writing(path) as draft:
            dataset.write(draft, only(tables, ids))
        print(f"{path}: {len(ids)} composed accounts, shares {', '.join(f'{share:.0%}' for share in SHARES)}", file=sys.stderr)


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--out", type=Path, default=ROOT / "var" / "real_accounts")
    wish.add_argument("--shared", type=Path, default=public.FOLDER, help="folder with influencer_posts_2017/ and followers/")
    wish.add_argument("--holdout", choices=SOURCES, help="write this source into a folder of its own, <out>-<source>, to be scored only")
    wish.add_argument("--sample", type=int, default=300)
    wish.add_argument("--seed", type=int, default=2017)
    asked = wish.parse_args()
    if not (asked.shared / "influencer_posts_2017").is_dir():
        print(f"{asked.shared} holds no influencer_posts_2017/; give the folder of public data with --shared", file=sys.stderr)
        return 1
    write(asked.out, asked.shared, asked.sample, asked.seed, asked.holdout)
    print(NOTE)
    print(f"next: authenticity train experiments/real_accounts.toml --data {asked.out}")
    if asked.holdout:
        print(f"then: authenticity evaluate --bundle BUNDLE --data {asked.out.with_name(f'{asked.out.name}-{asked.holdout}')}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
