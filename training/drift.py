"""Whether the accounts of today are still like those the model learnt from: feature by feature, and all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr
from scipy.stats import false_discovery_control, ks_2samp, mannwhitneyu

from models import booster

# All that may raise an alarm shares this chance of a false one - three fifths for the features, one fifth each for what is unknown and for
# the classifier: a weekly look is then wrong once a year. Half a standard deviation in one of a hundred features is seen all the same.
ALARM = 0.02
FEATURES, UNKNOWN, TOGETHER = 0.6 * ALARM, 0.2 * ALARM, 0.2 * ALARM
PARTS = 10
# Enough to see what no feature shows alone; more would take seconds on a hundred features.
TREES = {"rounds": 60, "patience": 10, "max_depth": 3, "eta": 0.2}
FEWEST = 30


@dataclass(frozen=True)
class Shift:
    """One feature then and now. q: KS p-value after false-discovery control; unknown_q likewise for the share of unknown values."""

    name: str
    then: int
    now: int
    middle_then: float
    middle_now: float
    psi: float
    ks: float
    q: float
    unknown_then: float
    unknown_now: float
    unknown_q: float

    @property
    def shifted(self) -> bool:
        return bool(self.q < FEATURES)

    @property
    def vanished(self) -> bool:
        return bool(self.unknown_q < UNKNOWN)


@dataclass(frozen=True)
class Drift:
    """All features, most shifted first, and how well a classifier tells today's accounts from those of the reference (.5: not at all)."""

    shifts: list[Shift]
    together_auc: float
    together_p: float

    @property
    def alarms(self) -> list[str]:
        told = [f"{each.name}: its values have shifted" for each in self.shifts if each.shifted]
        told += [
            f"{each.name}: it is unknown for {each.unknown_now:.0%} instead of {each.unknown_then:.0%}"
            for each in self.shifts
            if each.vanished
        ]
        if self.together_p < TOGETHER:
            told.append(f"all features together: a classifier tells today's accounts from the reference (AUC {self.together_auc:.2f})")
        return told


def drift(names: Sequence[str], then: np.ndarray, now: np.ndarray, seed: int = 0) -> Drift:
    """Compare features then (m, k) and now (n, k), NaN = unknown.

    Two-sample Kolmogorov-Smirnov per feature and a test of the share of unknown values, each under false-discovery control (Benjamini &
    Hochberg 1995), and a classifier two-sample test (Lopez-Paz & Oquab 2017) on halves that did not train it. When nothing has changed,
    any alarm comes up in at most ALARM of all draws. A feature known for fewer than FEWEST accounts on a side is not tested.
    """
    columns = [_column(then[:, j], now[:, j]) for j in range(len(names))]
    q = _controlled([column["p"] for column in columns])
    unknown_q = _controlled([column["unknown_p"] for column in columns])
    shifts = [
        Shift(
            name=name,
            then=int(column["then"]),
            now=int(column["now"]),
            middle_then=column["middle_then"],
            middle_now=column["middle_now"],
            psi=column["psi"],
            ks=column["ks"],
            q=float(q[j]),
            unknown_then=column["unknown_then"],
            unknown_now=column["unknown_now"],
            unknown_q=float(unknown_q[j]),
        )
        for j, (name, column) in enumerate(zip(names, columns, strict=True))
    ]
    auc, p = _together(then, now, seed)
    return Drift(sorted(shifts, key=lambda each: (min(each.q, each.unknown_q), -each.psi)), auc, p)


def _column(then: np.ndarray, now: np.ndarray) -> dict[str, float]:
    known_then, known_now = then[~np.isnan(then)], now[~np.isnan(now)]
    unknown = [float(np.isnan(side).mean()) if side.size else 0.0 for side in (then, now)]
    answer = {"then": known_then.size, "now": known_now.size, "p": 1.0, "ks": 0.0, "psi": 0.0}
    answer |= {"unknown_then": unknown[0], "unknown_now": unknown[1], "unknown_p": _shares_differ(then, now)}
    answer |= {"middle_then": _middle(known_then), "middle_now": _middle(known_now)}
    if min(known_then.size, known_now.size) >= FEWEST:
        tested = ks_2samp(known_then, known_now, method="asymp")
        answer |= {"p": float(tested.pvalue), "ks": float(tested.statistic), "psi": psi(known_then, known_now)}
    return answer


def _middle(values: np.ndarray) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _shares_differ(then: np.ndarray, now: np.ndarray) -> float:
    """Two-sided p-value that the share of unknown values is the same (pooled z-test)."""
    if min(then.size, now.size) < FEWEST:
        return 1.0
    a, b = np.isnan(then).sum(), np.isnan(now).sum()
    pooled = (a + b) / (then.size + now.size)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / then.size + 1 / now.size))
    if spread == 0:
        return 1.0
    return float(2 * ndtr(-abs(a / then.size - b / now.size) / spread))


def _controlled(p: Sequence[float]) -> np.ndarray:
    return np.asarray(false_discovery_control(np.clip(p, 0.0, 1.0))) if len(p) else np.empty(0)


def psi(then: np.ndarray, now: np.ndarray) -> float:
    """Population stability index over the deciles of `then`: Σ (b - a) ln(b / a), with half an account in every part (Siddiqi 2006).

    It is told and raises no alarm: its scale depends on how many accounts there are.
    """
    edges = np.unique(np.quantile(then, np.linspace(0, 1, PARTS + 1)[1:-1]))
    a, b = (np.bincount(np.searchsorted(edges, side, side="left"), minlength=len(edges) + 1) + 0.5 for side in (then, now))
    a, b = a / a.sum(), b / b.sum()
    return float(((b - a) * np.log(b / a)).sum())


def _together(then: np.ndarray, now: np.ndarray, seed: int) -> tuple[float, float]:
    """AUC of a classifier on accounts that it did not learn from, and its p-value (Mann-Whitney, one-sided)."""
    if min(len(then), len(now)) < 2 * FEWEST:
        return 0.5, 1.0
    rng = np.random.default_rng([seed, 9])
    values = np.concatenate([then, now])
    y = np.repeat([0, 1], [len(then), len(now)])
    learn = np.zeros(len(y), dtype=bool)
    for side in (0, 1):
        rows = rng.permutation(np.flatnonzero(y == side))
        learn[rows[: len(rows) // 2]] = True
    taught, watched = np.flatnonzero(learn)[::2], np.flatnonzero(learn)[1::2]
    names, free = [str(j) for j in range(values.shape[1])], [0] * values.shape[1]
    trees = booster.fit(values[taught], y[taught], (values[watched], y[watched]), names, free, TREES, seed).trees
    score = trees.margins(values[~learn])
    one, two = score[y[~learn] == 1], score[y[~learn] == 0]
    tested = mannwhitneyu(one, two, alternative="greater")
    return float(tested.statistic / (len(one) * len(two))), float(tested.pvalue)


def by_slice(
    names: Sequence[str], then: np.ndarray, now: np.ndarray, slices: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, Drift]:
    """The same for parts of the accounts, such as each platform and tier; slices: name -> (mask over then, mask over now)."""
    return {name: drift(names, then[was], now[is_now]) for name, (was, is_now) in slices.items() if min(was.sum(), is_now.sum()) >= FEWEST}
