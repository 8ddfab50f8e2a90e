"""Kinds of accounts that are looked at on their own: by size, platform, vendor, scenario and share of purchased-type followers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from training.headline import BOUGHT, FEWEST_OF_SLICE, FEWEST_OF_VENDOR, family
from training.labelled import BANDS

FEWEST_OF_CLASS = 10
# What says how well a kind of account is ranked.
RANKED = ("recall_at_1pct_fpr", "average_precision")


@dataclass(frozen=True)
class Slice:
    """A kind of account among m rows of one head. kind: what `name` is a value of; mine: bool (m,), the accounts it is about.

    rows: bool (m,), those that take part: a vendor's accounts are told from everybody's clean ones. positive: bool (m,). metrics: none
    where all are clean, and what counts is how many of them are flagged.
    """

    kind: str
    name: str
    mine: np.ndarray
    rows: np.ndarray
    positive: np.ndarray
    metrics: tuple[str, ...] = RANKED


def slices(head: str, rows: pd.DataFrame, metrics: tuple[str, ...]) -> Iterator[Slice]:
    """The slices with enough test accounts; rows: one head's, with value, share, tier, platform, vendor and scenario.

    metrics: those of slices by size and platform, which hold accounts of both answers.
    """
    value = rows["value"].to_numpy(float)
    positive, clean = value == 1, value == 0
    rows = rows.assign(scenario=rows["scenario"].map(family))
    for kind in ("tier", "platform"):
        for name, mine in _named(rows[kind], positive | clean):
            both = min((mine & positive).sum(), (mine & clean).sum()) >= FEWEST_OF_CLASS
            if both and mine.sum() >= FEWEST_OF_SLICE and mine.sum() < (positive | clean).sum():
                yield Slice(kind, name, mine, mine, positive, metrics)
    for kind in ("vendor", "scenario") if head == BOUGHT else ("scenario",):
        for name, mine in _named(rows[kind], positive):
            if mine.sum() >= FEWEST_OF_VENDOR:
                yield Slice(kind, name, mine, mine | clean, positive)
    for name, mine in _named(rows["scenario"], clean):
        if mine.sum() >= FEWEST_OF_VENDOR:
            yield Slice("scenario", f"{name}, clean", mine, positive | clean, positive, ())
    if head == BOUGHT:
        share = rows["share"].to_numpy(float)
        for low, high, name in BANDS:
            mine = (share > low if low == 0 else share >= low) & (share < high)
            if mine.sum() >= FEWEST_OF_VENDOR:
                yield Slice("share", name, mine, mine | (clean & ~mine), mine)


def _named(column: pd.Series, among: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Every name in alphabetical order with its rows; those without a name belong to none."""
    names = column.fillna("").astype(str).to_numpy()
    for name in sorted(set(names[among]) - {""}):
        yield str(name), among & (names == name)
