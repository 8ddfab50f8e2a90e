"""Rows that contradict each other: the same id twice, posts of nobody, moments after the account was looked at."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.problems import Problem, Severity
from features.schema import TABLES

EXAMPLES = 5
# A crawl takes a while: what happened within a day of the look is left out of the features without being a fault.
GRACE_US = 86_400_000_000


class Findings:
    """Collects the problems of one table and marks the rows that hold an error."""

    def __init__(self, problems: list[Problem], faulty: np.ndarray, file: str):
        self.problems, self.faulty, self.file = problems, faulty, file

    def add(self, rows: np.ndarray, column: str, values: pa.ChunkedArray, what: str, severity: Severity = "error") -> None:
        """One problem per example row of the boolean mask `rows`; `{value}` in `what` is the row's value."""
        positions = np.flatnonzero(rows)
        if severity == "error":
            self.faulty |= rows
        for rank, position in enumerate(positions[:EXAMPLES]):
            more = max(len(positions) - EXAMPLES, 0) if rank == EXAMPLES - 1 else 0
            detail = what.format(value=values[int(position)].as_py())
            self.problems.append(Problem(detail, self.file, int(position) + 1, column, severity=severity, more=more))


def check(tables: Mapping[str, pa.Table], faulty: dict[str, np.ndarray], problems: list[Problem], files: Mapping[str, str]) -> None:
    """Append what is wrong between rows to `problems` and mark the rows in `faulty`."""
    for name, table in tables.items():
        findings = Findings(problems, faulty[name], files.get(name, name))
        _twice(table, name, findings)
        if name != "accounts" and "accounts" in tables:
            _of_nobody(table, tables["accounts"], findings)
    if "accounts" not in tables:
        return
    for name in tables:
        _too_late(tables[name], name, tables["accounts"], Findings(problems, faulty[name], files.get(name, name)))
    if "posts" in tables and "comments" in tables:
        _under_no_post(tables["comments"], tables["posts"], Findings(problems, faulty["comments"], files.get("comments", "comments")))


def _twice(table: pa.Table, name: str, findings: Findings) -> None:
    key = TABLES[name].key
    if any(column not in table.column_names for column in key) or not table.num_rows:
        return
    key_code, known = _codes(table, key)
    _, first, inverse = np.unique(key_code, return_index=True, return_inverse=True)
    repeated = known & (first[inverse] != np.arange(len(key_code)))
    findings.add(
        repeated, key[-1], table[key[-1]], f"{key[-1]} {{value}} stands there a second time; keep one row for each {' and '.join(key)}."
    )


def _codes(table: pa.Table, columns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """One integer per distinct combination of the columns' values, and which rows know them all."""
    code = np.zeros(table.num_rows, dtype=np.int64)
    known = np.ones(table.num_rows, dtype=bool)
    for column in columns:
        encoded = table[column].combine_chunks().dictionary_encode()
        index = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        known &= index >= 0
        _, code = np.unique(code * (len(encoded.dictionary) + 1) + index + 1, return_inverse=True)
    return code, known


def _of_nobody(table: pa.Table, accounts: pa.Table, findings: Findings) -> None:
    if "account_id" not in table.column_names:
        return
    ids = table["account_id"]
    unknown = pc.and_(pc.is_valid(ids), pc.invert(pc.is_in(ids, value_set=accounts["account_id"].combine_chunks())))
    findings.add(
        unknown.to_numpy(), "account_id", ids, "account_id {value} is not in the accounts table; add the account or take the row out."
    )


def _too_late(table: pa.Table, name: str, accounts: pa.Table, findings: Findings) -> None:
    """What happened after `observed_at` cannot have been seen; features leave it out."""
    if not {"account_id", "observed_at"} <= set(accounts.column_names) or "account_id" not in table.column_names:
        return
    index = pc.index_in(table["account_id"], value_set=accounts["account_id"].combine_chunks())
    observed = accounts["observed_at"].cast(pa.int64()).take(index).to_numpy(zero_copy_only=False).astype(np.float64)
    columns = {column for column in (TABLES[name].at, "created_at") if column and column != "observed_at"}
    for column in sorted(columns & set(table.column_names)):
        moments = table[column]
        moments = moments.cast(pa.timestamp("us")) if column == "date" else moments
        at = moments.cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64)
        at[moments.is_null().to_numpy(zero_copy_only=False)] = np.nan
        with np.errstate(invalid="ignore"):
            late, grace = at > observed + GRACE_US, (at > observed) & (at <= observed + GRACE_US)
        findings.add(late, column, table[column], f"{column} {{value}} lies after the account's observed_at; correct one of the two.")
        findings.add(grace, column, table[column], f"{column} {{value}} lies after observed_at; the row is left out.", "warning")


def _under_no_post(comments: pa.Table, posts: pa.Table, findings: Findings) -> None:
    if not {"account_id", "post_id"} <= set(comments.column_names) & set(posts.column_names):
        return
    both = pa.concat_tables([comments.select(["account_id", "post_id"]), posts.select(["account_id", "post_id"])])
    codes, known = _codes(both, ("account_id", "post_id"))
    orphan = known[: len(comments)] & ~np.isin(codes[: len(comments)], codes[len(comments) :])
    findings.add(orphan, "post_id", comments["post_id"], "post_id {value} is not in the posts table.", "warning")
