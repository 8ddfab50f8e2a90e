"""Single accounts out of a dataset, in the form in which they are sent over HTTP (contract, section 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.mixtures import Tables
from training.worlds import high_street

LISTS = ("posts", "comments", "follower_sample", "history")


def document(tables: Tables, account_id: str) -> dict[str, Any]:
    """One account as JSON-able values: unknown values are left out, and so is a list of which the dataset holds no row.

    Raises KeyError for an account that the dataset does not hold.
    """
    mine = _of(tables["accounts"], account_id)
    if not mine:
        raise KeyError(f"account {account_id!r} is not in the accounts table")
    found = {name: _of(tables[name], account_id) for name in LISTS if name in tables}
    return mine[0] | {name: [{key: row[key] for key in row if key != "account_id"} for row in rows] for name, rows in found.items() if rows}


def golden_accounts(seed: int) -> list[dict[str, Any]]:
    """Six synthetic accounts that show what a bundle must recognise: bought at once, bought bit by bit, clean, diluted, and two with gaps.

    Told apart by their labels, not by any model; the same seed gives the same documents.
    """
    street, child = np.random.SeedSequence([seed, *b"golden"]).spawn(2)
    tables = high_street.part(high_street.setting(street), child, 0, 600)
    labels = tables["labels"].to_pandas().pivot(index="account_id", columns="head", values=["value", "share"])
    share = labels["share"]["bought_followers"].astype(float)
    diluted = labels["value"]["diluted_audience"].astype(bool)
    # Small enough to travel in a bundle, large enough to be judged.
    counts = tables["accounts"].to_pandas().set_index("account_id")["followers"]
    usual = counts.between(500, 20_000).reindex(labels.index)
    seen = {name: labels.index.isin(tables[name]["account_id"].unique().to_pylist()) for name in LISTS}
    whole = usual & seen["posts"] & seen["comments"] & seen["follower_sample"] & seen["history"]
    chosen = [
        share[whole & ~diluted].sort_values().index[-1],
        share[whole & ~diluted & share.between(0.15, 0.25)].index[0],
        share[whole & ~diluted & (share == 0)].index[0],
        share[whole & diluted & (share == 0)].index[0],
        share[usual & seen["posts"] & ~seen["follower_sample"] & (share == 0)].index[0],
        share[usual & ~seen["posts"] & seen["follower_sample"] & (share > 0.2)].index[0],
    ]
    return [document(tables, account_id) for account_id in chosen]


def _of(table: pa.Table, account_id: str) -> list[dict[str, Any]]:
    rows = table.filter(pc.equal(table["account_id"], account_id)).to_pylist()
    return [{key: _json(value) for key, value in row.items() if value is not None} for row in rows]


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value
