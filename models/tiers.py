"""Size tiers: accounts are compared with accounts of their size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TIERS = ("nano", "micro", "mid", "macro", "mega")


@dataclass(frozen=True)
class Tiers:
    """The bounds of the tiers in followers: nano < b0 <= micro <= b1 < mid <= b2 < macro <= b3 < mega."""

    bounds: tuple[int, int, int, int] = (250, 5_000, 100_000, 1_000_000)

    def places(self, followers: np.ndarray) -> np.ndarray:
        """The place of each account in TIERS; followers (n,) -> int64 (n,)."""
        upper = np.array([self.bounds[0] - 1, *self.bounds[1:]], dtype=np.float64)
        return np.searchsorted(upper, followers, side="left").astype(np.int64)

    def names(self, followers: np.ndarray) -> list[str]:
        return [TIERS[place] for place in self.places(followers)]

    @classmethod
    def of(cls, bounds: Sequence[int]) -> "Tiers":
        """From four rising bounds; raises ValueError otherwise."""
        if len(bounds) != 4 or list(bounds) != sorted(set(bounds)) or bounds[0] < 1:
            raise ValueError(f"tiers need four rising bounds such as 250,5000,100000,1000000; got {list(bounds)}")
        return cls((bounds[0], bounds[1], bounds[2], bounds[3]))
