"""The body of `POST /v1/labels`: one label or many, every fault with its place, or labels that can be kept."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from features.schema import TABLES, Field
from features.values import BadValue, from_json, not_json, shown
from serving.problems import NOT_A_LABEL, Refusal
from serving.store import Label

MOST_LABELS = 1000
MOST_PROBLEMS = 100
# A label's own columns (contract 1), and a reviewer's remark.
FIELDS: Mapping[str, Field] = {**TABLES["labels"].by_name, "note": Field("note", "text")}
LONGEST = {"account_id": 256, "source": 200, "by": 200, "note": 2_000}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A reviewer's clock may be in another zone; a label of next week is a mistake.
_AHEAD = timedelta(days=1)


def read(body: bytes, now: datetime | None = None) -> tuple[list[Label], bool]:
    """The labels of a body, and whether it was a list of them.

    Takes one label as an object, or `{"labels": [...]}` with 1 to MOST_LABELS of them. Raises Refusal: 400 when the body is no JSON,
    422 with every fault and its pointer.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise Refusal(400, f"the body is {not_json(body, fault)}") from None
    many = isinstance(document, dict) and "labels" in document
    rows, errors = _rows(document) if many else ([document], [])
    labels: list[Label] = []
    latest = (now or datetime.now(UTC)) + _AHEAD
    for place, row in enumerate(rows):
        if len(errors) < MOST_PROBLEMS:
            labels += _label(row, f"/labels/{place}" if many else "", latest, errors)
    if errors:
        told = errors[:MOST_PROBLEMS]
        raise Refusal(422, f"Nothing was kept. Places to mend: {len(told)}.", told, kind=NOT_A_LABEL)
    return labels, many


def _rows(document: Mapping[str, Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    rows = document["labels"]
    strange = islice((name for name in document if name != "labels"), MOST_PROBLEMS)
    errors = [(_pointer("", name), 'a list of labels holds nothing but "labels".') for name in strange]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_LABELS:
        came = f"{len(rows):,}" if isinstance(rows, list) else shown(rows)
        return [], [*errors, ("/labels", f"expected a list of 1 to {MOST_LABELS:,} labels, got {came}.")]
    return rows, errors


def _label(row: Any, place: str, latest: datetime, errors: list[tuple[str, str]]) -> list[Label]:
    """The label in a list, or an empty one; what is wrong with it is added to `errors`."""
    if not isinstance(row, dict):
        errors.append((place, f"expected a label as an object, got {shown(row)}."))
        return []
    before = len(errors)
    # A misspelt field would be lost without a word, and with it what a person has found out.
    strange = islice((name for name in row if name not in FIELDS), MOST_PROBLEMS)
    errors += [(_pointer(place, name), _no_field(name)) for name in strange]
    values: dict[str, Any] = {}
    for name, field in FIELDS.items():
        try:
            values[name] = _value(field, row.get(name), latest)
        except BadValue as fault:
            errors.append((f"{place}/{name}", str(fault)))
    return [Label(**values)] if len(errors) == before else []


def _value(field: Field, given: Any, latest: datetime) -> Any:
    if given is None:
        if field.required:
            raise BadValue(f"{field.name} is missing; it is required.")
        return None
    value = from_json(field, given)
    if isinstance(value, str):
        if len(value) > LONGEST.get(field.name, len(value)):
            raise BadValue(f"{field.name} has {len(value):,} characters; at most {LONGEST[field.name]:,} are kept.")
        if "\0" in value:
            raise BadValue(f"{field.name} holds a NUL character, which no database keeps. Leave it out.")
        return value.strip() or None if field.kind == "text" else value
    if field.name == "value" and value not in (0, 1):
        raise BadValue(f"value is {value}; expected 1 for yes or 0 for no.")
    if field.kind == "moment":
        moment = _EPOCH + timedelta(microseconds=value)
        if moment > latest:
            raise BadValue(f"{field.name} is {shown(given)}, which is still to come.")
        return moment
    return value


def _no_field(name: str) -> str:
    near = difflib.get_close_matches(name[:60], FIELDS, 1)
    return f"{shown(name)} is no field of a label" + (f'; did you mean "{near[0]}"?' if near else f"; there are: {', '.join(FIELDS)}.")


def _pointer(place: str, name: str) -> str:
    return f"{place}/{name[:60].replace('~', '~0').replace('/', '~1')}"
