"""What a head says of each account: how likely a yes is, how sure that is, and what it decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from features.catalog import BY_NAME, FeatureMatrix
from features.table import AccountTable
from models import channels
from models.decision import Answer, Because, Decision, Seen, decide
from models.share import Share

if TYPE_CHECKING:
    from models.bundle import Bundle, HeadModel


@dataclass(frozen=True)
class Spoken:
    """Of the m accounts with evidence: their rows in the table (m,), the values of the head's features (m, k), and for each one what was
    seen, the answer at the bundle's base rate, the decision and why it is none."""

    rows: np.ndarray
    values: np.ndarray
    seen: list[Seen]
    answers: list[Answer]
    decisions: list[tuple[Decision, Because | None]]


def spoken(
    bundle: Bundle, name: str, table: AccountTable, matrix: FeatureMatrix, tiers: Sequence[str], shares: Sequence[Share | None]
) -> Spoken:
    """What head `name` says of the accounts of which something was seen that it needs; of the others it says nothing."""
    model = bundle.heads[name]
    able = np.zeros(table.n, dtype=bool)
    for needed in model.head.needs:
        # A row of which nothing is known, such as a follower without counts, is no evidence.
        columns = [feature for feature in model.trees.names if needed in BY_NAME[feature].tables]
        able |= (np.diff(table.starts[needed]) > 0) & ~np.isnan(matrix.only(columns)).all(axis=1)
    rows = np.flatnonzero(able)
    values = matrix.only(model.trees.names)[rows]
    if not len(rows):
        return Spoken(rows, values, [], [], [])
    everybody = channels.seen(model.head, matrix, shares, tiers, model.limits.detectable)
    seen = [everybody[i] for i in rows]
    answers = said(model, bundle.base_rate(name), model.trees.margins(values))
    decisions = [decide(answer, here, model.head.costs, model.limits) for answer, here in zip(answers, seen, strict=True)]
    return Spoken(rows, values, seen, answers, decisions)


def said(model: HeadModel, base_rate: float, margins: np.ndarray) -> list[Answer]:
    """What the head says at each margin (n,)."""
    probabilities, low, high = model.calibration.answers(margins, base_rate)
    return [Answer(*map(float, each)) for each in zip(margins, probabilities, low, high, strict=True)]
