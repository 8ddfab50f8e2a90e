"""What a sheet of accounts says of one head: overall, by share, by tier, by vendor and by kind of account, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from training.benchmark import intervals
from training.benchmark.examiner import BOUGHT, Sheet
from training.benchmark.intervals import Answer
from training.learning import MODEL

BANDS = {"5-10 %": (0.05, 0.10), "10-20 %": (0.10, 0.20), ">= 20 %": (0.20, 1.01)}
# A vendor or kind seen less often has no rate of its own.
FEWEST = 10


def band(sheet: Sheet, low: float, high: float) -> Sheet:
    """The accounts with a share from `low` to below `high` as positive ones, beside those without any."""
    inside = (sheet.share >= low) & (sheet.share < high)
    return replace(sheet, y=np.where(inside, 1.0, 0.0)).of(inside | (sheet.share == 0))


def model(sheet: Sheet, threshold: float, name: str) -> dict[str, Answer]:
    """One model on the labelled accounts: at the threshold taken elsewhere and at the one that the oracle would take here."""
    known = ~np.isnan(sheet.y)
    y, p = sheet.y[known] == 1, sheet.scores[name][known]
    return {
        "recall": intervals.recall(y, p),
        "average_precision": intervals.average_precision(y, p),
        "recall_at_threshold": intervals.among(p[y] > threshold),
        "false_alarms_at_threshold": intervals.among(p[~y] > threshold),
    }


def by(sheet: Sheet, threshold: float, name: str, kinds: np.ndarray, positive: bool = True) -> dict[str, Answer]:
    """Recall (or, of clean accounts, false alarms) at the threshold, of each kind that is there often enough; worst first."""
    mine = sheet.y == (1 if positive else 0)
    found = {}
    for kind in np.unique(kinds[mine]):
        rows = mine & (kinds == kind)
        if rows.sum() >= FEWEST:
            found[str(kind)] = intervals.among(sheet.scores[name][rows] > threshold)
    return dict(sorted(found.items(), key=lambda item: item[1]["value"], reverse=not positive))


def worst_of(sheet: Sheet, threshold: float, kinds: np.ndarray) -> Answer:
    """The kind of which the trees find least."""
    return intervals.worst(by(sheet, threshold, MODEL, kinds))


def head(sheet: Sheet, thresholds: Mapping[str, float], name: str) -> dict[str, Any]:
    """All models on all accounts and in each band of shares; the trees also by tier, vendor and kind of account."""
    limit = thresholds[MODEL]
    answer: dict[str, Any] = {
        "worst_vendor": worst_of(sheet, limit, sheet.vendor),
        "worst_kind": worst_of(sheet, limit, sheet.scenario),
        "models": {each: model(sheet, thresholds[each], each) for each in sheet.scores},
    }
    if name == BOUGHT:
        for words, (low, high) in BANDS.items():
            inside = band(sheet, low, high)
            answer.setdefault("by_share", {})[words] = {each: model(inside, thresholds[each], each) for each in sheet.scores}
    for words, kinds in (("tier", sheet.tier), ("vendor", sheet.vendor), ("kind", sheet.scenario)):
        answer[f"recall_by_{words}"] = by(sheet, limit, MODEL, kinds)
        if words != "vendor":
            answer[f"false_alarms_by_{words}"] = by(sheet, limit, MODEL, kinds, positive=False)
    return answer
