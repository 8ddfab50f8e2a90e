"""Numbers of the benchmark, each with its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binomtest

from training import metrics

Answer = dict[str, Any]
ALPHA = 0.01


def proportion(hits: int, of: int) -> Answer:
    """A share with its 95 % Clopper-Pearson interval; {"why"} where nobody was counted."""
    if not of:
        return {"value": None, "why": "no account of this kind was there to be counted", "hits": 0, "of": 0}
    found = binomtest(hits, of).proportion_ci(0.95, "exact")
    return {"value": hits / of, "low": float(found.low), "high": float(found.high), "hits": hits, "of": of}


def among(flags: np.ndarray) -> Answer:
    """The share of true ones among bool (n,), likewise."""
    return proportion(int(flags.sum()), len(flags))


def threshold(clean: np.ndarray, alpha: float = ALPHA) -> float:
    """The score above which at most `alpha` of clean accounts lie, from n scores of clean accounts (n,): the ceil((n + 1)(1 - alpha))-th
    smallest (conformal prediction, method.md 4); infinite when n is too small to say so, below 99 for 1 %."""
    place = int(np.ceil((len(clean) + 1) * (1 - alpha)))
    return float(np.sort(clean)[place - 1]) if place <= len(clean) else float("inf")


def recall(y: np.ndarray, p: np.ndarray) -> Answer:
    """Largest recall at a false-alarm rate of 1 % on these very accounts, with its bootstrap interval."""
    return _metric("recall_at_1pct_fpr", y, p)


def average_precision(y: np.ndarray, p: np.ndarray) -> Answer:
    return _metric("average_precision", y, p)


def _metric(name: str, y: np.ndarray, p: np.ndarray) -> Answer:
    y = np.asarray(y, bool)
    if not y.any() or y.all():
        return {"value": None, "why": "one of the two classes is missing", "positives": int(y.sum()), "of": len(y)}
    found = metrics.interval(name, y, p)
    return {"value": found.value, "low": found.low, "high": found.high, "positives": int(y.sum()), "of": len(y)}


def gain(y: np.ndarray, p: np.ndarray, other: np.ndarray) -> Answer:
    """How much more recall at 1 % false alarms `p` has than `other`; both on the same resamples of the accounts (95 %)."""
    y = np.asarray(y, bool)
    if not y.any() or y.all():
        return {"value": None, "why": "one of the two classes is missing"}
    chosen = metrics.METRICS["recall_at_1pct_fpr"]
    rng, drawn = np.random.default_rng(0), []
    rows = [np.flatnonzero(y), np.flatnonzero(~y)]
    for _ in range(200):
        picked = np.concatenate([rng.choice(side, side.size) for side in rows])
        drawn.append(chosen(y[picked], p[picked]) - chosen(y[picked], other[picked]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": chosen(y, p) - chosen(y, other), "low": float(low), "high": float(high)}


def worst(answers: dict[str, Answer], lowest: bool = True) -> Answer:
    """The answer with the worst value, and whose it is (a vendor, then where); {"why"} where none has one."""
    known = {name: each for name, each in answers.items() if each.get("value") is not None}
    if not known:
        return {"value": None, "why": next((each["why"] for each in answers.values() if "why" in each), "nothing was measured")}
    name = (min if lowest else max)(known, key=lambda name: known[name]["value"])
    return {**known[name], "whose": ", ".join(filter(None, (str(known[name].get("whose", "")), name)))}
