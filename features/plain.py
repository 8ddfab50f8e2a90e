"""An account's JSON that is right and plain, read straight into columns; one in doubt is left to the careful reader."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec.structs import astuple

from features import moments
from features.columns import Array
from features.compiled import kernel
from features.facts import MOST_ROWS, Raw, Snapshot, bounds, column, in_days
from features.rows import read_column
from features.schema import EVENT_TABLES, TABLES, Field, Kind, TableSchema
from features.text import Text, listed_hashtags
from features.validation import GRACE_US
from features.values import LARGEST_COUNT

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

_DAY_US = 86_400_000_000


class _Doubt(Exception):
    """Not plainly right; it may be right all the same."""


def _fields(schema: TableSchema) -> tuple[Field, ...]:
    return tuple(field for field in schema.fields if field.name != "account_id" or schema.name == "accounts")


def _struct(schema: TableSchema, strict: bool, lists: Mapping[str, Any] | None = None) -> Any:
    """The type of one row. `strict`: a field that nobody knows is a doubt, because what is in it is not checked to be JSON."""
    parts: list[Any] = []
    for field in _fields(schema):
        kind = Literal[field.choices] if field.choices else _TYPES[field.kind]  # type: ignore[valid-type]
        # A comment may be without words.
        needed = field.required and (field.kind != "text" or field.choices)
        parts.append((field.name, kind) if needed else (field.name, kind | None, None))
    parts += [(name, rows | None, None) for name, rows in (lists or {}).items()]
    return msgspec.defstruct(schema.name, parts, forbid_unknown_fields=strict, kw_only=True, gc=False)


def _account(strict: bool) -> Any:
    return _struct(TABLES["accounts"], strict, {name: list[_struct(TABLES[name], strict)] for name in EVENT_TABLES})  # type: ignore[misc]


_DECODER = msgspec.json.Decoder(_account(strict=True))
_LENIENT = _account(strict=False)
_FIELDS = {name: _fields(TABLES[name]) for name in ("accounts", *EVENT_TABLES)}
_KNOWN = frozenset({*TABLES["accounts"].by_name, *EVENT_TABLES})


def from_json(content: bytes) -> Snapshot | None:
    """The account that JSON bytes hold, or None when in doubt. It can be read if and only if `careful.read` reads the same."""
    try:
        return _snapshot(_DECODER.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, _Doubt):
        return None


def from_object(document: object) -> Snapshot | None:
    """The same for what was JSON before; fields that nobody knows are left out and counted."""
    try:
        return _snapshot(msgspec.convert(document, _LENIENT), len(document.keys() - _KNOWN))  # type: ignore[attr-defined]
    except (msgspec.ValidationError, _Doubt):
        return None


def _snapshot(seen: Any, ignored: int = 0) -> Snapshot:
    observed = int(_times(TABLES["accounts"]["observed_at"], (seen.observed_at,))[0])
    # A crawl takes a while; what happened within it is left out later.
    latest = observed + GRACE_US
    account = _columns(TABLES["accounts"], zip(astuple(seen)), bounds(1), latest)  # noqa: B905
    events: dict[str, Mapping[str, Raw]] = {}
    starts: dict[str, Array] = {}
    for name in EVENT_TABLES:
        rows = getattr(seen, name)
        if rows is None:
            continue
        if len(rows) > MOST_ROWS:
            raise _Doubt
        starts[name] = bounds(len(rows))
        events[name] = _columns(TABLES[name], zip(*map(astuple, rows), strict=True), starts[name], latest)
    return Snapshot(seen.account_id, seen.platform, account, events, starts, ignored)


def _columns(schema: TableSchema, columns: Iterable[tuple[Any, ...]], starts: Array, latest: int) -> dict[str, Raw]:
    """The columns of which something is known; nothing in them twice that names a row, and nothing later than `latest` (microseconds)."""
    found: dict[str, Raw] = {}
    for field, values in zip(_FIELDS[schema.name], columns, strict=False):
        if values[0] is None and values.count(None) == len(values):
            continue
        if field.kind in ("moment", "day"):
            times = _times(field, values)
            if times.max() > (latest if field.kind == "moment" else latest // _DAY_US):
                raise _Doubt
            values = times.tolist() if field.name == schema.key[-1] else values
            found[field.name] = in_days(field, times if times.min() >= 0 else np.where(times < 0, np.nan, times))
        else:
            found[field.name] = _READERS.get(field.kind, _one_by_one)(field, values, starts)
        if field.name == schema.key[-1] and _some_twice(values):
            raise _Doubt
    return found


def _some_twice(values: Sequence[Any]) -> bool:
    return len(set(values)) != len(values) and len(set(values)) + values.count(None) - 1 != len(values)


def _one_by_one(field: Field, values: Sequence[Any], starts: Array) -> Raw:
    return column(field, _canonical(field, values), starts)


def _canonical(field: Field, values: Sequence[Any]) -> list[Any]:
    read, faults = read_column(field, values)
    if faults:
        raise _Doubt
    return read


def _times(field: Field, values: Sequence[str | None]) -> Array:
    """Microseconds or days since 1970, int64, negative = unknown."""
    try:
        joined = "\0".join(values)  # type: ignore[arg-type]
    except TypeError:
        times = np.full(len(values), -1, dtype=np.int64)
        times[[value is not None for value in values]] = _times(field, [value for value in values if value is not None])
        return times
    read = moments.moments if field.kind == "moment" else moments.days
    times = read(np.frombuffer(joined.encode(), dtype=np.uint8), len(values))
    return times if times.min() >= 0 else np.array(_canonical(field, values), dtype=np.int64)


def _ids(field: Field, values: Sequence[str | None], starts: Array) -> Text:
    text = Text.from_list(values, starts)
    if _doubtful(text.data, text.offsets, text.known):
        _canonical(field, values)
    return text


def _texts(field: Field, values: Sequence[str | None], starts: Array) -> Text:
    return Text.from_list(values, starts)


def _counts(field: Field, values: Sequence[float | None], starts: Array) -> Array:
    try:
        numbers = np.frombuffer(array("d", values))  # type: ignore[arg-type]
    except TypeError:
        numbers = np.array(values, dtype=np.float64)
    if not _whole(numbers):
        raise _Doubt
    return numbers


def _flags(field: Field, values: Sequence[bool | None], starts: Array) -> Array:
    try:
        return np.frombuffer(bytes(values), dtype=np.uint8).astype(np.float64)  # type: ignore[arg-type]
    except TypeError:
        return np.array(values, dtype=np.float64)


def _words(field: Field, values: Sequence[list[str] | None], starts: Array) -> Raw:
    return listed_hashtags(values, starts)


_READERS: Mapping[Kind, Callable[[Field, Sequence[Any], Array], Raw]] = {
    "id": _ids,
    "text": _texts,
    "count": _counts,
    "flag": _flags,
    "words": _words,
}


@kernel
def _whole(numbers: Array) -> bool:
    """Whether the known ones are whole and within bounds; a zero that JSON wrote as -0.0 loses its sign."""
    for j in range(len(numbers)):
        number = numbers[j]
        if np.isnan(number):
            continue
        if not (0.0 <= number <= LARGEST_COUNT and number == np.floor(number)):
            return False
        if number == 0.0:
            numbers[j] = 0.0
    return True


@kernel
def _doubtful(data: Array, offsets: Array, known: Array) -> bool:
    """Whether an id is empty, begins with what may be a blank, or may be a number that a spreadsheet has rounded (1.23E+17)."""
    for j in range(len(known)):
        first, end = offsets[j], offsets[j + 1]
        if not known[j]:
            continue
        if first == end or data[first] <= 0x20 or data[first] >= 0x7F:
            return True
        if 48 <= data[first] <= 57:
            for at in range(max(first, end - 5), end):
                if data[at] == 69 or data[at] == 101:
                    return True
    return False
