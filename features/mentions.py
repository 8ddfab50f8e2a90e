"""Which handles a text mentions."""

import numpy as np

from features.alphabet import IDEOGRAPH, SIZE, WORD, alphabet
from features.columns import Events, Labels
from features.compiled import kernel
from features.scanning import decode, mix, seal
from features.text import Text

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)
_AT = ord("@")


def mentions(texts: Text, chosen: Events) -> Labels:
    """The handles (@name, without case) in the texts whose flag is 1, each once for a text."""
    kind, *_ = alphabet()
    codes, starts = _mentions(texts.data, texts.offsets, texts.starts, chosen.values, kind)
    return Labels(codes, starts)


@kernel
def _mentions(data: A, offsets: A, starts: A, chosen: A, kind: A) -> tuple[A, A]:
    """Platforms allow letters, digits, _ and . in a handle; a letter before the sign makes it part of an address of mail."""
    most = 0
    for j in range(len(chosen)):
        if chosen[j] == 1.0:
            for at in range(offsets[j], offsets[j + 1]):
                most += data[at] == _AT
    codes, new, place = np.empty(most, dtype=np.int64), np.zeros(len(starts), dtype=np.int64), 0
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if chosen[j] != 1.0:
                continue
            at, end, first, before = offsets[j], offsets[j + 1], place, 0
            while at < end:
                point = int(data[at])
                if point != _AT:
                    point, at = decode(data, at, end)
                    before = kind[point] if point < SIZE else 0
                    continue
                code, letters, pending, at = _SEED, 0, 0, at + 1
                while at < end:
                    letter = int(data[at])
                    if letter == 46:
                        # Full stops at the end of a handle end the sentence.
                        pending += 1
                    elif 48 <= letter <= 57 or letter == 95 or 97 <= (letter | 32) <= 122:
                        for _ in range(pending):
                            code = mix(code, 46)
                        code = mix(code, letter | 32 if letter > 64 and letter != 95 else letter)
                        letters, pending = letters + 1, 0
                    else:
                        break
                    at += 1
                if letters > 0 and before != WORD and before != IDEOGRAPH:
                    codes[place] = seal(code)
                    place += 1
                before = 0
            place = first + _distinct(codes[first:place])
        new[i + 1] = place
    return codes[:place], new


@kernel
def _distinct(found: A) -> int:
    """Sort, move the distinct ones to the front, and say how many they are."""
    found.sort()
    count = 0
    for j in range(len(found)):
        if j == 0 or found[j] != found[j - 1]:
            found[count] = found[j]
            count += 1
    return count
