"""How a number was distributed among remembered accounts and is among today's, each cell weighing the same on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.schema import PLATFORMS
from models.tiers import TIERS
from training.drift.asked import Number, Side, asked
from training.drift.looking import EVERYBODY, Look, Row
from training.drift.within import weights

BINS = 24
# What lies beyond stands in the outermost bins.
ENDS = (0.01, 0.99)
# From this ratio of the ends on the bins are equal on a logarithmic scale.
WIDE = 50.0


@dataclass(frozen=True)
class Histogram:
    """edges: (k + 1,); then, now: shares (k,) of the accounts, each summing to 1; logarithmic: the scale on which the bins are equal."""

    edges: np.ndarray
    then: np.ndarray
    now: np.ndarray
    logarithmic: bool


def histogram(look: Look, row: Row) -> Histogram | None:
    """Of the number that a comparison is about; None for facts, and where no account is comparable."""
    sides = [_part(side, row.where) for side in (look.then, look.now)]
    found = [next((each for each in asked(side) if _is(each, row)), None) for side in sides]
    was, is_now = found
    if not isinstance(was, Number) or not isinstance(is_now, Number):
        return None
    known = ~np.isnan(was.values), ~np.isnan(is_now.values)
    weighed = weights(was.cells[known[0]], is_now.cells[known[1]])
    if weighed is None:
        return None
    values = was.values[known[0]].astype(float), is_now.values[known[1]].astype(float)
    edges, logarithmic = _edges(np.concatenate(values))
    sums = []
    for side, weight in zip(values, (weighed.then, weighed.now), strict=True):
        places = np.clip(np.searchsorted(edges, side, side="right") - 1, 0, len(edges) - 2)
        sums.append(np.bincount(places, weights=weight, minlength=len(edges) - 1))
    return Histogram(edges, sums[0], sums[1], logarithmic)


def _part(side: Side, where: str) -> Side:
    if where == EVERYBODY:
        return side
    mine = side.accounts.platforms == PLATFORMS.index(where) if where in PLATFORMS else side.tiers == TIERS.index(where)
    return side.only(np.flatnonzero(mine))


def _is(each: object, row: Row) -> bool:
    return isinstance(each, Number) and (each.group, each.name, each.head) == (row.group, row.name, row.head)


def _edges(values: np.ndarray) -> tuple[np.ndarray, bool]:
    low, high = (float(end) for end in np.quantile(values, ENDS))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.array([low - 0.5, low + 0.5]), False
    if low > 0 and high / low >= WIDE:
        return np.geomspace(low, high, BINS + 1), True
    whole = np.unique(values)
    if len(whole) <= BINS and np.array_equal(whole, np.rint(whole)):
        return np.arange(np.floor(low), np.floor(high) + 2) - 0.5, False
    return np.linspace(low, high, BINS + 1), False
