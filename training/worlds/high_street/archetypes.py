"""The kinds of account on the high street and how common each is (method.md 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Archetype:
    """What sets one kind of account apart; everything else it shares with the others."""

    name: str
    frequency: float
    topics: Literal["focused", "wide", "either", "diluted"] = "either"
    buys: Literal["never", "instant", "drip", "early"] = "never"
    engagement: Literal["own", "packages", "pod_general", "pod_topic"] = "own"
    replies: Literal["usual", "lost"] = "usual"
    growth: Literal["usual", "follow_unfollow", "dormant", "celebrity"] = "usual"


ARCHETYPES = (
    Archetype("organic_boutique", 0.19, topics="focused"),
    Archetype("organic_general", 0.15, topics="wide"),
    Archetype("bought_instant", 0.13, buys="instant"),
    Archetype("bought_drip_aged", 0.08, buys="drip"),
    Archetype("bought_then_organic", 0.05, buys="early"),
    Archetype("bought_engagement", 0.06, engagement="packages"),
    Archetype("pod_general", 0.03, engagement="pod_general"),
    Archetype("pod_topic", 0.03, engagement="pod_topic"),
    Archetype("follow_unfollow", 0.04, growth="follow_unfollow"),
    Archetype("diluted", 0.11, topics="diluted"),
    Archetype("depersonalised", 0.07, replies="lost"),
    Archetype("dormant", 0.03, growth="dormant"),
    Archetype("celebrity", 0.03, growth="celebrity"),
)

# Kinds mix in life: who lost an audience to dilution may buy one, and who buys followers often buys likes to go with them.
ALSO_BUYS = 0.10
ALSO_DILUTED = 0.07
ALSO_PACKAGES = 0.15


def frequencies(scenarios: Mapping[str, float] | None) -> npt.NDArray[np.float64]:
    """(archetypes,) the probability of each: natural for None, else as weighed. Raises ValueError for one that this world has not."""
    names = [archetype.name for archetype in ARCHETYPES]
    if scenarios is None:
        return np.array([archetype.frequency for archetype in ARCHETYPES])
    if unknown := sorted(set(scenarios) - set(names)):
        raise ValueError(f"high_street has no scenario {', '.join(unknown)}; it has: {', '.join(names)}")
    weights = np.array([scenarios.get(name, 0.0) for name in names])
    if not weights.sum() > 0 or (weights < 0).any():
        raise ValueError(f"the weights of the scenarios are {dict(scenarios)}; expected none below 0 and a sum above 0")
    return np.asarray(weights / weights.sum())
