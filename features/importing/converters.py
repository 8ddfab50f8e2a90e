"""Values as platforms write them: counts in quotes, hidden likes, epochs, HTML, flags in words."""

import html
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from features.schema import Field
from features.values import BadValue, from_json, from_text, shown

# Seconds and milliseconds since 1970 do not overlap for any moment between 1973 and 2200.
_MILLISECONDS_FROM = 10**11
_MOST_DIGITS = 20
_EPOCH = re.compile(r"[0-9]{9,14}(\.[0-9]{1,9})?")
# Neither can look further than to the next bracket, so a text of brackets costs no more than another.
_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def clean(text: str) -> str:
    """The text without halves of characters, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_id(value: Any) -> str | None:
    """An id as text with every digit it came with; a number with a fraction has lost some. Zero and empty are no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < 10**40 else None
    if isinstance(value, str):
        return clean(value).strip() or None
    raise BadValue(f"it is {shown(value)}; expected text or a whole number.")


def to_text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**40:
        return str(value)
    if not isinstance(value, str):
        raise BadValue(f"it is {shown(value)}; expected text.")
    return clean(value)


def to_count(value: Any) -> int | float | str | None:
    """A count; -1 is how platforms write a hidden one."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if not text.lstrip("+-").isascii() or not text.lstrip("+-").isdigit() or len(text) > _MOST_DIGITS:
            return from_text(Field("it", "count"), text)
        value = int(text)
    return None if value == -1 and not isinstance(value, bool) else value


def to_count_above_zero(value: Any) -> int | float | str | None:
    """A count that is written as 0 where it was not counted."""
    return to_count(value) or None


def to_flag(value: Any) -> bool | str | None:
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().lower()
        known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return known.get(word, value if word else None)
    return value


def to_moment(value: Any) -> str | None:
    """ISO 8601, seconds or milliseconds since 1970, or X's first form ("Wed Aug 27 13:08:45 +0000 2008")."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if not _EPOCH.fullmatch(text):
            return _first_form(text) or text
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(f"it is {shown(value)}; expected a moment.")
    if value == 0:
        return None
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    if not math.isfinite(seconds) or not 0 < seconds < 7_258_118_400:
        raise BadValue(f"it is {shown(value)}; expected a moment between 1970 and 2200.")
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _first_form(text: str) -> str | None:
    if len(text) != 30 or not text[0].isalpha():
        return None
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").isoformat()
    except ValueError:
        return None


def to_words(value: Any) -> list[str] | None:
    """Hashtags from a list of words or one cell of them."""
    if isinstance(value, str):
        return [word for word in re.split(r"[\s,;|]+", clean(value)) if word] or None
    if not isinstance(value, list):
        raise BadValue(f"it is {shown(value)}; expected a list of words.")
    return [clean(word) for word in value if isinstance(word, str)]


def to_number(value: Any) -> Any:
    return from_text(Field("it", "number"), value) if isinstance(value, str) else value


BY_KIND: Mapping[str, Callable[[Any], Any]] = {
    "id": to_id,
    "text": to_text,
    "count": to_count,
    "number": to_number,
    "share": to_number,
    "flag": to_flag,
    "moment": to_moment,
    "day": to_moment,
    "words": to_words,
}


def read(field: Field, value: Any, convert: Callable[[Any], Any] | None = None) -> Any:
    """The canonical value of a field, None where the platform hides it; raises BadValue."""
    converted = (convert or BY_KIND[field.kind])(value)
    return None if converted is None else from_json(field, converted)


# What single columns need beside their kind.


def choice(known: Mapping[str, str]) -> Callable[[Any], str | None]:
    """The platform's word as ours; a word that is not known is unknown."""
    return lambda value: known.get(value) if isinstance(value, str) else None


def length(value: Any) -> int | None:
    """A private person's text keeps only its length."""
    text = to_text(value)
    return None if text is None else len(text)


def given(value: Any) -> bool | None:
    """Whether a link or picture was given, by a field that is empty when there is none."""
    return bool(value.strip()) if isinstance(value, str) else bool(value) if isinstance(value, list | dict) else None


def inverted(value: Any) -> bool | None:
    flag = to_flag(value)
    return None if flag is None else not flag


def handle(value: Any) -> str | None:
    """A handle without its @."""
    text = to_text(value)
    return (text.strip().removeprefix("@") or None) if text else None


def plain(value: Any) -> str | None:
    """HTML as the text a reader sees: tags go, <br> breaks the line, entities become their characters."""
    text = to_text(value)
    if text is None or ("<" not in text and "&" not in text):
        return text
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def unescaped(value: Any) -> str | None:
    """Text in which only entities are escaped, as X's first API writes it."""
    text = to_text(value)
    return html.unescape(text) if text and "&" in text else text
