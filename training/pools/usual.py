"""Where ordinary followers stand: mean and spread of the facts of one follower, by which platforms become comparable."""

import numpy as np

from features.standing import FACTS
from training.draws import BACKGROUND_MEAN

# A count that hardly varies among those seen would make any other value a wonder.
LEAST_SPREAD = 0.1


def centre_and_scale(facts: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and standard deviation of the known ones of each fact, 0 and 1 where none is. A flag keeps the scale 1.

    facts (m, FACTS), NaN = unknown; weight (m,)."""
    known = ~np.isnan(facts)
    mass = np.maximum((weight[:, None] * known).sum(axis=0), 1e-9)
    centre = (weight[:, None] * np.nan_to_num(facts)).sum(axis=0) / mass
    square = (weight[:, None] * np.nan_to_num(facts - centre) ** 2).sum(axis=0) / mass
    scale = np.where(known.any(axis=0), np.maximum(np.sqrt(square), LEAST_SPREAD), 1.0)
    scale[FACTS - 1] = 1.0
    return centre, scale


def as_ordinary(purchased: np.ndarray) -> np.ndarray:
    """Weights (m,) that make labelled records an ordinary account's followers, of whom a share is of the purchased type without
    anyone having bought them."""
    y = purchased.astype(np.float64)
    return np.where(purchased, BACKGROUND_MEAN / max(y.sum(), 1.0), (1.0 - BACKGROUND_MEAN) / max((1.0 - y).sum(), 1.0))
