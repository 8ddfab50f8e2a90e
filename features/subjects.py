"""Loops over the words that a vocabulary knows: in which direction a text points, and which topic that is."""

import numpy as np

from features.compiled import kernel

A = np.ndarray

# A text speaks of something when its words together say as much as half a word that is about nothing but one topic.
LEAST_STRENGTH = 0.5
# A text whose direction lies further from every topic than this (cosine) is of none of them.
LEAST_COSINE = 0.4


@kernel
def slots(words: A) -> tuple[A, A]:
    """An open-addressed table of the words: codes (0 = free) and the place of each; three quarters stay free."""
    size = 4
    while size < 4 * len(words):
        size *= 2
    keys, places = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for place in range(len(words)):
        slot = words[place] & (size - 1)
        while keys[slot] != 0:
            slot = (slot + 1) & (size - 1)
        keys[slot], places[slot] = words[place], place
    return keys, places


@kernel
def _add(words: A, begin: int, end: int, text: int, keys: A, places: A, vectors: A, last: A, out: A) -> None:
    """Add the vectors of the known words to `out`; `last` holds the text that each word was last seen in, so that none counts twice."""
    for at in range(begin, end):
        slot = words[at] & (len(keys) - 1)
        while keys[slot] != 0:
            if keys[slot] == words[at]:
                place = places[slot]
                if last[place] != text:
                    last[place] = text
                    for c in range(len(out)):
                        out[c] += vectors[place, c]
                break
            slot = (slot + 1) & (len(keys) - 1)


@kernel
def _scale(vector: A) -> bool:
    """Bring a vector to length 1; False, and zeros, where it is too short to point anywhere."""
    square = 0.0
    for c in range(len(vector)):
        square += vector[c] * vector[c]
    length = np.sqrt(square)
    for c in range(len(vector)):
        vector[c] = vector[c] / length if length >= LEAST_STRENGTH else 0.0
    return length >= LEAST_STRENGTH


@kernel
def dot(one: A, other: A) -> float:
    mass = 0.0
    for c in range(len(one)):
        mass += one[c] * other[c]
    return mass


@kernel
def _nearest(vector: A, topics: A) -> int:
    """The topic nearest to a direction, counted from 1; 0 where none is near."""
    best, found = LEAST_COSINE, 0
    for topic in range(len(topics)):
        cosine = dot(vector, topics[topic])
        if cosine > best:
            best, found = cosine, topic + 1
    return found


@kernel
def read_posts(words: A, inner: A, tags: A, tag_inner: A, keys: A, places: A, vectors: A, topics: A) -> tuple[A, A, A]:
    """Of each post, from the different words of its caption and its hashtags: direction (m, d), whether it has one, topic (0 = none)."""
    m = len(inner) - 1
    out, known, topic = np.zeros((m, vectors.shape[1])), np.zeros(m, dtype=np.bool_), np.zeros(m, dtype=np.int64)
    last = np.full(len(vectors), -1, dtype=np.int64)
    for j in range(m):
        _add(words, inner[j], inner[j + 1], j, keys, places, vectors, last, out[j])
        _add(tags, tag_inner[j], tag_inner[j + 1], j, keys, places, vectors, last, out[j])
        known[j] = _scale(out[j])
        if known[j]:
            topic[j] = _nearest(out[j], topics)
    return out, known, topic


