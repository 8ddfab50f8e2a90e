"""Crowds: who came for which cause on which day, who left again, and what that sums to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.worlds.moments import DAYS
from training.worlds.village.clock import BINS, Clock, last_not_above
from training.worlds.village.orders import LOTS, Orders
from training.worlds.village.residents import PLATFORMS, Floats, Ints, Residents
from training.worlds.village.vendors import Vendors

CAUSES = ("interest", "event", "cheap", "reciprocal", "unsolicited", *(f"lot_{lot + 1}" for lot in range(LOTS)))
REAL = 4
UNSOLICITED = CAUSES.index("unsolicited")
FIRST_LOT = CAUSES.index("lot_1")

# Chance of leaving per day. Followers who came by themselves: a twentieth a year [D]; who followed to be followed back leaves sooner
# (Aggarwal 2014: unfollows); bots are cleared bit by bit.
LEAVE = {"interest": 0.00015, "event": 0.0006, "cheap": 0.0008, "reciprocal": 0.0030, "unsolicited": 0.0004}
CHEAP_DAYS, LOT_DAYS = 30.0, 28.0
LOT_LATER = 0.0003
# Platforms clear once or twice a year; buyers lost 20-60 % in 2014, organic accounts 1-8 % of all (method.md 5.3), most of it bots.
CLEARED, CLEARED_UNSOLICITED, CLEARED_REAL = (0.2, 0.6), (0.1, 0.4), (0.0, 0.01)
# Whole batches of one vendor vanish together (method.md 5.3: heavy-tailed removals).
REMOVED_CHANCE, REMOVED = 0.07, (0.3, 0.9)
REFILL_DAYS = 5
# Daily gains vary more than by chance. Their gamma factor: shape for small numbers, so that the variance is 1 + mean / shape times
# the mean; for large ones the shape grows, so that it ends at about this many times (method.md 5.3: Fano 5-50).
STEADINESS, LARGEST_FANO = 25.0, 12.0
# A party of leavers goes at one moment; large cohorts leave in so many parties.
PARTIES = 100


@dataclass(frozen=True)
class Crowds:
    """Events as counts (n, CAUSES, BINS): how many came in a bin, how many of those are still there, and how many left in a bin."""

    joined: Ints
    stay: Ints
    left: Ints

    @cached_property
    def alive(self) -> Ints:
        """(n, CAUSES, BINS) followers at the end of each bin."""
        return np.asarray(np.cumsum(self.joined - self.left, axis=2))

    @cached_property
    def now(self) -> Ints:
        """(n, CAUSES) followers at the look."""
        return np.asarray(self.stay.sum(axis=2))

    @property
    def followers(self) -> Ints:
        return np.asarray(self.now.sum(axis=1))

    @property
    def bought_share(self) -> Floats:
        return self.now[:, FIRST_LOT:].sum(axis=1) / self.followers

    @property
    def unsolicited_share(self) -> Floats:
        return self.now[:, UNSOLICITED] / self.followers


def clearings(rng: np.random.Generator) -> Floats:
    """(platforms, 2) how many days ago each platform cleared out; one or two a year."""
    return rng.uniform(0, 600, (len(PLATFORMS), 2))


def background(who: Residents) -> Floats:
    """(n,) unsolicited followers: so many that they are the wanted share of what nobody bought."""
    share = np.clip(who["unsolicited"], 0.015, 0.45)
    return who.real * share / (1 - share)


def draw(
    rng: np.random.Generator, who: Residents, clock: Clock, orders: Orders, vendors: Vendors, cleared: Floats, pulse: Floats
) -> Crowds:
    """All comings and goings. `pulse` (n, DAYS): how much the posts of a day draw, 1 on average."""
    hazard, refill = _hazards(rng, who, clock, orders, vendors, cleared)
    risk = np.concatenate([np.zeros((who.n, len(CAUSES), 1)), np.cumsum(hazard, axis=2)], axis=2)
    risk_at = (risk[:, :, :-1] + risk[:, :, 1:]) / 2
    survival = np.exp(-(risk[:, :, -1:] - risk_at))
    joined = np.concatenate([_comers(rng, who, clock, pulse, survival), _deliveries(rng, orders, refill)], axis=1)
    stay = rng.binomial(joined, survival)
    return Crowds(joined, stay, _leavers(rng, joined - stay, risk, risk_at))


def _comers(rng: np.random.Generator, who: Residents, clock: Clock, pulse: Floats, survival: Floats) -> Ints:
    grown = (np.clip(who["life"][:, None] - clock.edges, 0, None) / who["life"][:, None]) ** who["growth"][:, None]
    steady = np.diff(grown, axis=1)
    lively = steady.copy()
    lively[:, -DAYS:] *= pulse
    begun = np.minimum(who["event_begun"], 0.7 * who["life"])
    burst = np.diff(1 - np.exp(-np.clip(begun[:, None] - clock.edges, 0, None) / who["event_days"][:, None]), axis=1)
    cheap = clock.overlap(begun, np.minimum(who["cheap_days"], begun))
    mutual = clock.overlap(np.minimum(0.9 * who["life"], 260.0), np.full(who.n, 1e9))
    shapes = np.stack(
        [shape / np.maximum(shape.sum(axis=1, keepdims=True), 1e-12) for shape in (lively, burst, cheap, mutual, steady)], axis=1
    )
    parts = np.stack([who["event"], who["cheap"], who["reciprocal"]], axis=1)
    wanted = np.column_stack([who.real * np.clip(1 - parts.sum(axis=1), 0.1, 1), who.real[:, None] * parts, background(who)])
    mean = wanted[..., None] * shapes / np.maximum(survival[:, : len(LEAVE)], 0.02)
    shape = np.maximum(STEADINESS, mean / LARGEST_FANO)
    return np.asarray(rng.poisson(mean * rng.standard_gamma(shape) / shape))


def _deliveries(rng: np.random.Generator, orders: Orders, refill: Floats) -> Ints:
    """A delivery is metered by a machine: its days vary by chance alone."""
    open_share = np.clip(1 - orders.shape.sum(axis=2, keepdims=True), 0, None)
    chances = np.concatenate([orders.shape, open_share], axis=2)
    chances /= np.maximum(chances.sum(axis=2, keepdims=True), 1e-12)
    delivered = rng.multinomial(orders.size, chances)[..., :BINS]
    return np.asarray(delivered + np.rint(refill * np.cumsum(delivered, axis=2)).astype(np.int64))


def _hazards(
    rng: np.random.Generator, who: Residents, clock: Clock, orders: Orders, vendors: Vendors, cleared: Floats
) -> tuple[Floats, Floats]:
    """(n, CAUSES, BINS) risk of leaving in each bin, and (n, LOTS, BINS) what part of a lot its vendor makes up for."""
    n = who.n
    hazard = np.empty((n, len(CAUSES), BINS))
    hazard[:, : len(LEAVE)] = np.array(list(LEAVE.values()))[:, None] * clock.width[:, None, :]
    begun = np.minimum(who["event_begun"], 0.7 * who["life"])
    after_prize = clock.overlap(begun, np.full(n, CHEAP_DAYS))
    hazard[:, CAUSES.index("cheap")] -= np.log1p(-who["cheap_leave"])[:, None] / CHEAP_DAYS * after_prize
    first_weeks = -np.log1p(-vendors.lost[orders.vendor])
    for lot in range(LOTS):
        fresh = clock.overlap(orders.start[:, lot], orders.days[:, lot] + LOT_DAYS)
        hazard[:, FIRST_LOT + lot] = (first_weeks / LOT_DAYS)[:, None] * fresh + LOT_LATER * clock.width
    for when in (*cleared[who.platform].T, np.where(who["purged"] > 0, rng.uniform(8, 70, n), -1.0)):
        _clear(rng, clock, hazard, np.where(when < who["life"], when, -1.0), who)
    refill = np.zeros((n, LOTS, BINS))
    for lot in range(LOTS):
        gone = rng.random(n) < REMOVED_CHANCE
        share = np.where(gone, rng.uniform(*REMOVED, n), 0.0)
        at = clock.bin(np.arange(n), np.where(gone, orders.start[:, lot] * rng.random(n), 0.0))
        hazard[np.arange(n), FIRST_LOT + lot, at] -= np.log1p(-share)
        again = np.minimum(at + REFILL_DAYS, BINS - 1)
        refill[np.arange(n), lot, again] = np.where(vendors.refills[orders.vendor] & (at + REFILL_DAYS < BINS), share, 0.0)
    return hazard, refill


def _clear(rng: np.random.Generator, clock: Clock, hazard: Floats, when: Floats, who: Residents) -> None:
    n = who.n
    at = clock.bin(np.arange(n), np.maximum(when, 0))
    happened = when >= 0
    bots = np.where(happened, rng.uniform(*CLEARED, n), 0.0)
    unsolicited = np.where(happened, rng.uniform(*CLEARED_UNSOLICITED, n), 0.0)
    people = np.where(happened, rng.uniform(*CLEARED_REAL, n) + np.where(who["purged"] > 0, 0.02, 0.0), 0.0)
    hazard[np.arange(n), :REAL, at] -= np.log1p(-people)[:, None]
    hazard[np.arange(n), UNSOLICITED, at] -= np.log1p(-unsolicited)
    hazard[np.arange(n), FIRST_LOT:, at] -= np.log1p(-bots)[:, None]


def _leavers(rng: np.random.Generator, many: Ints, risk: Floats, risk_at: Floats) -> Ints:
    """When those leave who do not stay: each party at a moment drawn from the risk it has yet to run."""
    n, causes, bins = many.shape
    cell = np.flatnonzero(many)
    people = many.ravel()[cell]
    parties = np.minimum(people, PARTIES)
    cohort = np.repeat(np.arange(len(cell)), parties)
    turn = np.arange(len(cohort)) - np.repeat(np.cumsum(parties) - parties, parties)
    size = people[cohort] // parties[cohort] + (turn < people[cohort] % parties[cohort])
    row, came = np.divmod(cell[cohort], bins)
    start = risk_at.reshape(-1, bins)[row, came]
    ahead = risk[:, :, -1].ravel()[row] - start
    moment = start - np.log1p(-rng.random(len(row)) * -np.expm1(-ahead))
    at = last_not_above(risk.reshape(n * causes, bins + 1), row, moment).clip(came, bins - 1)
    return np.bincount(row * bins + at, weights=size, minlength=n * causes * bins).astype(np.int64).reshape(many.shape)
