"""Loops over the handles of sampled followers: digits, the pattern of their runs, how likely their letters follow each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.alphabet import IDEOGRAPH, JOINER, SIZE, WORD, alphabet
from features.columns import Array, Events, Labels
from features.compiled import kernel, piece
from features.scanning import decode, mix, seal
from features.text import Text

A = np.ndarray

# Classes of characters: a-z, 0-9, full stop, underscore, any other, and the edge before the first and after the last one.
FULL_STOP, UNDERSCORE, OTHER, EDGE = 36, 37, 38, 39
CLASSES = 40

_SEED = np.uint64(0xCBF29CE484222325)
_LETTER, _NUMBER, _SIGN = 0, 1, 2


def _plain_classes() -> Array:
    """The class of each ASCII character."""
    classes = np.full(128, OTHER, dtype=np.int64)
    for place in range(26):
        classes[ord("a") + place] = classes[ord("A") + place] = place
    classes[ord("0") : ord("9") + 1] = range(26, 36)
    classes[ord(".")], classes[ord("_")] = FULL_STOP, UNDERSCORE
    return classes


_PLAIN = _plain_classes()
# Of each class: is it a letter, a digit or a sign?
_SORT = np.array([_LETTER] * 26 + [_NUMBER] * 10 + [_SIGN] * 4, dtype=np.int64)


@dataclass(frozen=True)
class Handles:
    """What one pass over handles tells. digit_at_end: 1 or 0; digits: share of the characters; templates: runs of letters, digits and
    other signs, as codes."""

    digit_at_end: Events
    digits: Events
    templates: Labels


def read(handles: Text) -> Handles:
    kind, *_ = alphabet()
    facts, codes = _read(handles.data, handles.offsets, handles.known, kind)
    return Handles(Events(facts[0], handles.starts), Events(facts[1], handles.starts), Labels(codes, handles.starts))


def surprise(handles: Text, likelihood: Array) -> Events:
    """-ln of each handle's likelihood per step (nats); likelihood (CLASSES, CLASSES): log chance that a class follows another."""
    return Events(_surprise(handles.data, handles.offsets, handles.known, likelihood), handles.starts)


def pairs(handles: Text) -> Array:
    """How often each class follows each other one in these handles, (CLASSES, CLASSES)."""
    return _pairs(handles.data, handles.offsets, handles.known)


@kernel
def _read(data: A, offsets: A, known: A, kind: A) -> tuple[A, A]:
    facts, codes = np.full((2, len(known)), np.nan), np.zeros(len(known), dtype=np.int64)
    for j in range(len(known)):
        if not known[j]:
            continue
        at, end, code, before, run = offsets[j], offsets[j + 1], _SEED, -1, 0
        characters, digits = 0, 0
        while at < end:
            point = int(data[at])
            if point < 0x80:
                at += 1
                sort = _SORT[_PLAIN[point]]
            else:
                point, at = decode(data, at, end)
                wide = kind[point] if point < SIZE else 0
                if wide == JOINER:
                    continue
                sort = _LETTER if wide == WORD or wide == IDEOGRAPH else _SIGN
            characters += 1
            digits += sort == _NUMBER
            if sort != before and before >= 0:
                code = mix(mix(code, before), run)
                run = 0
            before = sort
            run += 1
        codes[j] = seal(mix(mix(code, before + 1), run))
        facts[0, j] = 1.0 if before == _NUMBER else 0.0
        if characters > 0:
            facts[1, j] = digits / characters
    return facts, codes


@piece
def _class_at(data: A, at: int, end: int) -> tuple[int, int]:
    """The class of the character at `at`, and where the next begins."""
    what, after = OTHER, at + 1
    if data[at] < 0x80:
        what = _PLAIN[data[at]]
    else:
        _, after = decode(data, at, end)
    return what, after


@kernel
def _surprise(data: A, offsets: A, known: A, likelihood: A) -> A:
    out = np.full(len(known), np.nan)
    for j in range(len(known)):
        at, end, last, likely, steps = offsets[j], offsets[j + 1], EDGE, 0.0, 1
        if not known[j] or at == end:
            continue
        while at < end:
            what, at = _class_at(data, at, end)
            likely += likelihood[last, what]
            last = what
            steps += 1
        out[j] = -(likely + likelihood[last, EDGE]) / steps
    return out


@kernel
def _pairs(data: A, offsets: A, known: A) -> A:
    counts = np.zeros((CLASSES, CLASSES))
    for j in range(len(known)):
        at, end, last = offsets[j], offsets[j + 1], EDGE
        if not known[j] or at == end:
            continue
        while at < end:
            what, at = _class_at(data, at, end)
            counts[last, what] += 1.0
            last = what
        counts[last, EDGE] += 1.0
    return counts
