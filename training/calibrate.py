"""How a raw score becomes a probability, learnt on accounts that the model never saw."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from training.refusals import TrainingRefusal

SLOPE_FLOOR = 1e-3


def platt(margin: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of P(y = 1) = 1 / (1 + exp(-(slope · margin + intercept))).

    margin: float (n,), finite, any unit; y: bool (n,). The targets are Platt's, (P + 1) / (P + 2) and 1 / (N + 2), so that
    perfectly separated accounts still give a finite slope. The slope is at least 0.001 per sd of the margin: a calibrator may
    flatten a score, never turn it round. Raises TrainingRefusal without both classes or with a margin that is not finite.
    Source: Platt 1999, Probabilistic outputs for support vector machines.
    """
    margin, y = np.asarray(margin, float), np.asarray(y, bool)
    if not np.isfinite(margin).all():
        raise TrainingRefusal([f"calibration: {(~np.isfinite(margin)).sum()} of {margin.size} scores are not finite numbers"])
    positives, negatives = int(y.sum()), int((~y).sum())
    if not positives or not negatives:
        raise TrainingRefusal([f"calibration: {positives} positive and {negatives} negative accounts; at least one of each is needed"])
    centre, spread = float(margin.mean()), float(margin.std()) or 1.0
    z = (margin - centre) / spread
    target = np.where(y, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    model.fit(
        np.concatenate([z, z])[:, None],
        np.repeat([True, False], z.size),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope < SLOPE_FLOOR:
        slope = SLOPE_FLOOR
        intercept = float(brentq(lambda b: expit(slope * z + b).mean() - target.mean(), -50, 50))
    return slope / spread, intercept - slope * centre / spread
