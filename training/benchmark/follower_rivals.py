"""What the trees over single followers have to beat: a weighted sum and two questions, on the same inputs, records and weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from training.follower_model import TREES, Grow, Scorer, evenly, grown


@dataclass(frozen=True)
class _Sum:
    scaler: StandardScaler
    line: LogisticRegression

    def margins(self, values: np.ndarray) -> np.ndarray:
        # The mean of the records is 0 after scaling, which is what an unknown value counts as.
        return np.asarray(self.line.decision_function(np.nan_to_num(self.scaler.transform(values))))


@dataclass(frozen=True)
class _Questions:
    tree: DecisionTreeClassifier

    def margins(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(self.tree.predict_proba(values)[:, 1])


def _logistic(values: np.ndarray, purchased: np.ndarray, source: np.ndarray, _: int) -> Scorer:
    scaler = StandardScaler().fit(values)
    weights = evenly(purchased, source)
    line: Any = LogisticRegression(max_iter=2000).fit(np.nan_to_num(scaler.transform(values)), purchased, sample_weight=weights)
    return _Sum(scaler, line)


def _depth2_tree(values: np.ndarray, purchased: np.ndarray, source: np.ndarray, seed: int) -> Scorer:
    """Hays et al. 2023: two questions reach .98 on some bot sets, which says more about the sets."""
    tree = DecisionTreeClassifier(max_depth=2, min_samples_leaf=5, random_state=seed)
    return _Questions(tree.fit(values, purchased, sample_weight=evenly(purchased, source)))


def _additive(values: np.ndarray, purchased: np.ndarray, source: np.ndarray, seed: int) -> Scorer:
    """The same trees with one question each: no input changes what another means. Twice as many, because each says half as much."""
    double = 2 * TREES["rounds"]
    return grown(values, purchased, source, seed, {**TREES, "max_depth": 1, "rounds": double, "patience": double})


MODEL, LINE = "xgboost", "logistic"
LEARNERS: Mapping[str, Grow] = {MODEL: grown, LINE: _logistic, "depth2_tree": _depth2_tree, "additive_trees": _additive}
