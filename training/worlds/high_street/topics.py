"""What accounts post about and who among the audience cares: boutique, general store, or widening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from training.draws import mixes
from training.worlds.high_street.people import Flags, Floats, Ints, People
from training.worlds.phrases import NICHES

K = len(NICHES)
# "Diluted" has no outside truth. Here: among the latest topics, the share of the audience that cares neither for a post's topic nor for
# the person lies this far above the median of organic accounts of the same niche.
OFF_TOPIC_MARGIN = 0.20


@dataclass(frozen=True)
class Interests:
    """`early`, `late` (n, K): share of posts by topic then and now. `core` (n,): share of followers who stay for the person.

    `cares` (n, K): share of the audience that cares for a post of a topic. `off_topic` (n,): 1 - mean of `cares` over the late posts.
    `lost_dex` (n,): log10 of that mean against what it would be, by the same luck, had the account kept to its topics; 0 for others.
    """

    early: Floats
    late: Floats
    core: Floats
    cares: Floats
    off_topic: Floats
    lost_dex: Floats


def draw(rng: np.random.Generator, people: People) -> Interests:
    return _draw(rng, people.niche, people.topics)


def organic_median(rng: np.random.Generator, draws: int = 600) -> Floats:
    """(K,) the median off-topic share of organic accounts of each niche, focused and general ones as common as in the world."""
    niche = np.repeat(np.arange(K), draws)
    topics = np.where(rng.random(K * draws) < 0.6, "focused", "wide")
    return np.median(_draw(rng, niche, topics).off_topic.reshape(K, draws), axis=1)


def diluted(interests: Interests, people: People, median: Floats) -> Flags:
    return np.asarray(interests.off_topic > median[people.niche] + OFF_TOPIC_MARGIN)


def _draw(rng: np.random.Generator, niche: Ints, topics: np.ndarray) -> Interests:
    n = len(niche)
    wide, diluting = topics == "wide", topics == "diluted"
    main = np.eye(K)[niche]
    focus = np.where(wide, rng.uniform(0.1, 0.35, n), rng.uniform(0.72, 0.97, n))[:, None]
    others = _some_topics(rng, n, np.where(wide, rng.integers(4, 9, n), rng.integers(1, 3, n)))
    early = focus * main + (1 - focus) * others
    drift = np.where(diluting, rng.uniform(0.4, 0.95, n), rng.uniform(0.0, 0.15, n))[:, None]
    late = (1 - drift) * early + drift * _some_topics(rng, n, np.where(diluting, rng.integers(3, 8, n), rng.integers(1, 4, n)))
    # One quantile per account, so that a diluted account and its focused twin are equally lucky.
    luck = rng.random(n)
    kept = betaincinv(4.0, 5.0, luck)
    core = np.where(wide, betaincinv(10.0, 2.5, luck), np.where(diluting, betaincinv(2.0, 6.0, luck), kept))
    # New topics bring their own people slowly, so the audience is still mostly the one of the early posts.
    groups = mixes(rng, np.where(diluting[:, None], 0.65 * early + 0.35 * late, early), 25.0, n)
    cares = core[:, None] + (1 - core[:, None]) * np.minimum(1.0, groups + 0.04)
    caring = (late * cares).sum(axis=1)
    twin = kept + (1 - kept) * (early * np.minimum(1.0, early + 0.04)).sum(axis=1)
    return Interests(early, late, core, cares, 1 - caring, np.where(diluting, np.minimum(np.log10(caring / twin), 0.0), 0.0))


def _some_topics(rng: np.random.Generator, n: int, how_many: Ints) -> Floats:
    order = np.argsort(rng.random((n, K)), axis=1)
    chosen = np.argsort(order, axis=1) < how_many[:, None]
    weights = rng.standard_gamma(1.2, (n, K)) * chosen + 1e-9
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
