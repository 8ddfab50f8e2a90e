"""What every Unicode character is to a reader of comments: part of a word, a word of its own, an emoji, a joiner, a sign."""

import unicodedata
from functools import lru_cache

import numpy as np

# Beyond the planes that hold living scripts and emoji everything is a separator.
SIZE = 0x40000

OTHER, WORD, IDEOGRAPH, EMOJI, JOINER, QUESTION, REGIONAL, APOSTROPHE, AT = range(9)
STACKED = 2

_EMOJI_BLOCKS = ((0x231A, 0x23FF), (0x25AA, 0x25FE), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1F1E5), (0x1F200, 0x1FAFF))
# Scripts written without blanks: each character counts as a word.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))


@lru_cache(maxsize=1)
def alphabet() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Per code point below SIZE: its kind (uint8), its folded form (uint32), the form's second character (uint32, 0 = none),
    and whether a text that holds it may have to be normalised first (uint8: 0 no, 1 yes, STACKED for marks that pile up
    on a letter and for signs that open into a whole phrase).

    Folding is Unicode's full case folding, with the Turkish dotless and dotted i folded to i, because capitals do not tell
    which of the two was meant.
    """
    kind = np.zeros(SIZE, dtype=np.uint8)
    fold = np.arange(SIZE, dtype=np.uint32)
    second = np.zeros(SIZE, dtype=np.uint32)
    unsafe = np.zeros(SIZE, dtype=np.uint8)
    for code in range(0x20000):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] in "LMN":
            kind[code] = WORD
            folded = character.casefold()
            if folded != character:
                fold[code] = ord(folded[0])
                second[code] = ord(folded[1]) if len(folded) > 1 else 0
            unsafe[code] = category[0] == "M" or not unicodedata.is_normalized("NFKC", character)
        elif not unicodedata.is_normalized("NFKC", character):
            unsafe[code] = True
        if unicodedata.combining(character) or (unsafe[code] and len(unicodedata.normalize("NFKC", character)) > 6):
            unsafe[code] = STACKED
    # Hangul vowels and tails compose with what stands before them.
    unsafe[0x1160:0x1200] = True
    for first, last in _UNSPACED:
        spaced = kind[first : last + 1]
        spaced[(spaced == WORD) | (first >= 0x20000)] = IDEOGRAPH
    for first, last in _EMOJI_BLOCKS:
        kind[first : last + 1] = EMOJI
    kind[0x1F1E6:0x1F200] = REGIONAL
    for code in (0x200D, *range(0xFE00, 0xFE10), 0x20E3, *range(0x1F3FB, 0x1F400)):
        kind[code], unsafe[code] = JOINER, False
    # Escaped, because two of them turn into ASCII signs when an editor normalises.
    for code in map(ord, "?\u061f\uff1f\u037e\u055e\u1367\u00bf\u2047\u2048\u2049"):
        kind[code], unsafe[code] = QUESTION, False
    for code in map(ord, "'’ʼ"):
        kind[code] = APOSTROPHE
    kind[ord("_")] = WORD
    kind[ord("@")] = AT
    # İ folds to i and a combining dot; ı is what I means in Turkish.
    fold[0x130], second[0x130], fold[0x131] = ord("i"), 0, ord("i")
    kind[0x307] = JOINER
    return kind, fold, second, unsafe
