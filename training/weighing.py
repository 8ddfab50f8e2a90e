"""How much each label counts: what people said beside what a simulated world said, and which of them a probability is settled on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.splits import Split

# A probability is settled on real labels alone where there are as many of either class: below 99 honest accounts no rank is extreme enough
# for a limit of 1 % (training/limits.py), and Platt's line of two numbers wanders.
ENOUGH_REAL = 100


@dataclass(frozen=True)
class Weighed:
    """One head's labels: weights (n,), None where all count alike; real: bool (n,), whether a person gave the label, None = unknown."""

    weights: np.ndarray | None = None
    real: np.ndarray | None = None

    def teaching(self, rows: np.ndarray) -> np.ndarray | None:
        """The weights of the labels that teach, (len(rows),), on average 1: their ratio counts, not the number that was chosen for it."""
        if self.weights is None:
            return None
        mine = self.weights[rows]
        return np.asarray(mine * (len(mine) / mine.sum()))

    def calibrating(self, rows: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Which of `rows` (with labels y, (n,)) say what a probability means: the real ones alone where ENOUGH_REAL of either class are
        there, because it is read about real accounts; else all, so that a few labels do not settle it by chance."""
        if self.real is None:
            return rows
        real = rows[self.real[rows]]
        enough = min((y[real] == 1).sum(), (y[real] == 0).sum()) >= ENOUGH_REAL
        return real if enough else rows

    def settled_on(self, rows: np.ndarray, y: np.ndarray) -> str:
        """In words, which of these labels say what a probability means."""
        chosen = self.calibrating(rows, y)
        real = len(chosen) if self.real is None else int(self.real[chosen].sum())
        kinds = [f"{many:,} {kind} labels" for many, kind in ((real, "real"), (len(chosen) - real, "simulated")) if many]
        return f"what a probability means is settled on {' and '.join(kinds)}"

    def of(self, rows: np.ndarray) -> np.ndarray | None:
        return None if self.weights is None else self.weights[rows]


ALIKE = Weighed()


def weighed(
    y: np.ndarray, real: np.ndarray | None, weights: Mapping[bool, float], split: Split, beside: np.ndarray | None = None
) -> Weighed:
    """The labels y (n,) of a head, NaN = none, weighed.

    weights: of real (True) and of simulated labels (False); beside: bool (n,), the accounts of a simulated world beside the dataset.

    Such a world's yes and no are weighed so that its share of yes is that of the dataset: else a learner could tell yes from no by telling
    the two apart, one's people from the other's purchased type. What the world weighs in all stays the same.
    """
    if real is None:
        return ALIKE
    found = np.where(real, weights[True], weights[False])
    if beside is not None and beside.any():
        learners = np.concatenate([split.fit, split.calibrate])
        mine, theirs = (learners[side[learners] & ~np.isnan(y[learners])] for side in (~beside, beside))
        own, other = (float(np.average(y[rows] == 1, weights=found[rows])) if len(rows) else np.nan for rows in (mine, theirs))
        if 0 < own < 1 and 0 < other < 1:
            found = found * np.where(beside & (y == 1), own / other, np.where(beside & (y == 0), (1 - own) / (1 - other), 1.0))
    known = found[~np.isnan(y)]
    return Weighed(None if (known == known[:1]).all() else found, real)
