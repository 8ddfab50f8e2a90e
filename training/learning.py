"""How one head is learnt: trees and a weighted sum, calibrated on other accounts, and what they say of yet others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.catalog import NAMES, FeatureMatrix, build
from features.reference import Reference
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models import booster
from models.bundle import HeadModel
from models.head import Head
from training import baselines, linear
from training.calibrate import calibration as calibrated
from training.splits import Split
from training.weighing import ALIKE, Weighed

# Accounts of the fit side that only say when to stop adding trees.
WATCHED = 0.15
MODEL = "xgboost"


@dataclass(frozen=True)
class Learnt:
    """A head's model, the losses of its rounds, and the probabilities of each model on the test accounts (at the test prevalence)."""

    model: HeadModel
    rounds: Mapping[str, Sequence[float]]
    rows: np.ndarray
    predictions: Mapping[str, np.ndarray]
    contributions: np.ndarray


def with_gaps(table: AccountTable, reference: Reference, chance: float, seed: int) -> FeatureMatrix:
    """Features of the same accounts as if each table had been missing with the given chance: evidence comes in every subset."""
    rng = np.random.default_rng([seed, 1])
    return build(table.without({name: rng.random(table.n) < chance for name in EVENT_TABLES}), reference)


def fit(
    head: Head,
    matrix: FeatureMatrix,
    gaps: FeatureMatrix | None,
    y: np.ndarray,
    split: Split,
    trees: Mapping[str, float],
    seed: int,
    vendors: np.ndarray | None = None,
    weighed: Weighed = ALIKE,
) -> tuple[HeadModel, Mapping[str, Sequence[float]]]:
    """A head's model and the losses of its rounds: taught by the fit side, calibrated by the calibrate side.

    y: (n,) 1, 0 or NaN (not labelled). gaps: a second set of rows for the same accounts, used for fitting only. A thousand accounts are
    too few for trees to find again what a straight line says, so a weighted sum that keeps the head's signs is added to them. vendors: (n,)
    names of what must not be on both sides when a calibration is chosen; without them it is Platt's line. weighed: how much each label
    counts for the trees, for the sum and for the calibration, and which of them settle it.
    """
    values = matrix.only(head.features)
    copies = [values] if gaps is None else [values, gaps.only(head.features)]
    rows, calibrate = (side[~np.isnan(y[side])] for side in (split.fit, split.calibrate))
    calibrate = weighed.calibrating(calibrate, y)
    fitted = uncalibrated(head, copies, y, rows, trees, seed, weighed)
    both = fitted.trees
    sellers = None if vendors is None else vendors[calibrate]
    curve = calibrated(both.margins(values[calibrate]), y[calibrate].astype(bool), sellers, weighed.of(calibrate))
    return HeadModel(head, both, curve), fitted.rounds


def uncalibrated(
    head: Head,
    copies: Sequence[np.ndarray],
    y: np.ndarray,
    rows: np.ndarray,
    trees: Mapping[str, float],
    seed: int,
    weighed: Weighed = ALIKE,
) -> booster.Fitted:
    """The trees of a head with the weighted sum beside them, and the losses of their rounds; a calibration would move no ranking.

    copies: values (n, k) of the same n accounts, once for each state of their evidence. rows: those that teach, all labelled in y (n,).
    """
    teaching, counts = weighed.teaching(rows), np.full(len(y), np.nan)
    counts[rows] = 1.0 if teaching is None else teaching
    order = np.random.default_rng([seed, 2]).permutation(rows)
    watched, taught = np.split(order, [max(1, round(WATCHED * len(order)))])

    def rows_of(some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.concatenate([copy[some] for copy in copies]), np.tile(y[some], len(copies))

    def counts_of(some: np.ndarray) -> np.ndarray | None:
        return None if teaching is None else np.tile(counts[some], len(copies))

    weights = (counts_of(taught), counts_of(watched))
    fitted = booster.fit(*rows_of(taught), rows_of(watched), head.features, head.monotone, trees, seed, weights)
    line = linear.fit(*rows_of(rows), head.monotone, counts=counts_of(rows), straight=head.straight)
    return booster.Fitted(fitted.trees.beside(line), fitted.rounds)


def learn(
    head: Head,
    matrix: FeatureMatrix,
    gaps: FeatureMatrix | None,
    y: np.ndarray,
    split: Split,
    test: np.ndarray,
    trees: Mapping[str, float],
    seed: int,
    vendors: np.ndarray | None = None,
    weighed: Weighed = ALIKE,
) -> Learnt:
    """Fit and calibrate one head as `fit` does, and predict the rows `test`, beside every baseline.

    test: the rows to predict. Raises nothing of its own: the split has made sure that both classes are there.
    """
    model, rounds = fit(head, matrix, gaps, y, split, trees, seed, vendors, weighed)
    values = matrix.only(head.features)
    rows, calibrate = (side[~np.isnan(y[side])] for side in (split.fit, split.calibrate))
    calibrate = weighed.calibrating(calibrate, y)
    # Measured at the prevalence of the calibration accounts, which is that of the test accounts; a base rate moves no ranking.
    predictions = {MODEL: model.calibration.probabilities(model.trees.margins(values[test]), model.calibration.prevalence)}
    for name in baselines.BASELINES:
        seen, names = (matrix.values, NAMES) if name in baselines.RULES else (values, head.features)
        score = baselines.calibrated(name, seen, names, y == 1, rows, calibrate, (weighed.teaching(rows), weighed.of(calibrate)))
        predictions[name] = score(seen[test])
    return Learnt(model, rounds, test, predictions, model.trees.contributions(values[test[:2_000]]))
