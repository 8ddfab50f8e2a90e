"""What accounts post about, what their followers came for, and how much one cares for the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from training.worlds.phrases import NICHES
from training.worlds.village.clock import Clock
from training.worlds.village.crowds import CAUSES, REAL, Crowds
from training.worlds.village.recipes import RECIPES
from training.worlds.village.residents import Floats, Ints

K = len(NICHES)
# How much who came for one niche cares for a post about another: fully for its own, some for a neighbour, hardly for the rest [D; the
# neighbours are those whose hashtags meet].
NEIGHBOURS = (
    *(("food", "home"), ("food", "travel"), ("fitness", "football"), ("fitness", "food"), ("fashion", "beauty"), ("fashion", "home")),
    *(("gaming", "music"), ("gaming", "football"), ("music", "books"), ("cars", "gaming"), ("pets", "home"), ("travel", "cars")),
)
OWN, NEIGHBOUR, STRANGER = 1.0, 0.30, 0.05
# Who stays for the person cares for whatever is posted, a little less than a fan of the topic.
PERSON = 0.85
# People of equal interest differ: sd of the logarithm of how much one cares [D].
TEMPER = 0.45
# When an account's topics turned, in days ago, and how long the change takes.
TURN, CHANGE_DAYS = (45.0, 240.0), 50.0
# Followers who came for a prize care for the prize.
CARE = np.array([1.0, np.nan, 0.30, 0.45])


@dataclass(frozen=True)
class Interests:
    """`early`, `late` (n, K): share of posts by topic before and after the account's `turn` (n,), in days ago. `person` (n,): share of
    followers who stay for the person. `care` (n, REAL): how much followers of each cause care, against those of interest."""

    early: Floats
    late: Floats
    turn: Floats
    person: Floats
    care: Floats

    def late_share(self, row: Ints, age: Floats) -> Floats:
        """The chance that what happens at an age is of the late kind: 0 before the turn, 1 from CHANGE_DAYS after it."""
        return np.clip((self.turn[row] - age) / CHANGE_DAYS, 0, 1)

    def mix(self, row: Ints, age: Floats) -> Floats:
        """(m, K) the topics at each moment."""
        late = self.late_share(row, age)[:, None]
        return (1 - late) * self.early[row] + late * self.late[row]


@dataclass(frozen=True)
class Audience:
    """Real followers through time: `newer` (n, BINS) share of them who came after the turn."""

    newer: Floats

    def cares(self, of: Interests, row: Ints, bin: Ints, topic: Ints) -> Floats:
        """(m,) how much the followers of interest that are there in a bin care for a post of a topic, on average."""
        newer = self.newer[row, bin]
        reach = (1 - newer) * (of.early @ SIMILAR)[row, topic] + newer * (of.late @ SIMILAR)[row, topic]
        return of.person[row] * PERSON + (1 - of.person[row]) * reach


def _similar() -> Floats:
    similar = np.full((K, K), STRANGER)
    for one, other in NEIGHBOURS:
        similar[NICHES.index(one), NICHES.index(other)] = similar[NICHES.index(other), NICHES.index(one)] = NEIGHBOUR
    np.fill_diagonal(similar, OWN)
    return similar


SIMILAR = _similar()


def draw(rng: np.random.Generator, niche: Ints, topics: npt.NDArray[np.str_], core: Floats, event_care: Floats) -> Interests:
    n = len(niche)
    wide, widening = topics == "wide", topics == "widening"
    main = np.eye(K)[niche]
    focus = np.where(wide, rng.uniform(0.15, 0.40, n), rng.uniform(0.75, 0.98, n))[:, None]
    early = focus * main + (1 - focus) * _others(rng, niche, np.where(wide, rng.integers(4, 8, n), rng.integers(1, 4, n)))
    moved = np.where(widening, rng.uniform(0.45, 0.95, n), rng.uniform(0.0, 0.10, n))[:, None]
    late = (1 - moved) * early + moved * _others(rng, niche, np.where(widening, rng.integers(4, 9, n), rng.integers(1, 4, n)))
    care = np.broadcast_to(CARE, (n, REAL)).copy()
    care[:, CAUSES.index("event")] = event_care
    return Interests(early, late, rng.uniform(*TURN, n), core, care)


def audience(of: Interests, crowds: Crowds, clock: Clock) -> Audience:
    real = crowds.joined[:, :REAL].sum(axis=1)
    rows = np.repeat(np.arange(len(real)), real.shape[1])
    newer = of.late_share(rows, clock.middle.ravel()).reshape(real.shape)
    return Audience(np.cumsum(real * newer, axis=1) / np.maximum(np.cumsum(real, axis=1), 1))


def below(of: Interests, newer: Floats, shares: Floats, line: Floats) -> Floats:
    """(n,) share of the real followers who care less than `line` (n,) for what is posted now.

    newer (n,): share of followers who came after the turn; shares (n, REAL): followers by cause.
    """
    posts = of.late
    # Followers of one kind care alike up to temper: those of the person, and those of each topic before and after the turn.
    means = np.concatenate([np.full((len(posts), 1), PERSON), posts @ SIMILAR], axis=1)
    came_for = (1 - newer)[:, None] * of.early + newer[:, None] * of.late
    weights = np.concatenate([of.person[:, None], (1 - of.person)[:, None] * came_for], axis=1)
    care = of.care * np.ones_like(shares)
    apart = (np.log(line)[:, None, None] - np.log(means[:, :, None] * care[:, None, :])) / TEMPER
    return np.asarray((weights[:, :, None] * shares[:, None, :] * ndtr(apart)).sum(axis=(1, 2)) / shares.sum(axis=1))


def cares(of: Interests, newer: Floats) -> Floats:
    """(n,) how much the average follower of interest cares for what is posted now."""
    came_for = (1 - newer)[:, None] * of.early + newer[:, None] * of.late
    return np.asarray(of.person * PERSON + (1 - of.person) * ((came_for @ SIMILAR) * of.late).sum(axis=1))


def organic_median(rng: np.random.Generator, each: int = 150) -> Floats:
    """(K,) how much the median follower of organic accounts of each niche cares for what they post; boutiques and general stores alike."""
    niche = np.repeat(np.arange(K), each)
    topics = np.where(rng.random(K * each) < 0.5, "focused", "wide")
    boutique, general = RECIPES["organic_boutique"], RECIPES["organic_general"]
    core = np.where(topics == "wide", rng.uniform(*general.core, K * each), rng.uniform(*boutique.core, K * each))
    of = draw(rng, niche, topics, core, np.full(K * each, boutique.event_care))
    everybody = np.eye(1, REAL).repeat(K * each, axis=0)
    low, high = np.full(K, 0.01), np.full(K, 3.0)
    for _ in range(24):
        middle = np.sqrt(low * high)
        mean = below(of, np.full(K * each, 0.1), everybody, middle[niche]).reshape(K, each).mean(axis=1)
        low, high = np.where(mean < 0.5, middle, low), np.where(mean < 0.5, high, middle)
    return np.asarray(np.sqrt(low * high))


def _others(rng: np.random.Generator, niche: Ints, many: Ints) -> Floats:
    """(n, K) weights over `many` niches, neighbours of the account's own first among equals."""
    n = len(niche)
    luck = rng.random((n, K)) + 0.35 * (SIMILAR[niche] >= NEIGHBOUR) - 2.0 * np.eye(K)[niche]
    chosen = np.argsort(np.argsort(-luck, axis=1), axis=1) < many[:, None]
    weights = rng.standard_gamma(1.5, (n, K)) * chosen
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))