@kernel
def content(directions: A, known: A, starts: A, at_least: int) -> tuple[A, A, A, A, A]:
    """Of each account with `at_least` posts that point somewhere: sum of their directions (n, d), how many they are, their focus, that of
    the newer half minus that of the older; of each such post its mean cosine to the account's others.

    Focus: root of the mean cosine between two posts, which the number of posts does not move.
    """
    n, m, d = len(starts) - 1, len(known), directions.shape[1]
    sums, many, focus, trend = np.zeros((n, d)), np.zeros(n), np.full(n, np.nan), np.full(n, np.nan)
    likeness, older, young = np.full(m, np.nan), np.zeros(d), np.zeros(d)
    for i in range(n):
        count = 0
        for j in range(starts[i], starts[i + 1]):
            if known[j]:
                count += 1
        many[i] = count
        if count < max(at_least, 2):
            continue
        older[:], young[:], turn = 0.0, 0.0, 0
        for j in range(starts[i], starts[i + 1]):
            if known[j]:
                half = young if turn >= count - count // 2 else older
                for c in range(d):
                    half[c] += directions[j, c]
                turn += 1
        for c in range(d):
            sums[i, c] = older[c] + young[c]
        focus[i] = _agreement(sums[i], count)
        trend[i] = _agreement(young, count // 2) - _agreement(older, count - count // 2)
        for j in range(starts[i], starts[i + 1]):
            if known[j]:
                likeness[j] = (dot(directions[j], sums[i]) - 1.0) / (count - 1.0)
    return sums, many, focus, trend, likeness


@kernel
def _agreement(total: A, count: int) -> float:
    """Root of the mean cosine between two of `count` directions, from their sum; chance can bring it below 0, which counts as 0."""
    if count < 2:
        return np.nan
    return float(np.sqrt(min(max((dot(total, total) - count) / (count * (count - 1.0)), 0.0), 1.0)))


@kernel
def entropy_of(counts: A) -> float:
    """Shannon entropy of counts (nats) with Miller's correction."""
    n, log_mass, different = 0.0, 0.0, 0.0
    for count in counts:
        if count > 0.0:
            n += count
            log_mass += count * np.log(count)
            different += 1.0
    return float(max(np.log(n) - log_mass / n, 0.0) + (different - 1.0) / (2.0 * n))


@kernel
def variety(topic: A, starts: A, kinds: int, at_least: int) -> tuple[A, A, A]:
    """Of each account with `at_least` posts of a known topic: entropy of the topics, how many equally frequent ones would repeat as often
    (all of them where none came twice), and the divergence between the newer and the older half (Jensen-Shannon) beyond chance.

    Two halves of n / 2 posts of one mixture of k topics differ by (k - 1) / 2n on average, by Miller's correction of the three entropies
    that the divergence is made of. Needs `at_least` posts in each half.
    """
    entropy, number, drift = np.full((3, len(starts) - 1), np.nan)
    whole, young = np.zeros(kinds + 1), np.zeros(kinds + 1)
    for i in range(len(starts) - 1):
        whole[:] = 0.0
        for j in range(starts[i], starts[i + 1]):
            whole[topic[j]] += 1.0
        whole[0] = 0.0
        n = np.sum(whole)
        if n < max(at_least, 2):
            continue
        entropy[i] = entropy_of(whole)
        pairs, different = 0.0, 0.0
        for count in whole:
            pairs += count * (count - 1.0)
            different += count > 0.0
        number[i] = min(n * (n - 1.0) / pairs, kinds) if pairs > 0.0 else kinds
        half, turn = n // 2, 0.0
        if half < at_least:
            continue
        young[:] = 0.0
        for j in range(starts[i], starts[i + 1]):
            if topic[j] != 0:
                turn += 1.0
                young[topic[j]] += turn > n - half
        apart = 0.0
        for kind in range(1, kinds + 1):
            p, q = young[kind] / half, (whole[kind] - young[kind]) / (n - half)
            if p > 0.0:
                apart += 0.5 * p * np.log(2.0 * p / (p + q))
            if q > 0.0:
                apart += 0.5 * q * np.log(2.0 * q / (p + q))
        drift[i] = min(max(apart - (different - 1.0) / (2.0 * n), 0.0), np.log(2.0))
    return entropy, number, drift


@kernel
def read_interests(
    words: A, inner: A, starts: A, sums: A, many: A, few_posts: int, at_least: int, keys: A, places: A, vectors: A, topics: A
) -> tuple[A, A]:
    """Of the biographies of each account's followers: entropy of their topics, and mean cosine to what the account posts about.

    NaN for fewer than `at_least` biographies of a known topic or that point somewhere, or fewer than `few_posts` posts that do.
    """
    entropy, match = np.full((2, len(starts) - 1), np.nan)
    last, own = np.full(len(vectors), -1, dtype=np.int64), np.zeros(vectors.shape[1])
    for i in range(len(starts) - 1):
        length = np.sqrt(dot(sums[i], sums[i])) if many[i] >= few_posts else 0.0
        counts, speaking, mass = np.zeros(len(topics) + 1), 0, 0.0
        for j in range(starts[i], starts[i + 1]):
            own[:] = 0.0
            _add(words, inner[j], inner[j + 1], j, keys, places, vectors, last, own)
            if _scale(own):
                counts[_nearest(own, topics)] += 1.0
                speaking += 1
                if length > 0.0:
                    mass += dot(own, sums[i]) / length
        counts[0] = 0.0
        if np.sum(counts) >= max(at_least, 1):
            entropy[i] = entropy_of(counts)
        if speaking >= at_least and length > 0.0:
            match[i] = min(max(mass / speaking, -1.0), 1.0)
    return entropy, match


@kernel
def topicality(
    words: A,
    inner: A,
    read: A,
    starts: A,
    posts: A,
    directions: A,
    known: A,
    sums: A,
    many: A,
    least_posts: int,
    at_least: int,
    keys: A,
    places: A,
    vectors: A,
) -> A:
    """Mean over comments of their cosine to the post they stand under minus their mean cosine to the account's other posts.

    read: whether the comment's text is known; one that says nothing about any topic has a cosine of 0 to every post. posts: the place
    of each comment's post, -1 = not seen. NaN for fewer than `at_least` comments under posts that point somewhere, or none that does.
    """
    out = np.full(len(starts) - 1, np.nan)
    last, own = np.full(len(vectors), -1, dtype=np.int64), np.zeros(vectors.shape[1])
    for i in range(len(out)):
        if many[i] < max(least_posts, 2):
            continue
        count, speaking, mass = 0, 0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if posts[j] < 0 or not known[posts[j]] or not read[j]:
                continue
            count += 1
            own[:] = 0.0
            _add(words, inner[j], inner[j + 1], j, keys, places, vectors, last, own)
            if _scale(own):
                here = dot(own, directions[posts[j]])
                mass += here - (dot(own, sums[i]) - here) / (many[i] - 1.0)
                speaking += 1
        if count >= at_least and speaking > 0:
            out[i] = mass / count
    return out
