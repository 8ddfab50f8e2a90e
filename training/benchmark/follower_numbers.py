"""Numbers of a score over labelled followers, each with its interval: shares after Clopper and Pearson, the rest by resampling."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binomtest, rankdata

from training import draws
from training.pools import FollowerPool

Answer = dict[str, Any]
RESAMPLES = 300


def proportion(hits: int, of: int) -> Answer:
    found = binomtest(hits, of).proportion_ci(0.95, "exact")
    return {"value": hits / of, "low": float(found.low), "high": float(found.high), "hits": hits, "of": of}


def auc(purchased: np.ndarray, scores: np.ndarray) -> float:
    """The chance that a purchased-type follower scores above another; ties count half."""
    ranks, hits = rankdata(scores), int(purchased.sum())
    return float((ranks[purchased].sum() - hits * (hits + 1) / 2) / (hits * (len(purchased) - hits)))


def recall(purchased: np.ndarray, scores: np.ndarray, false_alarms: float) -> float:
    """Largest share of the purchased type above a level that at most `false_alarms` of the others reach; ties stay together."""
    others = np.sort(scores[~purchased])[::-1]
    level = others[int(np.floor(false_alarms * len(others) + 1e-9))]
    return float((scores[purchased] > level).mean())


def ranking(purchased: np.ndarray, scores: np.ndarray, beside: np.ndarray, rng: np.random.Generator) -> dict[str, Answer]:
    """AUC, recall at 1 and 3 % false alarms, and how much more recall at 1 % there is than by the scores `beside`."""
    rows = [np.flatnonzero(purchased), np.flatnonzero(~purchased)]
    measures = {
        "auc": lambda mine: auc(purchased[mine], scores[mine]),
        "recall_at_1pct": lambda mine: recall(purchased[mine], scores[mine], 0.01),
        "recall_at_3pct": lambda mine: recall(purchased[mine], scores[mine], 0.03),
        "gain_at_1pct": lambda mine: recall(purchased[mine], scores[mine], 0.01) - recall(purchased[mine], beside[mine], 0.01),
    }
    drawn = [np.concatenate([rng.choice(side, len(side)) for side in rows]) for _ in range(RESAMPLES)]
    every = np.arange(len(purchased))
    return {name: spread(measure(every), [measure(mine) for mine in drawn]) for name, measure in measures.items()}


def spread(value: float, drawn: list[float]) -> Answer:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": float(value), "low": float(low), "high": float(high)}


def at_threshold(purchased: np.ndarray, flagged: np.ndarray, rng: np.random.Generator) -> dict[str, Answer]:
    """How often either type is flagged, and Youden's J = TPR - FPR."""
    rates = [(int(flagged[side].sum()), int(side.sum())) for side in (purchased, ~purchased)]
    drawn = [rng.binomial(of, hits / of, RESAMPLES) / of for hits, of in rates]
    true, false = (proportion(*rate) for rate in rates)
    return {"tpr": true, "fpr": false, "j": spread(true["value"] - false["value"], list(drawn[0] - drawn[1]))}


def audience_spread(pool: FollowerPool, flagged: np.ndarray, rng: np.random.Generator) -> float:
    """tau: standard deviation of the flagged share between audiences that mix the kinds of ordinary follower differently (0-1).

    The mixes are those of composed accounts (training/draws.py), whose spread was set by SRF's 115 influencers.
    """
    kinds = draws.strata(pool, purchased=False)
    return float((draws.mixes(rng, kinds.natural, draws.AUDIENCE_CONCENTRATION, 2_000) @ kinds.mean(flagged.astype(float))).std())
