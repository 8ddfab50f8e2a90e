"""Tables of any origin, as CSV or JSON Lines, by a map that says which of their columns is which of ours."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.importing.converters import to_text
from features.importing.shapes import Converter, Envelope, Mark, Platform, Shape, Take
from features.problems import InputError, Problem
from features.schema import EVENT_TABLES, PLATFORMS, TABLES
from features.values import BadValue, shown

MAPPED = ("accounts", *EVENT_TABLES)


def in_form(form: str) -> Converter:
    """Reads moments written in a form of Python's strptime, UTC where the form has no offset."""

    def moment(value: Any) -> str | None:
        text = to_text(value)
        if not text:
            return None
        try:
            found = datetime.strptime(text.strip(), form)
        except ValueError:
            raise BadValue(f"it is {shown(text)}; expected the form {form}.") from None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()

    return moment


def mapped(path: Path) -> Platform:
    """The platform that a map declares; raises InputError with everything that is wrong in the map."""
    try:
        choices = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError([Problem(f"the map is no TOML: {fault}.", str(path))]) from None
    problems: list[Problem] = []
    name = choices.pop("platform", None)
    if name is not None and name not in PLATFORMS:
        problems.append(Problem(f"platform is {shown(name)}; expected one of {', '.join(PLATFORMS)}.", str(path), pointer="/platform"))
    envelopes = [_envelope(table, columns, str(path), problems) for table, columns in choices.items()]
    if not choices.get("accounts"):
        problems.append(
            Problem("the map has no [accounts]; it must say at least account_id and followers.", str(path), pointer="/accounts")
        )
    if problems:
        raise InputError(problems)
    both = [Envelope(items, one.shapes) for items in ("rows", "") for one in envelopes]
    return Platform(name or "csv", "a table", tuple(both))


def _envelope(table: str, columns: Any, file: str, problems: list[Problem]) -> Envelope:
    """One table's columns as a shape; a row is one of its when it has what names such a row."""
    shapes: tuple[Shape, ...] = ()
    if table not in MAPPED or not isinstance(columns, dict):
        problems.append(
            Problem(f"expected one of {', '.join(f'[{name}]' for name in MAPPED)} with columns in it.", file, pointer=f"/{table}")
        )
        return Envelope("", shapes)
    takes: dict[str, Take] = {}
    for column, source in columns.items():
        take = _take(source)
        if column not in TABLES[table].by_name or take is None:
            detail = f'expected a column of {table} and the name of yours, such as {TABLES[table].key[-1]} = "id".'
            problems.append(Problem(detail, file, pointer=f"/{table}/{column}"))
        else:
            takes[column] = take
    named = TABLES[table].key[-1] if table != "comments" else "text"
    missing = {named, "account_id"} - takes.keys() if table != "comments" else {named} - takes.keys()
    problems += [
        Problem(f"{column} is not mapped; a row of {table} cannot do without it.", file, pointer=f"/{table}") for column in sorted(missing)
    ]
    return Envelope("", (Shape(f"row of {table}", table, takes, marks=(_row(table, named, takes),)),))


def _row(table: str, named: str, takes: Mapping[str, Take]) -> Mark:
    """A row belongs to a table when it has what names such a row; accounts and posts are named in other rows too, without a fact."""
    paths = {column: one.paths[0][0] for column, one in takes.items()}
    name = paths.get(named, "")
    facts = [path for column, path in paths.items() if TABLES[table][column].kind != "id"] if table in ("accounts", "posts") else []
    return Mark(lambda row: row.get(name) is not None and (not facts or any(row.get(path) is not None for path in facts)))


def _take(source: Any) -> Take | None:
    """The source of one column: a name, or a name with the form of its moments."""
    if isinstance(source, str):
        return Take(((source,),))
    if isinstance(source, dict) and isinstance(source.get("column"), str) and isinstance(source.get("form", ""), str):
        return Take(((source["column"],),), in_form(source["form"]) if "form" in source else None)
    return None


PLATFORM = Platform("csv", "a table", ())
