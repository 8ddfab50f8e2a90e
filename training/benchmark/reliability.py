"""Numbers about probabilities and decisions, each with its interval, as plain JSON."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta

from training.metrics import METRICS, intervals

Number = dict[str, Any]
BINS = 10
DRAWS = 200
_NAMES = {"ece": "ece", "calibration_slope": "slope", "brier_skill": "brier_skill", "average_precision": "average_precision"}


def proportion(hits: np.ndarray) -> Number:
    """A share of bool (n,) with its 95 % Clopper-Pearson interval."""
    k, n = int(np.sum(hits)), int(np.size(hits))
    if not n:
        return {"value": None, "why": "no such account"}
    low = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    return {"value": k / n, "low": low, "high": high, "n": n}


def measured(yes: np.ndarray, p: np.ndarray) -> dict[str, Number]:
    """Debiased ECE, slope, intercept, Brier skill and average precision of probabilities (n,), with bootstrap intervals."""
    found = intervals(yes, np.clip(p, 0.0, 1.0), [METRICS[name] for name in _NAMES], n=DRAWS)
    numbers = {_NAMES[name]: _plain(each.value, each.low, each.high) for name, each in found.items()}
    clipped = np.clip(p, 1e-4, 1 - 1e-4)
    numbers["intercept"] = _intercept(yes, clipped)
    numbers["log_loss"] = _plain(-float(np.mean(np.where(yes, np.log(clipped), np.log1p(-clipped)))))
    return numbers | {"n": _plain(float(yes.size)), "positives": _plain(float(yes.sum()))}


def _intercept(yes: np.ndarray, p: np.ndarray) -> Number:
    """By how many log odds all probabilities lie too low (calibration in the large, Van Calster et al. 2019); normal interval."""
    if yes.all() or not yes.any():
        return {"value": None, "why": "only one kind of account"}
    odds = logit(p)
    value = float(brentq(lambda shift: float(expit(odds + shift).mean() - yes.mean()), -20, 20))
    fitted = expit(odds + value)
    half = 1.96 / math.sqrt(float((fitted * (1 - fitted)).sum()))
    return _plain(value, value - half, value + half)


def _plain(value: float, low: float = math.nan, high: float = math.nan) -> Number:
    if not math.isfinite(value):
        return {"value": None, "why": "it has no value on so few accounts"}
    bounds = {"low": low, "high": high} if math.isfinite(low) and math.isfinite(high) else {}
    return {"value": value, **bounds}


def reliability(yes: np.ndarray, p: np.ndarray) -> list[dict[str, float]]:
    """Of BINS groups of equal size by probability: the mean probability, and how many are a yes with its interval."""
    rows = []
    for part in np.array_split(np.argsort(p, kind="stable"), BINS):
        if part.size:
            share = proportion(yes[part])
            rows.append({"probability": float(p[part].mean()), **{name: share[name] for name in ("value", "low", "high", "n")}})
    return rows


def selective(yes: np.ndarray, p: np.ndarray, false_alarms: float) -> dict[str, Any]:
    """What remains when only the surest accounts are answered, the least sure left to a person; p (n,) at the base rate, yes from .5 on.

    coverage: the largest share answered with at most `false_alarms` of the honest ones among them told yes. aurc: mean share of wrong
    answers over all coverages (Geifman & El-Yaniv 2017), with that of a perfect order beside it. Intervals by bootstrap over accounts.
    """
    if yes.all() or not yes.any():
        return {"coverage": {"value": None, "why": "only one kind of account"}, "aurc": {"value": None, "why": "only one kind of account"}}
    rng = np.random.default_rng(0)
    drawn = np.array([_curve(yes[rows], p[rows], false_alarms) for rows in rng.integers(yes.size, size=(DRAWS, yes.size))])
    coverage, aurc = _curve(yes, p, false_alarms)
    bounds = np.quantile(drawn, [0.025, 0.975], axis=0)
    error = float(np.mean((p >= 0.5) != yes))
    order = np.argsort(-np.abs(p - 0.5), kind="stable")
    wrong = np.cumsum(((p >= 0.5) != yes)[order]) / np.arange(1, yes.size + 1)
    at = [0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0]
    return {
        "coverage": _plain(coverage, *map(float, bounds[:, 0])),
        "aurc": _plain(aurc, *map(float, bounds[:, 1])),
        "aurc_of_a_perfect_order": error + (1 - error) * math.log1p(-error) if error < 1 else 1.0,
        "risk_at_coverage": {f"{share:.2f}": float(wrong[max(math.ceil(share * yes.size), 1) - 1]) for share in at},
    }


def _curve(yes: np.ndarray, p: np.ndarray, false_alarms: float) -> tuple[float, float]:
    order = np.argsort(-np.abs(p - 0.5), kind="stable")
    told, truth = (p >= 0.5)[order], yes[order]
    many = np.arange(1, yes.size + 1)
    false = np.cumsum(told & ~truth) / np.maximum(np.cumsum(~truth), 1)
    within = np.flatnonzero(false <= false_alarms)
    coverage = float(many[within[-1]] / yes.size) if within.size else 0.0
    return coverage, float(np.mean(np.cumsum(told != truth) / many))
