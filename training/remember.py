"""What a bundle measures and says of accounts, in the form in which it remembers some of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.catalog import NAMES, FeatureMatrix, build
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models.bundle import Bundle
from models.reasons import reasons, side_of
from models.remembered import COUNTS, DECISIONS, MOST, Answers, Remembered, ragged
from models.share import shares
from models.verdict import _answers
from training.splits import Split


def chosen(split: Split, seed: int) -> np.ndarray:
    """The rows that a bundle remembers, at most MOST, in an order that says nothing: of the accounts that calibrate and test.

    Those that taught the trees are left out, because of them the trees are surer than of anybody they meet later: today's accounts would
    seem to have drifted from the first day on. Those that calibrate have set two numbers a head, which moves no account by itself.
    """
    rows = np.concatenate([split.calibrate, split.test])
    return np.random.default_rng([seed, 12]).permutation(rows)[:MOST]


def remember(bundle: Bundle, table: AccountTable) -> Remembered:
    """Every account of the table, in order: what was seen of it, its features, and each head's answer with the names of its reasons.

    It goes through the functions that judge, at the base rates and tiers of `bundle`.
    """
    matrix = build(table, bundle.reference)
    tiers = bundle.tiers.names(table.column("followers").values)
    found = shares(table, bundle.followers, bundle.reference)
    place = {name: j for j, name in enumerate(NAMES)}
    heads = {}
    for name in bundle.heads:
        said = _answers(bundle, name, table, matrix, tiers, found, [()] * table.n, _why(bundle, table, matrix, tiers))
        probability = np.array([np.nan if answer is None else answer["probability"] for answer in said], dtype=np.float32)
        decisions = [DECISIONS.index("undecided" if answer is None else answer["decision"]) for answer in said]
        told = [[] if answer is None else [place[reason["feature"]] for reason in answer["reasons"]] for answer in said]
        heads[name] = Answers(probability, np.array(decisions, dtype=np.int8), ragged(told))
    return Remembered(
        table.platform_codes.astype(np.int8),
        {name: table.column(name).values.astype(np.float32) for name in COUNTS},
        np.column_stack([table.looked_at[name] for name in EVENT_TABLES]),
        np.where(np.isfinite(matrix.values), matrix.values, np.nan).astype(np.float32),
        heads,
    )


def _why(bundle: Bundle, table: AccountTable, matrix: FeatureMatrix, tiers: list[str]) -> Any:
    def why(name: str, i: int, contributions: np.ndarray, answer: dict[str, Any], decisions: Any) -> dict[str, Any]:
        model = bundle.heads[name]
        side = side_of(answer["decision"], answer["probability"], answer["base_rate"])
        values = matrix.values[i, [NAMES.index(feature) for feature in model.trees.names]]
        told = reasons(
            model.trees.names,
            values,
            contributions,
            model.calibration.slope,
            side,
            bundle.peers,
            table.platforms[i],
            tiers[i],
            model.head.directions,
        )
        return {"reasons": told}

    return why
