"""What explanations and records look at: the facts of one account, each read when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from features.catalog import inputs_of
from features.reference import Reference
from features.table import AccountTable
from features.text import Text
from models.peers import Peers

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Burst:
    """The strongest burst of the days seen: first and last day (since 1970), and followers beyond the usual gain."""

    first: float
    last: float
    size: float

    @property
    def days(self) -> int:
        return int(self.last - self.first) + 1

    def said(self) -> str:
        when = day(self.first) if self.days == 1 else f"{day(self.first)} to {day(self.last)}"
        return f"the burst of {count(self.size)} followers ({when})"


@dataclass(frozen=True)
class Circumstances:
    """One account: its table of one row, the values of its features by name, and the peers it is compared with."""

    table: AccountTable
    reference: Reference
    values: Mapping[str, float]
    peers: Peers
    tier: str

    @cached_property
    def _found(self) -> dict[str, Any]:
        return {}

    def given(self, name: str) -> Any:
        """An input of formulas, plain or derived, as features have it."""
        if name not in self._found:
            self._found[name] = inputs_of(self.table, (name,), self.reference)[name]
        return self._found[name]

    def numbers(self, name: str) -> np.ndarray:
        """The numbers of a column or of events, NaN = unknown."""
        values: np.ndarray = self.given(name).values
        return values

    def number(self, name: str) -> float:
        """A number of the account itself."""
        return float(self.numbers(name)[0])

    def text(self, name: str) -> str | None:
        """A text of the account itself."""
        return self.table.texts(name)[0]

    def ids(self, table: str, column: str) -> Text | None:
        """The ids of a table's rows as they came, None where it has none."""
        raw = self.table.columns.get(table, {}).get(column)
        return raw if isinstance(raw, Text) else None

    def value(self, feature: str) -> float:
        return self.values.get(feature, float("nan"))

    def percentile(self, feature: str) -> float:
        """The share of peers with a lower value, NaN where it or they are unknown."""
        value = self.value(feature)
        standing = None if np.isnan(value) else self.peers.standing(feature, self.platform, self.tier, value)
        return float("nan") if standing is None else standing.percentile

    @property
    def platform(self) -> str:
        return self.table.platforms[0]

    @cached_property
    def burst(self) -> Burst | None:
        """The strongest burst; None where no day or week stands out, or too few days are known (`history_read` tells which)."""
        found = self.given("bursts")
        first, last, size = (float(column.values[0]) for column in (found.first_day, found.last_day, found.size))
        return None if np.isnan(first) else Burst(first, last, size)

    @cached_property
    def history_read(self) -> bool:
        """Whether enough days are known to see a burst."""
        return not np.isnan(self.given("bursts").score.values[0])

    def posts_near(self, burst: Burst, before: float, after: float) -> np.ndarray:
        """The places of the posts from so many days before the burst to so many after its last day."""
        at = self.numbers("post_posted_at")
        return np.flatnonzero((at >= burst.first - before) & (at < burst.last + 1 + after))


def day(days: float) -> str:
    """A day since 1970 as people write it."""
    found = _EPOCH + timedelta(days=int(np.floor(days)))
    return f"{found.day} {found:%B} {found.year}"


def count(number: float) -> str:
    """A count, thousands parted."""
    return f"{number:,.0f}"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0.0 < share < 0.095 else f"{100 * share:.0f} %"
