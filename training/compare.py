"""Two trainings on the accounts that both were tested on: what differs by more than noise, and whose verdict changed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from training.paired import Difference, differences
from training.refusals import TrainingRefusal
from training.report import EVERYBODY

HEADLINES = ("recall_at_1pct_fpr", "average_precision", "ece", "brier")
# A point of recall or precision is less than what another seed changes, and no reason to exchange a model.
MATTERS = 0.01
LEVEL = 0.95
FEWEST = 30
# One row per account and head: who, what is true, what was said and why, and the slices it belongs to.
COLUMNS = ("account_id", "head", "value", "probability", "decision", "reasons", "unit", "tier", "platform")


@dataclass(frozen=True)
class Compared:
    """One difference with what it is about. real: beyond noise, with all headline differences of the comparison taken together."""

    head: str
    slice: str
    accounts: int
    positives: int
    difference: Difference
    real: bool

    @property
    def verdict(self) -> str:
        if not np.isfinite(self.difference.low):
            return "cannot be told"
        if not self.real:
            return "no more than noise"
        return "B is better" if self.difference.better > 0 else "A is better"


@dataclass(frozen=True)
class Flip:
    """An account that the two runs answer differently, and the reasons that only one of them gives."""

    account_id: str
    head: str
    value: float
    a: str
    b: str
    probability_a: float
    probability_b: float
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """A and B by name, the differences (all accounts first), the flips (largest change first), and what was set otherwise."""

    a: str
    b: str
    accounts: int
    left_out: int
    differences: list[Compared]
    flips: list[Flip]
    settings: dict[str, tuple[str, str]]

    @property
    def headline(self) -> list[Compared]:
        return [each for each in self.differences if each.slice == EVERYBODY]

    @property
    def real(self) -> list[Compared]:
        return [each for each in self.headline if each.real]


def compare(
    a: pd.DataFrame,
    b: pd.DataFrame,
    names: tuple[str, str] = ("A", "B"),
    settings: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    seed: int = 0,
    n: int = 1_000,
) -> Comparison:
    """Compare two tables with COLUMNS on the accounts and heads that both hold; `value` is 1, 0 or NaN where nothing is known.

    The interval of a headline difference is at LEVEL for all of them together (Bonferroni: with eight of them, one in eight pairs of equal
    runs would otherwise show something); it is called real when it lies wholly beyond MATTERS. Slices are shown at the same level and
    decide nothing. Raises TrainingRefusal when there is nothing in common, or when the two do not agree on what is true.
    """
    both = a.merge(b, on=["account_id", "head"], suffixes=("_a", "_b"))
    _refuse(a, b, both, names)
    heads = list(dict.fromkeys(both["head"]))
    level = 1 - (1 - LEVEL) / (len(heads) * len(HEADLINES))
    found: list[Compared] = []
    for head in heads:
        mine = both[(both["head"] == head) & both["value_a"].notna()]
        slices = {EVERYBODY: np.ones(len(mine), dtype=bool)}
        for column in ("tier_a", "platform_a"):
            slices |= {str(name): (mine[column] == name).to_numpy() for name in mine[column].dropna().unique()}
        for name, mask in slices.items():
            rows = mine[mask]
            if name != EVERYBODY and len(rows) < FEWEST:
                continue
            y = rows["value_a"].to_numpy() == 1
            told = differences(
                y,
                rows["probability_a"].to_numpy(float),
                rows["probability_b"].to_numpy(float),
                HEADLINES,
                groups=None if rows["unit_a"].is_unique else rows["unit_a"].to_numpy(str),
                n=n,
                seed=seed,
                level=level,
            )
            found += [Compared(head, name, len(rows), int(y.sum()), each, each.beyond(MATTERS)) for each in told]
    return Comparison(
        *names,
        accounts=both["account_id"].nunique(),
        left_out=len(set(a["account_id"]) ^ set(b["account_id"])),
        differences=sorted(found, key=lambda each: each.slice != EVERYBODY),
        flips=_flips(both),
        settings={
            key: (str(settings[0].get(key, "–")), str(settings[1].get(key, "–")))
            for key in sorted({*settings[0], *settings[1]})
            if settings[0].get(key) != settings[1].get(key)
        },
    )


def _refuse(a: pd.DataFrame, b: pd.DataFrame, both: pd.DataFrame, names: tuple[str, str]) -> None:
    faults = [
        f"run {name} lacks {', '.join(missing)} in its evaluation; train it again with this version"
        for name, table in zip(names, (a, b), strict=True)
        if (missing := [column for column in COLUMNS if column not in table])
    ]
    if not faults and both.empty:
        faults.append(
            f"{names[0]} was tested on {a['account_id'].nunique():,} accounts and {names[1]} on {b['account_id'].nunique():,}, "
            "none of them the same; train both on the same data with the same split"
        )
    if not faults:
        known = both[both["value_a"].notna() & both["value_b"].notna()]
        disagreeing = int((known["value_a"] != known["value_b"]).sum())
        if disagreeing:
            faults.append(f"{disagreeing:,} accounts have another label in {names[1]} than in {names[0]}; compare runs on the same labels")
    if faults:
        raise TrainingRefusal(faults)


def _flips(both: pd.DataFrame) -> list[Flip]:
    changed = both[both["decision_a"] != both["decision_b"]]
    order = (changed["probability_a"] - changed["probability_b"]).abs().sort_values(ascending=False, kind="stable").index
    return [_flip(row) for row in changed.loc[order].to_dict("records")]


def _flip(row: Mapping[Any, Any]) -> Flip:
    one, two = (_reasons(row[f"reasons_{side}"]) for side in "ab")
    return Flip(
        account_id=str(row["account_id"]),
        head=str(row["head"]),
        value=float(row["value_a"]),
        a=str(row["decision_a"]),
        b=str(row["decision_b"]),
        probability_a=float(row["probability_a"]),
        probability_b=float(row["probability_b"]),
        only_a=tuple(name for name in one if name not in two),
        only_b=tuple(name for name in two if name not in one),
    )


def _reasons(said: Any) -> Sequence[str]:
    return said.split(", ") if isinstance(said, str) and said else ()
