"""Loops over who comments under which post: whether the same people come again, and whether they follow the account."""

import numpy as np

from features.compiled import kernel
from features.tally import place_of, room, room_for_each

A = np.ndarray

# Of each account the newest posts that one number has bits for, so that time stays linear in comments.
NEWEST_POSTS = 64
_ONE = np.uint64(1)
_NONE = np.uint64(0)
# What is less likely than this beside the likeliest changes no digit of a sum.
_NEGLIGIBLE = 1e-18


@kernel
def _number(codes: A, chosen: A, first: int, last: int, keys: A, places: A, numbers: A) -> int:
    """Number the different codes of the chosen events in the order in which they appear; how many they are."""
    size, found = room(last - first), 0
    places[:size] = -1
    for j in range(first, last):
        if chosen[j] == 1.0:
            slot = place_of(keys, places, codes[j], size)
            if places[slot] < 0:
                keys[slot], places[slot] = codes[j], found
                found += 1
            numbers[j] = places[slot]
    return found


@kernel
def attend(posts: A, authors: A, chosen: A, starts: A) -> tuple[A, A, A, A, A, A]:
    """Of the events chosen (1): each one's post, numbered in the order in which the posts were first commented on (-1: not chosen); how
    many posts each account has; its different authors and where they begin; for each author the newest posts as bits, and the comments
    there."""
    n, m = len(starts) - 1, len(posts)
    post_of, author_of = np.full(m, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64)
    many, author_starts = np.zeros(n, dtype=np.int64), np.zeros(n + 1, dtype=np.int64)
    most = room_for_each(starts)
    keys, places = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    for i in range(n):
        many[i] = _number(posts, chosen, starts[i], starts[i + 1], keys, places, post_of)
        author_starts[i + 1] = author_starts[i] + _number(authors, chosen, starts[i], starts[i + 1], keys, places, author_of)
    people = np.zeros(author_starts[n], dtype=np.int64)
    marks, said = np.zeros(author_starts[n], dtype=np.uint64), np.zeros(author_starts[n], dtype=np.int64)
    for i in range(n):
        oldest = max(many[i] - NEWEST_POSTS, 0)
        for j in range(starts[i], starts[i + 1]):
            if chosen[j] == 1.0:
                who = author_starts[i] + author_of[j]
                people[who] = authors[j]
                if post_of[j] >= oldest:
                    marks[who] |= _ONE << np.uint64(post_of[j] - oldest)
                    said[who] += 1
    return post_of, many, people, author_starts, marks, said


@kernel
def ones(bits: np.uint64) -> int:
    """How many bits are set, counted in parallel (Warren, Hacker's Delight, 5-1)."""
    bits -= (bits >> _ONE) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int(np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56)))


@kernel
def _expected_overlap(a: int, b: int, people: int) -> tuple[float, float]:
    """Mean and variance of the Jaccard similarity of two groups of a and b drawn from so many people (hypergeometric).

    Summed from the likeliest overlap outwards, which needs no factorials and cannot underflow.
    """
    low, high = max(0, a + b - people), min(a, b)
    mode = min(max((a + 1) * (b + 1) // (people + 2), low), high)
    likeliest = mode / (a + b - mode)
    total, first, second = 1.0, likeliest, likeliest * likeliest
    weight, both = 1.0, mode
    while both < high and weight > _NEGLIGIBLE:
        weight *= (a - both) * (b - both) / ((both + 1.0) * (people - a - b + both + 1.0))
        both += 1
        similar = both / (a + b - both)
        total, first, second = total + weight, first + weight * similar, second + weight * similar * similar
    weight, both = 1.0, mode
    while both > low and weight > _NEGLIGIBLE:
        weight *= both * (people - a - b + both) / ((a - both + 1.0) * (b - both + 1.0))
        both -= 1
        similar = both / (a + b - both)
        total, first, second = total + weight, first + weight * similar, second + weight * similar * similar
    mean = first / total
    return mean, max(second / total - mean * mean, 0.0)


@kernel
def overlap(marks: A, starts: A, many: A, at_least: int) -> A:
    """z of the mean Jaccard similarity of the commenters of consecutive posts, against groups of the same sizes drawn from all of them.

    NaN for fewer than `at_least` posts and where no other overlap was possible. Sizes given, the similarities of consecutive posts are
    independent under the null, so their variances add up.
    """
    out = np.full(len(starts) - 1, np.nan)
    sizes, both = np.zeros(NEWEST_POSTS, dtype=np.int64), np.zeros(NEWEST_POSTS, dtype=np.int64)
    for i in range(len(out)):
        posts = min(many[i], NEWEST_POSTS)
        if posts < max(at_least, 2):
            continue
        sizes[:posts] = 0
        both[:posts] = 0
        people = 0
        for who in range(starts[i], starts[i + 1]):
            bits = marks[who]
            people += 1 if bits != _NONE else 0
            while bits != _NONE:
                lowest = bits & (~bits + _ONE)
                post = ones(lowest - _ONE)
                sizes[post] += 1
                if (marks[who] & (lowest << _ONE)) != _NONE:
                    both[post] += 1
                bits ^= lowest
        beyond, variance = 0.0, 0.0
        for post in range(posts - 1):
            mean, spread = _expected_overlap(sizes[post], sizes[post + 1], people)
            beyond += both[post] / (sizes[post] + sizes[post + 1] - both[post]) - mean
            variance += spread
        # Where only one overlap was possible this is 0 / 0, which is unknown.
        out[i] = beyond / np.sqrt(variance)
    return out


@kernel
def followers_met(people: A, starts: A, sample: A, sample_starts: A, followers: A, fewest_expected: float) -> A:
    """Commenters found in the follower sample, over how many would be if all of them followed; NaN where fewer than `fewest_expected`
    would be, and where none was found: ids of two kinds, or nobody, cannot be told apart."""
    out = np.full(len(starts) - 1, np.nan)
    most = room_for_each(sample_starts)
    keys, places = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    for i in range(len(out)):
        commenters, sampled = starts[i + 1] - starts[i], sample_starts[i + 1] - sample_starts[i]
        expected = commenters * min(sampled / followers[i], 1.0)
        if not expected >= fewest_expected:
            continue
        size, met = room(sampled), 0
        places[:size] = -1
        for j in range(sample_starts[i], sample_starts[i + 1]):
            slot = place_of(keys, places, sample[j], size)
            keys[slot], places[slot] = sample[j], j
        for who in range(starts[i], starts[i + 1]):
            if places[place_of(keys, places, people[who], size)] >= 0:
                met += 1
        if met > 0:
            out[i] = met / expected
    return out
