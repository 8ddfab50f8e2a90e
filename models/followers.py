"""The model of one follower: is it of the purchased type?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit

from features import standing
from features.catalog import inputs_of
from features.reference import Reference
from features.schema import PLATFORMS
from features.standing import FACTS
from features.table import AccountTable
from models.booster import Trees
from models.rates import Rates

# Only facts whose sign holds in every source: no private flag (it flips between SRF and InstaFake), no digits in handles (bought
# followers on X had fewer of them), no language, no creation date and nothing of the crawl.
FEATURES = ("follow_ratio", "following_per_post", "posts", "no_picture")
MONOTONE = (1, 1, -1, 1)


@dataclass(frozen=True, eq=False)
class Usual:
    """Mean and spread of the facts of ordinary followers (features/standing.py), by platform in the order of PLATFORMS.

    Both (platforms, FACTS), NaN where nobody looked at ordinary followers of the platform.
    """

    centre: np.ndarray = field(default_factory=lambda: np.full((len(PLATFORMS), FACTS), np.nan))
    scale: np.ndarray = field(default_factory=lambda: np.full((len(PLATFORMS), FACTS), np.nan))

    def __post_init__(self) -> None:
        """Raises ValueError for what no follower can be compared with."""
        wanted = (len(PLATFORMS), FACTS)
        if self.centre.shape != wanted or self.scale.shape != wanted or (self.scale <= 0).any():
            raise ValueError(f"usual followers need a centre and a scale above 0 of shape {wanted}")

    @classmethod
    def of(cls, reference: Reference) -> Usual:
        audience = reference.peer_audience
        return cls(audience.fact_centre, audience.fact_scale) if audience.fact_centre.size else cls()

    def otherwise(self, other: Usual) -> Usual:
        """These, and the other's for platforms of which these know nothing."""
        unknown = np.isnan(self.centre).any(axis=1)[:, None]
        return Usual(np.where(unknown, other.centre, self.centre), np.where(unknown, other.scale, self.scale))


def matrix(table: AccountTable, usual: Usual) -> np.ndarray:
    """Where each sampled follower stands among ordinary ones of its platform, (m, len(FEATURES)), NaN = unknown, in the table's order.

    Counts as logarithms, off the centre, over the spread. Trees cut at levels, and a level learnt on one platform says nothing on
    another: SRF's trees on plain counts find none of the followers bought on X (Cresci et al. 2015); these find 98 % of them.
    """
    found = inputs_of(table, ("follower_sizes", "follower_has_picture"))
    codes = np.repeat(table.platform_codes, np.diff(table.starts["follower_sample"]))
    facts = standing.facts(found["follower_sizes"], found["follower_has_picture"])
    following, followers, posts, no_picture = (facts - usual.centre[codes]).T
    spread = usual.scale[codes].T
    values = np.column_stack(
        [
            (following - followers) / np.hypot(spread[0], spread[1]),
            (following - posts) / np.hypot(spread[0], spread[2]),
            posts / spread[2],
            no_picture,
        ]
    )
    return np.where(np.isfinite(values), values, np.nan)


def judged(values: np.ndarray) -> np.ndarray:
    """Of which rows of a `matrix` all counts are known: the rates of error hold for these alone."""
    known: np.ndarray = ~np.isnan(values[:, :2]).any(axis=1)
    return known


@dataclass(frozen=True, eq=False)
class FollowerModel:
    """Trees over single followers, the margin from which one counts as purchased-type, and how often that was right and wrong
    on labelled followers that the trees had not seen (out of fold).

    slope, intercept: Platt's line from a margin to log odds where a share `prior` is of the purchased type.
    usual: ordinary followers of the platforms that taught, for a bundle whose reference knows none of a platform.
    """

    trees: Trees
    threshold: float
    rates: Rates
    slope: float = 1.0
    intercept: float = 0.0
    prior: float = 0.5
    usual: Usual = field(default_factory=Usual)

    def margins(self, table: AccountTable, reference: Reference) -> tuple[np.ndarray, np.ndarray]:
        """Which sampled followers can be judged (m,), and the margins of those alone, in order."""
        values = self._matrix(table, reference)
        known = judged(values)
        return known, self._margins(values[known])

    def probabilities(self, table: AccountTable, reference: Reference) -> np.ndarray:
        """How likely each sampled follower is of the purchased type, where a share `prior` is, (m,); NaN where nothing is known of it
        or of the ordinary followers of its platform. Never exactly 0 or 1."""
        values = self._matrix(table, reference)
        some = ~np.isnan(values).all(axis=1)
        out = np.full(len(values), np.nan)
        out[some] = expit(np.clip(self.slope * self._margins(values[some]) + self.intercept, -35.0, 35.0))
        return out

    def _matrix(self, table: AccountTable, reference: Reference) -> np.ndarray:
        return matrix(table, Usual.of(reference).otherwise(self.usual))

    def _margins(self, values: np.ndarray) -> np.ndarray:
        return self.trees.margins(values) if len(values) else np.zeros(0)

    def to_json(self) -> dict[str, Any]:
        """All but the trees."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        usual = {name: _rows(getattr(self.usual, name)) for name in ("centre", "scale")}
        return {"features": FEATURES, **numbers, "rates": self.rates.to_json(), "usual": usual}

    @classmethod
    def from_json(cls, document: Mapping[str, Any], trees: bytes) -> FollowerModel:
        """From what `to_json` and the trees' `save` gave. Raises ValueError, KeyError or TypeError for anything else."""
        if tuple(document["features"]) != FEATURES:
            raise ValueError(f"followers.json names other features than {', '.join(FEATURES)}, or in another order")
        usual = Usual(*(np.array(document["usual"][name], dtype=np.float64) for name in ("centre", "scale")))
        threshold, slope, intercept, prior = (float(document[name]) for name in _NUMBERS)
        if not (np.isfinite([threshold, slope, intercept]).all() and slope >= 0 and 0 < prior < 1):
            raise ValueError("followers.json needs finite numbers, a slope of at least 0 and a prior between 0 and 1")
        return cls(Trees.load(trees, FEATURES), threshold, Rates.from_json(document["rates"]), slope, intercept, prior, usual)


_NUMBERS = ("threshold", "slope", "intercept", "prior")


def _rows(values: np.ndarray) -> list[list[float | None]]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]
