"""What a head says of the same accounts when tables are missing: every subset of the evidence must be judged soundly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import beta

from features.catalog import build
from features.reference import Reference
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models.bundle import HeadModel

# All 15 subsets of the four tables that are not empty, the fullest first.
SUBSETS: tuple[tuple[str, ...], ...] = tuple(kept for size in range(len(EVENT_TABLES), 0, -1) for kept in combinations(EVENT_TABLES, size))


@dataclass(frozen=True)
class SubsetRates:
    """False alarms and hits of a head at a fixed threshold where only `seen` was looked at, and the clean accounts that were no alarm
    with everything seen and are one now. Counts of accounts; rates are 0-1."""

    seen: tuple[str, ...]
    clean: int
    alarms: int
    positives: int
    hits: int
    newly: int

    @property
    def false_alarm_rate(self) -> float:
        return self.alarms / self.clean

    @property
    def recall(self) -> float:
        return self.hits / self.positives

    @property
    def newly_rate(self) -> float:
        return self.newly / self.clean


def by_subset(
    table: AccountTable,
    reference: Reference,
    models: Mapping[str, HeadModel],
    y: Mapping[str, np.ndarray],
    thresholds: Mapping[str, float],
    advance: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, list[SubsetRates]]:
    """Every head on every subset of the tables, in the order of SUBSETS; an alarm is a margin above the head's threshold.

    y: head -> (n,) 1, 0 or NaN, of which the last are left out. Accounts should have all four tables, or a subset is not what it says.
    Deleting a table must turn no more than 0.5 % of the clean accounts into alarms (method.md 4).
    """
    everything: dict[str, np.ndarray] = {}
    found: dict[str, list[SubsetRates]] = {name: [] for name in models}
    for done, (seen, margins) in enumerate(_margins(table, reference, models), start=1):
        for name, margin in margins.items():
            # Without a table that it needs a head is undecided, which is no alarm.
            able = not set(seen).isdisjoint(models[name].head.needs)
            alarm = (margin > thresholds[name]) & able
            before = everything.setdefault(name, alarm)
            clean, positive = y[name] == 0, y[name] == 1
            counts = (clean.sum(), (alarm & clean).sum(), positive.sum(), (alarm & positive).sum(), (alarm & ~before & clean).sum())
            found[name].append(SubsetRates(seen, *map(int, counts)))
        advance(done, len(SUBSETS))
    return found


def _margins(
    table: AccountTable, reference: Reference, models: Mapping[str, HeadModel]
) -> Iterator[tuple[tuple[str, ...], dict[str, np.ndarray]]]:
    everybody = np.ones(table.n, dtype=bool)
    for seen in SUBSETS:
        matrix = build(table.without({name: everybody for name in EVENT_TABLES if name not in seen}), reference)
        yield seen, {name: model.trees.margins(matrix.only(model.trees.names)) for name, model in models.items()}


def threshold(margins: np.ndarray, false_alarms: float = 0.01) -> float:
    """The smallest margin of clean accounts (n,) that at most this share of new ones exceeds: the ceil((n + 1)(1 - a))-th smallest.

    Infinite where n is too small to promise it (below 99 for 1 %). Source: Neyman-Pearson classification with a conformal threshold.
    """
    place = int(np.ceil((len(margins) + 1) * (1.0 - false_alarms)))
    return float(np.sort(margins)[place - 1]) if place <= len(margins) else float("inf")


def exact_interval(hits: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a rate; (0, 1) of nothing."""
    tail = (1.0 - level) / 2
    low = float(beta.ppf(tail, hits, of - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1.0 - tail, hits + 1, of - hits)) if hits < of else 1.0
    return low, high


def whole(table: AccountTable) -> np.ndarray:
    """Which accounts have all four tables, (n,) of bool."""
    return np.logical_and.reduce([np.diff(table.starts[name]) > 0 for name in EVENT_TABLES])


def named(seen: Sequence[str]) -> str:
    return " + ".join(seen)
