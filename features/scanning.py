"""Loops over UTF-8: decoding, words and their codes, hashtags. Hostile bytes are stepped over, time is linear in them."""

import numpy as np

from features.alphabet import APOSTROPHE, AT, EMOJI, IDEOGRAPH, JOINER, QUESTION, REGIONAL, SIZE, STACKED, WORD
from features.compiled import kernel, piece

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_HASHTAG = ord("#")
# The frame that makes an emoji of a digit.
_KEYCAP = 0x20E3
# No script stacks more marks on one letter (Unicode's stream-safe limit, UAX 15); sorting a tall stack takes the square of its height.
_TALLEST = 30


@piece
def decode(data: A, at: int, end: int) -> tuple[int, int]:
    """The code point at `at` and where the next begins; U+FFFD for a byte that begins none."""
    first = int(data[at])
    point, after = 0xFFFD, at + 1
    if first < 0x80:
        point = first
    elif first < 0xC2:
        pass
    elif first < 0xE0:
        if at + 1 < end and (data[at + 1] & 0xC0) == 0x80:
            point, after = ((first & 0x1F) << 6) | (int(data[at + 1]) & 0x3F), at + 2
    elif first < 0xF0:
        if at + 2 < end and (data[at + 1] & 0xC0) == 0x80 and (data[at + 2] & 0xC0) == 0x80:
            point, after = ((first & 0x0F) << 12) | ((int(data[at + 1]) & 0x3F) << 6) | (int(data[at + 2]) & 0x3F), at + 3
    elif (
        first < 0xF5 and at + 3 < end and (data[at + 1] & 0xC0) == 0x80 and (data[at + 2] & 0xC0) == 0x80 and (data[at + 3] & 0xC0) == 0x80
    ):
        tail = ((int(data[at + 1]) & 0x3F) << 12) | ((int(data[at + 2]) & 0x3F) << 6) | (int(data[at + 3]) & 0x3F)
        point, after = ((first & 0x07) << 18) | tail, at + 4
    return point, after


@piece
def mix(code: np.uint64, value: int) -> np.uint64:
    """One step of FNV-1a over a character."""
    return np.uint64((code ^ np.uint64(value)) * _PRIME)


@kernel
def seal(code: np.uint64) -> int:
    """The finished code: well spread (splitmix64's last step) and never 0, which means unknown."""
    code ^= code >> np.uint64(30)
    code *= np.uint64(0xBF58476D1CE4E5B9)
    code ^= code >> np.uint64(27)
    code *= np.uint64(0x94D049BB133111EB)
    code ^= code >> np.uint64(31)
    return int(np.int64(code)) if code != np.uint64(0) else 1


@kernel
def code_of_each(data: A, offsets: A, known: A) -> A:
    out = np.zeros(len(known), dtype=np.int64)
    for j in range(len(known)):
        if known[j]:
            code = _SEED
            for at in range(offsets[j], offsets[j + 1]):
                code = mix(code, int(data[at]))
            out[j] = seal(code)
    return out


@kernel
def to_compose(data: A, offsets: A, unsafe: A) -> A:
    """Which texts may have to be normalised; one with a taller stack of marks than any script's stays as it is."""
    out = np.zeros(len(offsets) - 1, dtype=np.bool_)
    for j in range(len(out)):
        at, end, stack = offsets[j], offsets[j + 1], 0
        while at < end:
            if data[at] < 0x80:
                stack = 0
                at += 1
                while at < end and data[at] < 0x80:
                    at += 1
                continue
            point, at = decode(data, at, end)
            what = unsafe[point] if point < SIZE else 0
            stack = stack + 1 if what == STACKED else 0
            if stack > _TALLEST:
                out[j] = False
                break
            if what != 0:
                out[j] = True
    return out


