"""What a bundle measures and says of accounts, in the form in which it remembers some of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from features import dataset
from features.catalog import NAMES, build
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models.bundle import Bundle
from models.remembered import COUNTS, DECISIONS, MOST, Answers, Remembered, joined, ragged
from models.share import shares
from models.spoken import Spoken, spoken
from models.why import reasons_for
from training.labelled import SYNTHETIC
from training.splits import Split
from training.worlds import WORLDS, simulate

# No training and no test draws a world with such a seed.
FRESH_SEED = 20_261_125


def remembered(bundle: Bundle, data: Path, table: AccountTable, split: Split, seed: int) -> Remembered:
    """The accounts that today's are to be held against, at most MOST: none of them has taught the trees, because of those the trees are
    surer than of anybody they meet later, and today's accounts would seem to have drifted from the first day on.

    They are the accounts that calibrate and test (those that calibrate have set two numbers a head, which moves no account by itself),
    in an order that says nothing. Of a world as many fresh ones are drawn instead: its three sides hold different follower records, and
    beside a new draw of the same world the held-out ones differ in a dozen features of followers.
    """
    rows = np.concatenate([split.calibrate, split.test])
    rows = np.random.default_rng([seed, 12]).permutation(rows)[:MOST]
    worlds = _worlds(data, table.n)
    if not worlds:
        return remember(bundle, table.only(rows))
    pieces = []
    for world, share in worlds.items():
        with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
            simulate(Path(folder) / "fresh", max(round(share * len(rows)), 1), FRESH_SEED + seed, world, processes=1)
            tables = dataset.read(Path(folder) / "fresh", ("accounts", *EVENT_TABLES))
            pieces.append(remember(bundle, AccountTable.from_tables(tables)))
    return joined(pieces)


def _worlds(data: Path, accounts: int) -> dict[str, float]:
    """The worlds that all accounts of a dataset are from, with their shares; none when any of them is real."""
    labels = dataset.load(data, ("labels",)).tables["labels"]
    if "by" not in labels.column_names:
        return {}
    signed = labels.filter(pc.starts_with(labels["by"], SYNTHETIC)).select(["account_id", "by"])
    drawn = signed.group_by("account_id").aggregate([("by", "min")])
    counted = Counter(name.removeprefix(SYNTHETIC).strip() for name in drawn["by_min"].to_pylist())
    return {name: n / accounts for name, n in counted.items()} if drawn.num_rows == accounts and set(counted) <= set(WORLDS) else {}


def remember(bundle: Bundle, table: AccountTable) -> Remembered:
    """Every account of the table, in order: what was seen of it, its features, and each head's answer with the names of its reasons.

    It goes through the functions that judge, at the base rates and tiers of `bundle`.
    """
    matrix = build(table, bundle.reference)
    tiers = bundle.tiers.names(table.column("followers").values)
    found = shares(table, bundle.followers, bundle.reference)
    return Remembered(
        table.platform_codes.astype(np.int8),
        {name: table.column(name).values.astype(np.float32) for name in COUNTS},
        np.column_stack([table.looked_at[name] for name in EVENT_TABLES]),
        np.where(np.isfinite(matrix.values), matrix.values, np.nan).astype(np.float32),
        {name: _said(bundle, name, table, tiers, spoken(bundle, name, table, matrix, tiers, found)) for name in bundle.heads},
    )


def _said(bundle: Bundle, name: str, table: AccountTable, tiers: Sequence[str], spoke: Spoken) -> Answers:
    """Of every account; one without evidence is undecided, and nothing speaks for either side."""
    place = {feature: j for j, feature in enumerate(NAMES)}
    probability = np.full(table.n, np.nan, dtype=np.float32)
    decisions = np.full(table.n, DECISIONS.index("undecided"), dtype=np.int8)
    told: list[list[int]] = [[] for _ in range(table.n)]
    contributions = bundle.heads[name].trees.contributions(spoke.values) if len(spoke.rows) else spoke.values
    for row, i in enumerate(spoke.rows):
        probability[i], decision = spoke.answers[row].probability, spoke.decisions[row][0]
        decisions[i] = DECISIONS.index(decision)
        answer = {"decision": decision, "probability": float(spoke.answers[row].probability), "base_rate": bundle.base_rate(name)}
        said = reasons_for(bundle, name, spoke.values[row], contributions[row], answer, table.platforms[i], tiers[i])
        told[i] = [place[reason["feature"]] for reason in said]
    return Answers(probability, decisions, ragged(told))
