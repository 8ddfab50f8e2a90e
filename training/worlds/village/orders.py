"""Orders of followers: how many lots of what size, from whom, since when, and over how many days they are delivered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.village.clock import Clock
from training.worlds.village.residents import Flags, Floats, Ints, Residents
from training.worlds.village.vendors import Vendors

LOTS = 4
# Panels sell by the hundred, most often these (method.md 5.3), and deliver up to a tenth more than was paid for.
POPULAR = np.array([1.0, 2.5, 5.0, 10.0])
POPULAR_CHANCE, MOST_EXTRA = 0.6, 0.10
# 89 % of a lot came within a day (NATO StratCom 2022), the rest within the next two.
FIRST_DAY, STRAGGLE_DAYS = 0.89, 3.0
# Lots follow each other by some weeks [D].
BETWEEN_DAYS = 25.0
# Nobody judges a metered lot of which next to nothing has come.
LEAST_DELIVERED = 0.4
SAMPLED = 300


@dataclass(frozen=True)
class Orders:
    """Lots as (n, LOTS): `size` is what arrives in the end (0: not ordered), `start` the age in days of its first follower, `shape`
    (n, LOTS, BINS) the share that arrives in each bin; what is missing to 1 comes after the look."""

    vendor: Ints
    size: Ints
    start: Floats
    days: Floats
    shape: Floats

    @property
    def any(self) -> Flags:
        return np.asarray(self.size.sum(axis=1) > 0)


def draw(rng: np.random.Generator, who: Residents, clock: Clock, vendors: Vendors, background: Floats) -> Orders:
    """The orders of all accounts; `background` (n,) is how many unsolicited followers each has beside its real ones."""
    n = who.n
    share = np.minimum(who["bought"], 0.95)
    vendor = vendors.pick(rng, who.shard, who["aged"] >= 1)
    many = np.where(share > 0, np.rint(who["lots"]), 0).astype(np.int64).clip(max=LOTS)
    days = np.broadcast_to(who["delivery"][:, None], (n, LOTS)).copy()
    gaps = rng.exponential(BETWEEN_DAYS, (n, LOTS))
    gaps[:, 0] = 0.0
    last = np.where(who["clean_front"] > 0, _before_the_front(who, (who.real + background) / (1 - share)), who["begun"])
    last = np.maximum(last, np.where(days[:, 0] > 1, LEAST_DELIVERED * days[:, 0], 0.0))
    start = np.minimum(last[:, None] + np.cumsum(gaps, axis=1), 0.9 * who["life"][:, None])
    shape = np.stack([_shape(clock, start[:, lot], days[:, lot]) for lot in range(LOTS)], axis=1)
    wanted = (who.real + background) * share / (1 - share)
    # Who wants a share orders what the vendor loses on top of it.
    arrived = np.maximum(shape.sum(axis=2), 0.05) * (1 - vendors.lost[vendor])[:, None]
    ordered = np.arange(LOTS) < many[:, None]
    size = np.where(ordered, _lots(rng, wanted, many) / arrived, 0.0)
    size = np.rint(size * (1 + rng.uniform(0, MOST_EXTRA, (n, LOTS)))).astype(np.int64)
    return Orders(vendor, size, start, days, shape)


def _lots(rng: np.random.Generator, wanted: Floats, many: Ints) -> Floats:
    """(n, LOTS) round numbers; the last lot makes up what the popular sizes of the others leave open."""
    each = np.broadcast_to(np.maximum(wanted / np.maximum(many, 1), 10.0)[:, None], (len(wanted), LOTS)) * np.exp(
        rng.normal(0, 0.25, (len(wanted), LOTS))
    )
    scale = 10 ** np.floor(np.log10(each))
    popular = POPULAR[np.abs(np.log((each / scale)[..., None] / POPULAR)).argmin(axis=-1)] * scale
    lots = np.where(rng.random(each.shape) < POPULAR_CHANCE, popular, _round(each))
    final = np.arange(LOTS) == many[:, None] - 1
    others = np.where(np.arange(LOTS) < many[:, None] - 1, lots, 0).sum(axis=1)
    rest = np.maximum(wanted - others, 0.25 * wanted / np.maximum(many, 1))
    return np.where(final, _round(rest)[:, None], lots)


def _round(number: Floats) -> Floats:
    """Hundreds, and of large lots two digits; a small account buys by the ten."""
    step = np.where(number < 300, 10.0, np.maximum(100.0, 10 ** np.floor(np.log10(np.maximum(number, 1)) - 1)))
    return np.maximum(np.rint(number / step), 1) * step


def _shape(clock: Clock, start: Floats, days: Floats) -> Floats:
    metered = clock.overlap(start, days) / days[:, None]
    at_once = FIRST_DAY * clock.overlap(start, np.full_like(days, 0.5)) / 0.5
    at_once += (1 - FIRST_DAY) * clock.overlap(start - 0.5, np.full_like(days, STRAGGLE_DAYS)) / STRAGGLE_DAYS
    return np.where(days[:, None] > 1, metered, at_once)


def _before_the_front(who: Residents, followers: Floats) -> Floats:
    """The age at which so many real followers were still to come that they fill the front of a newest-first sample."""
    front = who["clean_front"] * np.minimum(SAMPLED, followers / 2)
    joined_before = np.clip(1 - front / who.real, 0.05, 1) ** (1 / who["growth"])
    return np.maximum(who["life"] * (1 - joined_before), 0.0) + 0.5 + STRAGGLE_DAYS
