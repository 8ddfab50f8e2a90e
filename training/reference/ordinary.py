"""The accounts that a reference is learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.catalog import inputs_of
from features.schema import PLATFORMS
from features.table import AccountTable
from training.pools import FollowerPool


@dataclass(frozen=True)
class Ordinary:
    """`chosen` (n,): the accounts that may teach; `clean` (n,): those of them that nobody labelled as having bought followers.

    What is robust to a minority of bought ones is learnt from all chosen, because a label is not always there; what a minority
    would spoil is learnt from the clean ones. pool: labelled single followers that none of the accounts to be judged has.
    """

    table: AccountTable
    chosen: np.ndarray
    clean: np.ndarray
    seed: int
    pool: FollowerPool | None = None

    def inputs(self, *names: str) -> dict[str, Any]:
        """Inputs of formulas by name, of all accounts of the table."""
        return inputs_of(self.table, names)

    def owner(self, table: str) -> np.ndarray:
        """The place of the account that each row of a table belongs to, (m,)."""
        return np.repeat(np.arange(self.table.n), np.diff(self.table.starts[table]))

    def rng(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *stream])


def at_most(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """All of the rows, or `most` of them drawn at random, in order."""
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def by_platform(codes: np.ndarray, usable: np.ndarray, fewest: int, learn: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What `learn` makes of the usable rows of each platform, (platforms, …): of all rows together where a platform has fewer than
    `fewest`, NaN where it has none, and empty where even all are too few. codes (m,): the platform of each row; usable (m,) bool."""
    rows = np.flatnonzero(usable)
    if len(rows) < fewest:
        return np.zeros(0)
    together = np.asarray(learn(rows))
    found = []
    for code in range(len(PLATFORMS)):
        own = rows[codes[rows] == code]
        found.append(learn(own) if len(own) >= fewest else together if len(own) else np.full(together.shape, np.nan))
    return np.stack(found)
