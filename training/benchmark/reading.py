"""What the steps' answers say of each bar: the number, its interval, whether it was reached, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from training.benchmark.table import TARGETS, Bar

Status = Literal["met", "not met", "not measured"]
Results = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Reading:
    """What was measured for one bar, `whose` number it is where it is the worst of several; `why` says why there is no value."""

    bar: Bar
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    whose: str = ""
    why: str = ""

    @property
    def status(self) -> Status:
        if self.why:
            return "not measured"
        return "met" if _reaches(self.value, self.bar) else "not met"

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.low + self.high)

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies on the same side of the bar as the value."""
        best, worst = (self.high, self.low) if self.bar.at_least is not None else (self.low, self.high)
        return self.bounded and _reaches(worst if self.status == "met" else best, self.bar) == (self.status == "met")


def _reaches(value: float, bar: Bar) -> bool:
    return (bar.at_least is None or value >= bar.at_least) and (bar.at_most is None or value <= bar.at_most)


def read(results: Results, bar: Bar) -> Reading:
    """The number of a bar in the answers of the steps. Where it is not there, {"left_out": why} or {"failed": why} on the way says why."""
    found, why = _at(results, bar.step, bar.path)
    if why:
        return Reading(bar, why=why)
    answer = found if isinstance(found, Mapping) else {"value": found}
    value, low, high = (answer.get(name) for name in ("value", "low", "high"))
    if bar.per:
        of, why = _at(results, bar.step, bar.per)
        value = None if why or not of or value is None else value / of
    if value is None or not math.isfinite(value):
        return Reading(bar, why=str(answer.get("why", "it has no value")))
    low, high = (math.nan if bound is None else float(bound) for bound in (low, high))
    return Reading(bar, float(value), low, high, str(answer.get("whose", "")))


def _at(results: Results, step: str, path: tuple[str, ...]) -> tuple[Any, str]:
    """What stands at the end of a path, or why nothing does."""
    if step not in results:
        return None, f"the step {step} was not run"
    at: Any = results[step]
    why = f"the step {step} has no {' / '.join(path)}"
    for key in path:
        why = _reason(at) or why
        if not isinstance(at, Mapping) or key not in at:
            return None, why
        at = at[key]
    return at, _reason(at)


def _reason(at: Any) -> str:
    found = next((at[word] for word in ("failed", "left_out") if at.get(word)), "") if isinstance(at, Mapping) else ""
    return "; ".join(map(str, found)) if isinstance(found, list) else str(found)


def status(readings: Sequence[Reading]) -> Status:
    """Of a whole target: missed when any bar is, met only when all were measured and reached."""
    found = {reading.status for reading in readings}
    return "not met" if "not met" in found else "not measured" if "not measured" in found else "met"


def judged(results: Results) -> dict[str, list[Reading]]:
    """Every target with the readings of its bars, in order."""
    return {name: [read(results, bar) for bar in target.bars] for name, target in TARGETS.items()}
