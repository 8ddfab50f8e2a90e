"""Where an account stands among accounts of its size: quantiles of every feature, per tier."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.tiers import TIERS

POINTS = 41
# A tier with fewer accounts than this borrows the quantiles of all accounts.
FEWEST = 100


@dataclass(frozen=True)
class Peers:
    """Quantiles at POINTS even steps: values[name] has shape (len(TIERS), POINTS); NaN rows where the feature is never known."""

    values: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, names: Sequence[str], values: np.ndarray, tiers: np.ndarray) -> Peers:
        """From training accounts: values (n, k) and the place of each account's tier (n,)."""
        steps = np.linspace(0, 1, POINTS)
        table: dict[str, np.ndarray] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            for j, name in enumerate(names):
                rows = [values[tiers == place, j] for place in range(len(TIERS))]
                rows = [row if np.isfinite(row).sum() >= FEWEST else values[:, j] for row in rows]
                table[name] = np.array([np.nanquantile(row, steps) for row in rows])
        return cls(table)

    def percentile(self, name: str, tier: int, value: float) -> float | None:
        """Share of peers below the value (ties count half), None when the peers are unknown."""
        row = self.values[name][tier]
        if not np.isfinite(row).all():
            return None
        low, high = np.searchsorted(row, value, "left"), np.searchsorted(row, value, "right")
        if low != high:
            return float((low + high - 1) / 2 / (POINTS - 1))
        if low in (0, POINTS):
            return 0.0 if low == 0 else 1.0
        part = (value - row[low - 1]) / (row[low] - row[low - 1])
        return float((low - 1 + part) / (POINTS - 1))

    def whole(self, names: Sequence[str]) -> bool:
        """Whether each of these features has its quantiles for every tier."""
        return all(name in self.values and self.values[name].shape == (len(TIERS), POINTS) for name in names)

    def to_json(self) -> dict[str, Any]:
        return {name: [[float(x) if np.isfinite(x) else None for x in row] for row in rows] for name, rows in self.values.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Peers:
        return cls({name: np.array(rows, dtype=np.float64) for name, rows in document.items()})
