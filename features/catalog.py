"""CATALOG: every feature in order; `build` computes them for one account or a million along the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

# Families too large for one file; these fill them.
from features import (  # noqa: F401
    closeness,
    commenters,
    engagement_time,
    follower_handles,
    follower_peers,
    follower_standing,
    follower_times,
    growth_rhythm,
    topic_audience,
)
from features.comments import COMMENTS
from features.engagement import ENGAGEMENT
from features.evidence import EVIDENCE
from features.feature import ACCOUNTS, DERIVED, Family, Feature, parameters
from features.focus import FOCUS
from features.followers import FOLLOWERS
from features.growth import GROWTH
from features.profile import PROFILE
from features.reference import Reference
from features.table import INPUTS, AccountTable

if TYPE_CHECKING:
    import pandas as pd

FAMILIES: tuple[Family, ...] = (PROFILE, ENGAGEMENT, GROWTH, FOLLOWERS, COMMENTS, FOCUS, EVIDENCE)
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


def build(table: AccountTable, reference: Reference | None = None, names: Sequence[str] = NAMES, threads: int = 1) -> FeatureMatrix:
    """The features `names` of all accounts. Without a reference, features that compare with peers are unknown.

    The loops do not hold the interpreter's lock, so that threads share the work; the values are the same whatever their number.
    """
    given = reference or Reference()
    features = [BY_NAME[name] for name in names]
    values = np.empty((table.n, len(features)))

    def fill(run: tuple[int, AccountTable]) -> None:
        first, block = run
        facts = _given(block, given)
        for j, feature in enumerate(features):
            values[first : first + block.n, j] = feature.formula(*(_fact(name, facts, block) for name in feature.inputs)).values

    if threads == 1:
        for run in table.blocks():
            fill(run)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, table.blocks()))
    return FeatureMatrix(table.account_ids, tuple(names), values)


def inputs_of(table: AccountTable, names: Sequence[str], reference: Reference | None = None) -> dict[str, Any]:
    """Inputs of formulas by name, plain or derived, for what is learnt from data."""
    facts = _given(table, reference or Reference())
    return {name: _fact(name, facts, table) for name in names}


def _given(table: AccountTable, reference: Reference) -> dict[str, Any]:
    """What is there before any formula: the table, and the parts of the reference."""
    return {**reference.parts(), ACCOUNTS: table}


def _fact(name: str, facts: dict[str, Any], table: AccountTable) -> Any:
    """An input by name, computed once."""
    if name not in facts:
        if name in INPUTS:
            facts[name] = table.fact(name)
        else:
            facts[name] = DERIVED[name](*(_fact(parameter, facts, table) for parameter in _PARAMETERS[name]))
    return facts[name]
