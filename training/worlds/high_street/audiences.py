"""The sampled followers of each account: real records, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training import draws
from training.mixtures import follower_columns, sample_rows
from training.pools import FollowerPool
from training.worlds import moments
from training.worlds.high_street import origins
from training.worlds.high_street.growth import Events
from training.worlds.high_street.people import Flags, Floats, Ints, People
from training.worlds.high_street.purchases import Purchases
from training.worlds.high_street.vendors import BATCHES, PER_SHARD, Vendors

SAMPLE = 300
# X opened in July 2006 and YouTube in April 2005; no account is older.
OPENED_US = {
    "x": int(np.datetime64("2006-07-15", "us").astype(np.int64)),
    "youtube": int(np.datetime64("2005-04-24", "us").astype(np.int64)),
}


@dataclass(frozen=True)
class Friends:
    """Ids of the sampled followers that are people, grouped by account, and how many each account has (n,)."""

    ids: pa.Array
    size: Ints


@dataclass(frozen=True)
class Drawn:
    """One row per sampled follower; `kind` is 0 for people, 1 for unsolicited and 2 for bought ones."""

    account: Ints
    record: Ints
    shard: Ints
    kind: Ints


def background(rng: np.random.Generator, people: People) -> Floats:
    """The share of unsolicited purchased-type followers (n,)."""
    # Whoever is suggested to every newcomer collects many: @instagram lost about 30 % in the purge of 2014.
    usual = draws.background(rng, people.organic)
    own = people.between(rng, "unsolicited")
    return np.where(np.isnan(own), usual, own)


def draw(
    rng: np.random.Generator, people: People, orders: Purchases, unsolicited: Floats, vendors: Vendors, parts: list[FollowerPool]
) -> Drawn:
    """The sampled followers; `unsolicited` (n,) is the share of purchased-type ones among those nobody ordered."""
    total = people.organic + orders.bought
    human, stray, bought = draws.counts(rng, total, orders.bought, unsolicited, SAMPLE)
    # Who knows that only the newest followers are looked at keeps those clean.
    met = rng.binomial(bought, people.trait("shown").astype(np.float64))
    wanted = (human + bought - met, stray, met)
    found = []
    for shard, part in enumerate(parts):
        mine = np.flatnonzero(people.shard == shard)
        mix = _human_mix(rng, people, mine, part)
        vendor_mix = vendors.mix[shard][orders.vendor[mine] - shard * PER_SHARD]
        account, record, kind = sample_rows(rng, part, (wanted[0][mine], wanted[1][mine], wanted[2][mine]), mix, vendor_mix)
        found.append((mine[account], record, np.full(len(account), shard), kind))
    account, record, number, kind = (np.concatenate(column) for column in zip(*found, strict=True))
    return Drawn(account, record, number, kind)


def newest(people: People) -> Flags:
    """Whose newest followers alone were looked at."""
    return np.asarray(people.trait("shown").astype(np.float64) < 1)


def table(
    rng: np.random.Generator,
    people: People,
    ids: pa.Array,
    drawn: Drawn,
    orders: Purchases,
    events: Events,
    vendors: Vendors,
    parts: list[FollowerPool],
) -> tuple[pa.Table, Friends]:
    """The follower_sample table, and who of it may comment.

    `rank` is the place among ALL followers: a batch bought last year lies beside last year's followers.
    """
    followed, made = _ages(rng, people, drawn, orders, events, vendors)
    order = np.lexsort((-followed, drawn.account))
    account, followed, made, human = drawn.account[order], followed[order], made[order], drawn.kind[order] == 0
    turn = np.arange(len(account)) - np.searchsorted(account, account)
    total = (people.organic + orders.bought)[account]
    shown = {name: people.on(name)[account] for name in OPENED_US}
    opened = np.select([shown["x"], shown["youtube"]], [OPENED_US["x"], OPENED_US["youtube"]], 0)
    observed = people.observed_us[account]
    follow_us, made_us = moments.before(observed, followed), moments.before(observed, made)
    late = opened + ((follow_us - opened) * rng.random(len(account))).astype(np.int64) // 1_000_000 * 1_000_000
    created = moments.column(np.where(made_us < opened, late, made_us), shown["x"] | shown["youtube"])
    records = pa.concat_tables([part.records for part in parts]).combine_chunks()
    offset = np.cumsum([0, *(len(part) for part in parts)])
    rows = (offset[drawn.shard] + drawn.record)[order]
    follower_id = draws.follower_ids(people.first + account, turn, 1)
    columns = {
        "account_id": ids.take(pa.array(account)),
        "follower_id": follower_id,
        "rank": pa.array(_ranks(rng, account, turn, total, newest(people))),
    }
    columns |= follower_columns(rng, records, draws.strangers(rng, records["handle"]), rows)
    columns |= origins.faces(rng, people, account, drawn.kind[order], columns) | {"created_at": created}
    return pa.table(columns), Friends(follower_id.filter(pa.array(human)), np.bincount(account[human], minlength=people.n))


def _human_mix(rng: np.random.Generator, people: People, mine: Ints, part: FollowerPool) -> Floats:
    """Audiences differ; whoever follows in order to be followed back is followed by people who do the same."""
    kind = draws.strata(part, False)
    following = part.records["following"].fill_null(0).to_numpy().astype(np.float64)
    followers = part.records["followers"].fill_null(0).to_numpy().astype(np.float64)
    mutual = kind.mean(((following > 1000) & (following > followers)).astype(np.float64))
    posts = part.records["post_count"].fill_null(0).to_numpy()
    silent = kind.mean((posts < 20).astype(np.float64))
    tilt, hush = people.between(rng, "mutual")[mine], people.between(rng, "quiet")[mine]
    natural = kind.natural * (1 + tilt[:, None] * mutual) * (1 + hush[:, None] * silent)
    return draws.mixes(rng, natural / natural.sum(axis=1, keepdims=True), draws.AUDIENCE_CONCENTRATION, len(mine))


def _ages(
    rng: np.random.Generator, people: People, drawn: Drawn, orders: Purchases, events: Events, vendors: Vendors
) -> tuple[Floats, Floats]:
    """(days since the follow, days since the follower's account was made) for each sampled follower."""
    n, account = len(drawn.account), drawn.account
    life, daily = people.life_days[account], events.daily[account]
    followed = -np.log1p(-rng.random(n) * (1 - np.exp(-daily * life))) / daily
    in_event = (events.what[account] > 0) & (rng.random(n) < events.gain[account])
    followed = np.where(in_event, np.maximum(events.age[account] - rng.exponential(2.0, n), 0.1), followed)
    made = followed + rng.exponential(1100, n) + 1
    # Unsolicited ones come from many factories: half of them fresh, half years old, none in step with another.
    made = np.where(drawn.kind == 1, followed + np.where(rng.random(n) < 0.5, rng.exponential(60, n), rng.exponential(900, n)) + 0.2, made)
    lot = (rng.random((n, 1)) * np.maximum(orders.bought[account], 1)[:, None] >= np.cumsum(orders.left[account], axis=1)).sum(axis=1)
    lot = np.minimum(lot, orders.left.shape[1] - 1)
    start, days = orders.start_age[account, lot], orders.days[account, lot]
    delivered = np.maximum(start - np.minimum(days, start) * rng.random(n), 0.02)
    vendor = orders.vendor[account]
    batch = (lot + rng.integers(0, 2, n)) % BATCHES
    in_batch = start + vendors.batch_age_days[vendor, batch] + vendors.batch_width_days[vendor, batch] * rng.random(n)
    aged = delivered + 60 + rng.exponential(900, n)
    bought = drawn.kind == 2
    said = people.trait("aged").astype(np.float64)[account]
    old = np.where(np.isnan(said), vendors.aged[vendor], rng.random(n) < said)
    followed, made = np.where(bought, delivered, followed), np.where(bought, np.where(old, aged, in_batch), made)
    # The newest SAMPLE of all followers came within the last days.
    since = np.minimum(life, SAMPLE / np.maximum((people.organic * events.daily)[account], 1e-3)) * rng.random(n)
    recent = newest(people)[account] & (since < followed)
    return np.where(recent, since, followed), np.where(recent, made - followed + since, made)


def _ranks(rng: np.random.Generator, account: Ints, turn: Ints, total: Ints, newest: Flags) -> Ints:
    """Distinct rising places below `total` within each account; a census takes every place, the newest the last ones."""
    sampled = np.bincount(account)[account]
    spot = np.sort(account + rng.random(len(account))) - account
    # Room for the others is spread between the sampled ones, so places stay distinct after rounding down.
    return np.asarray(turn + np.where(newest[account], total - sampled, (spot * (total - sampled)).astype(np.int64)))
