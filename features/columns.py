"""The words that formulas are written in: one value per account, many events per account, and what can be said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from features import segments

Array = np.ndarray
Number = float | int


class _Arithmetic:
    """Operators for values with unknowns: what is computed from an unknown is unknown."""

    values: Array

    def _with(self, other: object, operator: Callable[[Array, Array], Array], swapped: bool = False) -> _Arithmetic:
        raise TypeError(type(self).__name__)

    def __add__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, np.add)

    __radd__ = __add__

    def __sub__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, np.subtract)

    def __rsub__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, np.subtract, swapped=True)

    def __mul__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, np.multiply)

    __rmul__ = __mul__

    def __truediv__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, segments.divide)

    def __rtruediv__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, segments.divide, swapped=True)

    def __lt__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, _less)

    def __le__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, _at_most)

    def __gt__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, _less, swapped=True)

    def __ge__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, _at_most, swapped=True)

    def __and__(self, other: object):  # type: ignore[no-untyped-def]
        return self._with(other, np.multiply)


def _less(a: Array, b: Array) -> Array:
    return segments.less(a, b, False)


def _at_most(a: Array, b: Array) -> Array:
    return segments.less(a, b, True)


def _operand(other: object) -> Array:
    """A column's or the events' numbers, or one number for all."""
    return other.values if isinstance(other, _Arithmetic) else np.array([other], dtype=np.float64)


class Column(_Arithmetic):
    """One number per account, shape (n,), float64, NaN = unknown."""

    def __init__(self, values: Array):
        self.values = values

    def _with(self, other: object, operator: Callable[[Array, Array], Array], swapped: bool = False) -> _Arithmetic:
        if isinstance(other, Events):
            return other._with(self, operator, not swapped)
        operand = _operand(other)
        return Column(operator(operand, self.values) if swapped else operator(self.values, operand))

    def where_known(self, condition: Column) -> Column:
        """The value where `condition` is 1, unknown elsewhere."""
        return Column(np.where(condition.values == 1.0, self.values, np.nan))

    def otherwise(self, fallback: Column) -> Column:
        """The value, or where it is unknown the fallback's."""
        return Column(np.where(np.isnan(self.values), fallback.values, self.values))


class Events(_Arithmetic):
    """Numbers of many events per account, float64, NaN = unknown; account i owns `values[starts[i]:starts[i + 1]]`."""

    def __init__(self, values: Array, starts: Array):
        self.values, self.starts = values, starts

    def _with(self, other: object, operator: Callable[[Array, Array], Array], swapped: bool = False) -> _Arithmetic:
        operand = np.repeat(other.values, np.diff(self.starts)) if isinstance(other, Column) else _operand(other)
        return Events(operator(operand, self.values) if swapped else operator(self.values, operand), self.starts)

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
        return Events(np.repeat(events.values, np.diff(self.inner)), self.inner[self.starts])

    def take(self, order: Array, starts: Array) -> Nested:
        """The events in a new order, with their words."""
        sizes = np.diff(self.inner)[order]
        inner = np.zeros(len(order) + 1, dtype=np.int64)
        np.cumsum(sizes, out=inner[1:])
        place = np.arange(inner[-1]) - np.repeat(inner[:-1], sizes) + np.repeat(self.inner[:-1][order], sizes)
        return Nested(self.codes[place], inner, self.known[order], starts)

    def otherwise(self, fallback: Nested) -> Nested:
        """Event by event: its words, or the fallback's where they are unknown."""
        both = Nested(
            np.concatenate([self.codes, fallback.codes]),
            np.concatenate([self.inner, len(self.codes) + fallback.inner[1:]]),
            np.concatenate([self.known, fallback.known]),
            self.starts,
        )
        own = np.arange(len(self.known), dtype=np.int64)
        return both.take(np.where(self.known, own, own + len(own)), self.starts)


def log(x: Column | Events | Number):  # type: ignore[no-untyped-def]
    """Natural logarithm; unknown for what is not positive."""
    return _logarithm(x, 1.0)


def log10(x: Column | Events | Number):  # type: ignore[no-untyped-def]
    """Decimal logarithm (dex)."""
    return _logarithm(x, np.log(10.0))


def _logarithm(x: Column | Events | Number, base: float):  # type: ignore[no-untyped-def]
    if isinstance(x, Events):
        return Events(segments.log_of(x.values, base), x.starts)
    if isinstance(x, Column):
        return Column(segments.log_of(x.values, base))
    return float(np.log(x)) / base


def log_ratio(a: Column | Events, b: Column | Events):  # type: ignore[no-untyped-def]
    """ln((a + 1) / (b + 1)): a ratio of counts that bears zeros."""
    return log(a + 1) - log(b + 1)


def clipped(x: Column, low: float, high: float) -> Column:
    """The value, held between two bounds."""
    return Column(np.minimum(np.maximum(x.values, low), high))


def known(x: Events) -> Column:
    """How many events are known."""
    return Column(segments.known_count(x.values, x.starts))


def total(x: Events) -> Column:
    """Sum of the known events, unknown for none."""
    return Column(np.where(segments.known_count(x.values, x.starts) > 0, segments.total(x.values, x.starts), np.nan))


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
    after = segments.from_last(chosen.values, chosen.starts)
    return Events(np.where(after < count, 1.0, 0.0), chosen.starts)


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


def divergence(labels: Labels, later: Events, at_least: int) -> Column:
    """Jensen-Shannon divergence between the kinds of the later and of the earlier events (nats, 0 to ln 2)."""
    return Column(segments.divergence(labels.codes, later.values, labels.starts, at_least))
