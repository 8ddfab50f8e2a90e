"""Loops over growth and posts side by side: what a burst owes to posts, what days owe to posts, what likes owe to followers."""

import numpy as np

from features.compiled import kernel
from features.gains import LEAST_DAYS

A = np.ndarray

# A burst follows a post by two days at most, or comes a day before the crawler dates it (Myers & Leskovec 2014).
DAYS_BEFORE, DAYS_AFTER = 2.0, 1.0
VIRAL = 2.0
# How much of a post's pull is left after so many days, and how much better than usual a post can count.
PULL = (1.0, 0.5, 0.25)
MOST_PULL = 5.0
EITHER_SIDE, LEAST_SIDE, NEAR_DAYS = 12, 3, 90.0
# Posts of one account differ by this much in any case, dex (method.md: 5 % quantile 0.17 nat).
LEAST_NOISE = 0.07
LEAST_POSTS = 8
# With less change of the followers a slope of likes over them is noise: 0.15 dex a post, 12 posts, +-0.9.
LEAST_SPREAD = 0.05


@kernel
def burst_days(
    excess: A, when: A, starts: A, posted_at: A, likes: A, usual: A, observed_at: A, mature: float, post_starts: A
) -> tuple[A, A]:
    """Share of the burst's followers on days without a post near by, and on days without one near by that got VIRAL times the usual likes.

    Only days whose posts were seen can tell; the second share also leaves out days on which a post near by hides its likes or is too
    young to have them.
    """
    alone, unexplained = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(alone)):
        posts = posted_at[post_starts[i] : post_starts[i + 1]]
        if len(posts) == 0:
            continue
        mass, without, told, unmoved = 0.0, 0.0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if not excess[j] > 0.0 or when[j] < posts[0]:
                continue
            begin = np.searchsorted(posts, when[j] - DAYS_BEFORE)
            end = np.searchsorted(posts, when[j] + DAYS_AFTER + 1.0)
            viral, open_end = False, np.isnan(usual[i])
            for p in range(begin, end):
                got = likes[post_starts[i] + p]
                if got >= VIRAL * max(usual[i], 1.0):
                    viral = True
                elif np.isnan(got) or observed_at[i] - posts[p] < mature:
                    open_end = True
            mass += excess[j]
            without += excess[j] if begin == end else 0.0
            if viral or not open_end:
                told += excess[j]
                unmoved += 0.0 if viral else excess[j]
        if mass > 0.0:
            alone[i] = min(without / mass, 1.0)
        if told > 0.0:
            unexplained[i] = min(unmoved / told, 1.0)
    return alone, unexplained


@kernel
def gains_on_posts(won: A, when: A, span: A, starts: A, posted_at: A, likes: A, usual: A, post_starts: A) -> A:
    """R2 of the gain of a day on the likes of the posts of that day and the two before; 0 where more likes go with smaller gains."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        first, n = starts[i], starts[i + 1] - starts[i]
        if n < LEAST_DAYS or np.isnan(usual[i]):
            continue
        pull, posts, begin = np.zeros(n), 0, n
        for p in range(post_starts[i], post_starts[i + 1]):
            day = int(np.floor(posted_at[p]) - when[first])
            if np.isnan(likes[p]) or day < 0 or day >= n:
                continue
            posts += 1
            begin = min(begin, day)
            for later in range(min(len(PULL), n - day)):
                pull[day + later] += PULL[later] * min(likes[p] / max(usual[i], 1.0), MOST_PULL)
        days, mean_x, mean_y, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(begin, n):
            if span[first + j] == 1.0:
                days += 1.0
                x, y = pull[j] - mean_x, won[first + j] - mean_y
                mean_x += x / days
                mean_y += y / days
                xx += x * (pull[j] - mean_x)
                xy += x * (won[first + j] - mean_y)
                yy += y * (won[first + j] - mean_y)
        if posts >= LEAST_SIDE and days >= LEAST_DAYS and xx > 0.0 and yy > 0.0:
            out[i] = min(max(xy, 0.0) ** 2 / (xx * yy), 1.0)
    return out


@kernel
def step(at: A, away: A, starts: A, first_day: A, last_day: A) -> A:
    """z of the mean of up to 12 values after a stretch of days minus the mean of up to 12 before it, within 90 days on either side."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        many, mean, squares = np.zeros(2), np.zeros(2), 0.0
        # From the stretch outwards: newest first before it, oldest first after it.
        for side in range(2):
            for k in range(starts[i + 1] - starts[i]):
                j = starts[i] + k if side else starts[i + 1] - 1 - k
                day = np.floor(at[j])
                gap = day - last_day[i] if side else first_day[i] - day
                if gap > 0.0 and gap <= NEAR_DAYS and many[side] < EITHER_SIDE and not np.isnan(away[j]):
                    many[side] += 1.0
                    change = away[j] - mean[side]
                    mean[side] += change / many[side]
                    squares += change * (away[j] - mean[side])
        if min(many[0], many[1]) >= LEAST_SIDE:
            noise = max(np.sqrt(squares / (many[0] + many[1] - 2.0)), LEAST_NOISE)
            out[i] = (mean[1] - mean[0]) / (noise * np.sqrt(1.0 / many[0] + 1.0 / many[1]))
    return out


@kernel
def _slope(x: A, y: A) -> float:
    """Least-squares slope of y on x; NaN for too few points or too little spread of x."""
    if len(x) < LEAST_POSTS:
        return np.nan
    mean_x, mean_y = np.sum(x) / len(x), np.sum(y) / len(y)
    xx = np.sum((x - mean_x) ** 2)
    if xx < LEAST_SPREAD**2 * len(x):
        return np.nan
    return float(np.sum((x - mean_x) * (y - mean_y)) / xx)


@kernel
def elasticity(at: A, likes: A, followers: A, starts: A, excess: A, when: A, day_starts: A) -> tuple[A, A]:
    """Slope of log10 likes over log10 followers of the day, and over the followers that did not come in bursts.

    Only posts since the first day of the history: before that nobody knows how many followers there were.
    """
    whole, steady = np.full((2, len(starts) - 1), np.nan)
    for i in range(len(whole)):
        many = starts[i + 1] - starts[i]
        x, calm, y, n = np.empty(many), np.empty(many), np.empty(many), 0
        place, brought = day_starts[i], 0.0
        for j in range(starts[i], starts[i + 1] if day_starts[i + 1] > place else starts[i]):
            while place < day_starts[i + 1] and when[place] <= at[j]:
                brought += excess[place] if excess[place] > 0.0 else 0.0
                place += 1
            if at[j] >= when[day_starts[i]] - 1.0 and not np.isnan(likes[j] + followers[j]):
                x[n] = np.log10(followers[j] + 1.0)
                calm[n] = np.log10(max(followers[j] - brought, 0.0) + 1.0)
                y[n] = np.log10(likes[j] + 1.0)
                n += 1
        whole[i] = _slope(x[:n], y[:n])
        steady[i] = _slope(calm[:n], y[:n])
    return whole, steady
