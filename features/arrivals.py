"""Loops over the moments of comments under each post: do they come by chance, in bursts, or like a clock?"""

import numpy as np

from features.compiled import kernel

A = np.ndarray

_FEWEST_GAPS = 3
_FEWEST_POSTS = 3


@kernel
def burstiness(at: A, post_of: A, starts: A, many: A) -> A:
    """Burstiness of the times between comments under a post, mean over posts with three gaps or more; NaN for fewer than three posts.

    With r = standard deviation / mean of n gaps: (sqrt(n + 1) r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) r + sqrt(n - 1)), which for many gaps
    is (r - 1) / (r + 1): -1 for a metronome, 0 for chance, 1 for all at once. Sources: Goh & Barabasi 2008; Kim & Jo 2016 (few gaps).
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        posts = many[i]
        last, mean, squares = np.full(posts, np.nan), np.zeros(posts), np.zeros(posts)
        gaps = np.zeros(posts, dtype=np.int64)
        for j in range(starts[i], starts[i + 1]):
            post = post_of[j]
            if post < 0 or np.isnan(at[j]):
                continue
            if not np.isnan(last[post]):
                gap = at[j] - last[post]
                gaps[post] += 1
                step = gap - mean[post]
                mean[post] += step / gaps[post]
                squares[post] += step * (gap - mean[post])
            last[post] = at[j]
        counted, mass = 0, 0.0
        for post in range(posts):
            n = gaps[post]
            # Comments of one moment only say how coarse the export's clock is.
            if n >= _FEWEST_GAPS and mean[post] > 0.0:
                r = np.sqrt(max(squares[post], 0.0) / n) / mean[post]
                more, less = np.sqrt(n + 1.0), np.sqrt(n - 1.0)
                counted += 1
                mass += min(max((more * r - less) / ((more - 2.0) * r + less), -1.0), 1.0)
        if counted >= _FEWEST_POSTS:
            out[i] = mass / counted
    return out
