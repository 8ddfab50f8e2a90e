"""Loops over what posts got: against the curves of peers, against round packages, and against how fast people react."""

import numpy as np

from features.compiled import kernel

A = np.ndarray

PACKAGES = (100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0)
# A package of bought likes comes with up to a twentieth more.
OVER = 1.05


@kernel
def mature(at: A, starts: A, seen_at: A, least_age: float, most: int) -> A:
    """1 for the newest `most` events that were old enough when they were seen, 0 for the others. Events stand in the order of time."""
    out = np.zeros(len(at))
    for i in range(len(starts) - 1):
        many = 0
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            if many < most and seen_at[i] - at[j] >= least_age:
                out[j] = 1.0
                many += 1
    return out


@kernel
def formats(codes: A, known: A) -> A:
    """The place of each code among the known ones; NaN for any other."""
    out = np.full(len(codes), np.nan)
    for j in range(len(codes)):
        for k in range(len(known)):
            if codes[j] == known[k]:
                out[j] = k
    return out


@kernel
def on_curve(size: float, curve: A) -> float:
    """A piecewise straight curve (intercept, slope, spread, then knot and bend in turn) at a size."""
    height = curve[0] + curve[1] * size
    for k in range(3, len(curve), 2):
        height += curve[k + 1] * max(size - curve[k], 0.0)
    return float(height)


@kernel
def on_curves(size: A, platform: A, curves: A) -> tuple[A, A]:
    """What each account's platform lets expect of a size (dex), and the spread of accounts around it (dex); formats as in `against`."""
    expected, spread = np.empty(len(size)), np.empty(len(size))
    for i in range(len(size)):
        curve = curves[platform[i], curves.shape[1] - 1]
        expected[i], spread[i] = on_curve(size[i], curve), curve[2]
    return expected, spread


@kernel
def against(amount: A, followers: A, kind: A, starts: A, platform: A, curves: A) -> tuple[A, A]:
    """log10(amount + 1) of each post minus what its account's platform, its format and the followers let expect: dex, and in spreads.

    curves: (platforms, formats + 1, 3 + 2 knots), the last format for posts of unknown format.
    """
    dex, z = np.full((2, len(amount)), np.nan)
    for i in range(len(starts) - 1):
        for j in range(starts[i], starts[i + 1]):
            if np.isnan(amount[j] + followers[j]):
                continue
            curve = curves[platform[i], curves.shape[1] - 1 if np.isnan(kind[j]) else int(kind[j])]
            dex[j] = np.log10(amount[j] + 1.0) - on_curve(np.log10(followers[j] + 1.0), curve)
            z[j] = dex[j] / curve[2]
    return dex, z


@kernel
def apart(counts: A, flags: A, starts: A, at_least: int) -> A:
    """Mean ln(count + 1) of the events whose flag is 0 minus that of those whose flag is 1; NaN for fewer than `at_least` of either."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        many, mass = np.zeros(2), np.zeros(2)
        for j in range(starts[i], starts[i + 1]):
            if not np.isnan(counts[j] + flags[j]):
                many[int(flags[j])] += 1.0
                mass[int(flags[j])] += np.log(counts[j] + 1.0)
        if min(many[0], many[1]) >= at_least:
            out[i] = mass[0] / many[0] - mass[1] / many[1]
    return out


@kernel
def heaping(counts: A, starts: A, at_least: int) -> A:
    """Share of counts at a package or up to OVER of it, minus the mean share of the equally wide bands below and above.

    The upper end of a band is not part of it, so that bands of small whole numbers hold about as many of them.
    """
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        n, inside, beside = 0, 0.0, 0.0
        for j in range(starts[i], starts[i + 1]):
            if np.isnan(counts[j]):
                continue
            n += 1
            for package in PACKAGES:
                if package <= counts[j] < package * OVER:
                    inside += 1.0
                elif package / OVER <= counts[j] < package * OVER * OVER:
                    beside += 0.5
        if n >= at_least:
            out[i] = (inside - beside) / n
    return out


@kernel
def misfit(delays: A, starts: A, shape: float, scale: float, at_least: int) -> A:
    """Largest distance between the distribution of the known delays and Weibull's (Kolmogorov-Smirnov), 0 to 1."""
    out = np.full(len(starts) - 1, np.nan)
    for i in range(len(out)):
        block = delays[starts[i] : starts[i + 1]]
        known = np.sort(block[~np.isnan(block)])
        n, worst = len(known), 0.0
        if n < at_least:
            continue
        for j in range(n):
            below = 1.0 - np.exp(-((known[j] / scale) ** shape))
            worst = max(worst, below - j / n, (j + 1) / n - below)
        out[i] = worst
    return out
