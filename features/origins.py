"""Loops over languages and countries: whose followers come from where the account speaks."""

import numpy as np

from features.columns import Labels
from features.compiled import kernel
from features.scanning import mix, seal
from features.text import Text

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)
# An account may name several languages; more than these are not read.
_MOST = 8
_DASH, _LOW_LINE = ord("-"), ord("_")


def first_names(texts: Text) -> Labels:
    """The first language or country that each text names, as codes: "de", "DE" and "de-CH" are one."""
    return Labels(_first(texts.data, texts.offsets, texts.known), texts.starts)


def foreign_share(own: Text, named: Labels, at_least: int) -> A:
    """Share of each account's known codes that are none of those that its own text names; unknown below `at_least` of them."""
    return _foreign_share(own.data, own.offsets, own.known, named.codes, named.starts, at_least)


@kernel
def _next(data: A, at: int, end: int) -> tuple[int, int]:
    """The code of the name at `at`, 0 for none, and where the next begins. Names are parted by comma, semicolon, bar or slash.

    A region after a language of two or three letters (de-CH, pt_BR) and the case of letters do not count.
    """
    code, letters, region = _SEED, 0, False
    while at < end:
        point = int(data[at])
        at += 1
        if point == 44 or point == 59 or point == 47 or point == 124:
            break
        if (point == _DASH or point == _LOW_LINE) and 2 <= letters <= 3:
            region = True
        if 65 <= point <= 90:
            point |= 32
        if not region and (point >= 0x80 or 97 <= point <= 122):
            code = mix(code, point)
            letters += 1
    return seal(code) if letters > 0 else 0, at


@kernel
def _first(data: A, offsets: A, known: A) -> A:
    out = np.zeros(len(known), dtype=np.int64)
    for j in range(len(known)):
        if known[j]:
            out[j], _ = _next(data, offsets[j], offsets[j + 1])
    return out


@kernel
def _foreign_share(data: A, offsets: A, known: A, codes: A, starts: A, at_least: int) -> A:
    out = np.full(len(known), np.nan)
    own = np.zeros(_MOST, dtype=np.int64)
    for i in range(len(out)):
        many, at = 0, offsets[i]
        while known[i] and at < offsets[i + 1] and many < _MOST:
            own[many], at = _next(data, at, offsets[i + 1])
            if own[many] != 0:
                many += 1
        if many == 0:
            continue
        told, foreign = 0, 0
        for j in range(starts[i], starts[i + 1]):
            if codes[j] != 0:
                told += 1
                foreign += 1
                for k in range(many):
                    if own[k] == codes[j]:
                        foreign -= 1
                        break
        if told >= max(at_least, 1):
            out[i] = foreign / told
    return out
