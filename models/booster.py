"""Fit and score trees; the only file that knows XGBoost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost

from models.linear import WeightedSum

# Twice as fast for one row as two threads, and free of their spin-wait (measured); batches use processes instead.
SCORING_THREADS = 1
LIBRARY: str = xgboost.__version__
# Where a file of trees carries the weighted sum beside them.
SUM = "weighted_sum"


class Unreadable(ValueError):
    """Bytes that are no trees."""


@dataclass(frozen=True)
class Trees:
    """Boosted trees over named features, and a weighted sum of the same that is added to them where there is one.

    All methods take values of shape (n, len(names)), float64, NaN = unknown.
    """

    booster: xgboost.Booster
    names: tuple[str, ...]
    sum: WeightedSum | None = None

    def margins(self, values: np.ndarray) -> np.ndarray:
        """Raw scores (log odds before calibration), shape (n,), float64."""
        self._check(values)
        margins = np.asarray(self.booster.inplace_predict(values, predict_type="margin", validate_features=False), dtype=np.float64)
        return margins if self.sum is None else margins + self.sum.margins(values)

    def contributions(self, values: np.ndarray) -> np.ndarray:
        """Exact Shapley values of each feature on the margin, shape (n, k); the constant is left out.

        Source: Lundberg et al. 2020 (TreeSHAP), as XGBoost computes it; those of a sum are its terms, and of two models their sum.
        """
        self._check(values)
        matrix = xgboost.DMatrix(values, nthread=SCORING_THREADS)
        found = np.asarray(self.booster.predict(matrix, pred_contribs=True, validate_features=False), dtype=np.float64)[:, :-1]
        return found if self.sum is None else found + self.sum.terms(values)

    def beside(self, total: WeightedSum) -> Trees:
        """The same trees with a weighted sum beside them; it travels in their file."""
        booster = self.booster.copy()
        booster.set_attr(**{SUM: total.to_text()})
        booster.set_param({"nthread": SCORING_THREADS})
        return Trees(booster, self.names, total)

    def save(self) -> bytes:
        return bytes(self.booster.save_raw(raw_format="ubj"))

    @classmethod
    def load(cls, content: bytes, names: Sequence[str]) -> Trees:
        """From bytes whose hash has been checked: a damaged file can crash XGBoost or load with wrong numbers."""
        booster = xgboost.Booster({"nthread": SCORING_THREADS})
        try:
            booster.load_model(bytearray(content))
        except xgboost.core.XGBoostError as fault:
            raise Unreadable(str(fault).strip().splitlines()[-1]) from None
        total = None if (text := booster.attr(SUM)) is None else WeightedSum.from_text(text)
        trees = cls(booster, tuple(names), total)
        if booster.num_features() != len(trees.names):
            raise ValueError(f"the trees read {booster.num_features()} features, the bundle names {len(trees.names)}")
        if total is not None and total.width != len(trees.names):
            raise ValueError(f"the weighted sum beside the trees reads {total.width} features, the bundle names {len(trees.names)}")
        return trees

    def _check(self, values: np.ndarray) -> None:
        # Columns are told apart by place only, so a wrong width is the last thing that can still be seen.
        if values.ndim != 2 or values.shape[1] != len(self.names):
            raise ValueError(f"expected values of shape (n, {len(self.names)}), got {values.shape}")


@dataclass(frozen=True)
class Fitted:
    """Trees, and the loss of each round on the accounts that trained them and on those that stopped them."""

    trees: Trees
    rounds: Mapping[str, Sequence[float]]


def fit(
    values: np.ndarray,
    y: np.ndarray,
    watched: tuple[np.ndarray, np.ndarray],
    names: Sequence[str],
    monotone: Sequence[int],
    settings: Mapping[str, Any],
    seed: int,
    weights: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
) -> Fitted:
    """Fit trees on values (n, k) and y (n,) of 0 and 1; stop when the log loss of the `watched` accounts no longer falls.

    settings: XGBoost's names (max_depth, eta …), and `rounds`, `patience`, `threads`. The same seed gives the same trees.
    weights: how much each training account and each watched one counts, (n,) each; all the same without them.
    """
    own = {key: value for key, value in settings.items() if key not in ("rounds", "patience", "threads")}
    parameters = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "eval_metric": "logloss",
        "seed": seed,
        "nthread": settings.get("threads", 1),
        "monotone_constraints": tuple(monotone),
        **own,
    }
    train, held = xgboost.DMatrix(values, y, weight=weights[0]), xgboost.DMatrix(*watched, weight=weights[1])
    history: dict[str, dict[str, list[float]]] = {}
    booster = xgboost.train(
        parameters,
        train,
        num_boost_round=settings.get("rounds", 400),
        evals=[(train, "fit"), (held, "watch")],
        early_stopping_rounds=settings.get("patience", 30),
        evals_result=history,
        verbose_eval=False,
    )
    # Early stopping keeps the rounds after the best one, and prediction would use them.
    best = booster[: booster.best_iteration + 1]
    best.set_param({"nthread": SCORING_THREADS})
    return Fitted(Trees(best, tuple(names)), {name: losses["logloss"] for name, losses in history.items()})
