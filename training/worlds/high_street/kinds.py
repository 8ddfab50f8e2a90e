"""Every kind of account on the high street: what sets it apart, how common it is, and where that is said.

Section numbers are those of the method report: 5.4 archetypes, 5.5 honest accounts that simple detectors mistake, 6 ways to hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.worlds import scenarios

Range = tuple[float, float]
Floats = npt.NDArray[np.float64]
Event = Literal["none", "viral", "giveaway", "advertising", "boost", "migration", "purge", "usual"]


@dataclass(frozen=True)
class Kind:
    """What sets one kind of account apart; everything else it shares with the others. A pair is a range to draw from, evenly.

    size: log10 of the followers who came by themselves. gain: followers that an event brings (a purge: takes), as a share of today's.
    share: of bought followers, where the kind says it; days: how long a delivery takes; aged: part of the bought followers that are old
    and decorated. likes_dex, comments_dex: above or below what others of the size get. likes_bought: likes ordered, as a part of what so
    many real followers would give; comments_bought: comments ordered for each post; on_topic: written for it. members: of a pod. mutual,
    quiet: how much more common followers are who follow everybody, and who hardly post. foreign, private, emoji: shares of followers, or
    of fans' comments. posts, history: how many posts and days of history are left to see. shown: bought followers met in a sample,
    against a fair one.
    """

    name: str
    frequency: float
    source: str
    topics: Literal["focused", "wide", "either", "diluted"] = "either"
    buys: Literal["never", "instant", "drip", "early", "rival"] = "never"
    engagement: Literal["own", "packages", "proportional", "pod_general", "pod_topic"] = "own"
    replies: Literal["usual", "lost"] = "usual"
    growth: Literal["usual", "follow_unfollow", "dormant", "seasonal", "celebrity", "newcomer"] = "usual"
    event: Event = "usual"
    gain: Range = (np.nan, np.nan)
    size: Range = (np.nan, np.nan)
    life_days: Range = (np.nan, np.nan)
    share: Range = (np.nan, np.nan)
    days: float = np.nan
    aged: float = np.nan
    likes_dex: Range = (0.0, 0.0)
    comments_dex: Range = (0.0, 0.0)
    likes_bought: float = np.nan
    comments_bought: float = np.nan
    on_topic: bool = False
    members: Range = (20, 100)
    mutual: Range = (0.0, 0.25)
    quiet: Range = (0.0, 0.0)
    foreign: Range = (0.03, 0.15)
    private: Range = (np.nan, np.nan)
    unsolicited: Range = (np.nan, np.nan)
    emoji: Range = (0.0, 0.0)
    sponsored: Range = (np.nan, np.nan)
    closed: bool = False
    digits: bool = False
    posts: int = 36
    history: int = 90
    shown: float = 1.0


HIDES = (0.15, 0.50)
BOTS: Range = (0.10, 0.30)
HARD = 0.006

ARCHETYPES = (
    Kind("organic_boutique", 0.17, "5.4", topics="focused"),
    Kind("organic_general", 0.13, "5.4", topics="wide"),
    Kind("bought_instant", 0.115, "StratCom 2022: 89 % within a day", buys="instant"),
    Kind("bought_drip_aged", 0.07, "5.4: metered over 30-120 days, made over years", buys="drip"),
    Kind("bought_then_organic", 0.045, "5.4: the share decays from .6 to .1", buys="early"),
    Kind("bought_engagement", 0.055, "5.4; Sen 2018", engagement="packages"),
    Kind("pod_general", 0.025, "Hinnosaar: worth 3-18 % of natural engagement", engagement="pod_general"),
    Kind("pod_topic", 0.025, "Hinnosaar: 60-85 %; Pod People: 20-100 members", engagement="pod_topic"),
    Kind("follow_unfollow", 0.035, "DeKoven 2018", growth="follow_unfollow", mutual=(1.0, 4.0)),
    Kind("diluted", 0.10, "5.4; Waller & Anderson 2019", topics="diluted"),
    Kind("depersonalised", 0.06, "Wies 2023", replies="lost"),
    Kind("dormant", 0.025, "5.4", growth="dormant", event="none"),
    Kind("celebrity", 0.025, "purge of 2014: @instagram lost 30 %", growth="celebrity", unsolicited=BOTS),
)

HARD_NEGATIVES = (
    Kind("viral", HARD, "Myers & Leskovec 2014: bursts of follows, then of unfollows", event="viral", gain=(0.15, 0.50)),
    Kind("platform_boost", HARD, "5.5: suggested to newcomers, whatever was posted", event="boost", gain=(0.10, 0.45)),
    Kind("giveaway", HARD, "5.5: real people, of whom many leave", event="giveaway", gain=(0.10, 0.45), comments_dex=(0.0, 0.2)),
    Kind("paid_ads", HARD, "5.5: honest burst, poorer engagement", event="advertising", gain=(0.10, 0.45), likes_dex=(-0.15, -0.02)),
    Kind("migration", HARD, "5.5: an audience follows from another platform", event="migration", gain=(0.20, 0.60)),
    Kind("celebrity_bots", HARD, "purge of 2014; SparkToro 2022", growth="celebrity", unsolicited=(0.15, 0.30)),
    Kind("rival_attack", HARD, "5.5: sent by a rival, unasked", buys="rival", share=(0.05, 0.40)),
    Kind("purge", HARD, "purge of 2014: honest accounts lost 1-8 %", event="purge", gain=(0.01, 0.08)),
    Kind("foreign_fandom", HARD, "5.5: K-pop, football", foreign=(0.50, 0.90)),
    Kind("teens", HARD, "5.5: digits in handles, private, few posts", digits=True, private=(0.5, 0.9), quiet=(1.0, 4.0)),
    Kind("emoji_fans", HARD, "5.5: faith and fans write hearts", emoji=(0.5, 0.85)),
    Kind("memes", HARD, "5.5", topics="wide", comments_dex=(-0.7, -0.3), emoji=(0.2, 0.4), likes_dex=(0.0, 0.2)),
    Kind("business", HARD, "5.5: low engagement", likes_dex=(-0.7, -0.3), sponsored=(0.6, 1.0)),
    Kind("dormant_seasonal", HARD, "5.5", growth="seasonal", event="none"),
    Kind("follow_back_niche", HARD, "5.5: art, crypto", mutual=(4.0, 12.0)),
    Kind("fast_newcomer", HARD, "5.5", growth="newcomer", life_days=(45, 130), size=(2.6, 4.3), event="none"),
    Kind("closed_comments", HARD, "5.5", closed=True),
    Kind("private_families", HARD, "5.5", private=(0.75, 0.97), size=(2.0, 3.3), quiet=(0.5, 2.0)),
    Kind("renamed", HARD, "5.5: an inherited audience", likes_dex=(-0.35, -0.05), posts=14, history=40, life_days=(1500, 4500)),
    Kind("tiny", HARD, "5.5: fewer than 100 followers", size=(1.4, 1.99)),
)

# Each level goes further; price lists of panels (Nevado-Catalan 2023) sell all of it. No attack is part of the natural mixture.
ATTACKS = (
    Kind("drip_1", 0, "6: 7 days", buys="drip", share=HIDES, days=7, aged=0.0),
    Kind("drip_2", 0, "6: 30 days", buys="drip", share=HIDES, days=30, aged=0.0),
    Kind("drip_3", 0, "6: 120 days", buys="drip", share=HIDES, days=120, aged=0.0),
    Kind("aged_1", 0, "6", buys="instant", share=HIDES, aged=0.4),
    Kind("aged_2", 0, "6", buys="instant", share=HIDES, aged=0.8),
    Kind("aged_3", 0, "6: dripped too", buys="drip", share=HIDES, days=120, aged=1.0),
    Kind(
        "proportional_likes_1",
        0,
        "6: 30 % of what real ones give",
        buys="instant",
        share=HIDES,
        engagement="proportional",
        likes_bought=0.3,
    ),
    Kind("proportional_likes_2", 0, "6: 70 %", buys="instant", share=HIDES, engagement="proportional", likes_bought=0.7),
    Kind("proportional_likes_3", 0, "6: all of it", buys="instant", share=HIDES, engagement="proportional", likes_bought=1.0),
    Kind("comment_packages_1", 0, "6: 5 a post", buys="instant", share=HIDES, engagement="packages", comments_bought=5),
    Kind("comment_packages_2", 0, "6: 20 a post", buys="instant", share=HIDES, engagement="packages", comments_bought=20),
    Kind(
        "comment_packages_3",
        0,
        "6: 20, written on the topic",
        buys="instant",
        share=HIDES,
        engagement="packages",
        comments_bought=20,
        on_topic=True,
    ),
    Kind("topic_pod_1", 0, "6: 20 members", buys="instant", share=HIDES, engagement="pod_topic", members=(18, 22)),
    Kind("topic_pod_2", 0, "6: 50", buys="instant", share=HIDES, engagement="pod_topic", members=(45, 55)),
    Kind("topic_pod_3", 0, "6: 100", buys="instant", share=HIDES, engagement="pod_topic", members=(90, 110)),
    Kind("cheap_reach_1", 0, "6: advertising", buys="instant", share=HIDES, event="advertising", gain=(0.08, 0.12)),
    Kind("cheap_reach_2", 0, "6: advertising", buys="instant", share=HIDES, event="advertising", gain=(0.25, 0.35)),
    Kind("cheap_reach_3", 0, "6: a giveaway that brings half", buys="instant", share=HIDES, event="giveaway", gain=(0.45, 0.60)),
    Kind("history_wipe_1", 0, "6: bought before the tracking began", buys="instant", share=HIDES, history=45),
    Kind("history_wipe_2", 0, "6: and posts deleted", buys="instant", share=HIDES, history=20, posts=24),
    Kind("history_wipe_3", 0, "6: nothing left", buys="instant", share=HIDES, history=0, posts=12),
    Kind("newest_clean_1", 0, "6; 3.3: only the newest followers are seen", buys="instant", share=HIDES, shown=0.6),
    Kind("newest_clean_2", 0, "6; 3.3", buys="instant", share=HIDES, shown=0.25),
    Kind("newest_clean_3", 0, "6; 3.3", buys="instant", share=HIDES, shown=0.0),
)

KINDS = (*ARCHETYPES, *HARD_NEGATIVES, *ATTACKS)
NAMES = tuple(kind.name for kind in KINDS)

# Archetypes mix in life: who lost an audience to dilution may buy one, and who buys followers often buys likes to go with them.
ALSO_BUYS = 0.10
ALSO_DILUTED = 0.07
ALSO_PACKAGES = 0.15


def frequencies(wanted: Mapping[str, float] | None) -> Floats:
    """(kinds,) the probability of each: natural for None, else as weighed. Raises ValueError for an unknown name or a useless weight."""
    if wanted is None:
        natural = np.array([kind.frequency for kind in KINDS])
        return np.asarray(natural / natural.sum())
    if unknown := sorted(set(wanted) - set(NAMES)):
        raise ValueError(f"there is no scenario {', '.join(unknown)}; there are: {', '.join(scenarios.SCENARIOS)}")
    weights = np.array([wanted.get(name, 0.0) for name in NAMES])
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise ValueError(f"the weights of the scenarios are {dict(wanted)}; expected none below 0 and a sum above 0")
    return np.asarray(weights / weights.sum())


def trait(kind: npt.NDArray[np.int64], name: str) -> npt.NDArray[np.generic]:
    """(n,) what each account's kind says of one field."""
    return np.array([getattr(one, name) for one in KINDS])[kind]


def between(rng: np.random.Generator, kind: npt.NDArray[np.int64], name: str) -> Floats:
    """(n,) a value out of each kind's range, NaN where the kind says nothing; as many draws whatever the kinds are."""
    low, high = np.array([getattr(one, name) for one in KINDS], dtype=np.float64)[kind].T
    return np.asarray(low + (high - low) * rng.random(len(kind)))
