"""Whether reviewers who looked at the same account said the same, beyond what chance alone would give."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.heads import HEADS

# Krippendorff 2004 (Content Analysis, p. 241): below this, conclusions should not be drawn from what was coded.
RELIABLE = 0.667


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree on one head.

    twice: accounts that two or more looked at; same: share of pairs of reviewers of one account that said the same; alpha: Krippendorff's,
    1 = always, 0 = no more than by chance, NaN where nobody ever said otherwise; reviewers: name -> (labels that the majority of the
    others can be held against, share of them that it shares).
    """

    head: str
    labels: int
    twice: int
    same: float
    alpha: float
    reviewers: Mapping[str, tuple[int, float]]

    def __str__(self) -> str:
        if not self.twice:
            return f"{self.head}: {self.labels:,} labels, no account looked at by two reviewers, so nothing is known of their agreement"
        doubt = f", below {RELIABLE}: agree on what the question means before you train" if self.alpha < RELIABLE else ""
        alpha = "no alpha, as nobody ever said otherwise" if math.isnan(self.alpha) else f"Krippendorff's alpha {self.alpha:.2f}{doubt}"
        of = f"{self.twice:,} {'account' if self.twice == 1 else 'accounts'} looked at by two or more"
        return f"{self.head}: {self.labels:,} labels, {of}; {self.same:.0%} of pairs said the same ({alpha})"


def agreement(votes: pd.DataFrame) -> list[Agreement]:
    """Per head, from one row per account_id, head and by (a reviewer's last word) with value 0 or 1."""
    found = []
    for head in HEADS:
        mine = votes[votes["head"] == head]
        if len(mine):
            account = mine["account_id"].factorize()[0]
            yes = np.bincount(account, mine["value"])
            many = np.bincount(account)
            found.append(Agreement(head, len(mine), int((many > 1).sum()), same_share(yes, many), alpha(yes, many), _reviewers(mine)))
    return found


def same_share(yes: np.ndarray, many: np.ndarray) -> float:
    """Share of pairs of labels of one account that are equal; yes, many: (accounts,) how many said yes, and how many said anything."""
    pairs = (many * (many - 1)).sum()
    no = many - yes
    return float((yes * (yes - 1) + no * (no - 1)).sum() / pairs) if pairs else math.nan


def alpha(yes: np.ndarray, many: np.ndarray) -> float:
    """Krippendorff's alpha of yes and no: 1 - observed / expected disagreement; any number of reviewers, none needs to see all accounts.

    yes, many as in `same_share`. NaN where no account was looked at twice, or all of those labels are the same.
    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C (nominal data).
    """
    pairable = many > 1
    yes, many = yes[pairable].astype(float), many[pairable].astype(float)
    total = many.sum()
    expected = yes.sum() * (total - yes.sum())
    if not expected:
        return math.nan
    observed = (yes * (many - yes) / (many - 1)).sum()
    return float(1.0 - (total - 1.0) * observed / expected)


def _reviewers(mine: pd.DataFrame) -> dict[str, tuple[int, float]]:
    """How often the majority of the OTHERS says the same: a reviewer's own label would count for himself."""
    together = mine.groupby("account_id")["value"]
    others_yes = together.transform("sum") - mine["value"]
    others = together.transform("size") - 1
    held = mine.assign(same=(2 * others_yes > others) == (mine["value"] == 1))[2 * others_yes != others]
    by = held.groupby("by")["same"].agg(["size", "mean"])
    return {str(name): (int(row["size"]), float(row["mean"])) for name, row in by.iterrows()}
