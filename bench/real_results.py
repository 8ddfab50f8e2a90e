"""How well the bought-followers head does on real influencers with real followers: in source, and on a source it never saw."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from real_accounts import NOTE, SOURCES, write  # noqa: E402
from results import machine  # noqa: E402
from rich.console import Console  # noqa: E402

from training import public, report  # noqa: E402
from training.experiment import read  # noqa: E402
from training.pipeline import train  # noqa: E402
from training.real_accounts import single_pool  # noqa: E402
from training.stages import Bars  # noqa: E402

SHOWN = ("average_precision", "recall_at_1pct_fpr", "brier", "ece")
BANDS = {
    "all": "10 % and more",
    "share < 10 %": "below 10 %",
    "share 10-20 %": "10 %",
    "share ≥ 20 %": "20 and 40 %",
    "mid": "10 % and more, mid tier",
    "macro": "10 % and more, macro tier",
    "mega": "10 % and more, mega tier",
}


def main() -> int:
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--data", type=Path, default=ROOT / "var" / "real_accounts")
    wish.add_argument("--home", type=Path, default=ROOT / "var")
    asked = wish.parse_args()
    if not public.FOLDER.is_dir():
        print("needs the public data beside the project, which may not be shipped with it", file=sys.stderr)
        return 1
    if not asked.data.is_dir():
        write(asked.data)
    experiment = read(ROOT / "experiments" / "real_accounts.toml")
    lines = ["| tested on | positive share | model | accounts | " + " | ".join(report.TITLES[name] for name in SHOWN) + " |"]
    lines.append("|---|---|---|---:|" + "---:|" * len(SHOWN))
    for holdout in ("", *SOURCES):
        change = f"never saw {holdout}" if holdout else experiment.change
        with single_pool("instafake" if holdout == experiment.pool else experiment.pool) as pool:
            chosen = replace(experiment, holdout=holdout, change=change, pool=pool)
            found = train(chosen, asked.home, asked.data, stages=Bars(Console(stderr=True)))
        title = f"{holdout} alone, learnt from the other two" if holdout else "unseen records of all three sources"
        lines += rows(title, found.measurements)
    print("\n".join([*lines, "", f"Measured on {machine()}. {NOTE}"]))
    return 0


def rows(title: str, measurements: list[report.Measurement]) -> list[str]:
    """All models on all accounts; the trees and the logistic regression in each band of shares and each tier."""
    written = []
    for band, what in BANDS.items():
        mine = [each for each in measurements if each.slice == band]
        for model in dict.fromkeys(each.model for each in mine):
            if band != "all" and model not in ("xgboost", "logistic"):
                continue
            numbers = {each.metric: each for each in mine if each.model == model}
            one = next(iter(numbers.values()))
            cells = [report.number(numbers[name].value, numbers[name].low, numbers[name].high) for name in SHOWN]
            written.append(f"| {title} | {what} | {model} | {one.positives:,} of {one.accounts:,} | " + " | ".join(cells) + " |")
    return written


if __name__ == "__main__":
    raise SystemExit(main())
