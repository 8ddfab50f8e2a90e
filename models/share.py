"""The share of purchased-type followers of an account, its interval, and the smallest share that could have been seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import ndtri

from features.table import AccountTable
from models.followers import FollowerModel

LEVEL = 0.95
FEWEST = 20
DRAWS = 1024
# Between one audience and the next, and one vendor and the next, the rates of error differ by this much (log odds). Set by hand at
# the lower end of what covered shifted audiences in method.md 3.4 (0.6-1.0): it will be estimated once there are enough audiences.
BETWEEN = 0.6


@lru_cache(maxsize=1)
def _normals() -> np.ndarray:
    """The same evenly spread standard normal triples for every account, shape (DRAWS, 3).

    Points of the additive recurrence whose steps are powers of the root of x^4 = x + 1 (Roberts 2018); scipy's own sequences take a
    second to import.
    """
    root = 1.2207440846057596
    steps = root ** -np.arange(1.0, 4.0)
    draws: np.ndarray = ndtri((0.5 + np.arange(1, DRAWS + 1)[:, None] * steps) % 1.0)
    return draws


@dataclass(frozen=True)
class Share:
    """Estimate and interval (shares, 0-1); n judged followers; `detectable`: seen with power .95 at a false-alarm rate of .01."""

    estimate: float
    low: float
    high: float
    n: int
    detectable: float
    scope: str

    def to_json(self) -> dict[str, Any]:
        numbers = {"estimate": self.estimate, "low": self.low, "high": self.high}
        return {**numbers, "level": LEVEL, "n": self.n, "detectable": self.detectable, "scope": self.scope}


def shares(table: AccountTable, model: FollowerModel) -> list[Share | None]:
    """The share of each account; None where fewer than FEWEST sampled followers can be judged."""
    judged, flagged = model.flagged(table)
    followers = table.column("followers").values
    methods = table.texts("sample_method")
    return [share(int(flagged[i]), int(judged[i]), float(followers[i]), methods[i], model) for i in range(table.n)]


def share(flagged: int, n: int, followers: float, method: str | None, model: FollowerModel) -> Share | None:
    """Adjusted count: (q - FPR) / (TPR - FPR), with the spread of the sample, of the model's rates and of the audience.

    None below FEWEST judged followers. Sources: Rogan & Gladen 1978; method.md 3.2 and 3.5 (random effects on both rates).
    """
    if n < FEWEST:
        return None
    draws = _normals()
    # A census has no sampling error (finite population correction).
    rest = max(0.0, (followers - n) / max(followers - 1.0, 1.0))
    q = _draw(flagged, n, draws[:, 0], rest, 0.0)
    true = _draw(model.true_positives, model.positives, draws[:, 1], 1.0, BETWEEN)
    false = _draw(model.false_positives, model.negatives, draws[:, 2], 1.0, BETWEEN)
    shares = np.clip((q - false) / np.maximum(true - false, 0.05), 0.0, 1.0)
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = (float(x) for x in np.quantile(shares, (tail, 0.5, 1.0 - tail)))
    scope = "newest followers" if method == "newest" else "account"
    seen = detectable(n, rest, model)
    # A share too small to be seen is never excluded, however few followers were flagged.
    return Share(middle, low, max(high, seen), n, seen, scope)


def _draw(hits: int, of: int, normals: np.ndarray, rest: float, between: float) -> np.ndarray:
    """Draws of a rate around Jeffreys' estimate, normal in log odds."""
    yes, no = hits + 0.5, of - hits + 0.5
    spread = math.sqrt(rest * (1.0 / yes + 1.0 / no) + between**2)
    rates: np.ndarray = 1.0 / (1.0 + np.exp(-(math.log(yes / no) + spread * normals)))
    return rates


def detectable(n: int, rest: float, model: FollowerModel) -> float:
    """The smallest share seen with power .95 at a false-alarm rate of .01 (method.md 7.1 a), 1 when none can be."""
    true = (model.true_positives + 0.5) / (model.positives + 1.0)
    false = (model.false_positives + 0.5) / (model.negatives + 1.0)
    power = max(true - false, 0.05)
    tau = BETWEEN * false * (1.0 - false)
    noise = 2.326 * math.sqrt(false * (1.0 - false) / n * rest + tau**2)
    smallest = 0.0
    for _ in range(50):
        q = false + smallest * power
        smallest = min(1.0, (noise + 1.645 * math.sqrt(q * (1.0 - q) / n * rest + ((1.0 - smallest) * tau) ** 2)) / power)
    return smallest
