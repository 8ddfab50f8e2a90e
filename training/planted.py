"""Clean accounts and their twins who have just bought something: whom a sound bundle must score higher, whatever it learnt from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.catalog import FeatureMatrix, build
from features.table import AccountTable
from models.bundle import Bundle
from training import insertions
from training.gate import Direction, Pairs
from training.mixtures import Tables
from training.pools import FollowerPool
from training.worlds import high_street

ACCOUNTS, SEED = 150, 20_261_124
CLEAN = {"organic_general": 1.0, "organic_boutique": 1.0}
Buy = Callable[[Tables, FollowerPool], Tables]
# What is bought, which head must see it, and in which table it shows. Nothing is inserted for the other heads: an account becomes a
# general store, or stops answering, over months and in every table at once.
PURCHASES: Mapping[str, tuple[str, str, Buy]] = {
    "30 % of all followers": ("bought_followers", "follower_sample", lambda of, pool: insertions.followers(of, pool, 0.3, SEED)),
    "60 comments": ("bought_engagement", "comments", lambda of, pool: insertions.comments(of, 60, SEED)),
    "1,000 likes a post": ("bought_engagement", "posts", lambda of, pool: insertions.likes(of, 1_000, SEED)),
}


@dataclass(frozen=True)
class Planted:
    """The accounts before (`clean`) and after each purchase, of which a bundle is then asked."""

    clean: AccountTable
    bought: Mapping[str, AccountTable]


def planted(pool: FollowerPool) -> Planted:
    """Synthetic accounts that bought nothing, and the same after each of PURCHASES; followers are bought from the pool."""
    street, luck = np.random.SeedSequence([SEED, *b"planted"]).spawn(2)
    tables = high_street.part(high_street.setting(street, scenarios=CLEAN), luck, 0, ACCOUNTS)
    clean = {name: table for name, table in tables.items() if name not in ("labels", "truth")}
    bought = {name: AccountTable.from_tables(buy(clean, pool)) for name, (_, _, buy) in PURCHASES.items()}
    return Planted(AccountTable.from_tables(clean), bought)


def pairs(bundle: Bundle, of: Planted) -> list[Pairs]:
    """For each purchase that a head of the bundle must see, how many accounts score higher after it.

    Asked are accounts of which the table was seen and whose features the purchase changed: who hides likes can buy them unseen.
    """
    before, found = build(of.clean, bundle.reference), []
    for name, table in of.bought.items():
        head, where, _ = PURCHASES[name]
        if head not in bundle.heads:
            continue
        trees = bundle.heads[head].trees
        one, two = (matrix.only(trees.names) for matrix in (before, build(table, bundle.reference)))
        changed = (np.diff(of.clean.starts[where]) > 0) & ~((one == two) | (np.isnan(one) & np.isnan(two))).all(axis=1)
        higher = trees.margins(two[changed]) > trees.margins(one[changed])
        found.append(Pairs(name, head, int(changed.sum()), int(higher.sum())))
    return found


def directions(bundle: Bundle, of: Planted) -> list[Direction]:
    """For every feature that a head holds to one sign, how many accounts a higher value moves the other way."""
    matrices = [build(table, bundle.reference) for table in (of.clean, *of.bought.values())]
    return [each for name in bundle.heads for each in _directions(bundle, name, matrices)]


def _directions(bundle: Bundle, name: str, matrices: list[FeatureMatrix]) -> list[Direction]:
    head, trees = bundle.heads[name].head, bundle.heads[name].trees
    rows = np.concatenate([matrix.only(trees.names) for matrix in matrices])
    rng, before, found = np.random.default_rng(SEED), trees.margins(rows), []
    for feature, sign in head.directions.items():
        if feature not in trees.names:
            continue
        raised, column = rows.copy(), trees.names.index(feature)
        known = rows[~np.isnan(rows[:, column]), column]
        spread = (float(known.std()) if known.size else 0.0) or 1.0
        raised[:, column] += spread * rng.exponential(1.0, len(rows))
        against = int((sign * (trees.margins(raised) - before) < 0).sum())
        found.append(Direction(name, feature, int(known.size), against))
    return found
