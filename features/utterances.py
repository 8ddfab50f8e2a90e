"""Loops over the comments of each account and the words in them: how long they are, to whom they speak, what they repeat or promote.

Words of comment j lie in `words[inner[j]:inner[j + 1]]`, comments of account i in `starts[i]:starts[i + 1]`; `known[j]` is False where
a comment's text is unknown. Keys and notes are those of a Lexicon.
"""

import numpy as np

from features.compiled import kernel
from features.lexicon import note_of

A = np.ndarray

# Names of more words than this are searched, not looked through.
_FEW_NAMES = 8


@kernel
def sizes(inner: A, characters: A, emoji: A, starts: A, at_least: int) -> tuple[A, A, A, A]:
    """Share of comments that are emoji alone, share with one or two words, mean and standard deviation of ln(1 + characters)."""
    alone, brief, mean, spread = np.full((4, len(starts) - 1), np.nan)
    for i in range(len(alone)):
        count, only_emoji, short, middle, squares = 0, 0, 0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if np.isnan(characters[j]):
                continue
            count += 1
            words = inner[j + 1] - inner[j]
            if words == 0 and emoji[j] > 0:
                only_emoji += 1
            elif 1 <= words <= 2:
                short += 1
            length = np.log(characters[j] + 1.0)
            step = length - middle
            middle += step / count
            squares += step * (length - middle)
        if count >= max(at_least, 2):
            alone[i], brief[i], mean[i], spread[i] = only_emoji / count, short / count, middle, np.sqrt(squares / (count - 1))
    return alone, brief, mean, spread


@kernel
def evenness(entropy: A, many: A) -> A:
    """Entropy over that of so many different things; the correction of the entropy may lift it beyond, which counts as 1."""
    out = np.full(len(many), np.nan)
    for i in range(len(out)):
        if many[i] > 1.0:
            out[i] = min(entropy[i] / np.log(many[i]), 1.0)
    return out


@kernel
def noted_share(folded: A, inner: A, known: A, starts: A, keys: A, notes: A, at_least: int) -> A:
    """Share of the comments with words whose folded code is in the lexicon; NaN for fewer than `at_least`."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        count, hits = 0, 0
        for j in range(starts[i], starts[i + 1]):
            if known[j] and inner[j + 1] > inner[j]:
                count += 1
                if note_of(keys, notes, folded[j]) != 0:
                    hits += 1
        if count >= max(at_least, 1):
            out[i] = hits / count
    return out


@kernel
def outweighing_share(words: A, inner: A, known: A, starts: A, keys: A, notes: A, weights: A, threshold: float, at_least: int) -> A:
    """Share of comments whose different words weigh more than the threshold together; NaN for fewer than `at_least`.

    The note of a word is its place in `weights` plus one.
    """
    out = np.full(len(starts) - 1, np.nan)
    last = np.full(len(weights), -1, dtype=np.int64)
    for i in range(len(out)):
        count, hits = 0, 0
        for j in range(starts[i], starts[i + 1]):
            if not known[j]:
                continue
            count += 1
            weight = 0.0
            for at in range(inner[j], inner[j + 1]):
                place = note_of(keys, notes, words[at]) - 1
                if place >= 0 and last[place] != j:
                    last[place] = j
                    weight += weights[place]
            if weight > threshold:
                hits += 1
        if count >= max(at_least, 1):
            out[i] = hits / count
    return out


@kernel
def addressed_share(
    words: A, inner: A, known: A, starts: A, spoken: A, keys: A, notes: A, names: A, name_starts: A, anywhere: int, at_least: int
) -> A:
    """Share of comments with a word that addresses in the comment's language `spoken`, or a word of the owner's name; NaN below `at_least`.

    The note of a word has bit k for the language of code k + 1, and the bit `anywhere` where it may count in an unknown one.
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        own = names[name_starts[i] : name_starts[i + 1]]
        count, hits = 0, 0
        for j in range(starts[i], starts[i + 1]):
            if not known[j]:
                continue
            count += 1
            bit = spoken[j] - 1 if 0 < spoken[j] <= anywhere else anywhere
            for at in range(inner[j], inner[j + 1]):
                hit = (note_of(keys, notes, words[at]) >> bit) & 1 == 1
                if not hit and len(own) <= _FEW_NAMES:
                    for name in own:
                        hit = hit or name == words[at]
                elif not hit:
                    place = np.searchsorted(own, words[at])
                    hit = place < len(own) and own[place] == words[at]
                if hit:
                    hits += 1
                    break
        if count >= max(at_least, 1):
            out[i] = hits / count
    return out
