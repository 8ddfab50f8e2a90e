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
        first, last = starts[i], starts[i + 1]
        by_post = first + np.argsort(posts[first:last], kind="mergesort")
        order = by_post[np.argsort(authors[by_post], kind="mergesort")]
        of_post = np.zeros(post_starts[i + 1] - post_starts[i])
        visits, n = np.empty(len(order), dtype=np.int64), 0
        for j in order:
            if authors[j] == 0 or posts[j] < 0 or topics[posts[j]] == 0:
                continue
            if n > 0 and authors[visits[n - 1]] == authors[j] and posts[visits[n - 1]] == posts[j]:
                continue
            visits[n] = j
            n += 1
            of_post[posts[j] - post_starts[i]] += 1.0
        same_post, same_topic = np.sum(of_post * of_post), 0.0
        of_topic[:] = 0.0
        for place in range(len(of_post)):
            of_topic[topics[post_starts[i] + place]] += of_post[place]
        same_topic = np.sum(of_topic * of_topic)
        pairs = n * float(n) - same_post
        if pairs <= 0.0:
            continue
        chance = 1.0 - (same_topic - same_post) / pairs
        of_topic[:] = 0.0
        weight, crossed, j = 0.0, 0.0, 0
        while j < n:
            run, alike = j, 0.0
            while run < n and authors[visits[run]] == authors[visits[j]]:
                topic = topics[posts[visits[run]]]
                alike += of_topic[topic]
                of_topic[topic] += 1.0
                run += 1
            for k in range(j, run):
                of_topic[topics[posts[visits[k]]]] = 0.0
            many = run - j
            if many > 1:
                weight += many - 1.0
                crossed += (many - 1.0) * (1.0 - alike / (0.5 * many * (many - 1.0)))
            j = run
        if weight * chance >= least_expected:
            out[i] = crossed / (weight * chance)
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
