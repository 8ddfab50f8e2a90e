"""How often the model of one follower flags followers of either type, and how far that moves from one audience and vendor to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit, ndtri

from models.second_opinion import Densities


@dataclass(frozen=True)
class Rate:
    """How often followers of one type are flagged: normal in log odds from one audience (or vendor) to the next.

    mean: log odds; uncertainty: sd of the mean; between: sd from one to the next; sources: how many stand behind it.
    """

    mean: float
    uncertainty: float
    between: float
    sources: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and 0.0 <= self.uncertainty < math.inf and 0.0 <= self.between < math.inf):
            raise ValueError(f"a rate of flagging needs finite numbers and spreads of at least 0; got {asdict(self)}")

    def drawn(self, points: np.ndarray) -> np.ndarray:
        """Rates (0-1) of ones not seen before, for `points` spread evenly on (0, 1)."""
        spread = math.hypot(self.uncertainty, self.between)
        rates: np.ndarray = expit(self.mean + spread * ndtri(points))
        return rates


@dataclass(frozen=True)
class Population:
    """The rates of a population: `purchased` over its vendors (TPR), `others` over its audiences (FPR)."""

    purchased: Rate
    others: Rate


@dataclass(frozen=True)
class Rates:
    """The rates in the population that was labelled (`known`) and in one that was not (`elsewhere`); both of `platforms`.

    foreign: how likely an account is from elsewhere before its sample is seen.
    """

    known: Population
    elsewhere: Population
    foreign: float
    platforms: tuple[str, ...]
    densities: Densities

    def __post_init__(self) -> None:
        if not 0.0 <= self.foreign < 1.0:
            raise ValueError(f"the probability that an account is from elsewhere is {self.foreign}; it must be from 0 to below 1")

    def drawn(self, purchased: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(TPR, FPR) for points (d,) on (0, 1): rows known, elsewhere; both (2, d).

        A platform of which no follower was labelled is as far away as another source of the same one: followers are read among the
        ordinary ones of their own platform, and so read, those bought on X differ no more from Instagram's than Instagram's sources do
        among themselves (SRF's trees find 99 % of Cresci's at 1 % false alarms).
        """
        true = np.stack([population.purchased.drawn(purchased) for population in (self.known, self.elsewhere)])
        false = np.stack([population.others.drawn(others) for population in (self.known, self.elsewhere)])
        return true, false

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Rates:
        """Raises ValueError, KeyError or TypeError when the document is none of ours."""
        known, elsewhere = (
            Population(Rate(**document[name]["purchased"]), Rate(**document[name]["others"])) for name in ("known", "elsewhere")
        )
        return cls(
            known,
            elsewhere,
            float(document["foreign"]),
            tuple(str(name) for name in document["platforms"]),
            Densities.from_json(document["densities"]),
        )
