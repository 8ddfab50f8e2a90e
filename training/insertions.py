"""What a buyer adds to an account, so that it can be asked whether adding more ever clears it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.mixtures import Tables
from training.pools import COLUMNS, FollowerPool

# Copies are of phrases that say nothing, as packages deliver them.
PHRASES = ("great content, keep it up my friend", "so nice, love it so much", "wow this is amazing, follow me back")


def followers(tables: Mapping[str, pa.Table], pool: FollowerPool, share: float, seed: int) -> Tables:
    """The same accounts after `share` of all their followers (0-1) were bought on top: counts, and the sample that would then be drawn.

    Purchased-type records of the pool are added to each sample until they are `share` of it; whoever was sampled before still is. The
    newest come last. The posts, the comments and the history before the purchase stay as they are.
    """
    rng = np.random.default_rng(seed)
    accounts, sample = tables["accounts"], tables["follower_sample"]
    more = share / (1.0 - share)
    counts = accounts["followers"].to_numpy()
    added = np.ceil(counts * more).astype(np.int64)
    owners = pc.index_in(sample["account_id"], value_set=accounts["account_id"].combine_chunks()).to_numpy()
    seen = np.bincount(owners, minlength=len(counts))
    new = np.minimum(np.ceil(seen * more).astype(np.int64), added)
    owner = np.repeat(np.arange(len(counts)), new)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(new) - new, new)
    records = pool.records.filter(pa.array(pool.purchased)).take(pa.array(rng.integers(int(pool.purchased.sum()), size=len(owner))))
    columns = {name: records[name] for name in COLUMNS if name in sample.column_names}
    columns |= {
        "account_id": accounts["account_id"].combine_chunks().take(pa.array(owner)),
        "follower_id": pa.array([f"bought-{a}-{t}" for a, t in zip(owner, turn, strict=True)], pa.large_string()),
        "rank": pa.array(counts[owner] + turn),
    }
    return {
        **tables,
        "accounts": _set(accounts, "followers", pa.array(counts + added)),
        "follower_sample": pa.concat_tables([sample, _like(columns, sample, len(owner))]),
    }


def comments(tables: Mapping[str, pa.Table], each: int, seed: int) -> Tables:
    """The same accounts after `each` copied comments were bought for each of them, by authors nobody knows, within hours of a post."""
    rng = np.random.default_rng(seed)
    posts, said = tables["posts"], tables["comments"]
    owners = posts["account_id"].dictionary_encode().combine_chunks().indices.to_numpy()
    order = np.argsort(owners, kind="stable")
    first, size = np.unique(owners[order], return_index=True)[1], np.bincount(owners)
    post = order[np.repeat(first, each) + (rng.random(len(size) * each) * np.repeat(size, each)).astype(np.int64)]
    at = posts["posted_at"].combine_chunks().take(pa.array(post))
    later = pa.array(rng.integers(3_600, 12 * 3_600, len(post)), pa.int64()).cast(pa.duration("s"))
    columns = {
        "account_id": posts["account_id"].combine_chunks().take(pa.array(post)),
        "post_id": posts["post_id"].combine_chunks().take(pa.array(post)),
        "comment_id": pa.array([f"bought-{i}" for i in range(len(post))], pa.large_string()),
        "author_id": pa.array([f"stranger-{i}" for i in range(len(post))], pa.large_string()),
        "commented_at": pc.add(at, later.cast(pa.duration(at.type.unit))),
        "text": pa.array([PHRASES[i] for i in rng.integers(len(PHRASES), size=len(post))], pa.large_string()),
        "by_owner": pa.array(np.zeros(len(post), dtype=bool)),
    }
    counted = posts["comments"].to_numpy(zero_copy_only=False) + np.bincount(post, minlength=posts.num_rows)
    return {
        **tables,
        "posts": _set(posts, "comments", pa.array(counted, posts.schema.field("comments").type, from_pandas=True)),
        "comments": pa.concat_tables([said, _like(columns, said, len(post))]),
    }


def likes(tables: Mapping[str, pa.Table], package: int, seed: int) -> Tables:
    """The same accounts after a package of `package` likes, and up to 5 % more, was bought for every post."""
    rng = np.random.default_rng(seed)
    posts = tables["posts"]
    bought = np.rint(package * rng.uniform(1.0, 1.05, posts.num_rows))
    counted = posts["likes"].to_numpy(zero_copy_only=False) + bought
    return {**tables, "posts": _set(posts, "likes", pa.array(counted, posts.schema.field("likes").type, from_pandas=True))}


def _like(columns: Mapping[str, pa.Array], table: pa.Table, rows: int) -> pa.Table:
    """The columns in the order and types of `table`; what is not given is unknown."""
    return pa.table(
        {
            field.name: columns[field.name].cast(field.type) if field.name in columns else pa.nulls(rows, field.type)
            for field in table.schema
        },
        schema=table.schema,
    )


def _set(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    place = table.column_names.index(name)
    return table.set_column(place, table.schema.field(name), column.cast(table.schema.field(name).type))
