"""Which handles a text mentions."""

import numpy as np

from features.alphabet import IDEOGRAPH, SIZE, WORD, alphabet
from features.columns import Array, Events
from features.compiled import kernel
from features.scanning import decode, mix, seal
from features.text import Text

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)
_AT = ord("@")


def entropy(texts: Text, chosen: Events, at_least: int) -> Array:
    """Entropy (nats, Miller-Madow) of the handles (@name, without case) in the texts whose flag is 1, each once for a text, per account.

    NaN for fewer than `at_least` mentions.
    """
    kind, *_ = alphabet()
    return _entropy(texts.data, texts.offsets, texts.starts, chosen.values, kind, at_least)


@kernel
def _entropy(data: A, offsets: A, starts: A, chosen: A, kind: A, at_least: int) -> A:
    """Platforms allow letters, digits, _ and . in a handle; a letter before the sign makes it part of an address of mail."""
    most = 0
    for j in range(len(chosen)):
        if chosen[j] == 1.0:
            for at in range(offsets[j], offsets[j + 1]):
                most += data[at] == _AT
    codes, out = np.empty(most, dtype=np.int64), np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        place = 0
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
        if place >= max(at_least, 1):
            out[i] = _variety(codes[:place])
    return out


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


@kernel
def _variety(found: A) -> float:
    """Shannon entropy of codes (nats) with Miller's correction."""
    found.sort()
    n, j, log_mass, different = len(found), 0, 0.0, 0.0
    while j < n:
        run = j
        while run < n and found[run] == found[j]:
            run += 1
        log_mass += (run - j) * np.log(run - j)
        different += 1.0
        j = run
    return float(max(np.log(n) - log_mass / n, 0.0) + (different - 1.0) / (2.0 * n))
