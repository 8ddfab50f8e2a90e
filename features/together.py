"""Loops over the numbers of an account that go together."""

import numpy as np

from features.compiled import kernel

A = np.ndarray


@kernel
def logarithms(followers: A, likes: A, comments: A, views: A, posts: A, age: A) -> A:
    """log10 of each number plus one (comments: plus a half), (6, n); NaN stays."""
    out = np.empty((6, len(followers)))
    for i in range(len(followers)):
        out[0, i] = np.log10(followers[i] + 1.0)
        out[1, i] = np.log10(likes[i] + 1.0)
        out[2, i] = np.log10(comments[i] + 0.5)
        out[3, i] = np.log10(views[i] + 1.0)
        out[4, i] = np.log10(posts[i] + 1.0)
        out[5, i] = np.log10(age[i] + 1.0)
    return out


@kernel
def innovations(values: A, centre: A, platform: A, order: A, covariance: A) -> A:
    """What each known number of an account says beyond those before it in `order`, in standard deviations, shape (len(order), n).

    values (k, n), centre (platforms, k), covariance (k, k) positive definite. Row c is (x - E[x | the known ones before]) over its
    standard deviation (Cholesky over what is known); NaN for what is not.
    """
    k, n = values.shape
    out = np.full((len(order), n), np.nan)
    factor, solved, which = np.empty((k, k)), np.empty(k), np.empty(k, dtype=np.int64)
    for i in range(n):
        many = 0
        for place in range(len(order)):
            own = order[place]
            left, rest = values[own, i] - centre[platform[i], own], covariance[own, own]
            if np.isnan(left):
                continue
            for c in range(many):
                dot = covariance[own, which[c]]
                for d in range(c):
                    dot -= factor[many, d] * factor[c, d]
                factor[many, c] = dot / factor[c, c]
                rest -= factor[many, c] ** 2
                left -= factor[many, c] * solved[c]
            factor[many, many] = np.sqrt(rest)
            solved[many] = left / factor[many, many]
            which[many] = own
            out[place, i] = solved[many]
            many += 1
    return out


@kernel
def root_mean_square(values: A, first: int, at_least: int) -> A:
    """Of the known values of each column from row `first` on; NaN for fewer than `at_least`."""
    k, n = values.shape
    out = np.full(n, np.nan)
    for i in range(n):
        many, squares = 0, 0.0
        for row in range(first, k):
            if not np.isnan(values[row, i]):
                many += 1
                squares += values[row, i] ** 2
        if many >= at_least:
            out[i] = np.sqrt(squares / many)
    return out
