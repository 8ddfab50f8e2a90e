"""Which accounts are most worth a person's label: uncertain, followed by many, and unlike those that have a label already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# Ten to this many followers weigh 1; no account has more.
MOST_FOLLOWERS = 8.0
# Enough accounts to know how features spread and how far apart accounts lie, and few enough to compare each with each.
SPREAD_FROM, DISTANCE_FROM = 5_000, 400
# Labelled accounts that are compared with every other; a thousand tell what is known as well as all.
LABELLED_FROM = 1_000
# Labelled accounts compared in one go, which bounds the memory.
AT_ONCE = 64
# Of an outlier it is enough to know that it is one.
FURTHEST = 3.0


class Choice(NamedTuple):
    """An account (its row) and the head to label it for; the three parts of its worth, each 0-1."""

    row: int
    head: str
    uncertainty: float
    influence: float
    diversity: float

    @property
    def worth(self) -> float:
        return self.uncertainty * self.influence * self.diversity


@dataclass(frozen=True)
class Asked:
    """What one head says of n accounts, each array (n,). probability, low, high: at the base rate, NaN where nothing was seen;
    decided: whether it was a yes or a no; labelled: whether a person has answered already."""

    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray
    decided: np.ndarray
    labelled: np.ndarray


def choose(features: np.ndarray, followers: np.ndarray, heads: Mapping[str, Asked], most: int) -> list[Choice]:
    """Up to `most` pairs of account and head, the one most worth a label first; the same for the same input, in time n * most.

    features: (n, k), NaN = unknown; followers: (n,), NaN = unknown. Each choice has the largest product of three parts: uncertainty
    (`uncertain`), influence (`influential`), and diversity, one less the likeness to the nearest account that is labelled or was chosen
    for that head before. That is the farthest-first traversal of Gonzalez (1985), on which the core-sets of Sener & Savarese (2018) rest,
    weighted; likeness instead of distance, because the most distant accounts are outliers, which teach little.
    """
    points, reach = _standardised(features), influential(followers)
    scale, lengths = _typical_distance(points), np.einsum("ij,ij->i", points, points)
    worth, near, doubt = {}, {}, {}
    for name, asked in heads.items():
        doubt[name] = np.where(asked.labelled, 0.0, uncertain(asked))
        known = np.flatnonzero(asked.labelled)
        near[name] = _likeness(points, lengths, known[_spread_out(len(known), LABELLED_FROM)], scale)
        worth[name] = doubt[name] * reach * (1.0 - near[name])
    chosen: list[Choice] = []
    while worth and len(points) and len(chosen) < most:
        best = {name: int(values.argmax()) for name, values in worth.items()}
        head = max(best, key=lambda name: worth[name][best[name]])
        row = best[head]
        if not worth[head][row] > 0.0:
            break
        chosen.append(Choice(row, head, float(doubt[head][row]), float(reach[row]), float(1.0 - near[head][row])))
        np.maximum(near[head], _likeness(points, lengths, np.array([row]), scale), out=near[head])
        doubt[head][row] = 0.0
        worth[head] = doubt[head] * reach * (1.0 - near[head])
    return chosen


def uncertain(asked: Asked) -> np.ndarray:
    """How open the answers are (n,), 0-1: the mean of the probability's entropy in bits (what the account leaves open) and the interval's
    width (what accounts like it leave open); half of it where a yes or a no was said all the same, 0 where nothing was seen."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.clip(asked.probability, 0.0, 1.0)
        entropy = -np.nan_to_num(p * np.log2(p)) - np.nan_to_num((1.0 - p) * np.log2(1.0 - p))
    openness = 0.5 * (entropy + np.clip(asked.high - asked.low, 0.0, 1.0))
    return np.nan_to_num(np.where(asked.decided, 0.5, 1.0) * np.where(np.isnan(p), np.nan, openness))


def influential(followers: np.ndarray) -> np.ndarray:
    """How far a mistake reaches (n,), 0-1: the logarithm of the followers; where they are unknown that of a typical account here."""
    reach = np.clip(np.log10(1.0 + np.maximum(followers, 0.0)) / MOST_FOLLOWERS, 0.0, 1.0)
    unknown = np.isnan(reach)
    return np.where(unknown, 0.5 if unknown.all() else np.median(reach[~unknown]), reach)


def _standardised(features: np.ndarray) -> np.ndarray:
    """Each feature in half interquartile ranges from its median, as float32; what is unknown, or does not vary, tells nothing apart."""
    sample = features[_spread_out(len(features), SPREAD_FROM)].astype(np.float64)
    points = np.zeros(features.shape, dtype=np.float32)
    for column in range(features.shape[1]):
        known = sample[np.isfinite(sample[:, column]), column]
        if not len(known):
            continue
        low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
        spread = 0.5 * (high - low) or float(known.std())
        if spread > 0.0:
            points[:, column] = np.nan_to_num(np.clip((features[:, column] - middle) / spread, -FURTHEST, FURTHEST))
    return points


def _typical_distance(points: np.ndarray) -> float:
    """The median squared distance between two accounts; 1 where all are alike."""
    sample = points[_spread_out(len(points), DISTANCE_FROM)].astype(np.float64)
    if len(sample) < 2:
        return 1.0
    length = (sample**2).sum(axis=1)
    squared = length[:, None] + length - 2.0 * sample @ sample.T
    return max(float(np.median(squared[np.triu_indices(len(sample), 1)])), 0.0) or 1.0


def _likeness(points: np.ndarray, lengths: np.ndarray, rows: np.ndarray, scale: float) -> np.ndarray:
    """How alike each account is to the nearest of `rows` (n,): 1 the same, a half at the typical distance, 0 far away."""
    nearest = np.full(len(points), np.inf, dtype=np.float32)
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        squared = lengths[:, None] + lengths[some] - 2.0 * (points @ points[some].T)
        np.minimum(nearest, squared.min(axis=1), out=nearest)
    return np.exp2(-np.maximum(nearest, 0.0) / np.float32(scale))


def _spread_out(n: int, most: int) -> np.ndarray:
    """At most `most` places of n, evenly apart."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)) if n else np.zeros(0, dtype=np.int64)
