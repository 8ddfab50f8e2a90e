"""A share as a reviewer should hear it: with its interval, of how many accounts, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Told:
    """A share (0-1) with its 95 % Wilson interval, of how many accounts, and of whom; all NaN where there are none."""

    value: float
    low: float
    high: float
    accounts: int
    whose: str = ""


def told(hits: int, of: int, whose: str = "") -> Told:
    """hits of `of`, with Wilson's interval (1927), which stays inside [0, 1]."""
    if not of:
        return Told(np.nan, np.nan, np.nan, 0, whose)
    low, high = wilson(np.array([hits / of]), np.array([of]))
    return Told(hits / of, float(low[0]), float(high[0]), of, whose)


def wilson(share: np.ndarray, n: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of shares of n accounts each; source: Wilson 1927."""
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # Rounding would leave the interval of none a hair below 0.
    return np.clip(np.minimum(centre - half, share), 0.0, 1.0), np.clip(np.maximum(centre + half, share), 0.0, 1.0)
