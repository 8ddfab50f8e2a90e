"""The share of purchased-type followers of an account, its interval, and the smallest share that could have been seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from features.reference import Reference
from features.table import AccountTable
from models.draws import DRAWS, evenly, flagged_share
from models.followers import FollowerModel
from models.layers import layers
from models.rates import Rates
from models.second_opinion import FOREIGN_BELOW, METHOD, Opinion, opinion

LEVEL = 0.95
# From fewer judged followers no share is told: five of five flagged would put it above 82 %, on the word of five.
FEWEST = 20
ABOVE = (0.05, 0.10, 0.20)
# Accounts at a time: their draws stay in a processor's cache.
BLOCK = 32
# Where a population's two types are flagged alike, the flagged share says nothing; a difference below this counts as this.
LEAST_POWER = 0.05
# How likely an account of a platform without labelled followers is from elsewhere, before its sample is seen: twice as likely as others.
UNLABELLED = 0.2
# The estimates of two methods that lie further apart than this many pooled standard deviations do not agree (method.md 3.5).
APART = 2.0
_STEPS = np.linspace(0.0, 1.0, 17)
_TAILS = np.array([0.025, 0.25, 0.5, 0.75, 0.975])


@dataclass(frozen=True)
class Share:
    """Shares (0-1) of purchased-type followers, whoever sent them: 95 % (low, high) and 50 % interval (likely_low, likely_high).

    n: judged followers. detectable: seen with power .95 at a false-alarm rate of .01, among the known audiences if this one looks
    like them. strata: by rank of following, oldest first.
    """

    estimate: float
    low: float
    high: float
    n: int
    detectable: float
    scope: str
    likely_low: float
    likely_high: float
    probability_above: Mapping[str, float]
    second_opinion: Mapping[str, Any]
    in_reference: bool
    strata: tuple[Mapping[str, Any], ...] | None

    def to_json(self) -> dict[str, Any]:
        numbers = {"estimate": self.estimate, "low": self.low, "high": self.high}
        document = {**numbers, "level": LEVEL, "n": self.n, "detectable": self.detectable, "scope": self.scope}
        document |= {"likely_low": self.likely_low, "likely_high": self.likely_high, "probability_above": dict(self.probability_above)}
        strata = None if self.strata is None else [dict(each) for each in self.strata]
        return document | {"second_opinion": dict(self.second_opinion), "in_reference": self.in_reference, "strata": strata}


@dataclass(frozen=True)
class Samples:
    """The judged followers of m accounts, grouped by account: `account`, `margins`, `layer` (k,). Per account (m,): `layers`, how many,
    `population`, whom the share is about, `abroad`, whether no follower of its platform was labelled."""

    account: np.ndarray
    margins: np.ndarray
    layer: np.ndarray
    layers: np.ndarray
    population: np.ndarray
    abroad: np.ndarray


@dataclass(frozen=True)
class Estimates:
    """Per account (m,), intervals and probabilities (m, 5) and (m, 3); of all layers in turn (sum of layers, 5)."""

    quantiles: np.ndarray
    above: np.ndarray
    detectable: np.ndarray
    agrees: np.ndarray
    second: Opinion
    in_reference: np.ndarray
    of_layers: np.ndarray


def shares(table: AccountTable, model: FollowerModel, reference: Reference) -> list[Share | None]:
    """The share of each account; None where fewer than FEWEST sampled followers can be judged.

    Followers whose counts are hidden are taken to be like the judged ones of the same account.
    """
    judged, margins = model.margins(table, reference)
    starts = table.starts["follower_sample"]
    all_of = np.repeat(np.arange(table.n), np.diff(starts))[judged]
    number = np.bincount(all_of, minlength=table.n)
    kept = np.flatnonzero(number >= FEWEST)
    found: list[Share | None] = [None] * table.n
    if not len(kept):
        return found
    chosen = np.isin(all_of, kept)
    account = np.searchsorted(kept, all_of[chosen])
    sampled = np.diff(starts)[kept].astype(np.float64)
    followers = np.fmax(table.column("followers").values[kept], sampled)
    methods = table.texts("sample_method")
    said_newest = np.array([methods[i] == "newest" for i in kept])
    rank = table.events("follower_rank").values[judged][chosen]
    order = layers(account, rank, followers, sampled, said_newest)
    abroad = np.array([table.platforms[i] not in model.rates.platforms for i in kept])
    samples = Samples(account, margins[chosen], order.of, order.number, order.last - order.first, abroad)
    estimates = estimate(samples, model.threshold, model.rates)
    ends = np.concatenate([[0], np.cumsum(order.number)])
    for place, i in enumerate(kept):
        span = (float(order.first[place]), float(order.last[place]))
        strata = _strata(estimates.of_layers[ends[place] : ends[place + 1]], span) if order.number[place] > 1 else None
        found[i] = _share(estimates, place, int(number[i]), bool(order.newest[place]), strata)
    return found


def estimate(samples: Samples, threshold: float, rates: Rates) -> Estimates:
    """Adjusted count: (q - FPR) / (TPR - FPR), where q, the flagged share of the account's followers, and both rates could be anything
    that the sample and the labelled sources leave possible.

    Each account mixes the known population and another one by how likely it is to come from either; one of whom the two methods do not
    agree, and one of a platform that was never labelled, comes from elsewhere. Sources: Rogan & Gladen 1978; method.md 3.2 and 3.5.
    """
    m = len(samples.population)
    flagged = samples.margins >= threshold
    judged = np.bincount(samples.account, minlength=m)
    second = opinion(rates.densities.counts(samples.account, samples.margins, m), rates.densities)
    true, false = rates.drawn(evenly()["purchased"], evenly()["others"])
    hits = np.bincount(samples.account, weights=flagged, minlength=m)
    agrees = _agree(hits / judged, judged, second, true[0], false[0])
    # Of a platform that was never labelled nobody knows more than that it may be either.
    foreign = _foreign(np.where(samples.abroad, max(rates.foreign, UNLABELLED), rates.foreign), second.strange)
    foreign[~agrees] = 1.0
    # One row per layer.
    first_row = np.concatenate([[0], np.cumsum(samples.layers)])
    row = first_row[samples.account] + samples.layer
    account = np.repeat(np.arange(m), samples.layers)
    flagged_in = np.bincount(row, weights=flagged, minlength=len(account))
    judged_in = np.bincount(row, minlength=len(account)).astype(np.float64)
    fixed = _fixed(flagged_in, judged_in, samples.population[account] / samples.layers[account], true[0].mean(), false[0].mean())
    of_row = (flagged_in, judged_in, fixed, np.arange(len(account)) - first_row[account])
    quantiles, above = np.empty((m, len(_TAILS))), np.empty((m, len(ABOVE)))
    of_layers = np.empty((len(account), len(_TAILS)))
    points = evenly()
    for begin in range(0, m, BLOCK):
        block = slice(begin, min(begin + BLOCK, m))
        rows = slice(first_row[block.start], first_row[block.stop])
        strange = points["foreign"] < foreign[block, None]
        low, high = np.where(strange, false[1], false[0]), np.where(strange, true[1], true[0])
        scale = 1.0 / np.maximum(high - low, LEAST_POWER)
        q = flagged_share(*(values[rows] for values in of_row))
        layered = len(q) > len(low)
        whole = np.add.reduceat(q, first_row[block] - rows.start, axis=0) / samples.layers[block, None] if layered else q
        drawn = _shares(whole, low, scale)
        quantiles[block] = _quantiles(drawn)
        # More are flagged than any vendor we know would let be: even a model that flags all of the purchased type needs this many of them.
        beyond = np.flatnonzero(quantiles[block, 0] >= 1.0)
        if len(beyond):
            quantiles[block.start + beyond, 0] = np.quantile((whole[beyond] - low[beyond]) / (1.0 - low[beyond]), _TAILS[0], axis=1).clip(
                0.0
            )
        above[block] = np.stack([(drawn > share).mean(axis=1) for share in ABOVE], axis=1)
        inside = account[rows] - block.start
        of_layers[rows] = _quantiles(_shares(q, low[inside], scale[inside])) if layered else quantiles[block]
    alike = (second.fit >= FOREIGN_BELOW) & agrees
    # What could have been seen is told for an audience like the known ones where this one looks like them: among all that might come from
    # elsewhere there are vendors whose followers nobody would see in any number.
    smallest = _detectable(judged, samples.population, np.where(alike, 0.0, 1.0), rates)
    in_reference = (second.fit >= FOREIGN_BELOW) & ~samples.abroad
    return Estimates(quantiles, above, smallest, agrees, second, in_reference, of_layers)


def _foreign(before: np.ndarray, strange: np.ndarray) -> np.ndarray:
    """The probability (m,) of coming from elsewhere, given the log ratio of the two.

    A bad fit raises it. A good one does not lower it: vendors whose followers look like anybody's, and audiences who look a little
    purchased, fit the mixture at home (SRF's audience does under a model of Purba's followers).
    """
    odds = before / (1.0 - before) * np.exp(np.clip(strange, 0.0, 50.0))
    found: np.ndarray = odds / (1.0 + odds)
    return found


def _fixed(flagged: np.ndarray, judged: np.ndarray, population: np.ndarray, true: float, false: float) -> np.ndarray:
    """The part of the flagged share's variance that is gone because of how many of the followers were seen (r,).

    Seeing all of them fixes how many are of either type, pi (1 - pi) J^2 of q (1 - q), and not how many of either happen to be flagged:
    method.md 3.2 takes all of it away, which leaves intervals of a census short of what they say.
    """
    q = (flagged + 0.5) / (judged + 1.0)
    power = max(true - false, LEAST_POWER)
    share = np.clip((q - false) / power, 0.0, 1.0)
    of_types: np.ndarray = np.clip(share * (1.0 - share) * power**2 / (q * (1.0 - q)), 0.0, 1.0)
    return np.clip(judged / population, 0.0, 1.0) * of_types


def _shares(flagged: np.ndarray, low: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Adjusted counts (r, DRAWS), from the least on."""
    drawn = flagged - low
    drawn *= scale
    np.clip(drawn, 0.0, 1.0, out=drawn)
    drawn.sort(axis=1)
    return drawn


