"""All columns of one list of an account at once, when they are right and plain; a doubt is left to the careful reader."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from features import buffers, moments
from features.columns import Array
from features.compiled import kernel
from features.facts import Raw, column
from features.rows import read_column
from features.schema import Field
from features.text import Text
from features.values import LARGEST_COUNT

Values = Sequence[Any]
Given = tuple[Field, Values]

_WRITTEN = frozenset({"id", "text", "moment", "day"})
_DAY_US = 86_400_000_000


class Doubt(Exception):
    """Not plainly right; it may be right all the same."""


def columns(given: Iterable[Given], key: str, starts: Array, latest: int) -> dict[str, Raw]:
    """The columns of which something is known, from each field's values in the types that its kind has in JSON (counts as float).

    Raises Doubt for what may be no value of its field, for a `key` that names two rows, and for times after `latest` (microseconds).
    """
    known = [(field, values) for field, values in given if values[0] is not None or values.count(None) < len(values)]
    found: dict[str, Raw] = _written([one for one in known if one[0].kind in _WRITTEN], key, starts, latest)
    found |= _counts([one for one in known if one[0].kind == "count"])
    for field, values in known:
        if field.kind == "flag":
            found[field.name] = _flags(values)
        elif field.name not in found:
            found[field.name] = column(field, _canonical(field, values), starts)
    return found


def _written(given: Sequence[Given], key: str, starts: Array, latest: int) -> dict[str, Raw]:
    """Texts, ids and times, which lie in one buffer, column after column."""
    found: dict[str, Raw] = {}
    if not given:
        return found
    data, offsets, masks = _joined([values for _, values in given])
    rows, begin = int(starts[-1]), 0
    for (field, values), mask in zip(given, masks, strict=True):
        own, begin = offsets[begin : begin + rows + 1], begin + rows
        if field.kind == "id" and _doubtful(data, own, mask):
            _canonical(field, values)
        if field.kind in ("id", "text"):
            found[field.name] = Text(data, own, mask, starts)
        else:
            found[field.name] = days = _times(field, values, data, own, mask, latest)
            values = days.tolist() if field.name == key else values
        if field.name == key and len(set(values)) < len(values) and len(set(values)) + values.count(None) - 1 < len(values):
            raise Doubt
    return found


def _joined(columns: Sequence[Values]) -> tuple[Array, Array, list[Array]]:
    """The bytes of all texts, where each begins (the last one ends), and for each column which of its texts are known."""
    every = np.ones(len(columns[0]), dtype=np.bool_)
    masks = [every] * len(columns)
    try:
        joined = _in_utf8(columns)
    except TypeError:
        gaps = [None in values for values in columns]
        masks = [np.array([v is not None for v in c]) if gap else every for c, gap in zip(columns, gaps, strict=True)]
        filled = [[v or "" for v in c] if gap else c for c, gap in zip(columns, gaps, strict=True)]
        joined = _in_utf8(filled)
    many = len(columns) * len(columns[0])
    data, offsets = buffers.part(np.frombuffer(joined, dtype=np.uint8), many)
    if len(data) + many - 1 != len(joined):
        # One of the texts holds the NUL that parts them.
        raise Doubt
    return data, offsets, masks


def _in_utf8(columns: Sequence[Values]) -> bytes:
    # Each by itself, because one emoji makes Python keep four bytes for every character of a text.
    return b"\0".join(["\0".join(values).encode() for values in columns])


def _times(field: Field, values: Values, data: Array, offsets: Array, known: Array, latest: int) -> Array:
    days = np.empty(len(values), dtype=np.float64)
    last = (moments.moments if field.kind == "moment" else moments.days)(data, offsets, known, days)
    if last == moments.UNREAD:
        canonical = _canonical(field, values)
        last = max(value for value in canonical if value is not None) * (1 if field.kind == "moment" else _DAY_US)
        read = column(field, canonical, offsets)
        assert isinstance(read, np.ndarray)
        days = read
    if last > latest:
        raise Doubt
    return days


def _counts(given: Sequence[Given]) -> dict[str, Raw]:
    # JSON may write zero as -0.0, which adding zero mends.
    numbers = np.frombuffer(b"".join([_packed(values) for _, values in given]), dtype=np.float64) + 0.0
    if not _whole(numbers):
        raise Doubt
    rows = len(numbers) // max(len(given), 1)
    return {field.name: numbers[i * rows : (i + 1) * rows] for i, (field, _) in enumerate(given)}


def _packed(values: Values) -> bytes:
    try:
        # A quarter of the time that NumPy takes for a tuple.
        return struct.pack(f"{len(values)}d", *values)
    except struct.error:
        return np.array(values, dtype=np.float64).tobytes()


def _flags(values: Values) -> Array:
    try:
        return np.frombuffer(bytes(values), dtype=np.uint8).astype(np.float64)
    except TypeError:
        return np.array(values, dtype=np.float64)


def _canonical(field: Field, values: Values) -> list[Any]:
    """The values read one by one, which takes every form that a value may have."""
    read, faults = read_column(field, values)
    if faults:
        raise Doubt
    return read


@kernel
def _whole(numbers: Array) -> bool:
    """Whether the known ones are whole and within bounds."""
    for number in numbers:  # noqa: SIM110
        if not (0.0 <= number <= LARGEST_COUNT and number == np.floor(number)) and not np.isnan(number):
            return False
    return True


@kernel
def _doubtful(data: Array, offsets: Array, known: Array) -> bool:
    """Whether an id is empty, begins with what may be a blank, or may be a number that a spreadsheet has rounded (1.23E+17)."""
    for j in range(len(known)):
        if not known[j]:
            continue
        first, end = offsets[j], offsets[j + 1]
        if first == end or data[first] <= 0x20 or data[first] >= 0x7F:
            return True
        if 48 <= data[first] <= 57:
            for at in range(max(first, end - 5), end):
                if data[at] == 69 or data[at] == 101:
                    return True
    return False
