"""An account's JSON that is right and plain, read straight into columns; one in doubt is left to the careful reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import astuple

from features.bulk import Doubt, columns
from features.columns import Array
from features.facts import MOST_ROWS, Raw, Snapshot
from features.rows import read_column
from features.schema import EVENT_TABLES, TABLES, Field, Kind, TableSchema
from features.spans import one_span
from features.validation import GRACE_US

# A count may be written as 12.0 or 1e3; that it is whole and within bounds is seen of a whole column at once.
_TYPES: Mapping[Kind, Any] = {
    "id": str,
    "text": str,
    "count": float,
    "number": float,
    "share": float,
    "flag": bool,
    "moment": str,
    "day": str,
    "words": list[str],
}


def _fields(schema: TableSchema) -> tuple[Field, ...]:
    return tuple(field for field in schema.fields if field.name != "account_id" or schema.name == "accounts")


def _struct(schema: TableSchema, strict: bool, lists: Mapping[str, Any] | None = None) -> Any:
    """The type of one row. `strict`: a field that nobody knows is a doubt, because what is in it is not checked to be JSON."""
    parts: list[Any] = []
    for field in _fields(schema):
        kind = Literal[field.choices] if field.choices else _TYPES[field.kind]
        # A comment may be without words.
        needed = field.required and (field.kind != "text" or field.choices)
        parts.append((field.name, kind) if needed else (field.name, kind | None, None))
    parts += [(name, rows | None, None) for name, rows in (lists or {}).items()]
    return msgspec.defstruct(schema.name, parts, forbid_unknown_fields=strict, kw_only=True, gc=False)


def _account(strict: bool) -> Any:
    return _struct(TABLES["accounts"], strict, {name: list[_struct(TABLES[name], strict)] for name in EVENT_TABLES})  # type: ignore[misc]


DECODER = msgspec.json.Decoder(_account(strict=True))
_OBSERVED = TABLES["accounts"]["observed_at"]
_LENIENT = _account(strict=False)
_FIELDS = {name: _fields(TABLES[name]) for name in ("accounts", *EVENT_TABLES)}
_KNOWN = frozenset({*TABLES["accounts"].by_name, *EVENT_TABLES})


def from_json(content: bytes) -> Snapshot | None:
    """The account that JSON bytes hold, or None when in doubt. It can be read if and only if `careful.read` reads the same."""
    try:
        return _snapshot(DECODER.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, Doubt):
        return None


def from_object(document: object) -> Snapshot | None:
    """The same for what was JSON before; fields that nobody knows are left out and counted."""
    try:
        return _snapshot(msgspec.convert(document, _LENIENT), len(document.keys() - _KNOWN))  # type: ignore[attr-defined]
    except (msgspec.ValidationError, Doubt):
        return None


def _snapshot(seen: Any, ignored: int = 0) -> Snapshot:
    observed, faults = read_column(_OBSERVED, [seen.observed_at])
    if faults:
        raise Doubt
    # A crawl takes a while; what happened within it is left out later.
    latest = observed[0] + GRACE_US
    own = one_span(1)
    account = columns(zip(_FIELDS["accounts"], zip(astuple(seen), strict=True), strict=False), "account_id", own, latest)
    events: dict[str, Mapping[str, Raw]] = {}
    starts: dict[str, Array] = {}
    for name in EVENT_TABLES:
        rows = getattr(seen, name)
        if rows is None:
            continue
        if len(rows) > MOST_ROWS:
            raise Doubt
        starts[name] = one_span(len(rows))
        given = zip(_FIELDS[name], zip(*map(astuple, rows), strict=True), strict=False)
        events[name] = columns(given, TABLES[name].key[-1], starts[name], latest)
    return Snapshot(seen.account_id, seen.platform, account, events, starts, ignored)
