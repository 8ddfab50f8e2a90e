"""Units of features: the values they allow and how each is written for people."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit: its closed range and how a value of it is written in a sentence."""

    name: str
    low: float
    high: float
    write: Callable[[float], str]


def _plain(value: float) -> str:
    """Three significant digits, thousands parted."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "an unbounded number of"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 3)}f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %" if abs(value) < 0.095 else f"{100 * value:.0f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.1f} percentage points" if abs(value) < 0.095 else f"{100 * value:+.0f} percentage points"


def _times(value: float) -> str:
    return _plain(math.exp(min(value, 50.0)))


def _power(value: float) -> str:
    return _plain(10.0 ** min(value, 15.0))


UNITS = {
    unit.name: unit
    for unit in (
        Unit("count", 0.0, math.inf, _plain),
        Unit("ratio", 0.0, math.inf, _plain),
        Unit("share", 0.0, 1.0, _percent),
        # A share less another that chance or peers would give, written as a share; a change of a share, written as points.
        Unit("share difference", -1.0, 1.0, _percent),
        Unit("share points", -1.0, 1.0, _points),
        Unit("cosine", -1.0, 1.0, _plain),
        Unit("cosine difference", -2.0, 2.0, _plain),
        # Logarithms are written as what they are logarithms of.
        Unit("log ratio", -math.inf, math.inf, _times),
        Unit("dex", -math.inf, math.inf, _power),
        Unit("nat", 0.0, math.inf, _plain),
        Unit("z", -math.inf, math.inf, _plain),
        Unit("elasticity", -math.inf, math.inf, _plain),
        Unit("index", -1.0, 1.0, _plain),
        Unit("hours", 0.0, math.inf, _plain),
        Unit("chi2 per row", -math.inf, math.inf, _plain),
        Unit("per week", 0.0, math.inf, _plain),
        Unit("per day (dex)", -math.inf, math.inf, _power),
    )
}
