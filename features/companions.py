"""Loops over pairs of commenters: who is together under more posts than chance brings together."""

import numpy as np

from features.attendance import NEWEST_POSTS, ones
from features.compiled import kernel

A = np.ndarray

# The most active commenters that are compared with each other, so that an account of any size takes bounded time.
MOST_PEOPLE = 256
# The chance that an account without any ties shows a pair.
_LEVEL = 0.05
# Logarithms of factorials are not exact; a chance that equals the level counts.
_ROUNDING = 1.0 + 1e-9
_LOG_FACTORIALS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, NEWEST_POSTS + 1.0)))])


@kernel
def _choose(m: int, k: int) -> float:
    return np.exp(_LOG_FACTORIALS[m] - _LOG_FACTORIALS[k] - _LOG_FACTORIALS[m - k])


@kernel
def _fewest_together(posts: int, one: int, other: int, level: float) -> int:
    """The fewest posts in common that two people with so many posts of all have by chance no more often than `level` (hypergeometric)."""
    tail, together = 0.0, min(one, other)
    while together >= max(0, one + other - posts):
        tail += _choose(other, together) * _choose(posts - other, one - together) / _choose(posts, one)
        if tail > level * _ROUNDING:
            break
        together -= 1
    return together + 1


@kernel
def _compared(attended: A, posts: int) -> int:
    """Set `attended` (people by how many posts they commented on) to 1 for the numbers whose people are compared and to 0 for the others;
    how many people these are.

    A pair can stand out only if its least likely outcome, all posts in common, does (Tarone 1990). So those who commented on about half
    of the posts come first, and as many are taken as leave that outcome less likely than the level shared out over their pairs.
    """
    people, best = 0, 0
    taken = np.zeros(NEWEST_POSTS + 1, dtype=np.int64)
    for beside in range(posts % 2, posts - 1, 2):
        for k in ((posts + beside) // 2, (posts - beside) // 2):
            if k < 2 or taken[k] > 0 or attended[k] == 0:
                continue
            people += attended[k]
            taken[k] = people
            if people <= MOST_PEOPLE and people * (people - 1) / 2.0 <= _LEVEL * _choose(posts, k) * _ROUNDING:
                best = people
    for k in range(len(attended)):
        attended[k] = 1 if 0 < taken[k] <= best else 0
    return best


@kernel
def companions(marks: A, said: A, starts: A, many: A, fewest_posts: int, at_least: int) -> A:
    """Share of comments by people who comment together with somebody on more posts than their own numbers of posts let expect.

    Two people of k and l posts among m share at least w by chance with the tail of a hypergeometric distribution; a pair stands out where
    that is at most 5 % over all pairs compared (Bonferroni). Newest 64 posts, at most 256 people. NaN for fewer posts or comments.
    Source: Tumminello et al. 2011 (statistically validated networks).
    """
    out = np.full(len(starts) - 1, np.nan)
    who, met = np.empty(MOST_PEOPLE, dtype=np.int64), np.zeros(MOST_PEOPLE, dtype=np.bool_)
    needed = np.zeros((NEWEST_POSTS + 1, NEWEST_POSTS + 1), dtype=np.int64)
    for i in range(len(out)):
        posts, comments = min(many[i], NEWEST_POSTS), 0
        attended = np.zeros(NEWEST_POSTS + 1, dtype=np.int64)
        for a in range(starts[i], starts[i + 1]):
            attended[ones(marks[a])] += 1
            comments += said[a]
        if posts < fewest_posts or comments < at_least:
            continue
        n = _compared(attended, posts)
        level = _LEVEL / max(n * (n - 1) / 2.0, 1.0)
        place, together = 0, 0
        for a in range(starts[i], starts[i + 1]):
            if n > 1 and attended[ones(marks[a])] == 1:
                who[place], met[place] = a, False
                place += 1
        needed[: posts + 1, : posts + 1] = 0
        for a in range(place):
            for b in range(a):
                one, other = ones(marks[who[a]]), ones(marks[who[b]])
                if needed[one, other] == 0:
                    needed[one, other] = needed[other, one] = _fewest_together(posts, one, other, level)
                if ones(marks[who[a]] & marks[who[b]]) >= needed[one, other]:
                    met[a] = met[b] = True
        for a in range(place):
            if met[a]:
                together += said[who[a]]
        out[i] = together / comments
    return out
