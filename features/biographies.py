"""Loops over the biographies of sampled followers: which say anything, and which say the same."""

import numpy as np

from features.columns import Events, Labels
from features.compiled import kernel
from features.scanning import mix, seal
from features.text import Text

A = np.ndarray

# A biography of fewer letters ("mum of two") is anyone's.
_LONG = 12
_SEED = np.uint64(0xCBF29CE484222325)


def read(texts: Text, lengths: Events) -> tuple[Events, Labels]:
    """Of each follower: whether the biography says anything (1, 0, NaN = unknown; by its length where it cannot be read), and a code of
    its letters and digits, 0 for a short one."""
    says, codes = _read(texts.data, texts.offsets, texts.known, lengths.values)
    return Events(says, texts.starts), Labels(codes, texts.starts)


def repeated_share(codes: A, starts: A, at_least: int) -> A:
    """Share of the known codes (not 0) that another of the account's shares."""
    return _repeated_share(codes, starts, at_least)


@kernel
def _read(data: A, offsets: A, known: A, lengths: A) -> tuple[A, A]:
    says, codes = np.full(len(known), np.nan), np.zeros(len(known), dtype=np.int64)
    for j in range(len(known)):
        if not known[j]:
            if not np.isnan(lengths[j]):
                says[j] = 1.0 if lengths[j] > 0.0 else 0.0
            continue
        says[j] = 0.0
        code, letters = _SEED, 0
        for at in range(offsets[j], offsets[j + 1]):
            point = int(data[at])
            if point > 32:
                says[j] = 1.0
            # Signs, blanks and capitals are what a batch varies first.
            if 65 <= point <= 90:
                point |= 32
            if point >= 0x80 or 97 <= point <= 122 or 48 <= point <= 57:
                code = mix(code, point)
                letters += 1
        if letters >= _LONG:
            codes[j] = seal(code)
    return says, codes


@kernel
def _repeated_share(codes: A, starts: A, at_least: int) -> A:
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = np.sort(codes[starts[i] : starts[i + 1]])
        n, repeated, j = 0, 0, 0
        while j < len(block):
            run = j
            while run < len(block) and block[run] == block[j]:
                run += 1
            if block[j] != 0:
                n += run - j
                if run - j > 1:
                    repeated += run - j
            j = run
        if n >= max(at_least, 1):
            out[i] = repeated / n
    return out