def _quantiles(ordered: np.ndarray) -> np.ndarray:
    place = _TAILS * (DRAWS - 1)
    below = place.astype(np.int64)
    part = place - below
    return ordered[:, below] * (1.0 - part) + ordered[:, below + 1] * part


def _agree(q: np.ndarray, n: np.ndarray, second: Opinion, true: np.ndarray, false: np.ndarray) -> np.ndarray:
    """Whether the adjusted count of the known population lies within APART pooled standard deviations of the second opinion."""
    high, low = float(true.mean()), float(false.mean())
    power = max(high - low, LEAST_POWER)
    first = np.clip((q - low) / power, 0.0, 1.0)
    smooth = (q * n + 0.5) / (n + 1.0)
    spread = np.sqrt(smooth * (1.0 - smooth) / n + ((1.0 - first) * false.std()) ** 2 + (first * true.std()) ** 2) / power
    pooled = np.sqrt(0.5 * (spread**2 + second.deviation**2))
    found: np.ndarray = np.abs(first - second.estimate) <= APART * pooled
    return found


def _detectable(n: np.ndarray, population: np.ndarray, foreign: np.ndarray, rates: Rates) -> np.ndarray:
    """The smallest share seen with power .95 at a false-alarm rate of .01 (method.md 7.1 a), 1 when none can be.

    The spread of the rates and of their estimation counts like tau, by its quantiles, because it is lopsided near 0. Seeing everybody takes
    the noise of who was drawn away, not that of who is flagged.
    """
    of_false, of_true = _mixtures(rates)
    low, low_up, low_down = (np.interp(foreign, _STEPS, row) for row in of_false)
    high, high_down = (np.interp(foreign, _STEPS, row) for row in of_true)
    power = np.maximum(high - low, LEAST_POWER)
    unseen = np.clip((population - n) / np.maximum(population - 1.0, 1.0), 0.0, 1.0)
    limit = np.hypot(2.326 * np.sqrt(low * (1.0 - low) / n), low_up - low)
    under, over = np.zeros(len(n)), np.ones(len(n))
    for _ in range(20):
        share = 0.5 * (under + over)
        drawing = share * (1.0 - share) * power**2 * unseen
        flagging = share * high * (1.0 - high) + (1.0 - share) * low * (1.0 - low)
        spread = ((1.0 - share) * (low - low_down)) ** 2 + (share * (high - high_down)) ** 2
        seen = share * power >= limit + np.sqrt(1.645**2 * (drawing + flagging) / n + spread)
        under, over = np.where(seen, under, share), np.where(seen, share, over)
    return over


