"""One value of one field: read it, or say what is wrong with it and what to do."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from features.schema import Field, Kind

# Larger than any platform's largest account by 1,000; a count above it is a mistake in the export, not a fact.
LARGEST_COUNT = 10**13
_MICROSECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORT_COUNT = re.compile(r"^\s*([0-9]+(?:[.,][0-9]+)?)\s*(k|m|b|mio|mrd|tsd|bin|mn)\.?\s*$", re.IGNORECASE)
_GROUPED = re.compile(r"^\s*[0-9]{1,3}(?:[.,'’ \u00a0\u202f][0-9]{3})+\s*$")
# Microseconds since 1970. No platform is older, and what lies centuries ahead is a mistake in the export.
EARLIEST, LATEST = 0, 7_258_118_400 * _MICROSECOND
_WHOLE = re.compile(r"^[+-]?[0-9]+$")
_SCIENTIFIC = re.compile(r"^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}$")


class BadValue(ValueError):
    """A value that its field cannot hold; the message says what came and what to do."""


def not_json(content: bytes | str, fault: ValueError) -> str:
    """Why a text is no JSON, with the likeliest cause: Python and JavaScript write NaN, which JSON does not have."""
    hint = any((word.encode() if isinstance(content, bytes) else word) in content for word in ("NaN", "Infinity"))  # type: ignore[operator]
    return f"not JSON: {fault}" + ("; NaN and Infinity are no JSON, leave an unknown value out" if hint else "")


def shown(value: Any) -> str:
    """A value as it came, short enough for a message and without control characters."""
    # Python refuses to write out a number of thousands of digits.
    huge = isinstance(value, int) and abs(value) > 10**60
    text = value if isinstance(value, str) else "a number of more than 60 digits" if huge else _written(value)
    text = "".join(c if c.isprintable() else "�" for c in text[:60]) + ("…" if len(text) > 60 else "")
    return f'"{text}"' if isinstance(value, str) else text


def _written(value: Any) -> str:
    # Python refuses to write out what nests deeper than its own calls may; a long list is not worth writing out.
    if isinstance(value, list | dict) and len(value) > 60:
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value):,}"
    try:
        return repr(value)
    except RecursionError:
        return "something nested very deeply"


def _bad(field: Field, value: Any, why: str) -> BadValue:
    return BadValue(f"{field.name} is {shown(value)}; {why}")


def _id(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str):
        raise _bad(field, value, 'ids are text, because numbers above 2^53 change on the way. Put it in quotes: "123".')
    if not value or value.isspace():
        raise _bad(field, value, "an id cannot be empty.")
    if _SCIENTIFIC.match(value):
        raise _bad(field, value, "a spreadsheet has rounded this id. Export it again with the column as text.")
    return value


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(field, value, "expected text.")
    if field.choices and value not in field.choices:
        raise _bad(field, value, f"expected one of {', '.join(field.choices)}.")
    return value


def _count(field: Field, value: Any) -> int:
    if isinstance(value, str) and (short := _SHORT_COUNT.match(value)):
        raise _bad(field, value, f"shortened counts have lost digits. Write the whole number, such as {_expanded(*short.groups())}.")
    if isinstance(value, str) and _GROUPED.match(value):
        raise _bad(field, value, f"write whole numbers without parted thousands, such as {re.sub('[^0-9]', '', value)}.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(field, value, "expected a whole number.")
    if isinstance(value, float) and not math.isfinite(value):
        raise _bad(field, value, "NaN and Infinity are no counts. Leave it empty if it is unknown.")
    if value < 0:
        raise _bad(field, value, "counts are never negative. Leave it empty if the platform hides it.")
    if value != int(value):
        raise _bad(field, value, "expected a whole number.")
    if value > LARGEST_COUNT:
        raise _bad(field, value, f"no platform counts above {LARGEST_COUNT:,}.")
    return int(value)


def _expanded(digits: str, suffix: str) -> int:
    scale = {"k": 3, "tsd": 3, "bin": 3, "m": 6, "mio": 6, "mn": 6, "b": 9, "mrd": 9}[suffix.lower()]
    return round(float(digits.replace(",", ".")) * 10**scale)


def _number(field: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(field, value, "expected a number.")
    if not math.isfinite(value):
        raise _bad(field, value, "NaN and Infinity are no values. Leave it empty if it is unknown.")
    return float(value)


def _share(field: Field, value: Any) -> float:
    number = _number(field, value)
    if not 0.0 <= number <= 1.0:
        raise _bad(field, value, "a share lies between 0 and 1; 31 % is 0.31.")
    return number


def _flag(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad(field, value, "expected true or false. Leave it empty if it is unknown.")
    return value


def _moment(field: Field, value: Any) -> int:
    """Microseconds since 1970 UTC; a moment without an offset is UTC."""
    if not isinstance(value, str):
        raise _bad(field, value, 'expected a moment such as "2026-11-01T09:30:00Z".')
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise _bad(field, value, 'expected a moment such as "2026-11-01T09:30:00Z".') from None
    delta = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    microseconds = (delta.days * 86_400 + delta.seconds) * _MICROSECOND + delta.microseconds
    if not EARLIEST <= microseconds < LATEST:
        raise _bad(field, value, "expected a moment between 1970 and 2200.")
    return microseconds


def _day(field: Field, value: Any) -> int:
    """Days since 1970."""
    try:
        day = date.fromisoformat(value.strip()[:10]).toordinal() - 719_163
    except (ValueError, AttributeError):
        raise _bad(field, value, 'expected a day such as "2026-11-01".') from None
    if not EARLIEST <= day * 86_400 * _MICROSECOND < LATEST:
        raise _bad(field, value, "expected a day between 1970 and 2200.")
    return day


def _words(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise _bad(field, value, 'expected a list of texts such as ["climbing", "alps"].')
    return value


_READERS: dict[Kind, Callable[[Field, Any], Any]] = {
    "id": _id,
    "text": _text,
    "count": _count,
    "number": _number,
    "share": _share,
    "flag": _flag,
    "moment": _moment,
    "day": _day,
    "words": _words,
}


def from_json(field: Field, value: Any) -> Any:
    """A JSON value as the field's own: str, int, float, bool, microseconds (moment), days (day) or list of str.

    Raises BadValue. None is for the caller: missing means unknown.
    """
    return _READERS[field.kind](field, value)


def from_text(field: Field, text: str) -> Any:
    """A cell of a CSV file as the field's own value; raises BadValue."""
    if field.kind in ("count", "number", "share"):
        return from_json(field, text if field.kind == "count" and _GROUPED.match(text) else _number_in(text))
    if field.kind == "flag":
        return from_json(field, {"true": True, "false": False, "1": True, "0": False}.get(text.strip().lower(), text))
    if field.kind == "words":
        # One cell holds several hashtags, parted by blanks, commas or semicolons.
        return [word for word in re.split(r"[\s,;|]+", text) if word]
    return from_json(field, text)


def _number_in(text: str) -> Any:
    stripped = text.strip()
    if len(stripped) <= 18 and _WHOLE.match(stripped):
        return int(stripped)
    try:
        return float(stripped)
    except ValueError:
        return text
