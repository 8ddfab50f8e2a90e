"""Composed accounts: real accounts given real followers at a known share of purchased-type ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training import draws
from training.draws import Floats, Ints
from training.pools import COLUMNS, FollowerPool, shards

Tables = dict[str, pa.Table]

SHARES = (0.0, 0.05, 0.1, 0.2, 0.4)
VENDORS_PER_SHARD = 5
# The head learns from shares of 10 % and more against none (models/heads/bought_followers.py); what lies between keeps its share and the
# nearer of the two values.
MORE_LIKELY_BOUGHT = 0.05


def bought_value(share: Floats) -> Ints:
    """1 from 5 % on: the value that is nearer to the share."""
    return (share >= MORE_LIKELY_BOUGHT).astype(np.int64)


def compose(
    accounts: Tables,
    pool: FollowerPool,
    shares: Sequence[float] = SHARES,
    sample: int = 300,
    seed: int = 0,
    shard: int = 0,
) -> Tables:
    """Every account once at each share, as `<account_id>.s20` for 20 %, with followers from ONE shard of `pool`.

    Buying multiplies the follower count by 1 / (1 - share) and leaves posts, likes and comments as they are. `labels.source` is
    "<pool>/<shard>/<vendor>". Accounts of different shards must be different accounts: split them before calling.
    """
    rng = np.random.default_rng([seed, shard, *pool.name.encode()])
    part = shards(pool)[shard]
    levels = np.repeat(np.asarray(shares, dtype=np.float64), accounts["accounts"].num_rows)
    tables = _copies(accounts, shares)
    organic = tables["accounts"]["followers"].to_numpy().astype(np.int64)
    bought = np.rint(organic * levels / (1 - levels)).astype(np.int64)
    vendor = rng.integers(VENDORS_PER_SHARD, size=len(organic))
    head = tables["accounts"]
    tables["accounts"] = _with(head, followers=pa.array(organic + bought), sample_method=_methods(organic + bought, sample))
    if "history" in tables:
        tables["history"] = _stepped(rng, tables["history"], head["account_id"], bought)
    tables["follower_sample"] = _followers(rng, part, head["account_id"], organic + bought, bought, vendor, sample)
    tables["labels"] = _labels(pool.name, shard, head, levels, vendor)
    return tables


def sample_rows(
    rng: np.random.Generator, part: FollowerPool, wanted: tuple[Ints, Ints, Ints], human_mix: Floats, vendor_mix: Floats
) -> tuple[Ints, Ints, Ints]:
    """(account, row of the shard, kind) of each sampled follower; kind is 0 human, 1 unsolicited, 2 bought. Grouped by kind."""
    human, purchased = draws.strata(part, False), draws.strata(part, True)
    any_vendor = np.broadcast_to(purchased.natural, vendor_mix.shape)
    drawn = [
        draws.draw(rng, kind, count, mix)
        for kind, count, mix in zip((human, purchased, purchased), wanted, (human_mix, any_vendor, vendor_mix), strict=True)
    ]
    kinds = np.repeat(np.arange(3), [len(account) for account, _ in drawn])
    return np.concatenate([account for account, _ in drawn]), np.concatenate([row for _, row in drawn]), kinds


def follower_columns(rng: np.random.Generator, records: pa.Table, strangers: pa.Array, rows: Ints) -> dict[str, pa.Array]:
    """The columns of the drawn records as they stand, except for the handle: a stranger of the same shape at every draw."""
    columns = {name: records[name].take(pa.array(rows)) for name in COLUMNS}
    variant = rng.integers(0, draws.VARIANTS, len(rows)) * records.num_rows
    return columns | {"handle": strangers.take(pa.array(variant + rows))}


def vendor_mixes(rng: np.random.Generator, part: FollowerPool, vendors: int) -> Floats:
    """(vendors, strata): which purchased-type records each vendor of a shard delivers."""
    return draws.mixes(rng, draws.strata(part, True).natural, draws.VENDOR_CONCENTRATION, vendors)


def _followers(
    rng: np.random.Generator, part: FollowerPool, ids: pa.ChunkedArray, followers: Ints, bought: Ints, vendor: Ints, sample: int
) -> pa.Table:
    wanted = draws.counts(rng, followers, bought, draws.background(rng, followers - bought), sample)
    human_mix = draws.mixes(rng, draws.strata(part, False).natural, draws.AUDIENCE_CONCENTRATION, len(followers))
    account, row, _ = sample_rows(rng, part, wanted, human_mix, vendor_mixes(rng, part, VENDORS_PER_SHARD)[vendor])
    # Rows in an order that tells nothing about who is who; real follow order is unknown, so `rank` stays out.
    order = np.lexsort((rng.random(len(account)), account))
    account, row = account[order], row[order]
    turn = np.arange(len(account)) - np.searchsorted(account, account)
    columns = {"account_id": ids.take(pa.array(account)), "follower_id": draws.follower_ids(account, turn, int(rng.integers(2**11)))}
    return pa.table(columns | follower_columns(rng, part.records, draws.strangers(rng, part.records["handle"]), row))


def _copies(tables: Tables, shares: Sequence[float]) -> Tables:
    kept = {name: table for name, table in tables.items() if name in ("accounts", "posts", "comments", "history")}
    if len({_suffix(share) for share in shares}) < len(shares):
        raise ValueError(f"shares {tuple(shares)} are not distinct per mille; each account stands once at each share")
    return {name: pa.concat_tables([_renamed(table, _suffix(share)) for share in shares]).combine_chunks() for name, table in kept.items()}


def _suffix(share: float) -> str:
    return f".s{round(share * 1000) / 10:g}"


def _renamed(table: pa.Table, suffix: str) -> pa.Table:
    ids = table["account_id"].cast(pa.large_string())
    return _with(table, account_id=pc.binary_join_element_wise(ids, *(pa.scalar(text, pa.large_string()) for text in (suffix, ""))))


def _with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        else:
            table = table.append_column(name, column)
    return table


def _methods(followers: Ints, sample: int) -> pa.Array:
    return pa.array(np.where(followers <= sample, "census", "random"), pa.large_string())


def _stepped(rng: np.random.Generator, history: pa.Table, ids: pa.ChunkedArray, bought: Ints) -> pa.Table:
    """The delivery inside the history: nothing before a day drawn per account, everything from that day on."""
    account = pc.index_in(history["account_id"], ids.combine_chunks()).to_numpy()
    days = history["date"].cast(pa.int32()).to_numpy().astype(np.int64)
    first, last = np.full(len(bought), days.max()), np.full(len(bought), days.min())
    np.minimum.at(first, account, days)
    np.maximum.at(last, account, days)
    step = first + (rng.random(len(bought)) * (last - first + 1)).astype(np.int64)
    return _with(history, followers=pa.array(history["followers"].to_numpy() + np.where(days >= step[account], bought[account], 0)))


def _labels(pool: str, shard: int, accounts: pa.Table, share: Floats, vendor: Ints) -> pa.Table:
    n = len(share)
    names = np.where(share > 0, np.char.add(f"{pool}/{shard}/vendor-", vendor.astype(str)), f"{pool}/{shard}/none")
    return pa.table(
        {
            "account_id": accounts["account_id"],
            "head": pa.repeat(pa.scalar("bought_followers", pa.large_string()), n),
            "value": pa.array(bought_value(share)),
            "share": pa.array(share),
            "source": pa.array(names, pa.large_string()),
            "by": pa.repeat(pa.scalar("composed", pa.large_string()), n),
            "at": accounts["observed_at"],
        }
    )
