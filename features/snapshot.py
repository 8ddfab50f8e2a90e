"""One account at one moment, as a platform shows it: the JSON of contract section 2, checked and put into columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from features import careful, plain
from features.facts import MOST_ROWS, Snapshot
from features.problems import Problem, SnapshotError
from features.schema import EVENT_TABLES, TABLES, Field, Kind, TableSchema
from features.values import not_json

__all__ = ["MOST_ROWS", "Snapshot", "json_schema", "parse"]


def parse(document: bytes | str | Mapping[str, Any]) -> Snapshot:
    """A snapshot from JSON bytes or from the object they hold; raises SnapshotError with every problem and where it is.

    Most documents are right and plain, which is quickly seen. Of every other one the careful reader says what it is.
    """
    if not isinstance(document, bytes | str):
        # JSON cannot hold half a character; an object made by a program may, and numbers of any library.
        return careful.read(document, torn=True)
    snapshot = plain.from_json(document) if isinstance(document, bytes) else None
    if snapshot is None:
        try:
            loaded = orjson.loads(document)
        except orjson.JSONDecodeError as fault:
            raise SnapshotError([Problem(f"the body is {not_json(document, fault)}")], not_json=True) from None
        snapshot = plain.from_object(loaded) or careful.read(loaded)
    return snapshot


_JSON_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    "id": {"type": "string", "minLength": 1},
    "text": {"type": "string"},
    "count": {"type": "integer", "minimum": 0},
    "number": {"type": "number"},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "words": {"type": "array", "items": {"type": "string"}},
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one account; null and absent both mean unknown."""
    schema = _object(TABLES["accounts"])
    for name in EVENT_TABLES:
        rows = {"type": "array", "items": _object(TABLES[name]), "maxItems": MOST_ROWS}
        schema["properties"][name] = {"anyOf": [rows, {"type": "null"}], "description": "absent: not looked at; empty: looked at, none"}
    return schema


def _object(table: TableSchema) -> dict[str, Any]:
    fields = [column for column in table.fields if column.name != "account_id" or table.name == "accounts"]
    required = [column.name for column in fields if column.required and column.name != "text"]
    return {"type": "object", "properties": {column.name: _property(column) for column in fields}, "required": required}


def _property(column: Field) -> dict[str, Any]:
    kind = {**_JSON_TYPES[column.kind], **({"enum": list(column.choices)} if column.choices else {})}
    if column.required and column.name != "text":
        return kind
    return {"anyOf": [kind, {"type": "null"}]}
