"""What to label next: judged accounts ranked by what a label of theirs would teach, as rows for people and programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features import cells
from models.heads import HEADS
from models.worth import Asked, Choice, choose

if TYPE_CHECKING:
    from serving.store import Store

# Judged accounts that an answer over HTTP is chosen from, the latest ones: a second's work.
MOST_LOOKED_AT = 20_000
# A reviewer fills in the last four; the file then goes back as any corrected one.
COLUMNS = ("account_id", "platform", "followers", "head", "probability", "low", "high", "decision", "why", "source")
FILLED_IN = ("corrected", "reviewer", "note")
DIGITS = 4


def ranked(judged: pa.Table, labelled: Mapping[str, pa.Array], n: int, head: str | None = None) -> list[dict[str, Any]]:
    """The `n` pairs of account and head that are most worth a label, first the one that is worth most.

    judged: a table of `serving.judged.schema`; labelled: head -> what `judged["pseudonym"]` holds of the accounts with a label. Accounts
    whose features another version computed, or whose plain id is not known any more, are left out.
    """
    table = judged.filter(pc.and_(pc.is_valid(judged["features"]), pc.is_valid(judged["account_id"]))).combine_chunks()
    if not table.num_rows:
        return []
    column = table["features"].combine_chunks()
    features = column.flatten().to_numpy().reshape(table.num_rows, column.type.list_size)
    asked = {name: _asked(table, name, labelled.get(name)) for name in HEADS if head in (None, name)}
    followers = table["followers"].cast(pa.float64()).fill_null(np.nan).to_numpy()
    return [_row(table, choice) for choice in choose(features, followers, asked, n)]


def of_store(store: Store, n: int, head: str | None = None, most: int | None = MOST_LOOKED_AT) -> dict[str, Any]:
    """The queue of the accounts that a service has judged, as `GET /v1/queue` answers it. Raises StoreError."""
    judged = store.judged(most=most)
    return {"queue": ranked(judged, labelled(store), n, head), "judged": judged.num_rows}


def labelled(store: Store) -> dict[str, pa.Array]:
    """Head -> the pseudonyms of all accounts that the database has a label of."""
    labels = store.labels()
    return {name: labels.filter(pc.equal(labels["head"], name))["pseudonym"].combine_chunks() for name in HEADS}


def write(rows: Sequence[Mapping[str, Any]], file: TextIO) -> None:
    """The queue as CSV with empty columns to fill in, as `authenticity audit` writes and reads it. No spreadsheet runs a cell of it."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow([*COLUMNS, *FILLED_IN])
    for row in rows:
        told = {**row, "low": row["probability_low"], "high": row["probability_high"], "source": ""}
        table.writerow([*(cells.safe(told[name]) for name in COLUMNS), *("" for _ in FILLED_IN)])


def _asked(table: pa.Table, head: str, known: pa.Array | None) -> Asked:
    probability, low, high = (table[f"{head}_{name}"].to_numpy() for name in ("probability", "low", "high"))
    decided = pc.is_in(table[f"{head}_decision"], pa.array(["yes", "no"], pa.large_string())).to_numpy()
    answered = np.zeros(table.num_rows, dtype=bool) if known is None else pc.is_in(table["pseudonym"], known).to_numpy()
    return Asked(probability, low, high, decided, answered)


def _row(table: pa.Table, choice: Choice) -> dict[str, Any]:
    facts = {name: table[name][choice.row].as_py() for name in ("account_id", "pseudonym", "platform", "tier", "followers", "bundle_id")}
    told = {name: table[f"{choice.head}_{name}"][choice.row].as_py() for name in ("probability", "low", "high", "decision")}
    parts = {name: round(getattr(choice, name), DIGITS) for name in ("uncertainty", "influence", "diversity", "worth")}
    probability, low, high = (round(told[name], DIGITS) for name in ("probability", "low", "high"))
    return {
        **facts,
        "judged_at": table["judged_at"][choice.row].as_py().isoformat().replace("+00:00", "Z"),
        "head": choice.head,
        "probability": probability,
        "probability_low": low,
        "probability_high": high,
        "decision": told["decision"],
        "why": "; ".join(_why(facts["followers"], told, choice)),
        **parts,
    }


def _why(followers: int | None, told: Mapping[str, Any], choice: Choice) -> Iterator[str]:
    decision = "undecided" if told["decision"] == "undecided" else f"answered {told['decision']}, but open"
    yield f"{decision} at {told['probability']:.0%} ({told['low']:.0%} to {told['high']:.0%})"
    yield "followers unknown" if followers is None else f"{followers:,} followers"
    alike = 1.0 - choice.diversity
    yield (
        f"{alike:.0%} alike to the nearest account that is labelled or stands above"
        if alike >= 0.005
        else "unlike any account that is labelled or stands above"
    )
