"""Orders of followers: lots, delivery at once or metered, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.worlds.high_street.people import Floats, Ints, People
from training.worlds.high_street.vendors import Vendors
from training.worlds.moments import DAYS

LOTS = 5
POPULAR = np.array(
    [100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000]
)
# 89 % of bought engagement came within one day (NATO StratCom 2022).
FIRST_DAY = 0.89
# Panels promise refills for 30 to 365 days; about a third of buyers are served.
REFILLED = 0.35


@dataclass(frozen=True)
class Purchases:
    """Lots as (n, LOTS); a lot that was not ordered has size 0. Ages are days before the look; `left` is what remains of a lot today."""

    vendor: Ints
    start_age: Floats
    days: Floats
    size: Ints
    left: Ints

    @property
    def bought(self) -> Ints:
        return np.asarray(self.left.sum(axis=1))

    def share(self, organic: Ints) -> Floats:
        return self.bought / (organic + self.bought)


def draw(rng: np.random.Generator, people: People, vendors: Vendors) -> Purchases:
    n = people.n
    buyer, drip, early = people.buys != "never", people.buys == "drip", people.buys == "early"
    # An attack says itself how old its followers are; elsewhere who is patient enough to drip also pays for aged ones.
    said = people.trait("aged").astype(np.float64)
    vendor = vendors.pick(rng, people.shard, np.where(np.isnan(said), drip, said > 0.5))
    share = np.where(early, 0.03 + 0.35 * rng.beta(1.6, 2.4, n), 0.03 + 0.65 * rng.beta(1.3, 2.6, n))
    own_share = people.between(rng, "share")
    share = np.where(np.isnan(own_share), share, own_share)
    wanted = people.organic * share / (1 - share)
    lots = 1 + rng.binomial(LOTS - 1, 0.3, n)
    ordered = (np.arange(LOTS) < lots[:, None]) & buyer[:, None]
    each = (wanted / lots)[:, None] * np.exp(rng.normal(0, 0.3, (n, LOTS)))
    nominal = POPULAR[np.abs(np.log(POPULAR) - np.log(np.maximum(each, 1.0))[..., None]).argmin(axis=-1)]
    size = np.where(ordered, (nominal * (1 + rng.uniform(0, 0.10, (n, LOTS)))).astype(np.int64), 0)
    days = np.where(drip[:, None], np.where(rng.random((n, 1)) < 0.5, rng.uniform(30, 120, (n, LOTS)), rng.uniform(7, 60, (n, LOTS))), 1.0)
    own_days = people.trait("days").astype(np.float64)[:, None]
    days = np.where(drip[:, None] & ~np.isnan(own_days), own_days * rng.uniform(0.8, 1.2, (n, LOTS)), days)
    seen = people.trait("history").astype(np.float64)[:, None]
    # What was wiped was bought before; a rival strikes now.
    recent = ((rng.random((n, 1)) < 0.55) & (seen == DAYS)) | (people.buys == "rival")[:, None]
    start = np.where(recent, rng.uniform(2, DAYS - 2, (n, LOTS)), rng.uniform(DAYS, 600, (n, LOTS)))
    start = np.where(seen < DAYS, seen + rng.uniform(2, 40, (n, LOTS)), start)
    start = np.where(early[:, None], rng.uniform(400, 1500, (n, LOTS)), start)
    start = np.minimum(np.where(drip[:, None], start + 0.7 * days, start), 0.95 * people.life_days[:, None])
    delivered = np.minimum(np.where(drip[:, None], start / days, 1.0), 1.0)
    # Platforms remove whole batches at once, so now and then most of a lot is gone.
    removed = np.where(rng.random((n, LOTS)) < 0.05, rng.uniform(0.4, 0.9, (n, LOTS)), 0.0)
    kept = (1 - _loss(vendors.instant_loss[vendor][:, None], start)) * (1 - removed)
    return Purchases(vendor, start, days, size, (size * delivered * kept).astype(np.int64))


def series(rng: np.random.Generator, orders: Purchases, purged: Floats) -> Floats:
    """(n, DAYS) bought followers at the end of each of the last days, today last.

    `purged` (n,): how many days ago the platform removed followers, NaN where it did not.
    """
    age = np.arange(DAYS - 1, -1, -1.0)
    passed = orders.start_age[..., None] - age
    at_once = np.where(passed < 0, 0.0, np.where(passed < 1, FIRST_DAY, 1.0))
    # A metered delivery is steadier than any organic growth, and still not a straight line.
    wobble = 1 + 0.06 * np.sin(passed * rng.uniform(0.4, 1.4, (*orders.size.shape, 1)))
    metered = np.clip(passed / orders.days[..., None] * np.where(passed < orders.days[..., None], wobble, 1.0), 0, 1)
    delivered = np.where(orders.days[..., None] > 1, metered, at_once)
    fading = 0.12 * np.clip(28 - passed, 0, 28) / 28 * (passed >= 0)
    shape = delivered * (1 + fading) * _refilled(rng, orders, age)
    # Nothing falls as deep on a platform's purge day as what was bought (2014: up to 56 %).
    loss = np.where(rng.random((len(purged), 1, 1)) < 0.7, rng.uniform(0.2, 0.6, (len(purged), 1, 1)), 0.0)
    shape = np.where(age > purged[:, None, None], shape / (1 - loss), shape)
    return np.asarray((orders.left[..., None] * shape / np.maximum(shape[..., -1:], 1e-9)).sum(axis=1))


def _refilled(rng: np.random.Generator, orders: Purchases, age: Floats) -> Floats:
    """(n, LOTS, DAYS) the part of a lot that is there: some sellers make up within a month for 5 % and more that is lost."""
    lots = orders.size.shape
    fallen = orders.start_age - rng.uniform(8, 40, lots)
    back = fallen - rng.uniform(3, 25, lots)
    promised = (rng.random((lots[0], 1)) < REFILLED) & (orders.days <= 1) & (back > 2)
    missing = np.where(promised, rng.uniform(0.05, 0.20, lots), 0.0)
    return np.where((age <= fallen[..., None]) & (age > back[..., None]), 1 - missing[..., None], 1.0)


def _loss(loss: Floats, age: Floats) -> Floats:
    return loss * np.clip(age / 28, 0, 1) + 0.05 * np.clip((age - 28) / 365, 0, 2)
