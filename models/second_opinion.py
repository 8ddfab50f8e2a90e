"""A second way to the share, from all margins instead of one threshold, and whether they look like the followers we know at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc

METHOD = "EMQ"
# One account in a hundred that is of the known population is called foreign; the test is one per account, whatever its size.
FOREIGN_BELOW = 0.01
# Halvings of [0, 1]: the estimate is exact to 1e-6.
HALVINGS = 20


@dataclass(frozen=True)
class Densities:
    """How the margins of either type lie over bins with these inner `edges`: shares `purchased` and `others` (bins,), from so many records.

    alike, unlike: how far the bins of an account move about the mixture of the two, as a Dirichlet correlation rho: within the labelled
    population, and in another one.
    """

    edges: tuple[float, ...]
    purchased: tuple[float, ...]
    others: tuple[float, ...]
    purchased_records: int
    other_records: int
    alike: float
    unlike: float

    def __post_init__(self) -> None:
        if not len(self.purchased) == len(self.others) == len(self.edges) + 1 >= 3:
            raise ValueError(f"{len(self.edges)} edges make {len(self.edges) + 1} bins (at least 3); got {len(self.purchased)} densities")
        if min(*self.purchased, *self.others) <= 0.0 or min(self.purchased_records, self.other_records) < 1:
            raise ValueError("every bin needs a density above 0 from at least one record")

    def counts(self, account: np.ndarray, margins: np.ndarray, accounts: int) -> np.ndarray:
        """How many margins (k,) of each account lie in each bin: (accounts, bins)."""
        bins = len(self.others)
        # A pass per edge takes a fifth of the time of a search per margin.
        above = np.zeros(len(margins), dtype=np.int8)
        for edge in self.edges:
            above += margins >= edge
        place = account * bins + above
        found: np.ndarray = np.bincount(place, minlength=accounts * bins).reshape(accounts, bins)
        return found

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Densities:
        edges, purchased, others = (tuple(float(value) for value in document[name]) for name in ("edges", "purchased", "others"))
        bought_records, other_records = int(document["purchased_records"]), int(document["other_records"])
        return cls(edges, purchased, others, bought_records, other_records, float(document["alike"]), float(document["unlike"]))


@dataclass(frozen=True)
class Opinion:
    """Per account (m,): the share by EMQ and its sampling sd; `fit`: how likely so bad a fit is in the known population; `strange`: the log
    of how many times likelier it is in another one."""

    estimate: np.ndarray
    deviation: np.ndarray
    fit: np.ndarray
    strange: np.ndarray


def opinion(counts: np.ndarray, densities: Densities) -> Opinion:
    """EMQ (Saerens et al. 2002) on margins in bins, which is the maximum likelihood share; and Pearson's test of its mixture.

    counts: (m, bins), at least one margin per row. What is left after the best mixture is compared with the spread that audiences of the
    known population have anyway (`alike`), and that of another (`unlike`): X2 divided by its inflation has bins - 2 degrees of freedom
    (Rao and Scott 1981), under either.
    """
    bought, others = np.array(densities.purchased), np.array(densities.others)
    n = counts.sum(axis=1)
    estimate = _most_likely(counts, bought / others)
    mixture = others + estimate[:, None] * (bought - others)
    information = n * ((bought - others) ** 2 / mixture).sum(axis=1)
    expected = n[:, None] * mixture
    misfit = ((counts - expected) ** 2 / expected).sum(axis=1)
    freedom = len(others) - 2
    from_records = n * ((1.0 - estimate) ** 2 / densities.other_records + estimate**2 / densities.purchased_records)
    alike, unlike = (1.0 + (n - 1.0) * rho + from_records for rho in (densities.alike, densities.unlike))
    strange = 0.5 * misfit * (1.0 / alike - 1.0 / unlike) - 0.5 * freedom * np.log(unlike / alike)
    return Opinion(estimate, 1.0 / np.sqrt(information), chdtrc(freedom, misfit / alike), strange)


def _most_likely(counts: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Where the slope of the likelihood of a mixture, which only falls, crosses 0: where EM would end, without its slow last steps."""
    gain = ratio - 1.0
    low, high = np.zeros(len(counts)), np.ones(len(counts))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        rising = (counts * (gain / (1.0 + middle[:, None] * gain))).sum(axis=1) > 0.0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return 0.5 * (low + high)
