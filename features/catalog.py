"""CATALOG: every feature in order; `build` computes them for one account or a million along the same lines."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
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
from features.feature import DERIVED, Family, Feature
from features.focus import FOCUS
from features.followers import FOLLOWERS
from features.growth import GROWTH
from features.plan import Plan
from features.profile import PROFILE
from features.reference import Reference
from features.table import AccountTable

if TYPE_CHECKING:
    import pandas as pd

FAMILIES: tuple[Family, ...] = (PROFILE, ENGAGEMENT, GROWTH, FOLLOWERS, COMMENTS, FOCUS, EVIDENCE)
CATALOG: tuple[Feature, ...] = tuple(feature for family in FAMILIES for feature in family.features)
NAMES: tuple[str, ...] = tuple(feature.name for feature in CATALOG)
BY_NAME: dict[str, Feature] = {feature.name: feature for feature in CATALOG}


@lru_cache
def plan_of(names: tuple[str, ...]) -> Plan:
    """How these features or inputs are computed."""
    return Plan.of(names, DERIVED | {feature.name: feature.formula for feature in CATALOG})


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
    given, plan = reference or Reference(), plan_of(tuple(names))
    values = np.empty((table.n, len(names)))

    def fill(run: tuple[int, AccountTable]) -> None:
        first, block = run
        found = plan.run(block, given)
        for j, name in enumerate(names):
            values[first : first + block.n, j] = found[name].values

    if threads == 1:
        for run in table.blocks():
            fill(run)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, table.blocks()))
    return FeatureMatrix(table.account_ids, tuple(names), values)


def inputs_of(table: AccountTable, names: Sequence[str], reference: Reference | None = None) -> dict[str, Any]:
    """Inputs of formulas by name, plain or derived, for what is learnt from data."""
    found = plan_of(tuple(names)).run(table, reference or Reference())
    return {name: found[name] for name in names}
