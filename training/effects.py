"""How much engagement accounts with a diluted or a depersonalised audience lack, learnt from their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.reference import Reference
from features.table import AccountTable
from models.causes import LEARNT, Causes, Effect, rates_of
from models.share import Share

# Fewer accounts on either side say nothing about a mean whose spread is a third of a power of ten.
FEWEST = 30


def causes(
    table: AccountTable, reference: Reference, shares: Sequence[Share | None], values: Mapping[str, np.ndarray], rows: np.ndarray
) -> Causes:
    """The effect of each cause that has labels, from the accounts `rows`.

    What the share of purchased-type followers explains is taken off the gap first; the rest is a sum of one effect per label and of
    everything else (least squares), so a cause is not charged with another one that often comes along with it. values: head -> (n,).
    """
    rates, expected = rates_of(table, reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log10(np.maximum(rates / expected, 0.01))
    bought = np.array([np.log10(1.0 - min(share.estimate, 0.99)) if share is not None else np.nan for share in shares])
    rest = (gap - bought)[rows]
    named = [name for name in values if name != "bought_followers"]
    labels = np.column_stack([np.ones(len(rows)), *(values[name][rows] for name in named)])
    known = np.isfinite(rest) & np.isfinite(labels).all(axis=1)
    chosen = [j for j in range(1, labels.shape[1]) if min((labels[known, j] == 1).sum(), (labels[known, j] == 0).sum()) >= FEWEST]
    columns = labels[known][:, [0, *chosen]]
    found, *_ = np.linalg.lstsq(columns, rest[known], rcond=None)
    left = rest[known] - columns @ found
    effects = {}
    for j, dex in zip(chosen, found[1:], strict=True):
        name = named[j - 1]
        if name in LEARNT:
            with_it = labels[known, j] == 1
            # Accounts with the cause scatter more than those without, because they have it to different degrees.
            spread = np.sqrt(max(_variance(left[with_it]) - _variance(left[~with_it]), 0.0))
            effects[name] = Effect(min(float(dex), 0.0), float(spread))
    return Causes(effects)


def _variance(values: np.ndarray) -> float:
    """Of the middle half, as if normal: a few accounts without any likes would be all of a plain variance."""
    low, high = np.quantile(values, [0.25, 0.75])
    return float(((high - low) / 1.349) ** 2)