@lru_cache(maxsize=4_096)
def _visible(n: int, population: float, foreign: float, rates: Rates) -> float:
    one = (np.array([float(n)]), np.array([population]), np.array([foreign]))
    return float(_detectable(*one, rates)[0])


def visible(sizes: Sequence[int], followers: float, foreign: float, rates: Rates) -> list[float]:
    """The smallest share that each of these samples, drawn at random from `followers`, would show; foreign: how likely the account is to
    come from elsewhere."""
    # Whom a sample leaves out matters to three digits at most, so that accounts of nearly one size share the work.
    digits = 2 - math.floor(math.log10(max(followers, 1.0)))
    return [_visible(size, max(float(size), round(followers, digits)), foreign, rates) for size in sizes]


@lru_cache(maxsize=8)
def _mixtures(rates: Rates) -> tuple[np.ndarray, np.ndarray]:
    """Of mixtures in steps of a sixteenth, from none to all of another population: mean, upper 1 % and lower 5 % of the FPR (3, 17), mean
    and lower 5 % of the TPR (2, 17). The same for every account that a bundle judges."""
    true, false = rates.drawn(evenly()["purchased"], evenly()["others"])

    def table(drawn: np.ndarray, *levels: float) -> np.ndarray:
        # Even points in any order: the first so many of them are even themselves.
        mixed = [np.concatenate([drawn[1][: round(step * DRAWS)], drawn[0][round(step * DRAWS) :]]) for step in _STEPS]
        return np.array([[each.mean() for each in mixed], *([np.quantile(each, level) for each in mixed] for level in levels)])

    return table(false, 0.99, 0.05), table(true, 0.05)


def _share(found: Estimates, i: int, n: int, newest: bool, strata: tuple[Mapping[str, Any], ...] | None) -> Share:
    low, likely_low, middle, likely_high, high = found.quantiles[i].tolist()
    second = {"method": METHOD, "estimate": float(found.second.estimate[i]), "agrees": bool(found.agrees[i])}
    above = {f"{share:.2f}": value for share, value in zip(ABOVE, found.above[i].tolist(), strict=True)}
    scope = "newest followers" if newest else "account"
    trusted = bool(found.in_reference[i])
    return Share(middle, low, high, n, float(found.detectable[i]), scope, likely_low, likely_high, above, second, trusted, strata)


def _strata(quantiles: np.ndarray, span: tuple[float, float]) -> tuple[Mapping[str, Any], ...]:
    edges = np.rint(np.linspace(*span, len(quantiles) + 1)).astype(np.int64).tolist()
    return tuple(
        {"from_rank": edges[s], "to_rank": edges[s + 1] - 1, "estimate": row[2], "low": row[0], "high": row[4]}
        for s, row in enumerate(quantiles.tolist())
    )
