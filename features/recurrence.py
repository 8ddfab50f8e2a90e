"""Loops over all words of an account in the order of time: how soon they come again."""

import numpy as np

from features.compiled import kernel
from features.tally import place_of, room, room_for_each

A = np.ndarray

# The share of different words below which a stretch of text is used up (McCarthy & Jarvis 2010: 0.72), in hundredths, so that no
# division rounds.
_USED_UP = 72


@kernel
def earlier_places(words: A, starts: A) -> A:
    """For each word its distance to the same word before it in its account's stream; 0 where it is new. int64, as long as `words`."""
    out = np.zeros(len(words), dtype=np.int64)
    most = room_for_each(starts)
    keys, places = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    for i in range(len(starts) - 1):
        size = room(starts[i + 1] - starts[i])
        places[:size] = -1
        for j in range(starts[i], starts[i + 1]):
            slot = place_of(keys, places, words[j], size)
            if places[slot] >= 0:
                out[j] = j - places[slot]
            keys[slot], places[slot] = words[j], j
    return out


@kernel
def newest_distinct_share(back: A, starts: A, of: int) -> A:
    """Different words among the newest `of`, as a share; NaN for fewer words. `back` as from `earlier_places`."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        first = starts[i + 1] - of
        if first < starts[i] or of < 1:
            continue
        different = 0
        for j in range(first, starts[i + 1]):
            if back[j] == 0 or j - back[j] < first:
                different += 1
        out[i] = different / of
    return out


@kernel
def moving_type_token_ratio(back: A, starts: A, window: int) -> A:
    """Mean share of different words in every run of `window` words; NaN for fewer words than that. `back` as from `earlier_places`.

    Source: Covington & McFall 2010 (MATTR).
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        words, runs = starts[i + 1] - starts[i], starts[i + 1] - starts[i] - window + 1
        if runs < 1:
            continue
        mass = 0
        for j in range(words):
            # A word is new in every run that holds it and not the same word before it.
            before = j - back[starts[i] + j] if back[starts[i] + j] > 0 else -1
            earliest = max(j - window + 1, before + 1, 0)
            mass += max(min(j, runs - 1) - earliest + 1, 0)
        out[i] = mass / (runs * window)
    return out


@kernel
def _factors(back: A, first: int, last: int) -> float:
    """How often the words from `first` to `last` fall below the threshold, with the started stretch in proportion."""
    whole, begin, different, length = 0, first, 0, 0
    for j in range(first, last):
        length += 1
        if back[j] == 0 or j - back[j] < begin:
            different += 1
        if 100 * different < _USED_UP * length:
            whole, begin, different, length = whole + 1, j + 1, 0, 0
    if whole == 0 and different == length:
        # Where no word comes twice the measure has no value; it is given the one it has if the next word repeats one.
        length += 1
    return whole if length == 0 else whole + (1.0 - different / length) / (1.0 - _USED_UP / 100.0)


@kernel
def textual_diversity(back: A, starts: A, fewest: int) -> A:
    """MTLD: mean length (words) of the stretches that keep a share of different words of 0.72, read forwards and backwards.

    NaN for fewer than `fewest` words. `back` as from `earlier_places`. Source: McCarthy & Jarvis 2010.
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        words = starts[i + 1] - starts[i]
        if words < max(fewest, 1):
            continue
        # Read backwards, the word that came before is the one that comes next.
        turned = np.zeros(words, dtype=np.int64)
        for j in range(words):
            step = back[starts[i] + j]
            if step > 0:
                turned[words - 1 - (j - step)] = step
        out[i] = (words / _factors(back, starts[i], starts[i + 1]) + words / _factors(turned, 0, words)) / 2.0
    return out
