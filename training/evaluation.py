"""How good a finished bundle is on a labelled dataset that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.catalog import build
from models.bundle import TAUGHT, Bundle
from training import duplicates, labelled, report
from training.learning import MODEL, Learnt
from training.refusals import TrainingRefusal


@dataclass(frozen=True)
class Evaluation:
    """Measurements, and how many accounts were left out because the bundle has learnt from their follower records."""

    measurements: list[report.Measurement]
    accounts: int
    left_out: int


def evaluate(bundle: Bundle, source: labelled.Source) -> Evaluation:
    """Every head of the bundle on the labelled accounts of a dataset. Raises DatasetError or TrainingRefusal.

    Accounts whose follower records taught the bundle are left out; others that taught it themselves are refused by name.
    """
    learning = labelled.read(source, tuple(bundle.heads))
    seen = set(bundle.facts.get("seen", ()))
    unseen = np.array([group not in seen for group in learning.groups])
    _refuse_those_that_taught(bundle, learning, unseen)
    matrix = build(learning.table, bundle.reference)
    tiers = bundle.tiers.places(learning.table.column("followers").values)
    measurements: list[report.Measurement] = []
    for name, model in bundle.heads.items():
        rows = np.flatnonzero(unseen & (~np.isnan(learning.values[name]) | ~np.isnan(learning.shares[name])))
        if not len(rows):
            continue
        margins = model.trees.margins(matrix.only(model.trees.names)[rows])
        predictions = {MODEL: model.calibration.probabilities(margins, model.calibration.prevalence)}
        measurements += labelled.measure(name, Learnt(model, {}, rows, predictions, np.empty((0, 0))), learning, tiers)
    if not measurements:
        raise TrainingRefusal([f"no account of {source.place} has a label for {', '.join(bundle.heads)} that the bundle has not seen"])
    return Evaluation(measurements, int(unseen.sum()), int((~unseen).sum()))


def _refuse_those_that_taught(bundle: Bundle, learning: labelled.Learning, unseen: np.ndarray) -> None:
    """By what they hold, since the same account may come under another id."""
    known = set(bundle.facts.get(TAUGHT, ()))
    marks = duplicates.marks(learning.table)
    again = [name for name, here, mine in zip(learning.table.account_ids, unseen, marks, strict=True) if here and known & set(mine)]
    if again:
        examples = ", ".join(again[:3])
        raise TrainingRefusal(
            [f"{len(again):,} accounts have taught this bundle, so measuring it on them shows nothing, such as {examples}; leave them out"]
        )
