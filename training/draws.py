"""How a follower sample comes about: human and purchased-type records of one shard, drawn at a known share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from training.pools import FollowerPool

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Unsolicited purchased-type followers sit in every audience. SRF's lower cluster (65 of 115 influencers): 10.5 % flagged, sd 4.0 pp;
# method.md 5.3 gives a mean of 8-11 % and an sd of 3-4 pp.
BACKGROUND_MEAN, BACKGROUND_SD = 0.09, 0.035
BACKGROUND_PER_DEX = 0.01

# Dirichlet concentration of an account's audience over the strata of human records. 60 gives the share of "follows over five times as
# many as follow back" a between-account sd of about 3 pp, inside the 2-4 pp that method.md section 0 (6) reads off SRF.
AUDIENCE_CONCENTRATION = 60.0
# Vendors differ far more from one another than audiences do: few account factories each.
VENDOR_CONCENTRATION = 6.0

# Enough that the same record seldom stands twice under one handle in a sample.
VARIANTS = 64

HUMAN_GRID, PURCHASED_GRID = (5, 3), (4, 2)


@dataclass(frozen=True)
class Strata:
    """One kind of record of a shard, sorted by stratum: follow ratio by number of posts. `rows` index the shard's records."""

    rows: Ints
    starts: Ints
    sizes: Ints

    @property
    def natural(self) -> Floats:
        return self.sizes / self.sizes.sum()

    @property
    def of_row(self) -> Ints:
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def mean(self, values: Floats) -> Floats:
        """The mean per stratum of a value per record of the shard."""
        return np.bincount(self.of_row, weights=values[self.rows], minlength=len(self.sizes)) / self.sizes


def strata(pool: FollowerPool, purchased: bool) -> Strata:
    """Strata of about equal size within one class of a shard. `private` and language are no part of it: they name sources, not classes."""
    rows = np.flatnonzero(pool.purchased == purchased)
    followers, following, posts = (
        pool.records[name].fill_null(0).to_numpy().astype(np.float64)[rows] for name in ("followers", "following", "post_count")
    )
    by_ratio, by_posts = PURCHASED_GRID if purchased else HUMAN_GRID
    outer = _band(np.log1p(following) - np.log1p(followers), by_ratio)
    cell = np.zeros(len(rows), dtype=np.int64)
    for band in range(by_ratio):
        inside = np.flatnonzero(outer == band)
        cell[inside] = band * by_posts + _band(posts[inside], by_posts)
    order = np.argsort(cell, kind="stable")
    _, sizes = np.unique(cell, return_counts=True)
    return Strata(rows[order], np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)


def _band(values: Floats, bands: int) -> Ints:
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return (ranks * bands // max(len(values), 1)).astype(np.int64)


def mixes(rng: np.random.Generator, natural: Floats, concentration: float, n: int) -> Floats:
    """(n, strata) Dirichlet weights around `natural`, which is (strata,) or (n, strata)."""
    gamma = rng.standard_gamma(np.broadcast_to(natural * concentration, (n, natural.shape[-1]))) + 1e-12
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def background(rng: np.random.Generator, followers: Ints) -> Floats:
    """The share of unsolicited purchased-type followers of each account (n,); it rises a little with size."""
    mean = np.clip(BACKGROUND_MEAN + BACKGROUND_PER_DEX * (np.log10(followers + 1.0) - 3.5), 0.05, 0.14)
    weight = mean * (1 - mean) / BACKGROUND_SD**2 - 1
    return rng.beta(mean * weight, (1 - mean) * weight)


def counts(rng: np.random.Generator, followers: Ints, bought: Ints, unsolicited: Floats, sample: int) -> tuple[Ints, Ints, Ints]:
    """How many sampled followers are human, unsolicited and bought; all (n,). `bought` of `followers` are bought.

    An account with no more than `sample` followers is a census, so its bought followers are all seen.
    """
    drawn = np.minimum(followers, sample)
    from_vendor = rng.hypergeometric(bought, followers - bought, drawn)
    stray = rng.binomial(drawn - from_vendor, unsolicited)
    return drawn - from_vendor - stray, stray, from_vendor


def draw(rng: np.random.Generator, kind: Strata, wanted: Ints, weights: Floats) -> tuple[Ints, Ints]:
    """Records for each account: (account, shard row) pairs, grouped by account; `wanted` (n,), `weights` (n, strata).

    Inside a stratum an account meets every record once before any comes a second time. SRF has 98 purchased-type records, about
    30 in a shard, so there repeats cannot be avoided; a large pool gives a sample without replacement.
    """
    per_stratum = rng.multinomial(wanted, weights)
    order = np.argsort(rng.random((len(wanted), len(kind.rows))) + kind.of_row, axis=1)
    flat = per_stratum.ravel()
    account = np.repeat(np.arange(len(wanted)), wanted)
    stratum = np.repeat(np.tile(np.arange(len(kind.sizes)), len(wanted)), flat)
    turn = np.arange(len(account)) - np.repeat(np.cumsum(flat) - flat, flat)
    return account, kind.rows[order[account, kind.starts[stratum] + turn % kind.sizes[stratum]]]


def strangers(rng: np.random.Generator, handles: pa.Array) -> pa.Array:
    """VARIANTS lists of handles of the same shape, one after the other: each letter another letter, each digit another digit.

    A record that is drawn twice is then two people; handles in the pools were made in the same way, so no real one is lost or made up.
    """
    plain = pa.array(handles.to_pylist(), pa.large_string())
    offsets = np.frombuffer(plain.buffers()[1], dtype=np.int64)[: len(plain) + 1]
    text = np.tile(np.frombuffer(plain.buffers()[2], dtype=np.uint8)[: offsets[-1]], VARIANTS)
    for first, last in (("a", "z"), ("A", "Z"), ("0", "9")):
        inside = (text >= ord(first)) & (text <= ord(last))
        text[inside] = rng.integers(ord(first), ord(last) + 1, int(inside.sum()), dtype=np.uint8)
    starts = (np.arange(VARIANTS)[:, None] * offsets[-1] + offsets[:-1]).ravel()
    bounds = np.append(starts, VARIANTS * offsets[-1])
    return pa.LargeStringArray.from_buffers(len(plain) * VARIANTS, pa.py_buffer(bounds.astype(np.int64)), pa.py_buffer(text))


def follower_ids(account: Ints, turn: Ints, salt: int) -> pa.Array:
    """Ids in the shape of a platform's (up to 20 digits, above 2^53), unique per draw; they say nothing about the record behind them."""
    place = (account.astype(np.uint64) << np.uint64(24)) + turn.astype(np.uint64) + (np.uint64(salt) << np.uint64(52))
    return pa.array(mixed(place), pa.uint64()).cast(pa.large_string())


def mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64: a bijection on 64 bits, so unequal numbers stay unequal."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers ^ (numbers >> np.uint64(31))
