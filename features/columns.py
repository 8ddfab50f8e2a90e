"""The words that formulas are written in: one value per account, many events per account, and what can be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features import elementwise, matching, segments
from features.spans import chained, ends_of

Array = np.ndarray
Number = float | int


class _Arithmetic:
    """Operators for values with unknowns: what is computed from an unknown is unknown."""

    __slots__ = ("values",)
    values: Array

    def _like(self, values: Array) -> Any:
        """The same kind of thing with other numbers."""
        raise TypeError(type(self).__name__)

    def _beside(self, other: Any) -> Any:
        """The other operand's numbers in the shape of this one's; a plain number stays one."""
        raise TypeError(type(self).__name__)

    def __add__(self, other: Any):  # type: ignore[no-untyped-def]
        return other + self if _wider(other, self) else self._like(self.values + self._beside(other))

    __radd__ = __add__

    def __sub__(self, other: Any):  # type: ignore[no-untyped-def]
        return other.__rsub__(self) if _wider(other, self) else self._like(self.values - self._beside(other))

    def __rsub__(self, other: Any):  # type: ignore[no-untyped-def]
        return self._like(self._beside(other) - self.values)

    def __mul__(self, other: Any):  # type: ignore[no-untyped-def]
        return other * self if _wider(other, self) else self._like(self.values * self._beside(other))

    __rmul__ = __and__ = __mul__

    def __truediv__(self, other: Any):  # type: ignore[no-untyped-def]
        return other.__rtruediv__(self) if _wider(other, self) else self._like(elementwise.divide(self.values, _array(self._beside(other))))

    def __rtruediv__(self, other: Any):  # type: ignore[no-untyped-def]
        return self._like(elementwise.divide(_array(self._beside(other)), self.values))

    def __lt__(self, other: Any):  # type: ignore[no-untyped-def]
        return other > self if _wider(other, self) else self._like(_less(self.values, self._beside(other), False))

    def __le__(self, other: Any):  # type: ignore[no-untyped-def]
        return other >= self if _wider(other, self) else self._like(_less(self.values, self._beside(other), True))

    def __gt__(self, other: Any):  # type: ignore[no-untyped-def]
        return other < self if _wider(other, self) else self._like(_less(self._beside(other), self.values, False))

    def __ge__(self, other: Any):  # type: ignore[no-untyped-def]
        return other <= self if _wider(other, self) else self._like(_less(self._beside(other), self.values, True))


def _wider(other: Any, than: _Arithmetic) -> bool:
    """Whether the other operand has many numbers for each one of this."""
    return type(other) is Events and type(than) is Column


def _array(operand: Any) -> Array:
    return operand if isinstance(operand, np.ndarray) else np.array([operand], dtype=np.float64)


def _less(a: Any, b: Any, or_equal: bool) -> Array:
    """1 where a < b (or a = b, if that counts); one of the two may be a plain number, which needs no array."""
    if isinstance(b, np.ndarray):
        return elementwise.less(a, b, or_equal) if isinstance(a, np.ndarray) else elementwise.above(b, float(a), or_equal)
    return elementwise.below(a, float(b), or_equal)


class Column(_Arithmetic):
    """One number per account, shape (n,), float64, NaN = unknown."""

    __slots__ = ()

    def __init__(self, values: Array):
        self.values = values

    def _like(self, values: Array) -> Column:
        return Column(values)

    def _beside(self, other: Any) -> Any:
        return other.values if type(other) is Column else other

    def where_known(self, condition: Column) -> Column:
        """The value where `condition` is 1, unknown elsewhere."""
        return Column(elementwise.where(self.values, condition.values))

    def otherwise(self, fallback: Column) -> Column:
        """The value, or where it is unknown the fallback's."""
        return Column(np.where(np.isnan(self.values), fallback.values, self.values))


class Events(_Arithmetic):
    """Numbers of many events per account, float64, NaN = unknown; account i owns `values[starts[i]:starts[i + 1]]`."""

    __slots__ = ("starts",)

    def __init__(self, values: Array, starts: Array):
        self.values, self.starts = values, starts

    def _like(self, values: Array) -> Events:
        return Events(values, self.starts)

    def _beside(self, other: Any) -> Any:
        if type(other) is Column:
            return elementwise.spread_out(other.values, self.starts)
        return other.values if type(other) is Events else other

    def only(self, chosen: Events) -> Events:
        """The events whose flag is 1; an unknown flag is not chosen."""
        return Events(*segments.keep(self.values, chosen.values, self.starts))

    def __invert__(self) -> Events:
        return Events(1.0 - self.values, self.starts)


@dataclass(frozen=True)
class Labels:
    """Which of many kinds each event is: 64-bit codes of ids or words, 0 = unknown; `starts` as in Events."""

    codes: Array
    starts: Array

    def only(self, chosen: Events) -> Labels:
        return Labels(*segments.keep(self.codes, chosen.values, self.starts))


