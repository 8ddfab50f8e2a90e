"""Which comments are nearly the same as another author's: exact Jaccard similarity of their character triples."""

import numpy as np

from features.alphabet import IDEOGRAPH, JOINER, SIZE, WORD
from features.compiled import kernel
from features.scanning import decode
from features.tally import slot_of

A = np.ndarray

# Bounds that keep the time linear in the comments of an account, however many and however long they are.
NEWEST = 256
CHARACTERS = 280
WORDS = 3
ALIKE = 0.8


# Less than a third of the slots are taken by the triples of one text, or by the texts of one account.
SLOTS_BITS = 10


@kernel
def triples(data: A, at: int, end: int, kind: A, fold: A, slots: A, owner: A, turn: int, out: A) -> tuple[int, np.uint64]:
    """Distinct triples of the folded letters and digits of a text (runs of other signs count as one blank), as they come: how many, and
    their sketch of 64 bits, of which each triple sets one: two sets differ in at least as many triples as their sketches in bits.

    slots, owner: a table of 2**SLOTS_BITS places for what was seen in this `turn`.
    """
    count, a, b, characters, bits = 0, 0, 32, 0, np.uint64(0)
    blank, mask = True, len(slots) - 1
    while True:
        if at >= end or characters >= CHARACTERS:
            if blank:
                break
            letter, value = False, 32
            at = end
        else:
            point = int(data[at])
            if 97 <= point <= 122:
                # Small plain letters are most of most comments and need no look into the tables.
                letter, value = True, point
                at += 1
            else:
                point, at = decode(data, at, end)
                what = kind[point] if point < SIZE else 0
                if what == JOINER:
                    continue
                letter = what == WORD or what == IDEOGRAPH
                value = int(fold[point]) if letter else 32
            if not letter and blank:
                continue
        blank = not letter
        if a != 0:
            triple = (a << 42) | (b << 21) | value
            spread = np.uint64(triple) * np.uint64(0x9E3779B97F4A7C15)
            bits |= np.uint64(1) << (spread >> np.uint64(58))
            slot = np.int64(spread >> np.uint64(64 - SLOTS_BITS))
            while owner[slot] == turn and slots[slot] != triple:
                slot = (slot + 1) & mask
            if owner[slot] != turn:
                slots[slot], owner[slot] = triple, turn
                out[count] = triple
                count += 1
        a, b = b, value
        characters += 1
    return count, bits


@kernel
def differing_bits(one: np.uint64, other: np.uint64) -> int:
    """Bits that are set in only one of the two, counted in parallel (Warren, Hacker's Delight, 5-1)."""
    bits = one ^ other
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@kernel
def most_misses(one: int, other: int) -> int:
    """How many elements two sets of these sizes may not share for a Jaccard similarity of ALIKE."""
    return int((1.0 - ALIKE) / (1.0 + ALIKE) * (one + other) + 1e-9)


@kernel
def alike(one: A, other: A) -> bool:
    """Whether two sorted sets have a Jaccard similarity of at least ALIKE."""
    small, large = min(len(one), len(other)), max(len(one), len(other))
    if small < ALIKE * large or small == 0:
        return False
    misses = most_misses(len(one), len(other))
    i, j, both, missed = 0, 0, 0, 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            both += 1
            i += 1
            j += 1
        else:
            missed += 1
            if missed > misses:
                return False
            if one[i] < other[j]:
                i += 1
            else:
                j += 1
    return both >= ALIKE * (len(one) + len(other) - both) - 1e-9


@kernel
def mark_exact(whole: A, who: A, copied: A, keys: A, owner: A, first: A, mixed: A, turn: int) -> None:
    """Mark the texts whose words another author has written too."""
    mask = len(keys) - 1
    for again in (False, True):
        for a in range(len(whole)):
            slot = slot_of(keys, owner, turn, mask, whole[a])
            if owner[slot] != turn:
                keys[slot], owner[slot], first[slot], mixed[slot] = whole[a], turn, who[a], False
            elif again:
                copied[a] = mixed[slot]
            else:
                mixed[slot] = mixed[slot] or first[slot] != who[a]


@kernel
def copied_share(data: A, offsets: A, starts: A, authors: A, folded: A, word_count: A, kind: A, fold: A, at_least: int) -> A:
    """Share of the newest NEWEST texts of WORDS words or more that are like one by another author; NaN below `at_least` texts.

    `folded` are codes that are equal for equal words in order, which settles exact copies without comparing them.
    """
    out = np.full(len(starts) - 1, np.nan)
    chosen = np.empty(NEWEST, dtype=np.int64)
    sets = np.empty(0, dtype=np.int64)
    begins = np.zeros(NEWEST + 1, dtype=np.int64)
    sizes = np.zeros(NEWEST, dtype=np.int64)
    is_sorted = np.zeros(NEWEST, dtype=np.bool_)
    sketches = np.zeros(NEWEST, dtype=np.uint64)
    copied = np.zeros(NEWEST, dtype=np.bool_)
    who, whole = np.empty(NEWEST, dtype=np.int64), np.empty(NEWEST, dtype=np.int64)
    slots, owner = np.empty(2**SLOTS_BITS, dtype=np.int64), np.full(2**SLOTS_BITS, -1, dtype=np.int64)
    first, mixed = np.empty(2**SLOTS_BITS, dtype=np.int64), np.empty(2**SLOTS_BITS, dtype=np.bool_)
    turn = 0
    for i in range(len(out)):
        n, j = 0, starts[i + 1] - 1
        while j >= starts[i] and n < NEWEST:
            if word_count[j] >= WORDS:
                chosen[n], who[n], whole[n] = j, authors[j], folded[j]
                n += 1
            j -= 1
        if n < at_least or n == 0:
            continue
        copied[:n] = False
        is_sorted[:n] = False
        mark_exact(whole[:n], who[:n], copied, slots, owner, first, mixed, turn)
        turn += 1
        for a in range(n):
            # A text has at most as many triples as bytes, and one for its end.
            begins[a + 1] = begins[a] + min(offsets[chosen[a] + 1] - offsets[chosen[a]], CHARACTERS) + 2
        if begins[n] > len(sets):
            sets = np.empty(begins[n], dtype=np.int64)
        for a in range(n):
            mine = sets[begins[a] : begins[a + 1]]
            sizes[a], sketches[a] = triples(data, offsets[chosen[a]], offsets[chosen[a] + 1], kind, fold, slots, owner, turn, mine)
            turn += 1
        by_size = np.argsort(sizes[:n], kind="mergesort")
        for place in range(n):
            a = by_size[place]
            for smaller in range(place - 1, -1, -1):
                b = by_size[smaller]
                # Sets of too different sizes cannot be alike, and few others have sketches that are near enough.
                if sizes[b] < ALIKE * sizes[a]:
                    break
                if differing_bits(sketches[a], sketches[b]) > most_misses(sizes[a], sizes[b]):
                    continue
                if (copied[a] and copied[b]) or who[a] == who[b]:
                    continue
                for c in (a, b):
                    if not is_sorted[c]:
                        sets[begins[c] : begins[c] + sizes[c]].sort()
                        is_sorted[c] = True
                if alike(sets[begins[a] : begins[a] + sizes[a]], sets[begins[b] : begins[b] + sizes[b]]):
                    copied[a] = copied[b] = True
        out[i] = np.sum(copied[:n]) / n
    return out
