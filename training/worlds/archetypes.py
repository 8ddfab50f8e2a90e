"""The kinds of account on the high street and how common each is (method.md 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
    Archetype("organic boutique", 0.19, topics="focused"),
    Archetype("organic general", 0.15, topics="wide"),
    Archetype("bought, instant", 0.13, buys="instant"),
    Archetype("bought, drip + aged", 0.08, buys="drip"),
    Archetype("bought then organic", 0.05, buys="early"),
    Archetype("bought engagement", 0.06, engagement="packages"),
    Archetype("pod general", 0.03, engagement="pod_general"),
    Archetype("pod topic", 0.03, engagement="pod_topic"),
    Archetype("follow-unfollow", 0.04, growth="follow_unfollow"),
    Archetype("diluted", 0.11, topics="diluted"),
    Archetype("depersonalised", 0.07, replies="lost"),
    Archetype("dormant", 0.03, growth="dormant"),
    Archetype("celebrity", 0.03, growth="celebrity"),
)

# Kinds mix in life: who lost an audience to dilution may buy one, and who buys followers often buys likes to go with them.
ALSO_BUYS = 0.10
ALSO_DILUTED = 0.07
ALSO_PACKAGES = 0.15
