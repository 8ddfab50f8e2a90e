"""Time in the village: a lifetime in bins, coarse long ago and single days at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.worlds.moments import DAYS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Before the days that a crawler sees, a life in so many bins, finer towards the present.
OLD = 28
BINS = OLD + DAYS


@dataclass(frozen=True)
class Clock:
    """edges (n, BINS + 1): age in days at the borders of the bins, from the account's first day down to 0. The last DAYS bins are days;
    of an account younger than DAYS, bins before its life have no width."""

    edges: Floats

    @property
    def width(self) -> Floats:
        return self.edges[:, :-1] - self.edges[:, 1:]

    @property
    def middle(self) -> Floats:
        return (self.edges[:, :-1] + self.edges[:, 1:]) / 2

    def bin(self, row: Ints, age: Floats) -> Ints:
        """The bin in which each moment lies; `row` is the account of each, `age` in days before the look."""
        return np.clip(last_not_above(-self.edges, row, -age), 0, BINS - 1)

    def overlap(self, start: Floats, days: Floats) -> Floats:
        """(n, BINS) days that each bin shares with the time from `start` (n,) days ago on, `days` (n,) long."""
        end = start - days
        return np.clip(np.minimum(self.edges[:, :-1], start[:, None]) - np.maximum(self.edges[:, 1:], end[:, None]), 0, None)


def of(life: Floats) -> Clock:
    """Bins for lives of `life` (n,) days."""
    past = DAYS + np.clip(life - DAYS, 0, None)[:, None] * (1 - np.arange(OLD) / OLD) ** 1.4
    recent = np.broadcast_to(np.arange(DAYS, -1, -1.0), (len(life), DAYS + 1))
    return Clock(np.minimum(np.concatenate([past, recent], axis=1), life[:, None]))


def last_not_above(rising: Floats, row: Ints, value: Floats) -> Ints:
    """For each value the last place in its row of `rising` (n, k), rows ascending, that is not above it; -1 where all are."""
    n, k = rising.shape
    low = rising.min()
    stride = float(rising.max() - low) + 1.0
    flat = (rising - low + np.arange(n)[:, None] * stride).ravel()
    wanted = np.clip(value - low, 0, stride - 0.5) + row * stride
    below = np.searchsorted(flat, wanted, side="right") - 1
    return np.asarray(np.where(value < low, -1, below - row * k))
