"""How the rates of flagging are estimated: over audiences and vendors, and from labelled sources to the next one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.rates import Population, Rate, Rates
from models.second_opinion import Densities, opinion

# SRF's lower cluster, 65 of 115 influencers, who mostly bought nobody: 10.5 % flagged, sd 4.0 pp between accounts (method.md 0.6), which is
# 0.43 in log odds. A ceiling, because some of them bought a little. Vendors inside one market are nowhere marked: taken to differ as much.
WITHIN = 0.43
# SRF's 975 followers come from ten influencers. How many vendors served these is not known; the market is an oligopoly of a few factories
# behind many shops (Aggarwal & Kumaraguru 2015), and training/draws.py composes accounts from five.
MIXED_IN_SRF = (10, 5)
# Before anything is seen, a rate may move by a factor of e in odds from one source to the next; half-normal, so that no spread at all and
# three times as much both stay possible.
ANYHOW = 1.0
GRID = 161


@dataclass(frozen=True)
class Move:
    """What happens to a rate (log odds) when a model learnt from one source meets another: mean step, its sd, sd from source to source."""

    mean: float
    uncertainty: float
    between: float
    sources: int


@dataclass(frozen=True)
class Spread:
    """How far labelled followers of another source lie from those of the one that was learnt: `purchased` and `others` the moves of their
    rates, `unlike` the correlation that is left of their margins after the best mixture (models/second_opinion.py)."""

    purchased: Move
    others: Move
    unlike: float


# What happens to the model that ships: learnt on SRF, met by InstaFake, Purba, Kaggle (Instagram, 2017-2020) and Cresci's X of 2013, whose
# vendors are anything from hardly to wholly found. Numbers only, no record of theirs ships; the mean over four cuts of what the step
# `follower_spread` of training/benchmark/shares.py prints as `taught by srf`. Unlabelled sets say nothing here: in them a rate is a share.
SHIPPED = Spread(Move(0.1, 0.7, 2.1, 4), Move(-0.5, 0.4, 0.6, 4), 0.023)

# How likely an account is from elsewhere than SRF's market of 2017, which nothing can say. The more is assumed, the more often an interval
# holds abroad and the less it says at home: with half of all accounts from elsewhere, nine in ten intervals hold on sources never seen
# and the typical one at home says "anything is possible"; with one in ten, three in four hold there and the typical one is half again as
# wide as it had to be (training/benchmark/shares.py reports both ends; chosen on other seeds). What fits badly is taken to come from
# elsewhere whatever was assumed. Whoever labels followers of the market that is judged can say AT_HOME.
FOREIGN, AT_HOME = 0.1, 0.02

# SRF's 4.0 pp at 10.5 %, as a correlation: 0.04^2 / (0.105 * 0.895).
ALIKE = 0.017
# Shares at which a met source is mixed to see how badly the best mixture of ours fits it.
MIXED = (0.0, 0.1, 0.3, 0.6)
MANY = 1e6


@dataclass(frozen=True)
class Learnt:
    """The margins of labelled followers that the trees had not seen, and the threshold; `audience` numbers those that are told apart.

    mixed: of how many audiences and of how many vendors the followers of one `audience` come, without a mark which is whose.
    """

    margins: np.ndarray
    purchased: np.ndarray
    threshold: float
    audience: np.ndarray | None = None
    mixed: tuple[int, int] = MIXED_IN_SRF


def fit(learnt: Learnt, platforms: tuple[str, ...], spread: Spread = SHIPPED, foreign: float = FOREIGN) -> Rates:
    """The rates in the population of `learnt`, by audience where audiences are told apart, and in another one.

    foreign: how likely it is that an account to be judged is of another one.
    """
    known = Population(_rate(learnt, True), _rate(learnt, False))
    elsewhere = Population(_moved(known.purchased, spread.purchased), _moved(known.others, spread.others))
    return Rates(known, elsewhere, foreign, platforms, densities(learnt, spread.unlike))


def _rate(learnt: Learnt, purchased: bool) -> Rate:
    chosen = learnt.purchased == purchased
    audience = np.zeros(len(chosen), dtype=np.int64) if learnt.audience is None else learnt.audience
    _, group = np.unique(audience[chosen], return_inverse=True)
    hits = np.bincount(group, weights=learnt.margins[chosen] >= learnt.threshold)
    return hierarchical(hits.tolist(), np.bincount(group).tolist(), learnt.mixed[int(purchased)])


def _moved(rate: Rate, by: Move) -> Rate:
    """The audiences of another population also differ among themselves."""
    between = math.hypot(rate.between, by.between)
    return Rate(rate.mean + by.mean, math.hypot(rate.uncertainty, by.uncertainty), between, by.sources)


def densities(learnt: Learnt, unlike: float) -> Densities:
    """The margins of both types in bins: eighths of the others, quarters of the purchased-type ones, and the threshold."""
    bought, others = learnt.margins[learnt.purchased], learnt.margins[~learnt.purchased]
    quantiles = [*np.quantile(others, np.arange(1, 8) / 8), *np.quantile(bought, np.arange(1, 4) / 4)]
    edges = np.unique([*quantiles, learnt.threshold])
    of_bought, of_others = (_density(margins, edges) for margins in (bought, others))
    return Densities(tuple(edges.tolist()), of_bought, of_others, len(bought), len(others), ALIKE, max(unlike, ALIKE))


def _density(margins: np.ndarray, edges: np.ndarray) -> tuple[float, ...]:
    counts = np.bincount(np.searchsorted(edges, margins, side="right"), minlength=len(edges) + 1) + 0.5
    return tuple((counts / counts.sum()).tolist())


@dataclass(frozen=True)
class Meeting:
    """A model learnt on one source meets another: steps of both rates (log odds) with their variances, and the correlation left."""

    purchased: tuple[float, float]
    others: tuple[float, float]
    unlike: float


def meet(learnt: Learnt, margins: np.ndarray, purchased: np.ndarray) -> Meeting:
    """margins, purchased: of the source that is met."""
    ours = densities(learnt, ALIKE)
    steps = []
    for kind in (True, False):
        here, there = learnt.margins[learnt.purchased == kind], margins[purchased == kind]
        (old, noise), (new, more) = (_logit(int((m >= learnt.threshold).sum()), len(m)) for m in (here, there))
        steps.append((new - old, noise + more))
    bought, others = (ours.counts(np.zeros(len(m), np.int64), m, 1)[0] / len(m) for m in (margins[purchased], margins[~purchased]))
    counts = np.stack([MANY * (share * bought + (1.0 - share) * others) for share in MIXED])
    found = opinion(counts, ours)
    mixture = np.array(ours.others) + found.estimate[:, None] * (np.array(ours.purchased) - np.array(ours.others))
    left = ((counts / MANY - mixture) ** 2 / mixture).sum(axis=1) / (len(ours.others) - 2)
    return Meeting(steps[0], steps[1], float(np.exp(np.log(left).mean())))


def spread(meetings: Sequence[Meeting], sources: int) -> Spread:
    """What the meetings between ordered pairs of so many sources say of the next source."""
    bought, others = (
        move([getattr(each, kind)[0] for each in meetings], [getattr(each, kind)[1] for each in meetings], sources)
        for kind in ("purchased", "others")
    )
    return Spread(bought, others, float(np.exp(np.mean([np.log(each.unlike) for each in meetings]))))


def _logit(hits: int, of: int) -> tuple[float, float]:
    yes, no = hits + 0.5, of - hits + 0.5
    return math.log(yes / no), 1.0 / yes + 1.0 / no


def hierarchical(hits: Sequence[int], of: Sequence[int], mixed: int = 1) -> Rate:
    """The mean and spread of a rate over audiences (or vendors), from groups of which so many records were flagged.

    mixed: how many audiences each group mixes, which shortens its distance from the mean of all. One group tells nothing of the spread:
    what is believed before, half-normal with rms WITHIN, is then what remains.
    """
    yes, all_of = np.asarray(hits) + 0.5, np.asarray(of) + 1.0
    logits, noise = np.log(yes / (all_of - yes)), 1.0 / yes + 1.0 / (all_of - yes)
    found = _normal(logits, noise, (0.0, 3.0), WITHIN, 1.0, mixed)
    return Rate(found.mean, found.uncertainty, found.between, len(logits) * mixed)


def move(steps: Sequence[float], noise: Sequence[float], sources: int) -> Move:
    """The move of a rate, from the steps (log odds) between ordered pairs of `sources`, whose variances by counting are `noise`.

    A source stands in many pairs, so the pairs together count as one observation per source.
    """
    found = _normal(np.asarray(steps), np.asarray(noise), (0.0, 1.0), ANYHOW, sources / len(steps))
    return Move(found.mean, found.uncertainty, found.between, sources)


def _normal(y: np.ndarray, noise: np.ndarray, mean: tuple[float, float], between: float, weight: float, mixed: int = 1) -> Move:
    """y ~ N(mu, noise + tau^2 / mixed), mu normal, tau half-normal (rms `between`), on a grid: mean and sd of mu, rms of tau."""
    mu = np.linspace(min(y.min(), mean[0]) - 3.0, max(y.max(), mean[0]) + 3.0, GRID)[:, None]
    tau = np.linspace(0.0, 5.0 * between, GRID)[None, :]
    log = -0.5 * (((mu - mean[0]) / mean[1]) ** 2 + (tau / between) ** 2)
    for value, v in zip(y, noise, strict=True):
        spread = v + tau**2 / mixed
        log = log - 0.5 * weight * (np.log(spread) + (value - mu) ** 2 / spread)
    belief = np.exp(log - log.max())
    belief /= belief.sum()
    centre = float((belief * mu).sum())
    return Move(centre, math.sqrt(float((belief * (mu - centre) ** 2).sum())), math.sqrt(float((belief * tau**2).sum())), len(y))
