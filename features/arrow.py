"""Columns of a file, text or typed, as the contract's Arrow types; what cannot be one is named value by value."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.schema import Field
from features.values import EARLIEST, LARGEST_COUNT, LATEST, BadValue, from_json, from_text

Faults = list[tuple[int, BadValue]]

# "1.0" is how pandas writes a whole number; "1.000" may be a German thousand and is read alone.
_WHOLE = r"^\s*\+?[0-9]{1,13}(\.0?)?\s*$"
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
_ZONE = r"(Z|[+-]\d{2}:?\d{2})$"


def cast_column(field: Field, array: pa.Array) -> tuple[pa.Array, Faults]:
    """One column in the contract's type and the faults by position; a faulty value becomes null."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        array = pa.nulls(len(array), field.arrow)
    kind = array.type
    if _is_text(kind):
        cast = _from_text_column(field, array.cast(pa.large_string()))
    elif field.kind in ("count", "number", "share") and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        cast = _from_numbers(field, array)
    else:
        cast = _from_typed(field, array)
    result, faults = cast
    return result, _missing(field, array) + faults


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _missing(field: Field, array: pa.Array) -> Faults:
    if not field.required or (field.kind == "text" and not field.choices) or not array.null_count:
        return []
    fault = BadValue(f"{field.name} is missing; it is required.")
    return [(int(i), fault) for i in np.flatnonzero(array.is_null().to_numpy(zero_copy_only=False))]


def _from_text_column(field: Field, array: pa.Array) -> tuple[pa.Array, Faults]:
    """Fast for values of the common form; every other value is read alone, so that its fault can be told."""
    if field.kind == "text" and not field.choices:
        return array, []
    fast = pa.nulls(len(array), field.arrow)
    if field.kind == "id":
        doubtful = pc.match_substring_regex(array, r"^\s*$|^[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{2}$")
        fast = pc.if_else(doubtful, None, array)
    elif field.kind == "text":
        fast = pc.if_else(pc.is_in(array, value_set=pa.array(field.choices, pa.large_string())), array, None)
    elif field.kind == "count":
        digits = pc.replace_substring_regex(pc.utf8_trim_whitespace(_matching(array, _WHOLE)), r"^\+|\.0?$", "")
        fast = digits.cast(pa.int64())
    elif field.kind == "flag":
        lowered = pc.utf8_lower(pc.utf8_trim_whitespace(array))
        true, false = (pc.is_in(lowered, value_set=pa.array(words, pa.large_string())) for words in (["true", "1"], ["false", "0"]))
        fast = pc.if_else(true, True, pc.if_else(false, False, None)).cast(pa.bool_())
    elif field.kind == "moment":
        fast = _timely(_moments(array))
    return _rest(field, array, fast, from_text)


def _matching(array: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(array, pattern), array, None)


def _moments(array: pa.Array) -> pa.Array:
    utc = pa.timestamp("us", "UTC")
    try:
        zoned = _matching(array, _ISO + _ZONE).cast(utc)
        naive = pc.assume_timezone(_matching(array, _ISO + "$").cast(pa.timestamp("us")), "UTC")
        return pc.coalesce(zoned, naive)
    except pa.ArrowInvalid:
        # A day such as 2026-02-30 has the right form and is no day: read one by one, to say which.
        return pa.nulls(len(array), utc)


def _timely(moments: pa.Array) -> pa.Array:
    """The moments or days between 1970 and 2200, null for the others."""
    scale = 1 if pa.types.is_timestamp(moments.type) else 86_400_000_000
    numbers = moments.cast(pa.int64() if scale == 1 else pa.int32()).cast(pa.int64())
    within = pc.and_(pc.greater_equal(numbers, EARLIEST // scale), pc.less(numbers, LATEST // scale))
    return pc.if_else(within, moments, None)


def _untimely(field: Field, value: Any) -> Any:
    raise BadValue(f"{field.name} is {value}; expected a time between 1970 and 2200.")


def _rest(field: Field, array: pa.Array, fast: pa.Array, read: Any) -> tuple[pa.Array, Faults]:
    """`fast` where it is known, else each value of `array` read alone."""
    if isinstance(fast, pa.ChunkedArray):
        fast = fast.combine_chunks()
    open_rows = np.flatnonzero(pc.and_(fast.is_null(), array.is_valid()).to_numpy(zero_copy_only=False))
    if not len(open_rows):
        return fast, []
    faults: Faults = []
    values: list[Any] = []
    for row in open_rows:
        try:
            values.append(read(field, _python(array[int(row)])))
        except BadValue as fault:
            values.append(None)
            faults.append((int(row), fault))
    raw = {"moment": pa.int64(), "day": pa.int32()}.get(field.kind, field.arrow)
    patch = pa.array(values, type=raw).cast(field.arrow)
    index = np.zeros(len(array), dtype=np.int64)
    index[open_rows] = np.arange(len(open_rows))
    use_patch = np.zeros(len(array), dtype=bool)
    use_patch[open_rows] = True
    return pc.if_else(pa.array(use_patch), patch.take(pa.array(index)), fast), faults


def _python(value: pa.Scalar) -> Any:
    """The value as Python's own; a moment that Python cannot hold as its number."""
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return value.value


def _from_numbers(field: Field, array: pa.Array) -> tuple[pa.Array, Faults]:
    values = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = array.is_valid().to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        good = np.isfinite(values) & (values >= 0)
        if field.kind == "count":
            good &= (values == np.floor(values)) & (values <= LARGEST_COUNT)
        elif field.kind == "share":
            good &= values <= 1
    fast = pc.if_else(pa.array(good | ~known), array, None).cast(field.arrow, safe=False)
    return _rest(field, array, fast, from_json)


def _from_typed(field: Field, array: pa.Array) -> tuple[pa.Array, Faults]:
    kind = array.type
    if field.kind == "id" and pa.types.is_integer(kind):
        # Whole numbers in a typed file are exact, whatever their size.
        return array.cast(pa.large_string()), []
    if field.kind == "moment" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        moments = array.cast(pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) and kind.tz else pa.timestamp("us"), safe=False)
        moments = moments.cast(field.arrow) if moments.type.tz else pc.assume_timezone(moments, "UTC")
        return _rest(field, moments, _timely(moments), _untimely)
    if field.kind == "day" and (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        days = array.cast(pa.date32(), safe=False)
        return _rest(field, days, _timely(days), _untimely)
    if field.kind == "flag" and pa.types.is_boolean(kind):
        return array, []
    if field.kind == "flag" and pa.types.is_integer(kind):
        return _rest(field, array, pc.if_else(pc.is_in(array, value_set=pa.array([0, 1], kind)), array, None).cast(pa.bool_()), from_json)
    if field.kind == "words" and (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and _is_text(kind.value_type):
        return array.cast(field.arrow), []
    return _rest(field, array, pa.nulls(len(array), field.arrow), from_json)
