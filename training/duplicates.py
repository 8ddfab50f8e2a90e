"""The same account twice, under whatever name: what was posted and who follows tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.columns import Events
from features.table import AccountTable
from training.draws import mixed
from training.splits import SIDES, Split

# What no two accounts have alike by chance: moments and likes of posts, counts of followers. Ids are left out, because who passes an
# account on under another id passes its posts and followers on under others as well.
CONTENT: Mapping[str, tuple[str, ...]] = {
    "posts": ("post_posted_at", "post_likes", "post_comments"),
    "follower_sample": ("follower_following", "follower_followers", "follower_post_count"),
}
# Fewer different rows may be alike by chance.
LEAST = {"posts": 5, "follower_sample": 12}


@dataclass(frozen=True)
class Twin:
    """Two accounts that are one: their ids, and what is the same (`posts` or `follower_sample`)."""

    first: str
    second: str
    same: str

    def __str__(self) -> str:
        return f"{self.first} and {self.second} have the same {self.same.replace('_', ' ')}"


def across(split: Split, table: AccountTable) -> list[Twin]:
    """Accounts on one side of the split that stand on another under another id. Copies on one side are no leak."""
    side = split.sides()
    found: dict[tuple[str, str], Twin] = {}
    for name in CONTENT:
        prints = fingerprints(table, name)
        order = np.lexsort((side, prints))
        order = order[prints[order] != 0]
        here, there = order[:-1], order[1:]
        for i, j in zip(here, there, strict=True):
            if prints[i] == prints[j] and side[i] != side[j]:
                first, second = (f"{table.account_ids[row]} ({SIDES[side[row]]})" for row in (i, j))
                found.setdefault((first, second), Twin(first, second, name))
    return list(found.values())


def marks(table: AccountTable) -> list[tuple[str, ...]]:
    """What each account is known again by without its id: digests of its posts and of its follower sample, where these tell it apart."""
    found = [fingerprints(table, name).tolist() for name in CONTENT]
    return [tuple(f"{value:016x}" for value in values if value) for values in zip(*found, strict=True)]


def fingerprints(table: AccountTable, name: str) -> np.ndarray:
    """uint64 (n,): a hash of an account's rows in one table, whatever their order; 0 where too few differ to tell accounts apart."""
    starts = table.starts[name]
    rows = np.zeros(int(starts[-1]), dtype=np.uint64)
    known = np.zeros(len(rows), dtype=bool)
    for column in CONTENT[name]:
        events = table.fact(column)
        assert isinstance(events, Events)
        known |= ~np.isnan(events.values)
        rows = mixed(rows ^ np.where(np.isnan(events.values), np.nan, events.values + 0.0).view(np.uint64))
    rows = np.where(known, rows, np.uint64(0))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(rows, dtype=np.uint64)])
    total = mixed(sums[starts[1:]] - sums[starts[:-1]])
    return np.where(_different(rows, starts) >= LEAST[name], total, np.uint64(0))


def _different(rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """How many different rows each account has; 0 stands for a row of which nothing is known."""
    owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((rows, owner))
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (np.diff(rows[order]) != 0) | (np.diff(owner[order]) != 0)
    return np.bincount(owner[order][new & (rows[order] != 0)], minlength=len(starts) - 1)
