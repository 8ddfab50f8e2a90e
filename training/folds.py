"""How much a result depends on who was left out: cross-validation over vendors and sources that never touches the test side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from features.catalog import FeatureMatrix
from models.head import Head
from models.heads import HEADS
from training import learning as learners
from training import tracking
from training.experiment import Experiment
from training.labelled import Learning
from training.metrics import METRICS, evaluated
from training.refusals import TrainingRefusal
from training.report import SHORT, SHORT_HEADS
from training.splits import Split

MEASURED = ("recall_at_1pct_fpr", "average_precision", "ece", "brier")
# Of what is not held out, this part of the vendors calibrates.
CALIBRATES = 0.3


class Fold(NamedTuple):
    """Rows that teach and rows that are held out, ascending; nothing of one vendor on both sides."""

    fit: np.ndarray
    held_out: np.ndarray


def kept_together(learning: Learning, split: Split, n: int) -> str:
    """What n folds keep on one side: whole sources, or vendors where there are fewer than n sources to fit and calibrate on."""
    return "source" if len({learning.groups[row] for side in (split.fit, split.calibrate) for row in side}) >= n else "vendor"


def folds(learning: Learning, split: Split, n: int, seed: int) -> list[Fold]:
    """n folds of the accounts that fit and calibrate, each held out once; see `kept_together`.

    Vendors of one source draw on the same follower records, so that folds of vendors are the easier test: they show how much a result
    depends on who sells, not on which records were crawled. Raises TrainingRefusal when a fold would lack a class of every head.
    """
    rows = np.sort(np.concatenate([split.fit, split.calibrate]))
    by_source = kept_together(learning, split, n) == "source"
    names = np.array(learning.groups, dtype=object)[rows] if by_source else learning.vendors[rows]
    place = _dealt(names, _classes(learning, rows), n, np.random.default_rng([seed, 3]))
    made = [Fold(rows[place != number], rows[place == number]) for number in range(n)]
    lacking = [
        f"fold {number} of {n} has no account with both answers of any head; use fewer folds or more accounts"
        for number, fold in enumerate(made, 1)
        if not any(_both(values[fold.fit]) and _both(values[fold.held_out]) for values in learning.values.values())
    ]
    if lacking:
        raise TrainingRefusal(lacking)
    return made


def measure(
    run: tracking.Run,
    experiment: Experiment,
    learning: Learning,
    split: Split,
    matrix: FeatureMatrix,
    gaps: FeatureMatrix | None,
    advance: Callable[[int, int], None],
) -> dict[str, float]:
    """Record each fold as a child of the run; gives `folds/<metric>_mean` and `_sd`, the mean and the spread over the folds.

    No fold touches the accounts that test, so that one may choose by folds and still be measured on unseen accounts.
    """
    made = folds(learning, split, experiment.folds, experiment.split_seed)
    kept, every = kept_together(learning, split, len(made)), list[dict[str, float]]()
    for number, fold in enumerate(made, 1):
        title = f"fold {number} of {len(made)}: {experiment.said}"[:80]
        about = {"change": f"fold {number} of {len(made)}, {len(fold.held_out):,} accounts held out, whole {kept}s"}
        with tracking.run(run.store, experiment.name, title, {}, about, parent=run.id, kind="fold") as child:
            found: dict[str, float] = {}
            for name in experiment.heads:
                one = score(HEADS[name], matrix, gaps, learning, fold, experiment.trees, experiment.seed)
                found |= {f"{SHORT[metric]}_{SHORT_HEADS.get(name, name)}": value for metric, value in one.items()}
            child.log_metrics({name: round(value, 4) for name, value in found.items()})
        every.append(found)
        advance(number, len(made))
    answer: dict[str, float] = {}
    for name in every[0]:
        known = np.array([found[name] for found in every if np.isfinite(found[name])])
        if len(known) > 1:
            answer |= {f"folds/{name}_mean": float(known.mean()), f"folds/{name}_sd": float(known.std(ddof=1))}
    return answer


def score(
    head: Head,
    matrix: FeatureMatrix,
    gaps: FeatureMatrix | None,
    learning: Learning,
    fold: Fold,
    trees: Mapping[str, float],
    seed: int,
    metrics: Sequence[str] = MEASURED,
) -> dict[str, float]:
    """Metrics of one head on a fold's held-out accounts, learnt as a training learns it from the others; NaN where a class is missing.

    matrix, gaps: features of all accounts, as the training itself computes them (what they are compared with was learnt on the fit
    side, so a held-out account may be among its own peers).
    """
    y = learning.values[head.name]
    held_out = fold.held_out[~np.isnan(y[fold.held_out])]
    fit = fold.fit[~np.isnan(y[fold.fit])]
    part = _dealt(learning.vendors[fit], _classes(learning, fit), round(1 / CALIBRATES), np.random.default_rng([seed, 4]))
    inner = Split(fit[part != 0], fit[part == 0], held_out, "", "")
    if not all(_both(y[side]) for side in (inner.fit, inner.calibrate, held_out)):
        return dict.fromkeys(metrics, np.nan)
    model, _ = learners.fit(head, matrix, gaps, y, inner, trees, seed, learning.vendors)
    margins = model.trees.margins(matrix.only(head.features)[held_out])
    p = model.calibration.probabilities(margins, model.calibration.prevalence)
    found = evaluated([METRICS[name] for name in metrics], y[held_out] == 1, p, np.ones((1, len(held_out))), None)[0]
    return dict(zip(metrics, map(float, found), strict=True))


def _both(y: np.ndarray) -> bool:
    return bool((y == 0).any() and (y == 1).any())


def _classes(learning: Learning, rows: np.ndarray) -> np.ndarray:
    """Which answers the heads' labels give together (m,), as a number: folds get the same share of each where they can."""
    return np.unique(np.stack([np.nan_to_num(y[rows], nan=-1.0) for y in learning.values.values()], axis=1), axis=0, return_inverse=True)[1]


def _dealt(names: np.ndarray, classes: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """A number from 0 to n - 1 for each account (m,), the same for the same name: the largest groups first, each to the fold that has
    fewest accounts of the classes that it brings."""
    _, group = np.unique(names.astype(str), return_inverse=True)
    brings = np.zeros((group.max() + 1, classes.max() + 1))
    np.add.at(brings, (group, classes), 1)
    order = rng.permutation(len(brings))
    order = order[np.argsort(-brings[order].sum(axis=1), kind="stable")]
    # A rare class weighs as much as a frequent one.
    weight = 1.0 / brings.sum(axis=0)
    held, place = np.zeros((n, brings.shape[1])), np.zeros(len(brings), dtype=np.int64)
    for one in order:
        place[one] = int(np.argmin((held * weight * (brings[one] > 0)).sum(axis=1)))
        held[place[one]] += brings[one]
    return place[group]
