"""The engagement gap against peers, split into what purchased-type followers, a diluted and a depersonalised audience explain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from features.catalog import inputs_of
from features.columns import median
from features.reference import Reference
from features.table import AccountTable
from models.share import Share

# The causes besides purchased-type followers, each with a head of its own that says how likely it is.
LEARNT = ("diluted_audience", "depersonalised_audience")
# From this probability of bought likes and comments on, what engagement there is may not be the audience's.
LIKELY = 0.5
TAIL = 0.025
HIDDEN = "Likes or comments may have been bought as well: they hide a gap, so the parts can explain more than is missing."


class Effect(NamedTuple):
    """How many dex an account with the cause lacks: the mean, 0 or below, and how much that differs between such accounts (sd)."""

    dex: float
    spread: float


@dataclass(frozen=True)
class Causes:
    """What training found of the causes that have no share: by head, the effect on the engagement of accounts that are a yes.

    Learnt from how far the engagement of labelled accounts lies below that of accounts without the label (training/effects.py).
    """

    effects: Mapping[str, Effect] = field(default_factory=dict)

    def to_json(self) -> dict[str, dict[str, float]]:
        return {name: effect._asdict() for name, effect in self.effects.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Causes:
        """Raises KeyError, TypeError or ValueError for what is none."""
        effects = {name: Effect(float(entry["dex"]), float(entry["spread"])) for name, entry in document.items()}
        unknown = set(effects) - set(LEARNT)
        if unknown or not all(-10 < effect.dex <= 0 <= effect.spread < 10 for effect in effects.values()):
            raise ValueError(f"causes.json holds what is no effect of {' or '.join(LEARNT)}")
        return cls(effects)


def rates_of(table: AccountTable, reference: Reference) -> tuple[np.ndarray, np.ndarray]:
    """Likes and comments of the typical post per follower, and what peers of the platform and size get; both (n,), NaN = unknown.

    Against today's followers on both sides, of whom the share is a share; the feature looks at those of the day of each post.
    """
    facts = inputs_of(table, ("mature_likes", "mature_comments", "followers"))
    rates: np.ndarray = (median(facts["mature_likes"] + facts["mature_comments"], at_least=3) / facts["followers"]).values
    expected: np.ndarray = reference.peer_engagement.rate(table.platform_codes, facts["followers"]).values
    return rates, expected


class Part(NamedTuple):
    """One cause of the gap: the expected dex and the 95 % interval."""

    cause: str
    dex: float
    low: float
    high: float


def engagement(
    rate: float, expected: float, share: Share | None, probabilities: Mapping[str, float], causes: Causes
) -> dict[str, Any] | None:
    """Rate, what peers of the platform and size get, the gap in dex and its parts; None when the likes are not known.

    rate, expected: likes and comments of the typical post per follower of today; the expected one is above 0. A rate of 0 counts as a
    hundredth of what is expected: beyond that a logarithm measures nothing. probabilities: of the heads that had evidence.
    The parts sum to the gap; what no cause explains is a part of its own, and with bought likes it can be above 0.
    """
    if math.isnan(rate) or math.isnan(expected):
        return None
    gap = math.log10(max(rate / expected, 0.01))
    parts = [] if share is None else [_bought(share)]
    parts += [_learnt(name, probabilities[name], effect) for name, effect in causes.effects.items() if name in probabilities]
    rest = gap - sum(part.dex for part in parts)
    below = math.hypot(*(part.high - part.dex for part in parts), 0.0)
    above = math.hypot(*(part.dex - part.low for part in parts), 0.0)
    parts.append(Part("unexplained", rest, rest - below, rest + above))
    note = HIDDEN if probabilities.get("bought_engagement", 0.0) >= LIKELY else None
    return {"rate": rate, "expected": expected, "gap_dex": gap, "parts": [part._asdict() for part in parts], "note": note}


def _bought(share: Share) -> Part:
    """With a share pi of followers who never engage the rate falls by log10(1 - pi) (method.md 2.1)."""
    dex, low, high = (math.log10(1.0 - min(pi, 0.99)) for pi in (share.estimate, share.high, share.low))
    return Part("bought_followers", dex, low, high)


def _learnt(name: str, probability: float, effect: Effect) -> Part:
    """The effect if the cause is there, nothing if it is not: the mean of the two by probability, and the interval of their mixture."""
    dex = probability * effect.dex
    low = min(dex, _quantile(TAIL, probability, effect))
    high = max(dex, _quantile(1.0 - TAIL, probability, effect))
    return Part(name, dex, low, high)


def _quantile(share: float, probability: float, effect: Effect) -> float:
    """Of a mixture: no effect, or with `probability` one that is normal between accounts and never above 0."""
    below = probability * (float(ndtr(-effect.dex / effect.spread)) if effect.spread else 1.0)
    if share >= below:
        return 0.0
    return effect.dex + (effect.spread * float(ndtri(share / probability)) if effect.spread else 0.0)
