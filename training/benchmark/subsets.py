"""T9: heads judged on every subset of the evidence, on simulated accounts whose follower records taught nothing."""

from __future__ import annotations

from typing import Any

from features.schema import EVENT_TABLES
from training.benchmark.step import Progress, Size, Step
from training.benchmark.taught import taught
from training.subsets import SUBSETS, SubsetRates, by_subset, exact_interval, named

MOST_FALSE_ALARMS, MOST_NEW_ALARMS = 0.015, 0.005


def measure(size: Size, progress: Progress) -> dict[str, Any]:
    """False alarms and recall of each head on each subset, at the threshold that 1 % of the clean calibration accounts with full evidence
    exceed; and how many clean accounts become an alarm when tables are deleted."""
    of = taught(size)
    rates = by_subset(of.table, of.reference, of.models, of.y, of.thresholds, progress)
    return {
        "accounts": of.table.n,
        "threshold": "exceeded by 1 % of the clean calibration accounts, as they come",
        "targets": {"false_alarm_rate": MOST_FALSE_ALARMS, "newly_flagged_when_tables_are_deleted": MOST_NEW_ALARMS},
        "heads": {name: _told(rows) for name, rows in rates.items()},
    }


def _told(rows: list[SubsetRates]) -> dict[str, Any]:
    subsets = [
        {
            "seen": named(row.seen),
            "clean": row.clean,
            "positives": row.positives,
            "false_alarm_rate": _rate(row.alarms, row.clean),
            "recall": _rate(row.hits, row.positives),
            "newly_flagged": _rate(row.newly, row.clean),
        }
        for row in rows
    ]
    return {
        "subsets": subsets,
        "worst_false_alarm_rate": max(row.false_alarm_rate for row in rows),
        "worst_newly_flagged_without_one_table": max(row.newly_rate for row in rows if len(row.seen) == len(EVENT_TABLES) - 1),
        "worst_newly_flagged": max(row.newly_rate for row in rows),
        "sound_subsets": sum(row.false_alarm_rate <= MOST_FALSE_ALARMS for row in rows),
        "of_subsets": len(SUBSETS),
    }


def _rate(hits: int, of: int) -> dict[str, float]:
    low, high = exact_interval(hits, of)
    return {"value": hits / of, "low": low, "high": high}


STEPS = (
    Step("subsets", "L3", "every head on all 15 subsets of the four tables: false alarms, recall, what deleting a table raises", measure),
)
