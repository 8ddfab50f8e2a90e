"""Loops over UTF-8: decoding, words and their codes, hashtags. Hostile bytes are stepped over, time is linear in them."""

import numpy as np

from features.alphabet import APOSTROPHE, AT, EMOJI, IDEOGRAPH, JOINER, QUESTION, REGIONAL, SIZE, STACKED, WORD
from features.compiled import kernel

A = np.ndarray

_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_HASHTAG = ord("#")
# The frame that makes an emoji of a digit.
_KEYCAP = 0x20E3
# No script stacks more marks on one letter (Unicode's stream-safe limit, UAX 15); sorting a tall stack takes the square of its height.
_TALLEST = 30


@kernel
def decode(data: A, at: int, end: int) -> tuple[int, int]:
    """The code point at `at` and where the next begins; U+FFFD for a byte that begins none."""
    first = int(data[at])
    if first < 0x80:
        return first, at + 1
    if 0xC2 <= first < 0xE0 and at + 1 < end and (data[at + 1] & 0xC0) == 0x80:
        return ((first & 0x1F) << 6) | (int(data[at + 1]) & 0x3F), at + 2
    if 0xE0 <= first < 0xF0 and at + 2 < end and (data[at + 1] & 0xC0) == 0x80 and (data[at + 2] & 0xC0) == 0x80:
        return ((first & 0x0F) << 12) | ((int(data[at + 1]) & 0x3F) << 6) | (int(data[at + 2]) & 0x3F), at + 3
    if (
        0xF0 <= first < 0xF5
        and at + 3 < end
        and (data[at + 1] & 0xC0) == 0x80
        and (data[at + 2] & 0xC0) == 0x80
        and (data[at + 3] & 0xC0) == 0x80
    ):
        tail = ((int(data[at + 1]) & 0x3F) << 12) | ((int(data[at + 2]) & 0x3F) << 6) | (int(data[at + 3]) & 0x3F)
        return ((first & 0x07) << 18) | tail, at + 4
    return 0xFFFD, at + 1


@kernel
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
def gather_spans(data: A, begins: A, ends: A, order: A) -> tuple[A, A]:
    offsets = np.zeros(len(order) + 1, dtype=np.int64)
    for j in range(len(order)):
        offsets[j + 1] = offsets[j] + ends[order[j]] - begins[order[j]]
    out = np.empty(offsets[-1], dtype=np.uint8)
    for j in range(len(order)):
        out[offsets[j] : offsets[j + 1]] = data[begins[order[j]] : ends[order[j]]]
    return out, offsets


@kernel
def gather(data: A, offsets: A, order: A) -> tuple[A, A]:
    """The texts in a new order (or some of them): bytes and offsets."""
    return gather_spans(data, offsets[:-1], offsets[1:], order)


@kernel
def part(joined: A, many: int) -> tuple[A, A]:
    """`many` texts out of one that joins them with NUL: bytes without the NULs that were found, and offsets."""
    data, offsets, place, j = np.empty(len(joined), dtype=np.uint8), np.zeros(many + 1, dtype=np.int64), 0, 0
    for at in range(len(joined)):
        if joined[at] != 0:
            data[place] = joined[at]
            place += 1
        elif j < many:
            j += 1
            offsets[j] = place
    offsets[many] = place
    return data[:place], offsets


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
                at, stack = at + 1, 0
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
def read_words(data: A, offsets: A, kind: A, fold: A, second: A) -> tuple[A, A, A]:
    """Each word's code, where each text's words begin, and (3, texts): its characters, its emoji, whether it asks.

    A mention (@name) is no word. Letters held down (soooo) count twice at most. An apostrophe inside a word is skipped.
    """
    texts = len(offsets) - 1
    inner, facts, place = np.zeros(texts + 1, dtype=np.int64), np.empty((3, texts)), 0
    # Two words of letters have a sign between them, and a character that is a word of its own takes three bytes.
    most = 0
    for j in range(texts):
        most += (offsets[j + 1] - offsets[j] + 1) // 2
    words = np.empty(most, dtype=np.int64)
    for j in range(texts):
        at, end = offsets[j], offsets[j + 1]
        inside, mention, joined, digit, flags = False, False, False, False, 0
        code, last, before = _SEED, -1, -1
        characters, emoji, asks = 0, 0, 0
        while at < end:
            point = int(data[at])
            if point < 0x80:
                at += 1
            else:
                point, at = decode(data, at, end)
            characters += 1
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
        facts[0, j], facts[1, j], facts[2, j] = characters, emoji, asks
    return words[:place].copy(), inner, facts


@kernel
def read_hashtags(data: A, offsets: A, kind: A, fold: A, second: A) -> tuple[A, A]:
    """How many hashtags each text has, and the codes of all of them: what follows # up to the end of the word."""
    sizes = np.zeros(len(offsets) - 1, dtype=np.int64)
    tags = np.empty(max(np.sum(data == _HASHTAG), 0), dtype=np.int64)
    place = 0
    for j in range(len(sizes)):
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
                    sizes[j] += 1
                inside = False
            if point == _HASHTAG:
                inside, code, long = True, _SEED, 0
    return sizes, tags[:place]


@kernel
def fold_each(words: A, inner: A) -> A:
    """One code for each text's words in order; texts without words share one."""
    out = np.empty(len(inner) - 1, dtype=np.int64)
    for j in range(len(out)):
        code = _SEED
        for at in range(inner[j], inner[j + 1]):
            code = mix(code, words[at])
        out[j] = seal(code)
    return out


@kernel
def any_in(words: A, inner: A, vocabulary: A) -> A:
    """1 for texts with a word of the sorted `vocabulary`; few words pass the marks, so that few are searched for."""
    out = np.zeros(len(inner) - 1)
    marks = np.zeros(4096, dtype=np.bool_)
    for word in vocabulary:
        marks[word & 4095] = True
    for j in range(len(out)):
        for at in range(inner[j], inner[j + 1]):
            if marks[words[at] & 4095]:
                place = np.searchsorted(vocabulary, words[at])
                if place < len(vocabulary) and vocabulary[place] == words[at]:
                    out[j] = 1.0
                    break
    return out


@kernel
def any_shared(words: A, inner: A, starts: A, names: A, name_starts: A) -> A:
    out = np.zeros(len(inner) - 1)
    for i in range(len(starts) - 1):
        # Sorted, so that a hostile name of a million words costs no more than its length.
        own = np.sort(names[name_starts[i] : name_starts[i + 1]])
        for j in range(starts[i], starts[i + 1]):
            for at in range(inner[j], inner[j + 1]):
                place = np.searchsorted(own, words[at])
                if place < len(own) and own[place] == words[at]:
                    out[j] = 1.0
                    break
    return out
