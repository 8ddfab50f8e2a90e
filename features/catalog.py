"""CATALOG: every feature in order; `build` computes them for one account or a million along the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

# These two fill the family of comments, each with its subject.
from features import closeness, commenters  # noqa: F401
from features.comments import COMMENTS
from features.engagement import ENGAGEMENT
from features.feature import ACCOUNTS, DERIVED, Family, Feature, parameters
from features.focus import FOCUS
from features.followers import FOLLOWERS
from features.growth import GROWTH
from features.profile import PROFILE
from features.reference import Reference
from features.table import INPUTS, AccountTable

if TYPE_CHECKING:
    import pandas as pd

FAMILIES: tuple[Family, ...] = (PROFILE, ENGAGEMENT, GROWTH, FOLLOWERS, COMMENTS, FOCUS)
CATALOG: tuple[Feature, ...] = tuple(feature for family in FAMILIES for feature in family.features)
NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOG)
BY_NAME: dict[str, Feature] = {feature.name: feature for feature in CATALOG}

_PARAMETERS = {name: parameters(function) for name, function in DERIVED.items()} | {f.name: f.inputs for f in CATALOG}


@dataclass(frozen=True)
class FeatureMatrix:
    """One row per account, one column per feature: float64, C-contiguous, shape (n, k), NaN = unknown."""

    account_ids: Sequence[str]
    names: tuple[str, ...]
    values: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """One feature's values, shape (n,)."""
        values: np.ndarray = self.values[:, self.names.index(name)]
        return values

    def only(self, names: Sequence[str]) -> np.ndarray:
        """The values of some features in the order asked for, by name, shape (n, len(names))."""
        place = {name: j for j, name in enumerate(self.names)}
        return np.ascontiguousarray(self.values[:, [place[name] for name in names]])

    def to_pandas(self) -> pd.DataFrame:
        """A frame indexed by account_id, one float column per feature."""
        import pandas as pd

        return pd.DataFrame(self.values, index=pd.Index(self.account_ids, name="account_id"), columns=list(self.names))


def build(table: AccountTable, reference: Reference | None = None) -> FeatureMatrix:
    """All features of all accounts. Without a reference, features that compare with peers are unknown."""
    facts = _given(table, reference)
    values = np.empty((table.n, len(CATALOG)))
    for j, feature in enumerate(CATALOG):
        values[:, j] = feature.formula(*(_fact(name, facts, table) for name in feature.inputs)).values
    return FeatureMatrix(table.account_ids, NAMES, values)


def inputs_of(table: AccountTable, names: Sequence[str], reference: Reference | None = None) -> dict[str, Any]:
    """Inputs of formulas by name, plain or derived, for what is learnt from data."""
    facts = _given(table, reference)
    return {name: _fact(name, facts, table) for name in names}


def _given(table: AccountTable, reference: Reference | None) -> dict[str, Any]:
    """What is there before any formula: the table, and the parts of the reference."""
    return {**(reference or Reference()).parts(), ACCOUNTS: table}


def _fact(name: str, facts: dict[str, Any], table: AccountTable) -> Any:
    """An input by name, computed once."""
    if name not in facts:
        if name in INPUTS:
            facts[name] = table.fact(name)
        else:
            facts[name] = DERIVED[name](*(_fact(parameter, facts, table) for parameter in _PARAMETERS[name]))
    return facts[name]
