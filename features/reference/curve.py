"""What to expect of a size: a straight line in logarithms, with a bend where ordinary accounts have one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.columns import Array
from features.reference.plain import array
from features.schema import PLATFORMS, POST_KINDS

ALL = "all"


@dataclass(frozen=True, eq=False)
class Curve:
    """log10 of what to expect = intercept + slope * log10 of the size + sum of bends * (size beyond their knots, dex).

    spread: robust standard deviation (dex) of accounts around it. knots (k,), rising, and bends (k,): empty for a straight line.
    Raises ValueError for numbers that are no curve.
    """

    intercept: float
    slope: float
    spread: float
    knots: Array = array()
    bends: Array = array()

    def __post_init__(self) -> None:
        numbers = (self.intercept, self.slope, self.spread, *self.knots.tolist(), *self.bends.tolist())
        if not np.isfinite(np.array(numbers, dtype=np.float64)).all() or self.spread <= 0.0:
            raise ValueError(f"curve {numbers[:3]}: expected finite numbers and a spread above 0")
        if self.knots.shape != self.bends.shape or self.knots.ndim != 1 or (np.diff(self.knots) <= 0).any():
            raise ValueError(
                f"curve with knots {self.knots.tolist()}: expected rising knots with one bend each, got {len(self.bends)} bends"
            )


def key(platform: str, kind: str | None = None) -> str:
    """The name of a curve: of a platform, or of one format of post there."""
    return platform if kind is None else f"{platform}/{kind}"


def check(curves: Mapping[str, Curve]) -> None:
    """Raises ValueError for curves of a platform or format that nobody has."""
    allowed = {ALL, *PLATFORMS, *(key(platform, kind) for platform in PLATFORMS for kind in POST_KINDS)}
    if strange := sorted(set(curves) - allowed):
        raise ValueError(f"curves of {', '.join(strange)}: expected '{ALL}', a platform, or platform/format")


def table(curves: Mapping[str, Curve]) -> Array:
    """The curves as numbers, (platforms, formats + 1, 3 + 2 k): intercept, slope, spread, then knot and bend in turn.

    The last format stands for posts of unknown format. A format that has no curve takes its platform's, and a platform that has none
    the one over all; NaN where there is none at all.
    """
    most = max((len(curve.knots) for curve in curves.values()), default=0)
    numbers = np.full((len(PLATFORMS), len(POST_KINDS) + 1, 3 + 2 * most), np.nan)
    for row, platform in zip(numbers, PLATFORMS, strict=True):
        for place, kind in zip(row, (*POST_KINDS, None), strict=True):
            curve = curves.get(key(platform, kind), curves.get(platform, curves.get(ALL)))
            if curve is not None:
                place[:] = 0.0
                place[:3] = curve.intercept, curve.slope, curve.spread
                place[3 : 3 + 2 * len(curve.knots) : 2] = curve.knots
                place[4 : 4 + 2 * len(curve.knots) : 2] = curve.bends
    return numbers
