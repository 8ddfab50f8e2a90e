"""Which labels a person should look at again: those that accounts of other sources speak against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

from features.catalog import BY_NAME, FeatureMatrix, build
from models import booster
from models.head import Head
from models.heads import HEADS
from training import pools, reference
from training.calibrate import calibration
from training.experiment import Experiment
from training.labelled import Learning
from training.learning import WATCHED
from training.refusals import TrainingRefusal
from training.stages import Stages

FOLDS = 5
# method.md 4: whatever a model thinks, the least likely fiftieth of the labels is worth a second look.
ALWAYS_AGAIN = 0.02
FEWEST_OF_A_CLASS = 6


@dataclass(frozen=True)
class Doubt:
    """One label and what speaks against it. probability: of yes, from a model that saw no account of the same source.

    quality: the probability of the label as it stands, 0-1; suspected: cleanlab counts it among the wrong ones, else it is only among the
    least likely.
    """

    row: int
    head: str
    value: int
    probability: float
    quality: float
    suspected: bool
    speaks_against: str


@dataclass(frozen=True)
class Audited:
    """The doubts of one head, least likely label first, and what the suspected ones cost it."""

    head: str
    labels: int
    folds: str
    doubts: list[Doubt]
    ap: float
    ap_without: float

    @property
    def suspected(self) -> int:
        return sum(doubt.suspected for doubt in self.doubts)


def audit(learning: Learning, experiment: Experiment, stages: Stages | None = None) -> list[Audited]:
    """Judge every labelled account by a model that saw none of its source, and list the labels that do not fit.

    Heads without enough labels of both classes are left out; raises TrainingRefusal when no head is left. Which labels are wrong is
    decided by confident learning (Northcutt, Jiang & Chuang 2021) over these out-of-source probabilities; with fewer than two sources
    accounts are dealt out singly, and what is found can then only be what contradicts its neighbours.
    """
    stages = stages or Stages()
    able = {name: y for name, y in learning.values.items() if min((y == 0).sum(), (y == 1).sum()) >= FEWEST_OF_A_CLASS}
    if not able:
        few = [f"{name}: {int((y == 0).sum())} no, {int((y == 1).sum())} yes" for name, y in learning.values.items()]
        raise TrainingRefusal([f"an audit needs at least {FEWEST_OF_A_CLASS} labels of each class; there are {'; '.join(few)}"])
    probabilities = {name: np.full(len(y), np.nan) for name, y in able.items()}
    against = {name: np.full(len(y), "", dtype=object) for name, y in able.items()}
    plan, folds = _folds(learning, able, experiment.seed)
    bought = learning.values.get("bought_followers", np.full(learning.table.n, np.nan))
    pool = pools.load(experiment.pool)
    with stages("judge each source by the others", len(plan)) as advance:
        for number, (others, mine) in enumerate(plan):
            matrix = build(learning.table, reference.fit(learning.table, others, bought, experiment.seed, pool))
            for name, y in able.items():
                rows = mine[~np.isnan(y[mine])]
                if len(rows):
                    found = _judged(HEADS[name], matrix, y, others[~np.isnan(y[others])], rows, experiment)
                    probabilities[name][rows], against[name][rows] = found
            advance(number + 1, len(plan))
    return [_doubts(name, y, probabilities[name], against[name], folds) for name, y in able.items()]


def _folds(learning: Learning, able: Mapping[str, np.ndarray], seed: int) -> tuple[list[tuple[np.ndarray, np.ndarray]], str]:
    """(rows to learn from, rows to judge), and in words what was kept apart."""
    groups = np.asarray(learning.groups, dtype=str)
    sources = len(set(groups))
    labels = np.column_stack(list(able.values()))
    _, kind = np.unique(np.nan_to_num(labels, nan=-1.0), axis=0, return_inverse=True)
    everybody = np.zeros(len(groups))
    if 2 <= sources < len(groups):
        folder: GroupKFold | StratifiedGroupKFold = (
            StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed) if sources > 2 * FOLDS else GroupKFold(min(FOLDS, sources))
        )
        return list(folder.split(everybody, kind, groups)), f"{folder.get_n_splits()} folds over {sources} sources"
    common = kind if np.bincount(kind).min() >= FOLDS else np.nan_to_num(labels[:, 0], nan=-1.0)
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(everybody, common)), f"{FOLDS} folds over accounts"


def _judged(
    head: Head, matrix: FeatureMatrix, y: np.ndarray, taught: np.ndarray, rows: np.ndarray, experiment: Experiment
) -> tuple[np.ndarray, np.ndarray]:
    """Probability of yes for `rows`, and the feature that speaks most against each label, as a sentence."""
    if min((y[taught] == 0).sum(), (y[taught] == 1).sum()) < 2:
        raise TrainingRefusal([f"{head.name}: the other sources have labels of one class only, so none of its labels can be checked"])
    values = matrix.only(head.features)
    order = np.random.default_rng([experiment.seed, 5]).permutation(taught)
    held, fit = np.split(order, [max(2, round(WATCHED * len(order)))])
    if min((y[side] == label).sum() for side in (held, fit) for label in (0, 1)) < 1:
        held = fit = order
    fitted = booster.fit(
        values[fit], y[fit], (values[held], y[held]), head.features, head.monotone, experiment.trees, experiment.seed
    ).trees
    line = calibration(fitted.margins(values[held]), y[held] == 1, None)
    probability = line.probabilities(fitted.margins(values[rows]), line.prevalence)
    pushes = fitted.contributions(values[rows]) * np.where(y[rows] == 1, -1.0, 1.0)[:, None]
    pushes[np.isnan(values[rows])] = -np.inf
    strongest = pushes.argmax(axis=1)
    # A feature that is unknown everywhere never speaks; its middle is never looked at.
    middle = np.nanmedian(np.where(np.isnan(values).all(axis=0), 0.0, values), axis=0)
    said = []
    for place, (row, feature) in enumerate(zip(rows, strongest, strict=True)):
        value = values[row, feature]
        nothing = not np.isfinite(value) or pushes[place, feature] <= 0
        said.append("" if nothing else BY_NAME[head.features[feature]].sentence(float(value), bool(value >= middle[feature])))
    return probability, np.array(said, dtype=object)


def _doubts(name: str, y: np.ndarray, probability: np.ndarray, against: np.ndarray, folds: str) -> Audited:
    known = np.flatnonzero(~np.isnan(y) & ~np.isnan(probability))
    labels, both = y[known].astype(int), np.column_stack([1.0 - probability[known], probability[known]])
    quality = get_label_quality_scores(labels, both)
    suspected = find_label_issues(labels, both, n_jobs=1)
    listed = suspected | (np.argsort(np.argsort(quality, kind="stable"), kind="stable") < int(np.ceil(ALWAYS_AGAIN * len(known))))
    doubts = [
        Doubt(
            row=int(known[place]),
            head=name,
            value=int(labels[place]),
            probability=float(probability[known[place]]),
            quality=float(quality[place]),
            suspected=bool(suspected[place]),
            speaks_against=str(against[known[place]]),
        )
        for place in np.flatnonzero(listed)[np.argsort(quality[listed], kind="stable")]
    ]
    kept = ~suspected
    whole = float(average_precision_score(labels, both[:, 1]))
    rest = float(average_precision_score(labels[kept], both[kept, 1])) if len(set(labels[kept])) > 1 else float("nan")
    return Audited(name, len(known), folds, doubts, whole, rest)
