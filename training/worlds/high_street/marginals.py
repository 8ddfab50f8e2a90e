"""How real accounts are spread: quantiles of public records and how those go together, drawn from by rank."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Floats = npt.NDArray[np.float64]

FILE = "marginals.json"
LEVELS = (0.01, 0.05, *np.round(np.arange(0.1, 0.95, 0.1), 1).tolist(), 0.95, 0.99)
# What is known of the same accounts, so that it is drawn together.
JOINT = ("like_residual", "like_dispersion", "comment_residual", "comment_spread", "gap_days", "gap_spread")
# Sizes in log10 of followers at which the small and the large source speak; between them every quantile is interpolated.
SMALL_AT, LARGE_AT = 2.7, 5.4
POSITIVE = ("like_dispersion", "comment_spread", "gap_days", "gap_spread")


@cache
def real() -> dict[str, Any]:
    """The file of bench/marginals.py: sources, the line of likes, quantiles, normal correlations."""
    return dict(json.loads((files("training.worlds.high_street") / FILE).read_text(encoding="utf-8")))


def at(name: str, rank: Floats) -> Floats:
    """The values of a marginal at ranks between 0 and 1; beyond its outer quantiles it ends."""
    return np.interp(rank, LEVELS, real()["quantiles"][name])


def sample(rng: np.random.Generator, name: str, n: int) -> Floats:
    return at(name, rng.random(n))


def joint(rng: np.random.Generator, size: Floats) -> dict[str, Floats]:
    """JOINT for accounts of `size` (n,), log10 of followers: Gaussian copula over the ranks, quantiles between the two sources."""
    large = np.clip((size - SMALL_AT) / (LARGE_AT - SMALL_AT), 0, 1)
    white = rng.standard_normal((len(size), len(JOINT)))
    mixed = {side: white @ np.linalg.cholesky(np.array(found)).T for side, found in real()["copula"].items()}
    rank = {side: ndtr(found) for side, found in mixed.items()}
    return {name: _blended(name, large, rank["small"][:, i], rank["large"][:, i]) for i, name in enumerate(JOINT)}


def _blended(name: str, large: Floats, rank_small: Floats, rank_large: Floats) -> Floats:
    """Between the sources quantiles move evenly; those of what is never negative by equal factors."""
    few, many = at(f"{name}_small", rank_small), at(f"{name}_large", rank_large)
    if name in POSITIVE:
        return np.exp((1 - large) * np.log(np.maximum(few, 1e-3)) + large * np.log(np.maximum(many, 1e-3)))
    return (1 - large) * few + large * many
