"""Snapshot: the facts of one account at one moment, each as the column that formulas read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.columns import Array, Nested
from features.schema import Field
from features.text import Text, listed_hashtags

# float64 (NaN = unknown; flags 0 and 1; moments and days in days since 1970), texts and ids, or lists of hashtags.
Raw = Array | Text | Nested

# Rows of one list that one account may bring; a longer list belongs into a dataset.
MOST_ROWS = 100_000

_DAY_US = 86_400_000_000


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A valid account: columns of one value (`account`) or many (`events[table]`), in the order in which they came.

    A column of which nothing is known is left out. A table that is absent from `events` was not looked at; one without rows was
    looked at and is empty. starts[table] is [0, rows]. `ignored` counts the account's own fields that nobody knows.
    """

    account_id: str
    platform: str
    account: Mapping[str, Raw]
    events: Mapping[str, Mapping[str, Raw]]
    starts: Mapping[str, Array]
    ignored: int = 0


def column(field: Field, values: Sequence[Any], starts: Array) -> Raw:
    """Canonical values (as `values.from_json` gives them, None = unknown) as a column."""
    if field.kind in ("text", "id"):
        return Text.from_list(values, starts)
    if field.kind == "words":
        return listed_hashtags(values, starts)
    numbers: Array = np.array(values, dtype=np.float64)
    return in_days(field, numbers)


def in_days(field: Field, numbers: Array) -> Array:
    """Moments, which are counted in microseconds, as days; other numbers as they are."""
    days: Array = numbers / _DAY_US if field.kind == "moment" else numbers.astype(np.float64, copy=False)
    return days
