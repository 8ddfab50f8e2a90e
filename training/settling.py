"""One label per account and head from what several reviewers said, by a rule that is stated and told.

A reviewer's newest label replaces their older ones. What most reviewers say counts. Where as many say yes as no, or where the only reviewer
says both at the same moment, nobody knows: the label is left out and listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from features.schema import TABLES
from features.values import shown
from training.agreement import Agreement, agreement

KEY = ["account_id", "head"]
UNDATED = pd.Timestamp(0, tz="UTC")
SETTLED = pa.schema([(field.name, field.arrow) for field in TABLES["labels"].fields])
SHOWN = 5
# Reviewers named, those whom the others share least first.
MOST = 12


@dataclass(frozen=True)
class Settled:
    """What is left after the rule: `labels`, one row per account and head in the contract's columns, `by` naming all who said so.

    sources: name -> labels that say they are from there; open: rows of (account_id, head, said) of which nobody knows; replaced: labels of
    a reviewer that a newer one replaced; outvoted: labels that the majority did not share.
    """

    labels: pa.Table
    sources: Mapping[str, int]
    open: pd.DataFrame
    replaced: int
    outvoted: int
    agreement: list[Agreement]

    def lines(self) -> list[str]:
        """What a person should know of it, one sentence a line."""
        told = [str(each) for each in self.agreement]
        for each in self.agreement:
            least = sorted(each.reviewers.items(), key=lambda reviewer: reviewer[1][1])
            told += [f"  {shown(name)}: the others' majority said the same {same:.0%} of {n:,} times" for name, (n, same) in least[:MOST]]
        told += [f"{self.replaced:,} older labels were replaced by the same reviewer's newest"] if self.replaced else []
        told += [f"{self.outvoted:,} labels were outvoted by the majority of reviewers"] if self.outvoted else []
        if self.sources:
            told.append("they are from " + ", ".join(f"{shown(name)} {many:,}" for name, many in list(self.sources.items())[:MOST]))
        if len(self.open):
            examples = "; ".join(f"{shown(row.account_id)} {row.head} ({row.said})" for row in self.open.head(SHOWN).itertuples())
            more = f"; {len(self.open) - SHOWN:,} more" if len(self.open) > SHOWN else ""
            told.append(f"{len(self.open):,} labels are left out, because reviewers contradict each other or themselves: {examples}{more}")
        return told


def settle(own: pa.Table) -> Settled:
    """One label per account and head from rows of own_labels.SCHEMA. An undated label counts as older than any dated one."""
    given = own.to_pandas()
    given["at"] = given["at"].fillna(UNDATED)
    # Numbers in place of names: a million labels are settled in seconds.
    given["unit"] = given.groupby(KEY, sort=False).ngroup()
    given["who"] = given["by"].factorize()[0]
    newest = given[given["at"] == given.groupby(["unit", "who"], sort=False)["at"].transform("max")]
    replaced = len(given) - len(newest)
    # Read twice, the same label is one label.
    newest = newest.drop_duplicates(["unit", "who", "value"], keep="last")
    votes = newest[~newest.duplicated(["unit", "who"], keep=False)]
    units = len(given["unit"].unique())
    yes, many = np.bincount(votes["unit"], votes["value"], units), np.bincount(votes["unit"], minlength=units)
    clear, said = 2 * yes != many, 2 * yes > many
    counted = votes[clear[votes["unit"]]]
    agreed = counted[said[counted["unit"]] == (counted["value"] == 1)]
    sources = {str(name): int(many) for name, many in agreed["source"].value_counts().items()}
    return Settled(_labels(agreed), sources, _open(newest[~clear[newest["unit"]]]), replaced, len(counted) - len(agreed), agreement(votes))


def _labels(agreed: pd.DataFrame) -> pa.Table:
    """A share is the mean of those that agree; the rest is the newest reviewer's."""
    agreed = agreed.sort_values("at", kind="stable")
    groups = agreed.groupby("unit", sort=True)
    labels = groups[[*KEY, "value", "source", "at", "by"]].last()
    labels["share"] = groups["share"].mean()
    several = agreed[groups["who"].transform("size") > 1].sort_values("by")
    if len(several):
        names = several.groupby("unit")["by"].agg(", ".join)
        labels.loc[names.index, "by"] = names
    labels["at"] = labels["at"].where(labels["at"] > UNDATED)
    return pa.Table.from_pandas(labels[SETTLED.names], SETTLED, preserve_index=False)


def _open(left: pd.DataFrame) -> pd.DataFrame:
    said = left["by"].map(shown) + ": " + left["value"].map({0: "no", 1: "yes"})
    said_by = left.assign(said=said).groupby("unit", sort=True)
    return said_by.agg(account_id=("account_id", "first"), head=("head", "first"), said=("said", ", ".join))
