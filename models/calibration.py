"""From a margin to a probability at a base rate, and from a probability to yes, no or undecided."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.compiled import kernel
from models.head import Costs

Decision = Literal["yes", "no", "undecided"]


@dataclass(frozen=True)
class Calibration:
    """Platt's line over the margin, fitted on accounts the trees never saw, and the share of yes among those accounts.

    Source: Platt 1999; restating the prior: Elkan 2001, theorem 2.
    """

    slope: float
    intercept: float
    prevalence: float

    def probabilities(self, margins: np.ndarray, base_rate: float) -> np.ndarray:
        """Probability of yes where `base_rate` of all accounts are a yes; margins (n,) -> (n,)."""
        shift = log_odds(base_rate) - log_odds(self.prevalence)
        return _sigmoid(self.slope * margins + (self.intercept + shift))


def log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))


def decide(probability: float, costs: Costs) -> Decision:
    """Yes and no only where being wrong costs less, on average, than having a person look."""
    if probability >= costs.yes:
        return "yes"
    return "no" if probability <= costs.no else "undecided"


@kernel
def _sigmoid(x: np.ndarray) -> np.ndarray:
    """A plain loop, so that an account's last bit is the same alone and among many; never exactly 0 or 1."""
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = 1.0 / (1.0 + math.exp(-min(max(x[i], -35.0), 35.0)))
    return out
