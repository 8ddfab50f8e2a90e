"""What a reviewer looks at first of two models: the worst vendor, how often the share's interval holds, how much is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from training.headline import FEWEST_OF_VENDOR, alarm_above
from training.metrics import METRICS, Better, evaluated
from training.paired import Difference, Drawing, drawn

WORST_VENDOR, COVERAGE, WIDTH, DECIDED = "recall_worst_vendor", "coverage", "interval_width", "decided"
FALSE_ALARMS = "false_alarms"

TITLES = {
    WORST_VENDOR: "recall, worst vendor",
    COVERAGE: "interval of the share holds",
    WIDTH: "width of that interval",
    DECIDED: "answered yes or no",
    FALSE_ALARMS: "clean ones flagged",
    "average_precision": "average precision",
    "recall_at_1pct_fpr": "recall at 1 % FPR",
    "ece": "calibration error",
    "brier": "Brier score",
}


def vendors_of(y: np.ndarray, vendors: np.ndarray) -> list[str]:
    """The vendors with enough test accounts, in alphabetical order; y: bool (n,), vendors: (n,) names, "" nobody."""
    names, counts = np.unique(vendors[y & (vendors != "")].astype(str), return_counts=True)
    return [str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST_OF_VENDOR]


def worst_vendor(y: np.ndarray, p: np.ndarray, vendors: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, str]:
    """Recall of the worst vendor at the threshold that at most 1 % of all clean accounts reach, (b,), and who that is unweighted.

    y: bool (n,); p: probability (n,); vendors: (n,) names, "" nobody; weights: (b, n). NaN and "" when no vendor has 20 test accounts.
    """
    weights = np.ones((1, y.size)) if weights is None else weights
    names = vendors_of(y, vendors)
    if not names:
        return np.full(len(weights), np.nan), ""
    recalls = []
    for name in names:
        mine = ~y | (vendors == name)
        recalls.append(evaluated([METRICS["recall_at_1pct_fpr"]], y[mine], p[mine], weights[:, mine], None)[:, 0])
    stacked = np.stack(recalls)
    # A resample may hold no account of a small vendor, and then says nothing of it.
    known = np.isfinite(stacked).any(axis=0)
    lowest = np.where(known, np.where(np.isfinite(stacked), stacked, np.inf).min(axis=0), np.nan)
    return lowest, names[int(np.nanargmin(stacked[:, 0]))] if known[0] else ""


def vendors_apart(y: np.ndarray, a: np.ndarray, b: np.ndarray, vendors: np.ndarray, how: Drawing) -> Difference:
    """The worst vendor of A beside the worst of B, which may be another one."""

    def both(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        one, two = (worst_vendor(y, p, vendors, weights)[0][:, None] for p in (a, b))
        return one, two

    return drawn({WORST_VENDOR: "higher"}, both, y, how)[0]


def false_alarms(y: np.ndarray, a: np.ndarray, b: np.ndarray, mine: np.ndarray, how: Drawing) -> Difference:
    """The share of some clean accounts, mine: bool (n,), at or above the threshold that 1 % of all clean accounts reach."""

    def both(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        one, two = (_flagged(p, ~y, mine, weights)[:, None] for p in (a, b))
        return one, two

    return drawn({FALSE_ALARMS: "lower"}, both, y, how)[0]


def _flagged(p: np.ndarray, clean: np.ndarray, mine: np.ndarray, weights: np.ndarray) -> np.ndarray:
    # The threshold is the model's own and stays: what is drawn again are the accounts that it is held against.
    limit = alarm_above(p[clean])
    some = weights[:, mine]
    with np.errstate(invalid="ignore"):
        return np.asarray((some @ (p[mine] > limit)) / some.sum(axis=1))


def means(kinds: dict[str, Better], a: np.ndarray, b: np.ndarray, how: Drawing) -> list[Difference]:
    """B - A of averages over accounts; a and b: (m, k), one column for each of `kinds`."""

    def both(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = weights.sum(axis=1, keepdims=True)
        return weights @ a / total, weights @ b / total

    return drawn(kinds, both, np.zeros(len(a), dtype=bool), how)


def shares_apart(a: pd.DataFrame, b: pd.DataFrame, units: Mapping[str, str], how: Drawing) -> tuple[list[Difference], int]:
    """How often the 95 % interval of the share holds the true one, and how wide it is, on the accounts that both know; and how many.

    a, b: account_id, true, low, high, as a training keeps them in `shares.json`. units: account_id -> the account it is a copy of.
    Nothing when no common account has a known share.
    """
    both = a.merge(b, on="account_id", suffixes=("_a", "_b"))
    both = both[both["true_b"].notna() & both[["low_a", "high_a", "low_b", "high_b"]].notna().all(axis=1)]
    if both.empty:
        return [], 0
    true = both["true_b"].to_numpy(float)
    one, two = (_held(true, both[f"low_{side}"].to_numpy(float), both[f"high_{side}"].to_numpy(float)) for side in "ab")
    names = np.array([units.get(name, name) for name in both["account_id"]], dtype=str)
    return means({COVERAGE: "higher", WIDTH: "lower"}, one, two, replace(how, groups=grouped(names))), len(both)


def grouped(units: np.ndarray) -> np.ndarray | None:
    """What is drawn as one, (n,); None when every row stands for itself."""
    return None if np.unique(units).size == units.size else units


def _held(true: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.column_stack([(low <= true) & (true <= high), high - low]).astype(float)
