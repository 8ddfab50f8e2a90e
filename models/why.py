"""Why an account gets its answer: reasons with the records behind them, what else it could be, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from features.catalog import FeatureMatrix
from features.table import AccountTable
from models.circumstances import Circumstances
from models.counterfactual import Asked, counterfactual
from models.innocent import explanations
from models.reasons import reasons, side_of
from models.records import evidence_of

if TYPE_CHECKING:
    from models.bundle import Bundle


NOTHING_SEEN = "Nothing that this question needs was seen of the account, so there is nothing that could be otherwise."


def unexplained(no_counterfactual_because: str | None = None) -> dict[str, Any]:
    """What an answer says of its reasons where nobody asked for them, or where there are none."""
    return {
        "reasons": [],
        "innocent_explanations": [],
        "counterfactual": None,
        "no_counterfactual_because": no_counterfactual_because,
    }


def reasons_for(
    bundle: Bundle, name: str, values: np.ndarray, contributions: np.ndarray, answer: Mapping[str, Any], platform: str, tier: str
) -> list[dict[str, Any]]:
    """The reasons for head `name`'s answer, strongest first. values, contributions: (k,) of the head's features; answer: its decision,
    probability and base_rate."""
    model = bundle.heads[name]
    side = side_of(answer["decision"], answer["probability"], answer["base_rate"])
    directions = model.head.directions
    return reasons(model.trees.names, values, contributions, model.calibration.slope, side, bundle.peers, platform, tier, directions)


class Why:
    """Explains the answers on the accounts of a table, each from its own facts, so that its neighbours change nothing."""

    def __init__(self, bundle: Bundle, table: AccountTable, matrix: FeatureMatrix, tiers: Sequence[str]):
        self._bundle, self._table, self._matrix, self._tiers = bundle, table, matrix, tiers
        self._circumstances: dict[int, Circumstances] = {}

    def __call__(
        self,
        name: str,
        i: int,
        contributions: np.ndarray,
        answer: dict[str, Any],
        decisions: Callable[[np.ndarray], Sequence[str]],
    ) -> dict[str, Any]:
        """The explanation of head `name`'s answer on account i. contributions: (k,) of the head's features; decisions: margins (n,) ->
        what the head would decide at each, all else of the account as it is."""
        model, circumstances = self._bundle.heads[name], self._of(i)
        values = np.array([circumstances.values[feature] for feature in model.trees.names])
        told = reasons_for(self._bundle, name, values, contributions, answer, circumstances.platform, circumstances.tier)
        asked = Asked(name, model.trees.names, values, answer["decision"], model.head.directions)
        evidence = evidence_of(told, circumstances)
        otherwise = counterfactual(asked, circumstances, model.trees.margins, decisions)
        return {
            "reasons": [{**reason, "evidence": records} for reason, records in zip(told, evidence, strict=True)],
            "innocent_explanations": explanations(told, circumstances),
            "counterfactual": otherwise if isinstance(otherwise, dict) else None,
            "no_counterfactual_because": otherwise if isinstance(otherwise, str) else None,
        }

    def _of(self, i: int) -> Circumstances:
        """The circumstances of one account, shared by all heads."""
        if i not in self._circumstances:
            alone = self._table if self._table.n == 1 else self._table.block(i, i + 1)
            values = dict(zip(self._matrix.names, self._matrix.values[i].tolist(), strict=True))
            # Only the account at hand: those of a whole part of a dataset would hold all their facts in memory.
            self._circumstances = {i: Circumstances(alone, self._bundle.reference, values, self._bundle.peers, self._tiers[i])}
        return self._circumstances[i]
