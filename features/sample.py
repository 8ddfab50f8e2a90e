"""Loops over sampled followers: creation dates, patterns of handles, first digits of counts."""

import numpy as np

from features.alphabet import IDEOGRAPH, JOINER, SIZE, WORD, alphabet
from features.columns import Events, Labels
from features.compiled import kernel
from features.scanning import decode, mix, seal
from features.text import Text

A = np.ndarray

LEAST = 30
WINDOWS = np.array([1.0, 3.0, 7.0, 14.0, 30.0, 60.0])
# No window is so rare that a handful of followers in it would prove anything.
RAREST = 0.5

_SEED = np.uint64(0xCBF29CE484222325)
_BENFORD = np.log10(1.0 + 1.0 / np.arange(1, 10))


def unknown(at: Events) -> A:
    return np.full(len(at.starts) - 1, np.nan)


def strongest_window(at: Events, days: A, share: A) -> A:
    """z of the fullest window of creation dates against the background `share` (cumulative, at `days`), per account."""
    return _strongest_window(at.values, at.starts, days, share)


def ends_in_digit(handles: Text) -> Events:
    """1 for handles whose last character is a decimal digit."""
    out = _last_is_digit(handles.data, handles.offsets)
    return Events(np.where(handles.known, out, np.nan), handles.starts)


def templates(handles: Text) -> Labels:
    """Pattern of each handle: runs of letters, digits and other signs with their lengths, as codes."""
    kind, *_ = alphabet()
    codes = _templates(handles.data, handles.offsets, kind)
    codes[~handles.known] = 0
    return Labels(codes, handles.starts)


def benford(counts: Events, at_least: int) -> A:
    return _benford(counts.values, counts.starts, at_least, _BENFORD)


@kernel
def _below(at: float, days: A, share: A) -> float:
    """The background's share of followers created before `at`, interpolated."""
    if at <= days[0]:
        return float(share[0])
    if at >= days[-1]:
        return float(share[-1])
    j = np.searchsorted(days, at)
    part = (at - days[j - 1]) / (days[j] - days[j - 1])
    return float(share[j - 1] + part * (share[j] - share[j - 1]))


@kernel
def _strongest_window(at: A, starts: A, days: A, share: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = at[starts[i] : starts[i + 1]]
        born = np.sort(block[~np.isnan(block)])
        n = len(born)
        if n < LEAST:
            continue
        best = 0.0
        below = np.empty(n)
        for j in range(n):
            below[j] = _below(born[j], days, share)
        for width in WINDOWS:
            end = 0
            for j in range(n):
                while end < n and born[end] < born[j] + width:
                    end += 1
                expected = n * (_below(born[j] + width, days, share) - below[j])
                expected = min(max(expected, RAREST), n - RAREST)
                best = max(best, (end - j - expected) / np.sqrt(expected * (1.0 - expected / n)))
        out[i] = best
    return out


@kernel
def _last_is_digit(data: A, offsets: A) -> A:
    out = np.zeros(len(offsets) - 1)
    for j in range(len(out)):
        if offsets[j + 1] > offsets[j] and 48 <= data[offsets[j + 1] - 1] <= 57:
            out[j] = 1.0
    return out


@kernel
def _templates(data: A, offsets: A, kind: A) -> A:
    out = np.empty(len(offsets) - 1, dtype=np.int64)
    for j in range(len(out)):
        at, end, code, before, run = offsets[j], offsets[j + 1], _SEED, -1, 0
        while at < end:
            # Handles are mostly plain letters and digits, which need no look into the table.
            point, sort = int(data[at]), 2
            if point < 0x80:
                at += 1
                if 48 <= point <= 57:
                    sort = 1
                elif 97 <= (point | 32) <= 122:
                    sort = 0
            else:
                point, at = decode(data, at, end)
                what = kind[point] if point < SIZE else 0
                if what == JOINER:
                    continue
                if what == WORD or what == IDEOGRAPH:
                    sort = 0
            if sort != before and before >= 0:
                code = mix(mix(code, before), run)
                run = 0
            before = sort
            run += 1
        out[j] = seal(mix(mix(code, before + 1), run))
    return out


@kernel
def _benford(counts: A, starts: A, at_least: int, law: A) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        seen = np.zeros(9)
        for j in range(starts[i], starts[i + 1]):
            value = counts[j]
            if value >= 1.0:
                while value >= 10.0:
                    value = np.floor(value / 10.0)
                seen[int(value) - 1] += 1.0
        n = np.sum(seen)
        if n >= at_least and n > 0:
            distance = 0.0
            for digit in range(9):
                distance += (seen[digit] - n * law[digit]) ** 2 / (n * law[digit])
            out[i] = (distance - 8.0) / n
    return out
