"""One look at whether accounts have changed: every comparison, with one budget of false alarms for all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri
from scipy.stats import false_discovery_control

from features.schema import PLATFORMS
from models.remembered import Remembered
from models.tiers import TIERS, Tiers
from training.drift.asked import FEATURES, Facts, Number, Side, asked, mix
from training.drift.refusal import DriftRefusal
from training.drift.telling_apart import telling_apart
from training.drift.within import numbers, shares

# All that may raise an alarm shares this chance of a false one: a weekly look is then wrong once a year.
ALARM = 0.02
# How it is shared. Each group controls its own false discoveries (Benjamini & Hochberg 1995), so that while nothing has changed it raises
# any alarm in at most its part of all looks, however many features, heads or reasons there are. A shift of one feature must be found: the
# features have the largest part.
PARTS = {
    "mix": 0.10,
    "seen": 0.10,
    "inputs": 0.10,
    "values": 0.30,
    "unknown": 0.10,
    "scores": 0.05,
    "decisions": 0.05,
    "reasons": 0.05,
    "together": 0.05,
    "slices": 0.10,
}
FEWEST = 30
# The reference holds a thousand accounts: more of today's would make nothing clearer, only slower.
MOST = 5_000
EVERYBODY = ""


@dataclass(frozen=True)
class Row:
    """One comparison. then, now: weighted medians of a number, shares of a fact; distance: of the two distributions or shares, 0-1;
    q: p-value after false-discovery control within its group; where: EVERYBODY, a platform or a tier; psi: NaN for facts."""

    group: str
    name: str
    head: str
    where: str
    n_then: int
    n_now: int
    then: float
    now: float
    distance: float
    psi: float
    p: float
    q: float = 1.0

    @property
    def alarm(self) -> bool:
        return self.q < ALARM * PARTS[self.group if self.where == EVERYBODY else "slices"]


@dataclass(frozen=True)
class Look:
    """What was found: all comparisons, surest first, and how well a classifier tells the two sides apart (auc; .5: not at all).

    comparable: how many accounts of today have a remembered one of their platform, tier and evidence; their features are comparable
    where only platform and tier agree.
    """

    then: Side
    now: Side
    rows: list[Row]
    auc: float
    auc_p: float
    comparable: int
    tests: int

    @property
    def together(self) -> bool:
        return self.auc_p < ALARM * PARTS["together"]

    @property
    def alarms(self) -> list[Row]:
        """Those of all accounts, then those of a platform or tier alone that all accounts together do not show."""
        whole = [row for row in self.rows if row.alarm and row.where == EVERYBODY]
        known = {(row.group, row.name, row.head) for row in whole}
        return whole + [row for row in self.rows if row.alarm and row.where != EVERYBODY and (row.group, row.name, row.head) not in known]

    @property
    def drifted(self) -> bool:
        return self.together or bool(self.alarms)

    def whole(self, *groups: str) -> list[Row]:
        return [row for row in self.rows if row.where == EVERYBODY and row.group in groups]

    @property
    def psi_max(self) -> float:
        """The largest PSI of a feature that has shifted, or of any where none has; NaN where none could be compared."""
        values = [row for row in self.whole("values") if np.isfinite(row.psi)]
        return max((row.psi for row in ([each for each in values if each.alarm] or values)), default=float("nan"))


def look(then: Remembered, now: Remembered, tiers: Tiers, seed: int = 0) -> Look:
    """Hold today's accounts against remembered ones. Raises DriftRefusal where today's are fewer than FEWEST.

    Platforms and tiers are compared first; everything else within accounts of one platform and tier, so that another mix is told as
    another mix. A number known of fewer than FEWEST comparable accounts on a side is not tested. Where nothing has changed, any alarm
    comes up in at most ALARM of all looks (bench/drift.py measures it).
    """
    if now.n < FEWEST:
        raise DriftRefusal(
            f"{now.n:,} account{'s' * (now.n != 1)}: whether they have drifted cannot be told from fewer than {FEWEST}, and to find half a "
            f"standard deviation in one feature takes about {needed(then.n):,}. Take an earlier --since, or wait for more accounts."
        )
    sides = Side.of(then, tiers), Side.of(now, tiers)
    rows = [*_facts(mix(sides[0]), mix(sides[1]), EVERYBODY), *_compared(*sides, EVERYBODY)]
    groups = [_controlled([row for row in rows if row.group == group]) for group in PARTS]
    sliced = _controlled([row for where, was, is_now in _slices(*sides) for row in _compared(was, is_now, where)])
    found = sorted([row for group in groups for row in group] + sliced, key=lambda row: (row.q, -row.distance))
    values = [side.accounts.features[:, FEATURES] for side in sides]
    auc, p = telling_apart(values[0], values[1], (sides[0].evidence, sides[1].evidence), FEWEST, seed)
    comparable = int(np.isin(sides[1].evidence, sides[0].evidence).sum())
    return Look(*sides, found, auc, p, comparable, sum(row.group == "values" for row in rows))


def visible(accounts: float, tests: int = len(FEATURES)) -> float:
    """The smallest shift of one normal feature, in standard deviations, that 95 of 100 looks find; accounts: m·n / (m + n)."""
    level = ALARM * PARTS["values"] / max(tests, 1)
    # Around its mean the distance varies by half a standard error.
    distance = (np.sqrt(-np.log(level / 2) / 2) + 1.645 / 2) / np.sqrt(max(accounts, 1e-9))
    return float(2 * ndtri(min((1 + distance) / 2, 1.0)))


def needed(remembered: int, shift: float = 0.5) -> int:
    """How many accounts of today show a shift of one feature in 95 of 100 looks; a tenth more, because cells never match."""
    for n in range(FEWEST, MOST, 10):
        if visible(remembered * n / (remembered + n) / 1.1) <= shift:
            return n
    return MOST


def _slices(then: Side, now: Side) -> Iterator[tuple[str, Side, Side]]:
    """Each platform and each tier that has enough accounts on both sides."""
    for names, place in ((PLATFORMS, lambda side: side.accounts.platforms), (TIERS, lambda side: side.tiers)):
        for code, name in enumerate(names):
            was, is_now = (np.flatnonzero(place(side) == code) for side in (then, now))
            if min(len(was), len(is_now)) >= FEWEST:
                yield name, then.only(was), now.only(is_now)


def _compared(then: Side, now: Side, where: str) -> Iterator[Row]:
    counts, heads = (set(getattr(then.accounts, part)) & set(getattr(now.accounts, part)) for part in ("counts", "heads"))
    both = (asked(_kept(side, counts, heads)) for side in (then, now))
    for was, is_now in zip(*both, strict=True):
        if isinstance(was, Number) and isinstance(is_now, Number):
            yield from _number(was, is_now, where)
        elif isinstance(was, Facts) and isinstance(is_now, Facts):
            yield from _facts(was, is_now, where)


def _kept(side: Side, counts: set[str], heads: set[str]) -> Side:
    """Without what the other side does not keep."""
    accounts = replace(
        side.accounts,
        counts={name: values for name, values in side.accounts.counts.items() if name in counts},
        heads={name: answers for name, answers in side.accounts.heads.items() if name in heads},
    )
    return Side(accounts, side.tiers)


def _number(then: Number, now: Number, where: str) -> Iterator[Row]:
    found = numbers(then.values, now.values, (then.cells, now.cells), FEWEST)
    if found is not None:
        n_then, n_now, was, is_now, distance, p, psi = found
        yield Row(then.group, then.name, then.head, where, n_then, n_now, was, is_now, distance, psi, p)


def _facts(then: Facts, now: Facts, where: str) -> Iterator[Row]:
    found = shares(then.values, now.values, (then.cells, now.cells), FEWEST)
    if found is None:
        return
    for name, was, is_now, p in zip(then.names, found.then.tolist(), found.now.tolist(), found.p.tolist(), strict=True):
        if was or is_now:
            yield Row(then.group, name, then.head, where, found.n_then, found.n_now, was, is_now, abs(is_now - was), float("nan"), p)


def _controlled(rows: Sequence[Row]) -> list[Row]:
    if not rows:
        return []
    q = false_discovery_control(np.clip([row.p for row in rows], 0.0, 1.0))
    return [replace(row, q=float(each)) for row, each in zip(rows, q, strict=True)]
