"""Gates that hold a challenger against the champion, on test accounts that taught neither."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import norm

from training.compare import MATTERS
from training.gate import Evidence, Gate, Number, Outcome
from training.paired import Difference, differences

# Fixed before anybody looks: what ranks accounts, over all thresholds and at the one that is used. Calibration has a gate of its own.
HEADLINE = ("average_precision", "recall_at_1pct_fpr")
# For all comparisons of a gate together (Bonferroni).
LEVEL = 0.95
RESAMPLES = 2_000
# More than a slice may lose of its average precision.
MARGIN = 0.05
FEWEST, FEWEST_OF_CLASS = 30, 10
# The share of a normal distribution within one standard deviation of its middle.
ONE_SD = 0.6827


def better(evidence: Evidence) -> Outcome:
    """Some headline metric of some head is better by more than MATTERS beyond noise, and none is worse by as much."""
    both = paired(evidence)
    heads = [(head, rows) for head, rows in both.groupby("head", sort=False) if rows["value"].nunique() == 2]
    level = 1 - (1 - LEVEL) / max(1, len(heads) * len(HEADLINE))
    assert evidence.champion is not None
    lost = sorted(set(evidence.champion.answers["head"]) - set(evidence.challenger.answers["head"]))
    numbers = [Number(f"{head}, which the champion answers", np.nan, np.nan, np.nan, "must still be answered", False) for head in lost]
    gained = False
    for head, rows in heads:
        for each in _differences(rows, HEADLINE, RESAMPLES, level):
            worse = each.better < 0 and each.beyond(MATTERS)
            gained |= each.better > 0 and each.beyond(MATTERS)
            word = "better" if each.better > 0 and each.beyond(MATTERS) else "worse" if worse else "no more than noise"
            numbers.append(Number.of(f"{head}, {_words(each.metric)}, {each.a:.3f} to {each.b:.3f}", each, word, not worse))
    return Outcome(numbers, gained and all(number.passed for number in numbers))


def slices(evidence: Evidence) -> Outcome:
    """No slice loses more than MARGIN of average precision, if that is beyond the slice's noise.

    The interval is the difference and so many of its bootstrap standard deviations as all slices together need: quantiles that far
    out would take ten thousand resamples.
    """
    found = []
    for head, rows in paired(evidence).groupby("head", sort=False):
        for name, some in _slices(rows):
            y = some["value"] == 1
            if min(y.sum(), (~y).sum()) >= FEWEST_OF_CLASS:
                (each,) = _differences(some, ("average_precision",), 400, ONE_SD)
                found.append((f"{head}, {name} ({len(some):,} accounts)", each))
    z = norm.ppf(1 - (1 - LEVEL) / 2 / max(1, len(found)))
    numbers = []
    for about, each in found:
        reach = z * (each.high - each.low) / 2
        worse = each.value < -MARGIN and each.value + reach < 0
        bar = f"a loss of more than {MARGIN:g} beyond noise is refused"
        numbers.append(Number(about, each.value, each.value - reach, each.value + reach, bar, not worse))
    few = f"No slice has {FEWEST} test accounts with {FEWEST_OF_CLASS} of either answer."
    return Outcome.all_of(sorted(numbers, key=lambda number: number.value), few)


def paired(evidence: Evidence) -> pd.DataFrame:
    """Both answers to every question whose answer is known: the challenger's rows with `champion`, what the champion says."""
    assert evidence.champion is not None
    theirs = evidence.champion.answers[["account_id", "head", "probability"]].rename(columns={"probability": "champion"})
    return evidence.challenger.answers.dropna(subset="value").merge(theirs, on=["account_id", "head"])


def _differences(rows: pd.DataFrame, metrics: tuple[str, ...], n: int, level: float) -> list[Difference]:
    y, a, b = rows["value"].to_numpy() == 1, rows["champion"].to_numpy(float), rows["probability"].to_numpy(float)
    return differences(y, a, b, metrics, groups=units(rows), n=n, level=level)


def units(rows: pd.DataFrame) -> np.ndarray | None:
    """What is resampled as one, where rows are copies of one account."""
    return None if rows["unit"].is_unique else rows["unit"].to_numpy(str)


def _slices(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Slices of a head's accounts by name. One of a single answer, such as a vendor's buyers, is held against everybody of the other."""
    for column in ("tier", "platform", "vendor", "scenario"):
        for name, mine in rows.groupby(column, sort=True):
            if name == "" or len(mine) < FEWEST or len(mine) == len(rows):
                continue
            answers = set(mine["value"])
            others = rows[~rows["value"].isin(answers)] if len(answers) == 1 else rows.iloc[:0]
            yield f"{column} {name}", pd.concat([mine, others])


def _words(metric: str) -> str:
    return {"average_precision": "average precision", "recall_at_1pct_fpr": "recall at 1 % FPR"}[metric]


BETTER = Gate(
    "better",
    f"Some head ranks accounts better than the champion by more than {MATTERS:g} beyond noise (average precision, or recall at 1 % FPR;"
    f" {LEVEL:.0%} for all of them together), and none does worse.",
    "Look at the comparison (`authenticity compare champion RUN`); train on more accounts, or keep the champion.",
    better,
    compares=True,
)
SLICES = Gate(
    "slices",
    f"No tier, platform, vendor or scenario with {FEWEST} test accounts loses more than {MARGIN:g} of its average precision beyond noise.",
    "Train on more accounts of the slices named, or look there at what the labels say (`authenticity audit`).",
    slices,
    compares=True,
)
