"""What a training must show before it may judge in earnest: each gate says what it asks, what was measured, and what to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from training.paired import Difference


@dataclass(frozen=True)
class Judged:
    """What one bundle says of the test accounts: `answers`, a row per account and head, and `shares`, a row per account."""

    answers: pd.DataFrame
    shares: pd.DataFrame


@dataclass(frozen=True)
class Pairs:
    """Accounts before and after a purchase: how many were asked about, and how many score higher after it."""

    purchase: str
    head: str
    asked: int
    higher: int


@dataclass(frozen=True)
class Direction:
    """A feature that may move a head one way only, and how many of the accounts it moved the other way."""

    head: str
    feature: str
    asked: int
    against: int


@dataclass(frozen=True)
class Evidence:
    """All that the gates look at. champion: None when there is none to compare with, and then `contradictions` is empty."""

    challenger: Judged
    champion: Judged | None
    golden: Sequence[str] = ()
    contradictions: Sequence[str] = ()
    pairs: Sequence[Pairs] = ()
    directions: Sequence[Direction] = ()


@dataclass(frozen=True)
class Number:
    """One line of a gate: what was measured of whom, its interval, and the bar in words. passed: None where it decides nothing."""

    about: str
    value: float
    low: float
    high: float
    bar: str
    passed: bool | None

    def __str__(self) -> str:
        value = f": {self.value:.3f}" if math.isfinite(self.value) else ""
        interval = f" [{self.low:.3f} to {self.high:.3f}]" if math.isfinite(self.low) else ""
        return f"{self.about}{value}{interval}; {self.bar}"

    @classmethod
    def of(cls, about: str, difference: Difference, bar: str, passed: bool | None) -> Number:
        return cls(about, difference.value, difference.low, difference.high, bar, passed)


@dataclass(frozen=True)
class Outcome:
    """What a gate measured, and whether it lets through. Where `lacking` says something, it could not be asked and lets through."""

    numbers: Sequence[Number]
    passed: bool
    lacking: str = ""

    @classmethod
    def all_of(cls, numbers: Sequence[Number], lacking: str) -> Outcome:
        """Passed when no number fails; `lacking` is said when there is none that decides."""
        decisive = [number for number in numbers if number.passed is not None]
        return cls(numbers, all(number.passed for number in decisive), "" if decisive else lacking)


@dataclass(frozen=True)
class Gate:
    """One condition: its name, what it asks in a sentence, what to do when it refuses, and how it is measured."""

    name: str
    asks: str
    do: str
    measure: Callable[[Evidence], Outcome]
    compares: bool = False


@dataclass(frozen=True)
class Finding:
    """How one gate decided."""

    gate: Gate
    outcome: Outcome
    failing: Sequence[Number] = field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        return self.outcome.passed

    @property
    def verdict(self) -> str:
        return "refused" if not self.passed else "not asked" if self.outcome.lacking else "passed"

    def __str__(self) -> str:
        """For a person: the gate, its verdict and the numbers that decided."""
        shown = self.failing if not self.passed else ()
        told = [f"{self.gate.name}: {self.verdict}. {self.gate.asks}", *(f"  {number}" for number in shown)]
        told += [f"  {self.outcome.lacking}"] if self.outcome.lacking else []
        return "\n".join([*told, *([f"  To do: {self.gate.do}"] if not self.passed else [])])


def judge(gates: Sequence[Gate], evidence: Evidence) -> list[Finding]:
    """Every gate, whatever the others say. Gates that compare are not asked when there is no champion."""
    found = []
    for gate in gates:
        if gate.compares and evidence.champion is None:
            found.append(Finding(gate, Outcome((), True, "There is no champion to compare with.")))
            continue
        outcome = gate.measure(evidence)
        failing = [number for number in outcome.numbers if number.passed is False] or list(outcome.numbers)
        found.append(Finding(gate, outcome, tuple(failing)))
    return found


def refused(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.passed]


def table(findings: Sequence[Finding]) -> pd.DataFrame:
    """A row per number (a gate without numbers has one row): gate, verdict, about, value, low, high, bar, passed ("" decides nothing)."""
    rows = []
    for finding in findings:
        for number in finding.outcome.numbers or (Number(finding.outcome.lacking, float("nan"), float("nan"), float("nan"), "", None),):
            passed = "" if number.passed is None else "yes" if number.passed else "no"
            told = (number.about, number.value, number.low, number.high, number.bar, passed)
            rows.append((finding.gate.name, finding.verdict, *told))
    return pd.DataFrame(rows, columns=["gate", "verdict", "about", "value", "low", "high", "bar", "passed"])
