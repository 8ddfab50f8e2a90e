"""Labels that people gave: read from their files or from the database, with who said it, and laid over those of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.problems import DatasetError, Problem
from features.reading import EXAMPLES, Draft, read_file
from features.schema import TABLES
from features.values import shown
from features.whole import whole_file
from models.heads.bought_followers import BOUGHT_FOLLOWERS, SMALLEST_SHARE
from training import corrections

# How a world signs its labels; everybody else is a person.
SYNTHETIC = "synthetic world"
# How a cell begins that a spreadsheet takes for a formula (OWASP, CSV injection).
RUN_BY_SPREADSHEETS = r"^[=+\-@\t\r]"
QUOTED = r"^'([=+\-@\t\r])"
UNNAMED = "unnamed reviewer"
LABELS = TABLES["labels"]
# Beside the contract's columns: the file or database that a label came from, and its row there (1 = first record).
SCHEMA = pa.schema([*((f.name, f.arrow) for f in LABELS.fields), ("file", pa.large_string()), ("row", pa.int64())])


def read(files: Sequence[Path]) -> pa.Table:
    """The labels of files, one row each, in the columns of SCHEMA: CSV, JSON Lines or Parquet with account_id, head and value, or an
    audit's CSV with `corrected` filled in. Who signed nothing is an unnamed reviewer of that file.

    Raises DatasetError with everything that is wrong in all of them.
    """
    found, problems = list[pa.Table](), list[Problem]()
    for file in files:
        try:
            table, faults = _corrected(file) if _is_audit(file) else _plain(file)
            found.append(table)
            problems += faults
        except DatasetError as fault:
            problems += fault.problems
    if problems:
        raise DatasetError(problems)
    return pa.concat_tables(found) if found else SCHEMA.empty_table()


def exported(labels: pa.Table, ids: Iterable[str], pseudonym: Callable[[str], str]) -> pa.Table:
    """The database's labels in the columns of SCHEMA. It knows many accounts by pseudonym alone; those among `ids`, the accounts of the
    dataset, are known again, and the others keep the pseudonym, which is the id of no account."""
    own = labels["account_id"] if "account_id" in labels.column_names else pa.chunked_array([pa.nulls(len(labels), pa.large_string())])
    own = own.cast(pa.large_string())
    if "pseudonym" in labels.column_names and own.null_count:
        plain = pa.array(list(ids), pa.large_string())
        masks = pa.array([pseudonym(each) for each in plain.to_pylist()], pa.large_string())
        place = pc.index_in(labels["pseudonym"].cast(pa.large_string()), value_set=masks)
        own = pc.coalesce(own, plain.take(place.combine_chunks()), labels["pseudonym"].cast(pa.large_string()))
    rest = labels.select([name for name in labels.column_names if name != "account_id"])
    return _whole(rest.append_column("account_id", own), "database")


def write(labels: pa.Table, file: Path) -> None:
    """Labels of SCHEMA as CSV that `read` reads. A cell that a spreadsheet would run begins with an apostrophe. Raises OSError."""
    frame = labels.select([name for name in SCHEMA.names if name not in ("file", "row")]).to_pandas()
    for name in ("account_id", "source", "by"):
        frame[name] = frame[name].where(~frame[name].fillna("").str.match(RUN_BY_SPREADSHEETS), "'" + frame[name].fillna(""))
    frame["at"] = frame["at"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with whole_file(file) as draft:
        frame.to_csv(draft, index=False)


def _is_audit(file: Path) -> bool:
    if file.suffix != ".csv" or not file.is_file():
        return False
    with file.open("rb") as content:
        first = content.readline().decode("utf-8-sig", "replace")
    return "corrected" in [name.strip().strip('"').lower() for name in first.replace(";", ",").split(",")]


def _corrected(file: Path) -> tuple[pa.Table, list[Problem]]:
    """A correction is as old as the file: read again it is the same label."""
    moment = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    labels = _whole(corrections.read(file, moment), file.name)
    # Only the corrected rows of the file have come this far, so their places in it are not known any more.
    return labels.set_column(SCHEMA.get_field_index("row"), "row", pa.nulls(len(labels), pa.int64())), []


def _plain(file: Path) -> tuple[pa.Table, list[Problem]]:
    if file.suffix not in (".csv", ".jsonl", ".parquet"):
        raise DatasetError([Problem("labels are a .csv, .jsonl or .parquet file with account_id, head and value", str(file))])
    if not file.is_file():
        raise DatasetError([Problem("there is no such file; a label file has the columns account_id, head and value", str(file))])
    draft = read_file(file, LABELS)
    draft.file = file.name
    draft.problems = [Problem(p.detail, file.name, p.row, p.column, more=p.more) for p in draft.problems]
    missing = [name for name in LABELS.required if name not in draft.columns]
    if missing and not draft.problems:
        draft.refuse(f"it holds no label and lacks the columns {', '.join(missing)}; account_id, head and value are needed.")
    if missing:
        return SCHEMA.empty_table(), draft.problems
    table = draft.table()
    if not table.num_rows and not draft.problems:
        draft.refuse("it holds no label, only the names of the columns; add a row per account and head.")
    for name, rows, what in _doubtful(table):
        _blame(draft, name, rows, what)
    draft.problems.sort(key=lambda problem: problem.row or 0)
    for name in ("account_id", "source", "by"):
        if name in table.column_names and file.suffix == ".csv":
            plain = pc.replace_substring_regex(table[name], QUOTED, r"\1")
            table = table.set_column(table.column_names.index(name), name, plain)
    return _whole(table, file.name), draft.problems


def _doubtful(table: pa.Table) -> Iterable[tuple[str, np.ndarray, Callable[[int], str]]]:
    """(column, mask of rows, what is wrong with one of them) for what a column alone cannot tell."""
    value = table["value"].cast(pa.float64()).to_numpy()
    neither = ~np.isnan(value) & (value != 0) & (value != 1)
    yield "value", neither, lambda row: f"value is {value[row]:g}; expected 0 (no) or 1 (yes), and no row where nobody knows."
    for name in ("account_id", "source", "by"):
        if name in table.column_names:
            formula = pc.starts_with(table[name], "=").fill_null(False).to_numpy()
            yield name, formula, _formula(name, table[name])
    if "share" in table.column_names:
        share = table["share"].to_numpy()
        bought = pc.equal(table["head"], BOUGHT_FOLLOWERS.name).fill_null(False).to_numpy()
        with np.errstate(invalid="ignore"):
            against = bought & (((value == 0) & (share >= SMALLEST_SHARE)) | ((value == 1) & (share == 0)))
        words = "the question is whether a tenth or more is of the purchased type, so one of the two is wrong."
        yield "share", against, lambda row: f"value is {value[row]:g} and share is {share[row]:g}; {words}"


def _formula(name: str, column: pa.ChunkedArray) -> Callable[[int], str]:
    return lambda row: f"{name} is {shown(column[row].as_py())}, a spreadsheet's formula; write its result."


def _blame(draft: Draft, column: str, rows: np.ndarray, what: Callable[[int], str]) -> None:
    places = np.flatnonzero(rows)
    for rank, place in enumerate(places[:EXAMPLES]):
        more = max(len(places) - EXAMPLES, 0) if rank == EXAMPLES - 1 else 0
        draft.problems.append(Problem(what(int(place)), draft.file, draft.row(int(place)), column, more=more))


def _whole(table: pa.Table, file: str) -> pa.Table:
    """All columns of SCHEMA; a label without a name is one of the file's unnamed reviewer."""
    n = table.num_rows
    own: dict[str, pa.Array | pa.ChunkedArray] = {name: table[name] for name in SCHEMA.names if name in table.column_names}
    own["file"] = pa.repeat(pa.scalar(file, pa.large_string()), n)
    own["row"] = pa.array(np.arange(1, n + 1))
    whole = pa.table({f.name: own[f.name].cast(f.type) if f.name in own else pa.nulls(n, f.type) for f in SCHEMA})
    by = pc.utf8_trim_whitespace(whole["by"])
    by = pc.if_else(pc.equal(by, ""), None, by)
    return whole.set_column(SCHEMA.get_field_index("by"), "by", pc.fill_null(by, f"{UNNAMED} ({file})"))
