"""Lists of JSON values as columns, with every fault named; JSON Lines files and single accounts go through here."""

import re
from collections.abc import Sequence
from typing import Any

from features.schema import Field, Kind
from features.values import LARGEST_COUNT, BadValue, from_json

_NONE = type(None)
# Columns whose values are all of these types need no look at each value; everything else is read one by one.
_PLAIN: dict[Kind, set[type]] = {
    "count": {int, _NONE},
    "flag": {bool, _NONE},
    "text": {str, _NONE},
    "id": {str},
}
# What an id must not be (see values.py), sought in all of them at once; an id with a line break only costs a second look.
_DOUBTFUL_ID = re.compile(r"^(?:\s*|[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2})$", re.MULTILINE)


def read_column(field: Field, values: Sequence[Any]) -> tuple[list[Any], list[tuple[int, BadValue]]]:
    """Canonical values (None = unknown) and the faults by position.

    Moments become microseconds and days become days since 1970; a faulty value becomes None.
    """
    kinds = set(map(type, values))
    plain = _PLAIN.get(field.kind)
    if kinds == {_NONE} or (plain is not None and kinds <= plain and not field.choices and _in_bounds(field, values)):
        return list(values), _missing(field, values)
    read: list[Any] = []
    faults = _missing(field, values)
    for position, value in enumerate(values):
        if value is None:
            read.append(None)
            continue
        try:
            read.append(from_json(field, value))
        except BadValue as fault:
            read.append(None)
            faults.append((position, fault))
    return read, faults


def _in_bounds(field: Field, values: Sequence[Any]) -> bool:
    if field.kind == "id":
        return not _DOUBTFUL_ID.search("\n".join(values))
    if field.kind != "count":
        return True
    known = [value for value in values if value is not None]
    return not known or (min(known) >= 0 and max(known) <= LARGEST_COUNT)


def _missing(field: Field, values: Sequence[Any]) -> list[tuple[int, BadValue]]:
    """A required value that is absent; a comment may be without words, so plain text may be empty."""
    if not field.required or (field.kind == "text" and not field.choices):
        return []
    return [(i, BadValue(f"{field.name} is missing; it is required.")) for i, value in enumerate(values) if value is None]
