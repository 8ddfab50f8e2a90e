"""One part of the benchmark: what it measures, at which level, and how much of it a quick run does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Size:
    """How much to measure. `quick` keeps the whole benchmark within ten minutes on two cores; intervals say what that costs."""

    quick: bool
    seed: int

    def of(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True)
class Step:
    """A named measurement. `measure(size, progress)` answers plain JSON: numbers with their intervals, and what was left out and why.

    level: L1 follower records, L2 composed accounts, L3 simulated accounts, L4 natural experiments (method.md 5.1).
    The answer of a step is kept, so that a benchmark that was interrupted goes on where it was; it depends on `size` alone.
    """

    name: str
    level: str
    says: str
    measure: Callable[[Size, Progress], Mapping[str, Any]]
