"""The model of one follower: is it of the purchased type?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features import handles
from features.columns import Events, log, log_ratio
from features.table import AccountTable
from models.booster import Trees
from models.rates import Rates

# Only facts whose sign holds in every source: no private flag (it flips between SRF and InstaFake), no language, no crawl time.
FEATURES = ("follow_ratio", "following_per_post", "log_followers", "log_following", "log_posts", "no_picture", "digit_at_end")
MONOTONE = (1, 1, 0, 0, -1, 1, 1)


def matrix(table: AccountTable) -> np.ndarray:
    """What is known of each sampled follower, shape (m, len(FEATURES)), NaN = unknown, in the table's order of followers."""
    followers, following, posts, picture = (
        table.events(f"follower_{name}") for name in ("followers", "following", "post_count", "has_picture")
    )
    columns: tuple[Events, ...] = (
        log_ratio(following, followers),
        log_ratio(following, posts),
        log(followers + 1),
        log(following + 1),
        log(posts + 1),
        ~picture,
        handles.ends_in_digit(table.text("follower_handle")),
    )
    return np.ascontiguousarray(np.column_stack([column.values for column in columns]))


@dataclass(frozen=True)
class FollowerModel:
    """Trees over single followers, the margin from which on one counts as purchased-type, and how often that was right and wrong on
    labelled followers that the trees had not seen."""

    trees: Trees
    threshold: float
    rates: Rates

    def margins(self, table: AccountTable) -> tuple[np.ndarray, np.ndarray]:
        """Which sampled followers can be judged because their counts are known (m,), and the margins of those alone, in order."""
        values = matrix(table)
        known = judged(values)
        return known, self.trees.margins(values[known]) if known.any() else np.zeros(0)


def judged(values: np.ndarray) -> np.ndarray:
    """Of which rows of a `matrix` enough is known."""
    known: np.ndarray = ~np.isnan(values[:, :2]).any(axis=1)
    return known
