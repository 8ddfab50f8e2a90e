"""Accounts composed from labelled followers whose margins are known: so many of each type, at a known share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.layers import FEWEST_IN_LAYER, MOST
from models.share import Samples
from training import draws
from training.benchmark.sources import Source

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Records of one type and source with their margins, in strata of the shape in which audiences and vendors differ."""

    strata: draws.Strata
    margins: Floats
    concentration: float

    @classmethod
    def of(cls, source: Source, rows: Ints, margins: Floats, purchased: bool) -> Side:
        """margins: of `rows`. How much audiences and vendors differ is that of the composed accounts that train (training/draws.py)."""
        concentration = draws.VENDOR_CONCENTRATION if purchased else draws.AUDIENCE_CONCENTRATION
        return cls(draws.strata(source.pool.take(rows), purchased), margins, concentration)

    def drawn(self, rng: np.random.Generator, wanted: Ints, differ: bool) -> tuple[Ints, Floats]:
        """(account, margin) of `wanted` (m,) followers of each account, each from its own mix of strata if audiences `differ`."""
        natural = self.strata.natural
        mix = draws.mixes(rng, natural, self.concentration, len(wanted)) if differ else np.tile(natural, (len(wanted), 1))
        account, row = draws.draw(rng, self.strata, wanted, mix)
        return account, self.margins[row]


@dataclass(frozen=True)
class Composed:
    """Samples with what is true of them (m,): `truth`, of whom the share is about; `share`, of the account; `of_layers` in turn."""

    samples: Samples
    truth: Floats
    share: Floats
    of_layers: Floats


def compose(
    rng: np.random.Generator, others: Side, purchased: Side, share: Floats, n: Ints, followers: Ints, differ: bool = True
) -> Composed:
    """A random sample of n (m,) of `followers` (m,), of whom `share` (m,) are of the purchased type; all are sampled where n is more."""
    n = np.minimum(n, followers)
    bought = np.rint(share * followers).astype(np.int64)
    from_vendor = rng.hypergeometric(bought, followers - bought, n)
    truth = bought / followers
    one = np.ones(len(n), dtype=np.int64)
    samples = _samples(rng, others, purchased, n - from_vendor, from_vendor, one, followers, differ)
    return Composed(samples, truth, truth, truth)


def newest(rng: np.random.Generator, others: Side, purchased: Side, share: Floats, n: Ints, followers: Ints) -> Composed:
    """The n newest followers, of whom a third of the account's share is purchased, because most of the purchase lies further back."""
    n = np.minimum(n, followers)
    from_vendor = rng.binomial(n, share / 3.0)
    truth = from_vendor / n
    one = np.ones(len(n), dtype=np.int64)
    samples = _samples(rng, others, purchased, n - from_vendor, from_vendor, one, n, True)
    return Composed(samples, truth, np.where(n < followers, share, truth), truth)


def ranked(rng: np.random.Generator, others: Side, purchased: Side, share: Floats, n: Ints, followers: Ints) -> Composed:
    """A sample drawn evenly from layers of the order of following; the purchased type lies in the newer half, as far as it has room."""
    layers = np.clip(n // FEWEST_IN_LAYER, 1, MOST)
    account = np.repeat(np.arange(len(n)), layers)
    place = np.arange(len(account)) - np.repeat(np.cumsum(layers) - layers, layers)
    newer = place >= (layers // 2)[account]
    newer_layers = np.bincount(account, weights=newer)[account]
    late = np.minimum((share * layers)[account] / newer_layers, 1.0)
    older = (share * layers)[account] - late * newer_layers
    of_layers = np.where(newer, late, np.clip(older / np.maximum(layers[account] - newer_layers, 1), 0.0, 1.0))
    each = np.maximum(n // layers, 1)[account]
    from_vendor = rng.binomial(each, of_layers)
    mixed = []
    for kind, side, wanted in ((0, others, each - from_vendor), (1, purchased, from_vendor)):
        total = np.bincount(account, weights=wanted).astype(np.int64)
        whose, margins = side.drawn(rng, total, True)
        # The followers of an account come in random order, so the first of them may be those of its first layer.
        layer = np.repeat(place, wanted)[np.lexsort((np.arange(len(whose)), np.repeat(account, wanted)))]
        shuffled = np.lexsort((rng.random(len(whose)), whose))
        mixed.append((whose[shuffled], margins[shuffled], layer, kind))
    whose, margins, layer = (np.concatenate([part[i] for part in mixed]) for i in range(3))
    order = np.argsort(whose, kind="stable")
    population = np.maximum(followers, n).astype(np.float64)
    truth = np.bincount(account, weights=of_layers) / layers
    samples = Samples(whose[order], margins[order], layer[order], layers, population, np.zeros(len(n), dtype=bool))
    return Composed(samples, truth, truth, of_layers)


def without_unjudged(composed: Composed) -> Composed:
    """The same accounts without the followers that cannot be judged (margin NaN)."""
    s, kept = composed.samples, ~np.isnan(composed.samples.margins)
    samples = Samples(s.account[kept], s.margins[kept], s.layer[kept], s.layers, s.population, s.abroad)
    return Composed(samples, composed.truth, composed.share, composed.of_layers)


def _samples(
    rng: np.random.Generator, others: Side, purchased: Side, humans: Ints, bought: Ints, layers: Ints, population: Ints, differ: bool
) -> Samples:
    drawn = [side.drawn(rng, wanted, differ) for side, wanted in ((others, humans), (purchased, bought))]
    account, margins = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    order = np.argsort(account, kind="stable")
    nothing = np.zeros(len(account), dtype=np.int64)
    return Samples(account[order], margins[order], nothing, layers, population.astype(np.float64), np.zeros(len(layers), dtype=bool))
