"""The bars T1-T13: what each asks for, in which step's answer the measured number stands, and whether it was reached."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["met", "not met", "not measured"]
Results = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Bar:
    """One number of a target: `path` leads to it in the answer of `step`, to a number or to {"value", "low", "high"}.

    A bar is reached by the value; `Reading.sure` says whether the whole interval reaches it, too.
    """

    what: str
    step: str
    path: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Target:
    """A claim that is well defined (method.md 7.3): it is met when every one of its bars is."""

    says: str
    level: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Reading:
    """What was measured for one bar, `whose` number it is where it is the worst of several; `why` says why there is no value."""

    bar: Bar
    value: float
    low: float
    high: float
    why: str = ""
    whose: str = ""

    @property
    def status(self) -> Status:
        if self.why:
            return "not measured"
        return "met" if _reaches(self.value, self.bar) else "not met"

    @property
    def sure(self) -> bool:
        """Whether the interval's worse end lies on the same side of the bar as the value."""
        worse = self.low if self.bar.at_least is not None else self.high
        better = self.high if self.bar.at_least is not None else self.low
        return math.isfinite(worse + better) and _reaches(worse if self.status == "met" else better, self.bar) == (self.status == "met")


def _reaches(value: float, bar: Bar) -> bool:
    return (bar.at_least is None or value >= bar.at_least) and (bar.at_most is None or value <= bar.at_most)


def read(results: Results, bar: Bar) -> Reading:
    """The number of a bar in the answers of the steps. Where it is not there, {"left_out": why} or {"failed": why} on the way says why."""
    unknown = (math.nan, math.nan, math.nan)
    if bar.step not in results:
        return Reading(bar, *unknown, why=f"the step {bar.step} was not run")
    at: Any = results[bar.step]
    reasons = [f"the step {bar.step} has no {' / '.join(bar.path)}"]
    for key in (*bar.path, None):
        if isinstance(at, Mapping):
            reasons += [str(at[word]) for word in ("left_out", "failed") if at.get(word)]
        if key is None:
            break
        if not isinstance(at, Mapping) or key not in at:
            return Reading(bar, *unknown, why=reasons[-1])
        at = at[key]
    value, low, high = (at.get(name) for name in ("value", "low", "high")) if isinstance(at, Mapping) else (at, None, None)
    if value is None or not math.isfinite(value):
        return Reading(bar, *unknown, why=str(at.get("why", "it has no value")) if isinstance(at, Mapping) else "it has no value")
    whose = str(at.get("whose", "")) if isinstance(at, Mapping) else ""
    low, high = (math.nan if bound is None else float(bound) for bound in (low, high))
    return Reading(bar, float(value), low, high, whose=whose)


def status(readings: Sequence[Reading]) -> Status:
    """Of a whole target: missed when any bar is, met only when all were measured and reached."""
    found = {reading.status for reading in readings}
    return "not met" if "not met" in found else "not measured" if "not measured" in found else "met"


def judged(results: Results) -> dict[str, list[Reading]]:
    """Every target with the readings of its bars, in order."""
    return {name: [read(results, bar) for bar in target.bars] for name, target in TARGETS.items()}


WORLDS, COMPOSED = "worlds", "composed"

# What a reader must not miss: the worst of each kind, whatever the bars say.
HEADLINE: tuple[Bar, ...] = (
    Bar("worst vendor, other world, ≥ 20 %: recall", WORLDS, ("T1", "worst_vendor")),
    Bar("worst honest family: false alarms", "hard_negatives", ("T7", "worst")),
    Bar("worst source of real followers, ≥ 20 %: recall at 1 % FPR", COMPOSED, ("T3", "worst")),
    Bar("cheapest way to halve the recall: EUR for a median lot", "attacks", ("T10", "cheapest")),
)

TARGETS: dict[str, Target] = {
    "T1": Target(
        "finds ≥ 20 % of purchased-type followers with ≤ 1 % of clean accounts flagged: other world, unseen vendors, all tables",
        "L3",
        (
            Bar("recall, worse direction", WORLDS, ("T1", "recall"), at_least=0.95),
            Bar("false alarms, worse direction", WORLDS, ("T1", "false_alarms"), at_most=0.01),
        ),
    ),
    "T2": Target(
        "the same for 10-20 %",
        "L3",
        (
            Bar("recall, worse direction", WORLDS, ("T2", "recall"), at_least=0.80),
            Bar("false alarms, worse direction", WORLDS, ("T2", "false_alarms"), at_most=0.01),
        ),
    ),
    "T3": Target(
        "finds ≥ 20 % from 300 real followers alone, of a source never seen, at 1 % false alarms",
        "L2",
        (
            Bar("recall, mean of the sources", COMPOSED, ("T3", "mean"), at_least=0.85),
            Bar("recall, worst source", COMPOSED, ("T3", "worst"), at_least=0.60),
        ),
    ),
    "T4": Target(
        "drip-fed, aged followers of an unseen vendor, ≥ 20 %: found or undecided, hardly ever a confident no",
        "L3",
        (
            Bar("recall at 1 % false alarms, worse direction", "drip_aged", ("T4", "recall"), at_least=0.50),
            Bar("confident and wrong, worse direction", "drip_aged", ("T4", "confident_wrong"), at_most=0.01),
        ),
    ),
    "T7": Target(
        "honest accounts of 20 kinds that look bought are flagged as seldom as others",
        "L3",
        (Bar("false alarms, worst family", "hard_negatives", ("T7", "worst"), at_most=0.02),),
    ),
    "T10": Target(
        "eight ways to hide a purchase buy little, for up to twice the price of the followers; added evidence never lowers the score",
        "L3",
        (
            Bar("recall lost, worst attack within the price", "attacks", ("T10", "worst_loss"), at_most=0.10),
            Bar("scores lowered, of 100,000 insertions", "attacks", ("T10", "violations"), at_most=0),
        ),
    ),
    "T12": Target(
        "better than the rules beside it, in the worst cell of unseen sources and the other world; else the logistic regression is enough",
        "L2+L3",
        (
            Bar("recall over depth-2 tree, other world", WORLDS, ("T12", "depth2_tree"), at_least=0.30),
            Bar("recall over engagement rule, other world", WORLDS, ("T12", "engagement_rule"), at_least=0.30),
            Bar("recall over logistic, other world", WORLDS, ("T12", "logistic"), at_least=0.05),
            Bar("recall over depth-2 tree, unseen source", COMPOSED, ("T12", "depth2_tree"), at_least=0.30),
            Bar("recall over engagement rule, unseen source", COMPOSED, ("T12", "engagement_rule"), at_least=0.30),
            Bar("recall over logistic, unseen source", COMPOSED, ("T12", "logistic"), at_least=0.05),
        ),
    ),
}
