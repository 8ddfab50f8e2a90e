"""What a search found: how much better than what stands, measured again on folds that it did not choose by, and what to train next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from training.differing import toml
from training.experiment import Experiment
from training.objective import Objective
from training.searching import differing, side_by_side
from training.stages import Advance
from training.tuning_folds import folds

# Fresh partitions that the best and the current settings are scored on again.
PARTITIONS = 3
LEVEL = 0.95


@dataclass(frozen=True)
class Gain:
    """Mean score (0-1) of the current and of the best settings over fresh folds, and their paired difference with its interval."""

    current: float
    best: float
    low: float
    high: float
    folds: int

    @property
    def value(self) -> float:
        return self.best - self.current

    @property
    def sure(self) -> bool:
        """Whether the whole interval lies above no difference."""
        return self.low > 0

    def __str__(self) -> str:
        return f"{self.value:+.4f} [{self.low:+.4f} to {self.high:+.4f}]"


def again(objective: Objective, best: Mapping[str, float], jobs: int, advance: Advance) -> Gain:
    """Both settings on fresh folds with fresh seeds of the trees.

    The same accounts are dealt out PARTITIONS times more, so the folds are no independent draws; the interval widens for it (Nadeau &
    Bengio 2003: the variance of the mean is (1 / J + judged / taught) · s²).
    """
    seed, wanted = objective.experiment.seed, objective.experiment.space.folds
    others, known = list[tuple[Objective, int, int]](), dict(objective.grounds)
    for part in range(1, PARTITIONS + 1):
        made, _ = folds(objective.learning, wanted, seed + part)
        fresh = Objective.of(objective.learning, objective.experiment, made, known)
        known |= fresh.grounds
        others += [(fresh, number, seed + part) for number in range(len(made))]
    scores = np.full((len(others), 2), np.nan)

    def work(place: int) -> None:
        fresh, number, own = others[place]
        scores[place] = [fresh.score(choices, number, own) for choices in ({}, best)]
        advance(int(np.isfinite(scores[:, 1]).sum()), len(others))

    side_by_side(work, len(others), jobs)
    sizes = np.array([[len(rows) for rows in fresh.folds[number][:2]] for fresh, number, _ in others], dtype=float)
    return gain(scores[:, 0], scores[:, 1], float((sizes[:, 1] / sizes[:, 0]).mean()))


def gain(current: np.ndarray, best: np.ndarray, judged_per_taught: float) -> Gain:
    """The paired difference of scores (J,) with its corrected interval; judged_per_taught: mean ratio of accounts in a fold."""
    apart = best - current
    wide = float(np.sqrt((1 / len(apart) + judged_per_taught) * apart.var(ddof=1))) * float(student.ppf((1 + LEVEL) / 2, len(apart) - 1))
    middle = float(apart.mean())
    return Gain(float(current.mean()), float(best.mean()), middle - wide, middle + wide, len(apart))


def write(home: Path, source: Path, experiment: Experiment, best: Mapping[str, float], found: Gain | None) -> Path:
    """HOME/tuned/<name>.toml: the experiment with the best settings, or with its own where those are no better; `change` says which.

    source: the file that the experiment was read from. The new one appears whole or not at all.
    """
    change, trees, dropout = "tuned: nothing better found, nothing changed", experiment.trees, experiment.dropout
    if found is not None and found.value > 0:
        change = f"tuned: {differing(best, experiment.now)}{'' if found.sure else ' (within noise)'}"
        trees = {**trees, **{name: value for name, value in best.items() if name != "dropout"}}
        dropout = best.get("dropout", dropout)
    path = home / "tuned" / f"{source.stem}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(toml(replace(experiment, change=change, trees=trees, dropout=dropout)), encoding="utf-8")
    draft.replace(path)
    return path
