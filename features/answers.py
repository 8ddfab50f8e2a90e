"""Loops over the owner's comments and those they answer: how often, how soon, and how many different people."""

import numpy as np

from features.compiled import kernel
from features.tally import place_of, room, room_for_each

A = np.ndarray


@kernel
def spoken_by_owner(by_owner: A, authors: A, account_ids: A, starts: A) -> tuple[A, A]:
    """1 for the owner's comments, else 0, and whether it is known of each comment (1): the export says so, or the owner's own id is among
    the authors of the account's comments."""
    own, told = np.zeros(len(by_owner)), np.zeros(len(by_owner))
    for i in range(len(starts) - 1):
        found = False
        for j in range(starts[i], starts[i + 1]):
            found = found or (authors[j] != 0 and authors[j] == account_ids[i])
        for j in range(starts[i], starts[i + 1]):
            own[j] = 1.0 if by_owner[j] == 1.0 or (found and authors[j] == account_ids[i]) else 0.0
            told[j] = 1.0 if found or not np.isnan(by_owner[j]) else 0.0
    return own, told


@kernel
def per_comment(own: A, told: A, starts: A, at_least: int) -> A:
    """The owner's comments for each comment by others, among those of which it is known; NaN for fewer than `at_least` by others."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        mine, others = 0, 0
        for j in range(starts[i], starts[i + 1]):
            if told[j] == 1.0:
                if own[j] == 1.0:
                    mine += 1
                else:
                    others += 1
        if others >= max(at_least, 1):
            out[i] = mine / others
    return out


@kernel
def answers(ids: A, reply_to: A, authors: A, at: A, own: A, told: A, starts: A, at_least: int) -> tuple[A, A]:
    """Hours from a comment by another to the owner's first answer, at the answer (NaN at every other comment), and the share of different
    commenters whom the owner answered.

    The share is NaN for fewer than `at_least` comments that are known to be by others, and where the owner's do not say what they answer.
    """
    hours, answered = np.full(len(own), np.nan), np.full(len(starts) - 1, np.nan)
    most = room_for_each(starts)
    keys, places = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    heard = np.zeros(len(own), dtype=np.bool_)
    for i in range(len(starts) - 1):
        first, last = starts[i], starts[i + 1]
        mine, others, threads = 0, 0, 0
        for j in range(first, last):
            if own[j] == 1.0:
                mine += 1
                threads += 1 if reply_to[j] != 0 else 0
            elif told[j] == 1.0:
                others += 1
        size = room(last - first)
        if threads > 0:
            places[:size] = -1
            for j in range(first, last):
                if own[j] == 0.0 and ids[j] != 0:
                    slot = place_of(keys, places, ids[j], size)
                    keys[slot], places[slot] = ids[j], j
            for j in range(first, last):
                if own[j] == 1.0 and reply_to[j] != 0:
                    what = places[place_of(keys, places, reply_to[j], size)]
                    if what >= 0 and not heard[what] and at[j] >= at[what]:
                        heard[what] = True
                        hours[j] = 24.0 * (at[j] - at[what])
        if others < max(at_least, 1) or (mine > 0 and threads == 0):
            continue
        places[:size] = -1
        people, reached = 0, 0
        # Comments that were answered come first, so that a person counts as answered who was answered once.
        for turn in range(2):
            for j in range(first, last):
                if own[j] == 0.0 and told[j] == 1.0 and heard[j] == (turn == 0):
                    slot = place_of(keys, places, authors[j], size)
                    if places[slot] < 0:
                        keys[slot], places[slot] = authors[j], j
                        people += 1
                        reached += 1 if turn == 0 else 0
        answered[i] = reached / people
    return hours, answered
