"""How one head is learnt: trees on some accounts, calibration on others, and what it says of accounts that neither saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.catalog import FeatureMatrix, build
from features.reference import Reference
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models import booster
from models.bundle import HeadModel
from models.head import Head
from training import baselines
from training.calibrate import calibration as calibrated
from training.splits import Split

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
) -> Learnt:
    """Fit, calibrate and predict one head.

    y: (n,) 1, 0 or NaN (not labelled). gaps: a second set of rows for the same accounts, used for fitting and calibrating only.
    test: the rows to predict. vendors: (n,) names of what must not be on both sides when a calibration is chosen; without them it is
    Platt's line. Raises nothing of its own: the split has made sure that both classes are there.
    """
    values = matrix.only(head.features)
    fit, calibrate = (rows[~np.isnan(y[rows])] for rows in (split.fit, split.calibrate))
    order = np.random.default_rng([seed, 2]).permutation(fit)
    watched, taught = np.split(order, [max(1, round(WATCHED * len(order)))])

    def rows_of(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        parts = [values[rows]] if gaps is None else [values[rows], gaps.only(head.features)[rows]]
        return np.concatenate(parts), np.tile(y[rows], len(parts))

    fitted = booster.fit(*rows_of(taught), rows_of(watched), head.features, head.monotone, trees, seed)
    calibration = calibrated(
        fitted.trees.margins(values[calibrate]), y[calibrate].astype(bool), None if vendors is None else vendors[calibrate]
    )
    model = HeadModel(head, fitted.trees, calibration)
    # Measured at the prevalence of the calibration accounts, which is that of the test accounts; a base rate moves no ranking.
    predictions = {MODEL: calibration.probabilities(fitted.trees.margins(values[test]), calibration.prevalence)}
    for name in baselines.BASELINES:
        score = baselines.calibrated(name, values, head.features, y == 1, fit, calibrate)
        predictions[name] = score(values[test])
    return Learnt(model, fitted.rounds, test, predictions, fitted.trees.contributions(values[test[:2_000]]))
