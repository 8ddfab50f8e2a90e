"""What is wrong with one account's JSON: every fault with its place, all at once; what has none becomes columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.columns import Array
from features.facts import MOST_ROWS, Raw, Snapshot
from features.facts import column as as_column
from features.problems import Problem, SnapshotError
from features.rows import read_column
from features.schema import EVENT_TABLES, TABLES, TableSchema
from features.spans import one_span
from features.validation import GRACE_US

_MOST_PROBLEMS = 100


def read(document: object, torn: bool = False) -> Snapshot:
    """The snapshot that an object of JSON holds; raises SnapshotError with every problem. `torn`: half characters are possible."""
    if not isinstance(document, Mapping):
        raise SnapshotError([Problem(f"expected one account as an object, got {_type(document)}.")])
    problems: list[Problem] = []
    schema = TABLES["accounts"]
    ignored = len(document.keys() - schema.by_name.keys() - set(EVENT_TABLES))
    account = _columns(schema, [document], problems, lambda name, _: f"/{name}")
    events: dict[str, Mapping[str, list[Any]]] = {}
    sizes: dict[str, int] = {}
    for name in EVENT_TABLES:
        rows = document.get(name)
        if rows is None:
            continue
        if not isinstance(rows, list):
            problems.append(Problem(f"{name} is {_type(rows)}; expected a list of objects.", pointer=f"/{name}"))
            continue
        if len(rows) > MOST_ROWS:
            problems.append(Problem(f"{name} has {len(rows):,} rows; at most {MOST_ROWS:,} fit one account.", pointer=f"/{name}"))
            continue
        wrong = [i for i, row in enumerate(rows) if not isinstance(row, dict)]
        problems += [Problem(f"expected an object, got {_type(rows[i])}.", pointer=f"/{name}/{i}") for i in wrong[:_MOST_PROBLEMS]]
        if not wrong:
            sizes[name] = len(rows)
            events[name] = _events(TABLES[name], rows, problems)
    _nothing_later(account, events, problems)
    if torn:
        _nothing_torn(account, events, problems)
    if problems:
        raise SnapshotError(problems[:_MOST_PROBLEMS])
    starts = {name: one_span(rows) for name, rows in sizes.items()}
    return Snapshot(
        account["account_id"][0],
        account["platform"][0],
        _known(schema, account, one_span(1)),
        {name: _known(TABLES[name], columns, starts[name]) for name, columns in events.items()},
        starts,
        ignored,
    )


def _known(schema: TableSchema, columns: Mapping[str, list[Any]], starts: Array) -> dict[str, Raw]:
    return {name: as_column(schema[name], values, starts) for name, values in columns.items() if any(value is not None for value in values)}


def _events(schema: TableSchema, rows: list[dict[str, Any]], problems: list[Problem]) -> dict[str, list[Any]]:
    columns = _columns(schema, rows, problems, lambda name, i: f"/{schema.name}/{i}/{name}")
    _nothing_twice(schema, columns, problems)
    return columns


def _columns(schema: TableSchema, rows: list[Any], problems: list[Problem], pointer: Any) -> dict[str, list[Any]]:
    """Each known field's canonical values, for fields that at least one row has."""
    columns: dict[str, list[Any]] = {}
    seen = set().union(*(row.keys() for row in rows)) if rows else set()
    for field in schema.fields:
        if field.name == "account_id" and schema.name != "accounts":
            continue
        if field.name not in seen and not (field.required and rows):
            continue
        values, faults = read_column(field, [row.get(field.name) for row in rows])
        columns[field.name] = values
        problems += [Problem(str(fault), pointer=pointer(field.name, i)) for i, fault in faults[:_MOST_PROBLEMS]]
    return columns


def _nothing_torn(account: Mapping[str, list[Any]], events: Mapping[str, Mapping[str, list[Any]]], problems: list[Problem]) -> None:
    """Texts that UTF-8 cannot write."""
    for name, columns in {"": account, **events}.items():
        for column, values in columns.items():
            for i, value in enumerate(values):
                try:
                    for piece in value if isinstance(value, list) else [value]:
                        if isinstance(piece, str):
                            piece.encode()
                except UnicodeEncodeError:
                    place = f"/{name}/{i}/{column}" if name else f"/{column}"
                    problems.append(Problem(f"{column} holds half a character (a lone surrogate).", pointer=place))


def _nothing_twice(schema: TableSchema, columns: Mapping[str, list[Any]], problems: list[Problem]) -> None:
    name = schema.key[-1]
    seen: set[Any] = set()
    known = columns.get(name, [])
    if len(set(known)) == len(known):
        return
    for i, value in enumerate(known):
        if value is not None and value in seen:
            shown = f'"{value}"' if isinstance(value, str) else "the same day"
            problems.append(Problem(f"{name} {shown} stands there a second time; send it once.", pointer=f"/{schema.name}/{i}/{name}"))
        seen.add(value)


def _nothing_later(account: Mapping[str, list[Any]], events: Mapping[str, Mapping[str, list[Any]]], problems: list[Problem]) -> None:
    """Nothing can have been seen before it happened; what happened while the account was being crawled is left out later."""
    observed, created = (account.get(name, [None])[0] for name in ("observed_at", "created_at"))
    if observed is None:
        return
    if created is not None and created > observed + GRACE_US:
        problems.append(Problem("created_at lies after observed_at; correct one of the two.", pointer="/created_at"))
    for name, columns in events.items():
        for column in sorted({TABLES[name].at or "created_at", "created_at"} & columns.keys()):
            limit = (observed + GRACE_US) // (GRACE_US if column == "date" else 1)
            late = [i for i, at in enumerate(columns[column]) if at is not None and at > limit]
            problems += [
                Problem(f"{column} lies after the account's observed_at; correct one of the two.", pointer=f"/{name}/{i}/{column}")
                for i in late[:_MOST_PROBLEMS]
            ]


def _type(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a flag", int: "a number", float: "a number"}
    return names.get(type(value), "null")
