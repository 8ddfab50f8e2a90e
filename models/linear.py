"""The weighted sum of an account's features that stands beside the trees: what a straight line says is not learnt leaf by leaf."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from features.compiled import kernel

# A value further from the usual than so many spreads says no more than one at that distance: no single number, however absurd, may
# decide on its own.
FURTHEST = 4.0


@dataclass(frozen=True)
class WeightedSum:
    """constant + the sum over k features of `offset + weight * (value - centre) / spread`, within FURTHEST spreads, or `unknown`.

    Every field but `constant` has k numbers, in log odds per spread where they are weights. `offset` and `unknown` are such that each
    feature adds 0 on average over the accounts that taught.
    """

    centre: Sequence[float]
    spread: Sequence[float]
    weight: Sequence[float]
    offset: Sequence[float]
    unknown: Sequence[float]
    constant: float

    def __post_init__(self) -> None:
        lengths = {len(self.centre), len(self.spread), len(self.weight), len(self.offset), len(self.unknown)}
        if len(lengths) != 1:
            raise ValueError(f"a weighted sum has {sorted(lengths)} numbers of its features; expected as many of each")
        numbers = (*self.centre, *self.spread, *self.weight, *self.offset, *self.unknown, self.constant)
        if not all(math.isfinite(number) for number in numbers) or min(self.spread, default=1.0) <= 0:
            raise ValueError("a weighted sum has numbers that are not finite, or a spread that is not above 0")

    @property
    def width(self) -> int:
        return len(self.centre)

    def terms(self, values: np.ndarray) -> np.ndarray:
        """What each feature adds, (n, k) -> (n, k), in log odds; also its exact Shapley value, because nothing interacts."""
        columns = (np.asarray(numbers, dtype=np.float64) for numbers in (self.centre, self.spread, self.weight, self.offset, self.unknown))
        return np.asarray(_terms(np.ascontiguousarray(values, dtype=np.float64), *columns))

    def margins(self, values: np.ndarray) -> np.ndarray:
        """The sum, (n, k) -> (n,), in log odds."""
        return np.asarray(_summed(self.terms(values), self.constant))

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> WeightedSum:
        """Raises ValueError, TypeError or KeyError for anything that `to_text` did not write."""
        return cls(**json.loads(text))


@kernel
def _terms(
    values: np.ndarray, centre: np.ndarray, spread: np.ndarray, weight: np.ndarray, offset: np.ndarray, unknown: np.ndarray
) -> np.ndarray:
    n, k = values.shape
    found = np.empty((n, k))
    for i in range(n):
        for j in range(k):
            if math.isnan(values[i, j]):
                found[i, j] = unknown[j]
            else:
                z = (values[i, j] - centre[j]) / spread[j]
                found[i, j] = offset[j] + weight[j] * min(max(z, -FURTHEST), FURTHEST)
    return found


@kernel
def _summed(terms: np.ndarray, constant: float) -> np.ndarray:
    """One after the other: an account's last bit is the same alone and among many, and a sum of floats keeps their order."""
    n, k = terms.shape
    found = np.empty(n)
    for i in range(n):
        total = constant
        for j in range(k):
            total += terms[i, j]
        found[i] = total
    return found
