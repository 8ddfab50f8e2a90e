"""From a margin to a probability at a base rate, with the interval that says how much the calibration accounts leave open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from features.compiled import kernel
from models.venn_abers import VennAbers


class Answers(NamedTuple):
    """Probabilities of yes with their Venn-Abers intervals, each (n,)."""

    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Calibration:
    """A curve over the margin, fitted on accounts the trees never saw, and the share of yes among those accounts.

    The log odds of yes rise by `below` per unit of a margin far below 0 and by `above` per unit far above it: beta calibration of the
    raw score 1 / (1 + exp(-margin)), log odds = intercept + below · ln(score) - above · ln(1 - score). With below = above it is Platt's
    line. Sources: Kull, Silva Filho & Flach 2017; Platt 1999; restating the prior: Elkan 2001, theorem 2.
    """

    below: float
    above: float
    intercept: float
    prevalence: float
    interval: VennAbers

    @property
    def slope(self) -> float:
        """Log odds of the probability per unit of margin where the raw score is even; contributions to a margin are told in it."""
        return (self.below + self.above) / 2.0

    def probabilities(self, margins: np.ndarray, base_rate: float) -> np.ndarray:
        """Probability of yes where `base_rate` of all accounts are a yes; margins (n,) -> (n,), never exactly 0 or 1."""
        shift = log_odds(base_rate) - log_odds(self.prevalence)
        return _curve(margins, self.below, self.above, self.intercept + shift)

    def answers(self, margins: np.ndarray, base_rate: float) -> Answers:
        """Probabilities with the interval of what accounts with such a margin turned out to be; margins (n,).

        Where the curve and the accounts disagree the interval reaches to the curve: that too is not knowing.
        """
        probability = self.probabilities(margins, base_rate)
        low, high = (restated(bound, self.prevalence, base_rate) for bound in self.interval.at(margins))
        return Answers(probability, np.minimum(low, probability), np.maximum(high, probability))

    def to_json(self) -> dict[str, Any]:
        plain = {"below": self.below, "above": self.above, "intercept": self.intercept, "prevalence": self.prevalence}
        return {**plain, "interval": self.interval.to_json()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Calibration:
        """Raises ValueError for numbers that cannot calibrate, KeyError or TypeError for none."""
        below, above, intercept, prevalence = (float(document[name]) for name in ("below", "above", "intercept", "prevalence"))
        # Below 0 more evidence would make a yes less likely.
        if not (0 < prevalence < 1 and below >= 0 and above >= 0 and below + above > 0 and math.isfinite(below + above + intercept)):
            raise ValueError(f"no calibration has slopes {below:g} and {above:g}, intercept {intercept:g} and prevalence {prevalence:g}")
        return cls(below, above, intercept, prevalence, VennAbers.from_json(document["interval"]))


def log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))


def restated(probability: np.ndarray, prevalence: float, base_rate: float) -> np.ndarray:
    """Probabilities (n,) at `prevalence` as they are at `base_rate`; 0 and 1 stay what they are (Elkan 2001)."""
    odds = base_rate / (1.0 - base_rate) * ((1.0 - prevalence) / prevalence)
    return np.asarray(probability * odds / (probability * odds + (1.0 - probability)))


@kernel
def _curve(margins: np.ndarray, below: float, above: float, intercept: float) -> np.ndarray:
    """A plain loop, so that an account's last bit is the same alone and among many; never exactly 0 or 1."""
    out = np.empty(len(margins))
    for i in range(len(margins)):
        margin = margins[i]
        rest = math.log1p(math.exp(-abs(margin)))
        # -ln(score) and -ln(1 - score) without the loss of digits that the score itself would bring.
        x = intercept - below * (max(-margin, 0.0) + rest) + above * (max(margin, 0.0) + rest)
        out[i] = 1.0 / (1.0 + math.exp(-min(max(x, -35.0), 35.0)))
    return out
