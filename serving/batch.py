"""Score a dataset: one verdict for every account, in order, none dropped, into Parquet, CSV or JSON lines."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features import dataset
from features.problems import DatasetError, Problem
from features.table import AccountTable
from features.whole import whole_file
from models.bundle import Bundle
from models.verdict import error_verdict, judge_table
from serving.judge import NotFinite, finite

# Accounts judged at a time: enough to be quick, few enough that their reasons fit memory.
SLICE = 1000

Verdict = dict[str, Any]
Rows = Callable[[Sequence[Verdict]], None]


class OutputError(ValueError):
    """A file that cannot be written as asked; the message says what can."""


class Progress(Protocol):
    """Told after every slice: accounts done in all, and how many there are, as far as is known."""

    def __call__(self, done: int, total: int | None, /) -> None: ...


def score(bundle: Bundle, data: Path, out: Path, progress: Progress | None = None, reasons: bool = True) -> int:
    """Judge every account of the dataset `data` into the file `out`; returns how many there were.

    An account whose own rows hold an error gets a verdict of status `error`; the others are judged. The file appears
    whole or not at all. Raises DatasetError when the dataset cannot be read as one, OutputError for an unknown suffix.
    """
    writer = _WRITERS.get(out.suffix.lower())
    if writer is None:
        raise OutputError(f"{out.name} ends in {out.suffix or 'nothing'}; expected .parquet, .csv or .jsonl.")
    numbers = dataset.parts(data)
    out.parent.mkdir(parents=True, exist_ok=True)
    done = 0
    with whole_file(out) as draft, writer(draft, columns(bundle.heads)) as write:
        for place, number in enumerate(numbers):
            for verdicts, in_part in _verdicts(bundle, data, number, reasons):
                write([_sound(verdict) for verdict in verdicts])
                done += len(verdicts)
                if progress is not None:
                    progress(done, done + in_part if place == len(numbers) - 1 else None)
    return done


def _verdicts(bundle: Bundle, data: Path, part: int | None, reasons: bool) -> Iterator[tuple[list[Verdict], int]]:
    """The verdicts of one part, a slice at a time, with how many accounts of the part are still to come."""
    loaded = dataset.load(data, part=part)
    if unplaced := [problem for problem in loaded.errors if problem.row is None]:
        raise DatasetError(unplaced)
    accounts = loaded.tables["accounts"]
    tables = {name: table for name, table in loaded.tables.items() if name != "labels"}
    unfit = _unfit(loaded)
    for start in range(0, accounts.num_rows, SLICE):
        slice_ = accounts.slice(start, SLICE)
        bad = unfit[start : start + SLICE]
        judged = iter(judge_table(bundle, AccountTable.from_tables(tables | {"accounts": slice_.filter(pa.array(~bad))}), reasons=reasons))
        ids = slice_["account_id"].to_pylist()
        verdicts = [_error(account_id) if faulty else next(judged) for account_id, faulty in zip(ids, bad, strict=True)]
        yield verdicts, accounts.num_rows - start - len(verdicts)


def _unfit(loaded: dataset.Loaded) -> np.ndarray:
    """Which accounts hold an error, in a row of their own or in one of their posts, comments, followers or days."""
    ids = loaded.tables["accounts"]["account_id"].combine_chunks()
    unfit = loaded.faulty["accounts"].copy()
    for name, table in loaded.tables.items():
        if name not in ("accounts", "labels") and loaded.faulty[name].any():
            owners = table["account_id"].filter(pa.array(loaded.faulty[name]))
            unfit |= pc.is_in(ids, value_set=owners.combine_chunks()).to_numpy(zero_copy_only=False)
    return unfit


def _error(account_id: str | None) -> Verdict:
    return error_verdict(account_id, [Problem("Rows of this account hold errors: `authenticity validate` names each of them.")])


def _sound(verdict: Verdict) -> Verdict:
    try:
        finite(verdict)
    except NotFinite:
        return error_verdict(
            verdict["account_id"], [Problem("A number of this verdict was not finite, a fault of ours; the others are sound.")]
        )
    return verdict


@contextmanager
def _json_lines(file: Path, _: pa.Schema) -> Iterator[Rows]:
    """The whole verdict on a line."""
    with file.open("wb") as lines:
        yield lambda verdicts: lines.writelines(orjson.dumps(verdict, option=orjson.OPT_APPEND_NEWLINE) for verdict in verdicts)


@contextmanager
def _csv(file: Path, schema: pa.Schema) -> Iterator[Rows]:
    with file.open("w", encoding="utf-8", newline="") as cells:
        table = csv.writer(cells)
        table.writerow(schema.names)
        yield lambda verdicts: table.writerows([_cell(value) for value in flat(verdict, schema).values()] for verdict in verdicts)


@contextmanager
def _parquet(file: Path, schema: pa.Schema) -> Iterator[Rows]:
    with pq.ParquetWriter(file, schema, compression="zstd") as table:
        yield lambda verdicts: table.write_table(pa.Table.from_pylist([flat(verdict, schema) for verdict in verdicts], schema))


_WRITERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines}


def columns(heads: Iterable[str]) -> pa.Schema:
    """The columns of a Parquet or CSV file: the verdict laid flat, four columns for each head."""
    texts, number = pa.string(), pa.float64()
    of_head = {"probability": number, "base_rate": number, "decision": texts, "reasons": texts}
    of_share = dict.fromkeys(("estimate", "low", "high", "detectable"), number) | {"n": pa.int64(), "scope": texts}
    return pa.schema(
        dict.fromkeys(("account_id", "platform", "observed_at", "status", "tier"), texts)
        | {f"{head}_{name}": kind for head in heads for name, kind in of_head.items()}
        | {f"bought_share_{name}": kind for name, kind in of_share.items()}
        | {f"engagement_{name}": number for name in ("rate", "expected", "gap_dex")}
        | dict.fromkeys(("missing", "errors", "bundle_id", "bundle_version", "bundle_run_id"), texts)
    )


def flat(verdict: Verdict, schema: pa.Schema) -> dict[str, Any]:
    """One verdict as a row of `columns`; what it does not say is None, lists are JSON text."""
    facts = {name: value for name, value in verdict.items() if not isinstance(value, dict | list)}
    parts = {head: answer | {"reasons": _text(answer["reasons"])} for head, answer in verdict["heads"].items()}
    parts |= {name: verdict.get(name) or {} for name in ("bought_share", "engagement", "bundle")}
    facts |= {f"{part}_{name}": value for part, named in parts.items() for name, value in named.items()}
    facts |= {"missing": _text(verdict.get("evidence", {}).get("missing")), "errors": _text(verdict.get("errors"))}
    return {name: facts.get(name) for name in schema.names}


def _text(value: Any) -> str | None:
    return orjson.dumps(value).decode() if value else None


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet runs: a text that could begin a formula, even after blanks or quotes, gets a `'` in front."""
    if isinstance(value, str) and value.lstrip(" '\"\n\v\f")[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"):
        return f"'{value}"
    return value
