"""Between which probabilities the accounts that calibrated a head leave an answer open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# Margins are read on a grid fixed beforehand, so that the interval keeps its guarantee and a table stays short. A sixteenth of a unit of
# log odds is 1.6 percentage points at most.
PER_UNIT = 16
FARTHEST = 8.0
MOST_STEPS = 2 * int(FARTHEST) * PER_UNIT + 1


@dataclass(frozen=True)
class VennAbers:
    """For margins from `steps[i]` on: the isotonic probability of yes had the account at hand been a no (`low`), or a yes (`high`).

    steps, low, high: (k,), k at most MOST_STEPS, all three rising; at the prevalence of the calibration accounts. One of the two is the
    calibrated probability of the account, whatever it is, as long as it comes from the same mix as those accounts.
    Source: Vovk, Petej & Fedorova 2015 (inductive Venn-Abers predictors).
    """

    steps: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, margins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper probability of margins (n,)."""
        place = np.searchsorted(self.steps, on_grid(margins), side="right") - 1
        return self.low[place], self.high[place]

    def to_json(self) -> dict[str, list[float]]:
        return {"steps": self.steps.tolist(), "low": self.low.tolist(), "high": self.high.tolist()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> VennAbers:
        """Raises ValueError for a table that bounds nothing."""
        steps, low, high = (np.array(document[name], dtype=np.float64) for name in ("steps", "low", "high"))
        sized = steps.ndim == 1 and 0 < steps.size <= MOST_STEPS and steps.shape == low.shape == high.shape
        if not (sized and steps[0] == -FARTHEST and (np.diff(steps) > 0).all() and _rising(low) and _rising(high) and (low <= high).all()):
            raise ValueError("a Venn-Abers table needs rising steps from -8 on and rising bounds between 0 and 1")
        return cls(steps, low, high)


def on_grid(margins: np.ndarray) -> np.ndarray:
    """Margins (n,) at the nearest point of the grid."""
    return np.asarray(np.rint(np.clip(margins, -FARTHEST, FARTHEST) * PER_UNIT) / PER_UNIT)


def _rising(bounds: np.ndarray) -> bool:
    return bool((np.diff(bounds) >= 0).all() and bounds[0] >= 0 and bounds[-1] <= 1)
