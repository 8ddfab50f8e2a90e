"""Moments and days in their plain written form, a whole column at once."""

import numpy as np

from features.compiled import kernel
from features.values import EARLIEST, LATEST

A = np.ndarray

# What stands for a text that is not in the plain form; whether it is a moment all the same is for values.py to say.
UNREAD = -1

_DAY_US = 86_400_000_000
_ZERO, _DASH, _COLON, _POINT = ord("0"), ord("-"), ord(":"), ord(".")
_T, _BLANK, _Z, _PLUS = ord("T"), ord(" "), ord("Z"), ord("+")


@kernel
def moments(data: A, offsets: A, known: A, out: A) -> int:
    """Puts the known texts `data[offsets[j]:offsets[j + 1]]` into `out` as days since 1970 UTC (NaN = unknown); returns the latest in
    microseconds, or UNREAD if one of them is not plain.

    Plain is a day, or a day and a time to the minute, second or up to six decimals, with Z, an offset such as +02:00, or neither (UTC),
    between 1970 and 2200.
    """
    latest = 0
    for j in range(len(out)):
        out[j] = np.nan
        if known[j]:
            moment = _moment(data, offsets[j], offsets[j + 1])
            if moment == UNREAD:
                return UNREAD
            latest = max(latest, moment)
            out[j] = moment / _DAY_US
    return latest


@kernel
def days(data: A, offsets: A, known: A, out: A) -> int:
    """The same for days such as 2026-11-01, and nothing after them."""
    latest = 0
    for j in range(len(out)):
        out[j] = np.nan
        if known[j]:
            day = _day(data, offsets[j]) if offsets[j + 1] - offsets[j] == 10 else UNREAD
            if day == UNREAD or day * _DAY_US >= LATEST:
                return UNREAD
            latest = max(latest, day * _DAY_US)
            out[j] = day
    return latest


@kernel
def _moment(data: A, at: int, end: int) -> int:
    if end - at < 10:
        return UNREAD
    day = _day(data, at)
    if day == UNREAD:
        return UNREAD
    at += 10
    seconds, fraction, offset = 0, 0, 0
    if at < end:
        if end - at < 6 or (data[at] != _T and data[at] != _BLANK) or data[at + 3] != _COLON:
            return UNREAD
        hour, minute = _number(data, at + 1, 2), _number(data, at + 4, 2)
        if hour < 0 or hour > 23 or minute < 0 or minute > 59:
            return UNREAD
        seconds = hour * 3600 + minute * 60
        at += 6
        if at < end and data[at] == _COLON:
            second = _number(data, at + 1, 2) if end - at >= 3 else UNREAD
            if second < 0 or second > 59:
                return UNREAD
            seconds += second
            at += 3
            if at < end and data[at] == _POINT:
                digits = 0
                at += 1
                while at < end and digits < 6 and _ZERO <= data[at] <= _ZERO + 9:
                    fraction = fraction * 10 + (int(data[at]) - _ZERO)
                    digits, at = digits + 1, at + 1
                if digits == 0:
                    return UNREAD
                for _ in range(digits, 6):
                    fraction *= 10
        if end - at == 1 and data[at] == _Z:
            at += 1
        elif end - at == 6 and (data[at] == _PLUS or data[at] == _DASH) and data[at + 3] == _COLON:
            ahead, and_minutes = _number(data, at + 1, 2), _number(data, at + 4, 2)
            if ahead < 0 or ahead > 23 or and_minutes < 0 or and_minutes > 59:
                return UNREAD
            offset = (ahead * 60 + and_minutes) * (60 if data[at] == _PLUS else -60)
            at += 6
        if at != end:
            return UNREAD
    moment = day * _DAY_US + (seconds - offset) * 1_000_000 + fraction
    return moment if EARLIEST <= moment < LATEST else UNREAD


@kernel
def _day(data: A, at: int) -> int:
    """Days since 1970 of the ten characters at `at`; UNREAD for what is no day and for days before 1970-01-01."""
    year, month, day = _number(data, at, 4), _number(data, at + 5, 2), _number(data, at + 8, 2)
    if year < 1970 or month < 1 or month > 12 or day < 1 or data[at + 4] != _DASH or data[at + 7] != _DASH:
        return UNREAD
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = 29 if month == 2 and leap else 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if day > length:
        return UNREAD
    before = year - 1
    # Days to the end of the year before, since 0001-01-01; 719,162 of them lie before 1970.
    elapsed = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    for earlier in range(1, month):
        elapsed += 29 if earlier == 2 and leap else 28 if earlier == 2 else 30 if earlier in (4, 6, 9, 11) else 31
    return elapsed + day - 1


@kernel
def _number(data: A, at: int, many: int) -> int:
    """The whole number in `many` digits, negative if one of them is none."""
    number = 0
    for place in range(at, at + many):
        digit = int(data[place]) - _ZERO
        if digit < 0 or digit > 9:
            return UNREAD
        number = number * 10 + digit
    return number