@kernel
def read_words(data: A, offsets: A, known: A, kind: A, fold: A, second: A, unsafe: A) -> tuple[A, A, A, A]:
    """Each word's code, where each text's words begin, (4, texts): its words, characters, emoji, whether it asks (NaN if unknown),
    and which texts may have to be normalised and read again (as `to_compose` says).

    A mention (@name) is no word. Letters held down (soooo) count twice at most. An apostrophe inside a word is skipped.
    """
    texts = len(offsets) - 1
    inner, facts, place = np.zeros(texts + 1, dtype=np.int64), np.empty((4, texts)), 0
    doubtful = np.zeros(texts, dtype=np.bool_)
    # Two words of letters have a sign between them, and a character that is a word of its own takes three bytes.
    most = 0
    for j in range(texts):
        most += (offsets[j + 1] - offsets[j] + 1) // 2
    words = np.empty(most, dtype=np.int64)
    for j in range(texts):
        at, end = offsets[j], offsets[j + 1]
        inside, mention, joined, digit, flags = False, False, False, False, 0
        code, last, before = _SEED, -1, -1
        # Continuation bytes are no characters of their own.
        tails, emoji, asks = 0, 0, 0
        doubt, stack, tallest = False, 0, 0
        while at < end:
            point = int(data[at])
            if 97 <= point <= 122 and not mention:
                # Runs of small plain letters are most of most texts: no table, no sign to look at.
                if not inside:
                    inside, code, last, before = True, _SEED, -1, -1
                digit = joined = False
                stack = 0
                while True:
                    if point != last or last != before:
                        code = mix(code, point)
                    before, last = last, point
                    at += 1
                    if at >= end:
                        break
                    point = int(data[at])
                    if point < 97 or point > 122:
                        break
                continue
            if point < 0x80:
                at += 1
                stack = 0
            else:
                begin = at
                point, at = decode(data, at, end)
                tails += at - begin - 1
                risk = unsafe[point] if point < SIZE else 0
                doubt = doubt or risk != 0
                stack = stack + 1 if risk == STACKED else 0
                tallest = max(tallest, stack)
            what = kind[point] if point < SIZE else 0
            if mention and (what == WORD or point == 46):
                continue
            mention = False
            if what == WORD:
                digit = not inside and 48 <= point <= 57
                if not inside:
                    inside, code, last, before = True, _SEED, -1, -1
                folded = int(fold[point])
                if not (folded == last and last == before):
                    code = mix(code, folded)
                    if second[point] != 0:
                        code = mix(code, int(second[point]))
                before, last = last, folded
            elif what != APOSTROPHE and what != JOINER and inside:
                words[place] = seal(code)
                place += 1
                inside = False
            if what == IDEOGRAPH:
                words[place] = seal(mix(_SEED, int(fold[point])))
                place += 1
            elif what == EMOJI:
                if not joined:
                    emoji += 1
            elif what == REGIONAL:
                flags += 1
                emoji += flags % 2
            elif what == QUESTION:
                asks = 1
            elif what == AT:
                mention = True
            elif point == _KEYCAP and (digit or not inside):
                inside, digit = False, False
                emoji += 1
            joined = point == 0x200D
        if inside:
            words[place] = seal(code)
            place += 1
        inner[j + 1] = place
        doubtful[j] = doubt and tallest <= _TALLEST
        if known[j]:
            facts[0, j] = place - inner[j]
            facts[1, j] = end - offsets[j] - tails
            facts[2, j], facts[3, j] = emoji, asks
        else:
            facts[:, j] = np.nan
    return words[:place].copy(), inner, facts, doubtful


@kernel
def replace_words(words: A, inner: A, facts: A, rows: A, new_words: A, new_inner: A, new_facts: A) -> tuple[A, A, A]:
    """What `read_words` found, with the texts `rows` (rising) as they were read the second time."""
    out = np.empty(len(words) + len(new_words), dtype=np.int64)
    ends, place, turn = np.zeros(len(inner), dtype=np.int64), 0, 0
    for j in range(len(inner) - 1):
        again = turn < len(rows) and rows[turn] == j
        source, first, last = (new_words, new_inner[turn], new_inner[turn + 1]) if again else (words, inner[j], inner[j + 1])
        if again:
            facts[:, j] = new_facts[:, turn]
            turn += 1
        for at in range(first, last):
            out[place] = source[at]
            place += 1
        ends[j + 1] = place
    return out[:place], ends, facts


@kernel
def read_hashtags(data: A, offsets: A, kind: A, fold: A, second: A) -> tuple[A, A]:
    """The codes of the hashtags of all texts, and where each text's begin: what follows # up to the end of the word."""
    inner, most = np.zeros(len(offsets), dtype=np.int64), 0
    for at in range(offsets[0], offsets[-1]):
        most += data[at] == _HASHTAG
    tags = np.empty(most, dtype=np.int64)
    place = 0
    for j in range(len(offsets) - 1):
        at, end, inside, code, long = offsets[j], offsets[j + 1], False, _SEED, 0
        while at <= end:
            point, what = 32, 0
            if at < end:
                point, at = decode(data, at, end)
                what = kind[point] if point < SIZE else 0
            else:
                at += 1
            if inside and (what == WORD or what == IDEOGRAPH):
                code = mix(code, int(fold[point]))
                if second[point] != 0:
                    code = mix(code, int(second[point]))
                long += 1
            elif inside and what != JOINER:
                if long > 0:
                    tags[place] = seal(code)
                    place += 1
                inside = False
            if point == _HASHTAG:
                inside, code, long = True, _SEED, 0
        inner[j + 1] = place
    return tags[:place], inner


@kernel
def all_of(chosen: A) -> bool:
    """Whether every flag is 1."""
    all_so_far = True
    for flag in chosen:
        all_so_far = all_so_far and flag == 1.0
    return all_so_far
