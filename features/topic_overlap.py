"""Loops over who comments on which topic, and over what posts of each topic get."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def post_of_each(wanted: A, wanted_starts: A, ids: A, starts: A) -> A:
    """The place of the post that each comment stands under, found by id within its account; -1 where it was not seen."""
    out = np.full(len(wanted), -1, dtype=np.int64)
    for i in range(len(starts) - 1):
        # Sorted and halved, so that ids made to collide cost nobody more than others.
        order = starts[i] + np.argsort(ids[starts[i] : starts[i + 1]], kind="mergesort")
        for j in range(wanted_starts[i], wanted_starts[i + 1]):
            low, high = 0, len(order)
            while low < high:
                middle = (low + high) // 2
                if ids[order[middle]] < wanted[j]:
                    low = middle + 1
                else:
                    high = middle
            if wanted[j] != 0 and low < len(order) and ids[order[low]] == wanted[j]:
                out[j] = order[low]
    return out


@kernel
def crossing(authors: A, posts: A, starts: A, topics: A, post_starts: A, kinds: int, least_expected: float) -> A:
    """How often who comments twice does so on two topics, over how often chance would have it, per account.

    A visit is a person under a post, however often they speak there. Of each person's pairs of visits the share on two topics is
    taken, weighted by visits - 1; were visits dealt to posts at random, two of them on different posts would be on two topics with
    the chance 1 - (sum n_t^2 - sum n_p^2) / (N^2 - sum n_p^2), for n_t visits of a topic and n_p of a post. NaN where fewer than
    `least_expected` are expected.
    """
    out = np.full(len(starts) - 1, np.nan)
    of_topic = np.zeros(kinds + 1)
    for i in range(len(out)):
        first, begin = starts[i], post_starts[i]
        order = first + np.argsort(authors[first : starts[i + 1]], kind="mergesort")
        visits_of, last = np.zeros(post_starts[i + 1] - begin), np.zeros(post_starts[i + 1] - begin, dtype=np.int64)
        n, weight, crossed, j = 0.0, 0.0, 0.0, 0
        while j < len(order):
            run, many, alike = j, 0.0, 0.0
            while run < len(order) and authors[order[run]] == authors[order[j]]:
                post = posts[order[run]] - begin
                run += 1
                # Whoever has been under the post already is no new visit.
                if authors[order[j]] == 0 or post < 0 or topics[begin + post] == 0 or last[post] == j + 1:
                    continue
                last[post] = j + 1
                alike += of_topic[topics[begin + post]]
                of_topic[topics[begin + post]] += 1.0
                visits_of[post] += 1.0
                many += 1.0
            for k in range(j, run):
                if posts[order[k]] >= 0:
                    of_topic[topics[posts[order[k]]]] = 0.0
            if many > 1.0:
                weight += many - 1.0
                crossed += (many - 1.0) * (1.0 - alike / (0.5 * many * (many - 1.0)))
            n += many
            j = run
        same_post, same_topic = 0.0, 0.0
        for post in range(len(visits_of)):
            same_post += visits_of[post] * visits_of[post]
            of_topic[topics[begin + post]] += visits_of[post]
        for topic in range(len(of_topic)):
            same_topic += of_topic[topic] * of_topic[topic]
            of_topic[topic] = 0.0
        pairs = n * n - same_post
        if pairs > 0.0:
            expected = weight * (1.0 - (same_topic - same_post) / pairs)
            if expected >= least_expected:
                out[i] = crossed / expected
    return out


@kernel
def share_of_variance(values: A, topics: A, starts: A, kinds: int, at_least: int) -> A:
    """Share of the variance of the values that lies between topics, less the (k - 1) / (n - 1) that k topics dealt at random would have.

    NaN for fewer than `at_least` values with a topic, one topic alone, or values that are all the same. The expectation is that of
    all permutations of the topics (Ezekiel 1930 has it for regressors).
    """
    out = np.full(len(starts) - 1, np.nan)
    count, mass = np.zeros(kinds + 1), np.zeros(kinds + 1)
    for i in range(len(out)):
        count[:], mass[:] = 0.0, 0.0
        n, total = 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if topics[j] != 0 and not np.isnan(values[j]):
                count[topics[j]] += 1.0
                mass[topics[j]] += values[j]
                n += 1.0
                total += values[j]
        if n < max(at_least, 2):
            continue
        within, between, k = 0.0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if topics[j] != 0 and not np.isnan(values[j]):
                within += (values[j] - mass[topics[j]] / count[topics[j]]) ** 2
        for topic in range(1, kinds + 1):
            if count[topic] > 0.0:
                between += count[topic] * (mass[topic] / count[topic] - total / n) ** 2
                k += 1.0
        if k > 1.0 and n > k and within + between > 1e-12 * n:
            out[i] = between / (within + between) - (k - 1.0) / (n - 1.0)
    return out


@kernel
def loss_away(values: A, likeness: A, starts: A, at_least: int, doubt: float) -> A:
    """How much lower (in the unit of the values) the mean post lies than the post most like the others, by the line over likeness.

    The slope is held towards 0 as if there were posts of no slope with a sum of squares `doubt`. NaN for fewer than `at_least` posts.
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        n, mean_x, mean_y, most = 0.0, 0.0, 0.0, -np.inf
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j] + likeness[j]):
                n += 1.0
                mean_x += likeness[j]
                mean_y += values[j]
                most = max(most, likeness[j])
        if n < max(at_least, 2):
            continue
        mean_x /= n
        mean_y /= n
        xx, xy = doubt, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(values[j] + likeness[j]):
                xx += (likeness[j] - mean_x) ** 2
                xy += (likeness[j] - mean_x) * (values[j] - mean_y)
        out[i] = xy / xx * (most - mean_x)
    return out
