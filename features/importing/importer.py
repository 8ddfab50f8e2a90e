"""The whole import, top to bottom: read, recognise, join, replace people by strangers, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from features import dataset
from features.importing import accounts as asked_about
from features.importing import answers, completeness, joining
from features.importing.accounts import Accounts
from features.importing.collecting import Collected
from features.importing.pseudonyms import Pseudonyms
from features.importing.remarks import EXAMPLES, Remarks
from features.importing.rows import Rows
from features.importing.shapes import Platform
from features.problems import DatasetError, Problem
from features.schema import EVENT_TABLES, TABLES
from features.snapshot import MOST_ROWS
from features.whole import whole_file

RAW = {"moment": pa.int64(), "day": pa.int32()}


@dataclass(frozen=True)
class Imported:
    """The tables of a dataset and what its owner should know about them."""

    tables: dict[str, pa.Table]
    problems: list[Problem]

    @property
    def summary(self) -> str:
        """How much there is of what, for people."""
        counts = {
            noun: self.tables[name].num_rows for name, noun in {"accounts": "accounts", **joining.NOUNS}.items() if name in self.tables
        }
        return ", ".join(f"{count:,} {noun.removesuffix('s') if count == 1 else noun}" for noun, count in counts.items())

    def write(self, output: Path) -> None:
        """Write a dataset folder, or one account's JSON when `output` ends in .json; whole or not at all.

        Raises DatasetError when the folder holds anything, or when more than one account would have to fit into the JSON.
        """
        if output.suffix == ".json":
            content = orjson.dumps(document(self.tables), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            output.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(output) as draft:
                draft.write_bytes(content)
            return
        with dataset.writing(output) as folder:
            dataset.write(folder, self.tables)


def load(
    platform: Platform,
    others: Sequence[Platform],
    sources: Sequence[Path],
    key: bytes,
    observed_us: int | None = None,
    asked: str | None = None,
) -> Imported:
    """The dataset in the answers of one platform; `others` are the platforms a stray file may be of.

    observed_us: when the answers were given, microseconds, where they do not say it. asked: the id or handle of the only account
    to import. Raises DatasetError with everything that is wrong when no account results.
    """
    remarks = Remarks()
    collected = Collected(platform, remarks)
    for answer in answers.read(sources, remarks):
        if not collected.add(answer):
            _unrecognised(answer, collected, others)
    completeness.pages_missing(collected)
    accounts = asked_about.settle(collected, asked, observed_us)
    if not accounts.by_id:
        _no_account(collected, remarks)
        raise DatasetError(remarks.told)
    joining.join(collected, accounts)
    completeness.replies_missing(collected.tables["comments"], collected)
    completeness.sample_methods(accounts, collected)
    completeness.rounding(accounts, collected)
    _strangers(collected, accounts, key)
    tables = {"accounts": _table(accounts.rows)} | {name: _table(rows) for name in EVENT_TABLES if len(rows := collected.tables[name])}
    return Imported(tables, remarks.told)


def document(tables: dict[str, pa.Table]) -> dict[str, Any]:
    """One account as JSON (contract section 2)."""
    accounts = tables["accounts"].to_pylist()
    if len(accounts) > 1:
        detail = f"{len(accounts):,} accounts do not fit one account's JSON; choose one with --account, or name a folder as the output."
        raise DatasetError([Problem(detail)])
    for name, table in tables.items():
        if table.num_rows > MOST_ROWS:
            raise DatasetError(
                [Problem(f"{name} has {table.num_rows:,} rows; at most {MOST_ROWS:,} fit one account's JSON. Name a folder as the output.")]
            )
    events = {name: [_said(row) for row in tables[name].drop_columns("account_id").to_pylist()] for name in EVENT_TABLES if name in tables}
    return _said(accounts[0]) | events


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """What is known in a row, with moments as text."""
    return {name: value.isoformat() if isinstance(value, datetime | date) else value for name, value in row.items() if value is not None}


def _unrecognised(answer: answers.Answer, collected: Collected, others: Sequence[Platform]) -> None:
    """Say whose answer it is, if it is another platform's; a refusal has been told already."""
    platform, remarks = collected.platform, collected.remarks
    # Lines of one file are alike: some of them say whose they are.
    tried = others if remarks.counts.get("unrecognised", 0) < EXAMPLES else ()
    alike = next((other for other in tried if other is not platform and Collected(other, Remarks()).add(answer)), None)
    if alike is not None:
        detail = f"this looks like an answer of {alike.title}, not of {platform.title}; import it with `authenticity import {alike.name}`."
    elif collected.refused:
        return
    else:
        detail = f"nothing in it is known of {platform.title}'s answers; it is left aside."
    remarks.note("unrecognised", detail, answer.source.file, answer.pointer, "error")


def _no_account(collected: Collected, remarks: Remarks) -> None:
    if not any(problem.severity == "error" for problem in remarks.told):
        found = (
            ", ".join(f"{len(collected.tables[name]):,} {noun}" for name, noun in joining.NOUNS.items() if len(collected.tables[name]))
            or "nothing"
        )
        detail = f"no account is described in the answers ({found} were found). Import the account's profile answer together with them."
        remarks.note("no account", detail, severity="error")


def _strangers(collected: Collected, accounts: Accounts, key: bytes) -> None:
    """Nobody but the accounts themselves leaves here under the own name."""
    strangers = Pseudonyms(key, collected.platform.name, frozenset(filter(None, accounts.rows["handle"])))
    posts, comments, followers = (collected.tables[name] for name in ("posts", "comments", "follower_sample"))
    authors, own = comments["author_id"], comments["by_owner"]
    comments.columns["author_id"] = [author if mine else strangers.id(author) for author, mine in zip(authors, own, strict=True)]
    comments.columns["text"] = [strangers.text(text) for text in comments["text"]]
    posts.columns["caption"] = [text and strangers.text(text) for text in posts["caption"]]
    followers.columns["follower_id"] = [strangers.id(follower) for follower in followers["follower_id"]]
    followers.columns["handle"] = [handle and strangers.handle(handle) for handle in followers["handle"]]
    bios = zip(followers["bio"], followers["bio_length"], strict=True)
    followers.columns["bio_length"] = [known if bio is None else len(bio) for bio, known in bios]
    followers.columns["bio"] = [None] * len(followers)


def _table(rows: Rows) -> pa.Table:
    """The rows as Arrow columns of the contract's types; a column of which nothing is known is left out."""
    columns = {}
    for field in TABLES[rows.table].fields:
        values = rows[field.name]
        if field.required or any(value is not None for value in values):
            columns[field.name] = pa.array(values, RAW.get(field.kind, field.arrow)).cast(field.arrow)
    return pa.table(columns)