@dataclass(frozen=True)
class Nested:
    """Words inside events inside accounts: event j holds `codes[inner[j]:inner[j + 1]]`; account i owns events `starts[i]:starts[i + 1]`.

    `known[j]` is False where nobody looked at the event's words, which is not the same as an event without any.
    """

    codes: Array
    inner: Array
    known: Array
    starts: Array

    @property
    def flat(self) -> Labels:
        """All words of each account, in the order of its events."""
        return Labels(self.codes, self.inner[self.starts])

    def spread(self, events: Events) -> Events:
        """An event's number, once for each of its words."""
        return Events(elementwise.spread_out(events.values, self.inner), self.inner[self.starts])

    def cut(self, begin: int, end: int, starts: Array) -> Nested:
        """Events `begin` to `end` (left out), without a copy of their words."""
        first, last = self.inner[begin], self.inner[end]
        return Nested(self.codes[first:last], self.inner[begin : end + 1] - first, self.known[begin:end], starts)

    def take(self, order: Array, starts: Array) -> Nested:
        """The events in a new order, with their words."""
        sizes = np.diff(self.inner)[order]
        inner = ends_of(sizes)
        place = np.arange(inner[-1]) - np.repeat(inner[:-1], sizes) + np.repeat(self.inner[:-1][order], sizes)
        return Nested(self.codes[place], inner, self.known[order], starts)

    @classmethod
    def concatenated(cls, pieces: Sequence[Nested | int], starts: Array) -> Nested:
        """Words of several accounts one after another; a number stands for as many events of which they are unknown."""
        inner, known = chained([piece if isinstance(piece, int) else (piece.inner, piece.known) for piece in pieces])
        codes = [piece.codes[piece.inner[0] : piece.inner[-1]] for piece in pieces if isinstance(piece, Nested)]
        return cls(np.concatenate(codes), inner, known, starts)

    def otherwise(self, fallback: Nested) -> Nested:
        """Event by event: its words, or the fallback's where they are unknown."""
        mine, more = (self.codes, self.inner, self.known), (fallback.codes, fallback.inner, fallback.known)
        return Nested(*matching.either(*mine, *more), self.starts)


def log(x: Column | Events | Number):  # type: ignore[no-untyped-def]
    """Natural logarithm; unknown for what is not positive."""
    return _logarithm(x, 1.0)


def log10(x: Column | Events | Number):  # type: ignore[no-untyped-def]
    """Decimal logarithm (dex)."""
    return _logarithm(x, np.log(10.0))


def _logarithm(x: Column | Events | Number, base: float):  # type: ignore[no-untyped-def]
    if isinstance(x, Events):
        return Events(elementwise.log_of(x.values, base), x.starts)
    if isinstance(x, Column):
        return Column(elementwise.log_of(x.values, base))
    return float(np.log(x)) / base


def log_ratio(a: Column | Events, b: Column | Events):  # type: ignore[no-untyped-def]
    """ln((a + 1) / (b + 1)): a ratio of counts that bears zeros."""
    values = elementwise.log_ratio(a.values, b.values)
    return Events(values, a.starts) if isinstance(a, Events) else Column(values)


def clipped(x: Column, low: float, high: float) -> Column:
    """The value, held between two bounds."""
    return Column(elementwise.clipped(x.values, low, high))


def known(x: Events) -> Column:
    """How many events are known."""
    return Column(segments.known_count(x.values, x.starts))


def total(x: Events) -> Column:
    """Sum of the known events, unknown for none."""
    return Column(segments.total(x.values, x.starts))


def mean(x: Events, at_least: int = 1) -> Column:
    return Column(segments.mean(x.values, x.starts, at_least))


def share(x: Events, at_least: int = 1) -> Column:
    """Share of the known flags that are 1."""
    return mean(x, at_least)


def quantile(x: Events, q: float, at_least: int = 1) -> Column:
    return Column(segments.quantile(x.values, x.starts, q, at_least))


def median(x: Events, at_least: int = 1) -> Column:
    return quantile(x, 0.5, at_least)


def deviation(x: Events, at_least: int = 2) -> Column:
    """Sample standard deviation."""
    return Column(segments.spread(x.values, x.starts, at_least))


def gini(x: Events, at_least: int = 2) -> Column:
    """Inequality of amounts, 0 (all alike) to 1 (one has all)."""
    return Column(segments.gini(x.values, x.starts, at_least))


def gaps(at: Events) -> Events:
    """Time from the event before, in the unit of `at`; unknown for an account's first."""
    return Events(segments.differences(at.values, at.starts), at.starts)


def detrended(x: Events, at: Events) -> Events:
    """What is left of x after its straight trend over time."""
    return Events(segments.detrended(x.values, at.values, x.starts), x.starts)


def newest(chosen: Events, count: int) -> Events:
    """1 for the last `count` events whose flag is 1, 0 for the others."""
    return Events(segments.newest(chosen.values, chosen.starts, count), chosen.starts)


@dataclass(frozen=True)
class Kinds:
    """How the events of each account fall into kinds."""

    many: Column
    distinct: Column
    entropy: Column
    repeat: Column
    top_share: Column


def kinds(labels: Labels, at_least: int = 1) -> Kinds:
    """Count, distinct count, Shannon entropy (nats, Miller-Madow corrected), chance that two events drawn are of one kind
    (unbiased Simpson index, 0-1), and the share of the largest kind. Unknown below `at_least` known events.

    Sources: Miller 1955 (bias of entropy); Simpson 1949, Hurlbert 1971 (unbiased repeat rate).
    """
    return Kinds(*map(Column, segments.kinds(labels.codes, labels.starts, at_least)))
