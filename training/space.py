"""Which settings a search may try, and how far: the section [search] of an experiment, or good defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

FOLDS, FEWEST_FOLDS, MOST_FOLDS = 5, 2, 10
# So many digits of a setting are tried, recorded and written, so that what is printed is what was measured.
DIGITS = 4
# What XGBoost does where an experiment says nothing.
UNSAID: Mapping[str, float] = {
    "max_depth": 6,
    "eta": 0.3,
    "subsample": 1.0,
    "colsample_bytree": 1.0,
    "min_child_weight": 1.0,
    "reg_lambda": 1.0,
    "reg_alpha": 0.0,
    "gamma": 0.0,
    "dropout": 0.0,
}
# Rounds end by themselves when the watched accounts no longer gain, and patience and threads change no model worth a search.
UNSEARCHED = ("rounds", "patience", "threads")


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included; `log`: a tenth and ten times are equally far; `whole`: whole numbers alone."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def rounded(self, value: float) -> float:
        """The value as it is tried: a whole number, or DIGITS digits, and within the range all the same."""
        near = int(value) if self.whole else float(f"{value:.{DIGITS}g}")
        return min(max(near, self.low), self.high)

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}{', log' * self.log}"


# Ranges after Probst, Boulesteix & Bischl 2019 (table 1), cut where a thousand accounts cannot tell settings apart.
DEFAULT: Mapping[str, Range] = {
    "max_depth": Range(2, 8, whole=True),
    "eta": Range(0.01, 0.3, log=True),
    "min_child_weight": Range(1.0, 50.0, log=True),
    "subsample": Range(0.5, 1.0),
    "colsample_bytree": Range(0.3, 1.0),
    "reg_lambda": Range(0.1, 30.0, log=True),
    "dropout": Range(0.0, 0.6),
}


@dataclass(frozen=True)
class Space:
    """The ranges to search and into how many folds the accounts are dealt."""

    ranges: Mapping[str, Range] = field(default_factory=lambda: DEFAULT)
    folds: int = FOLDS

    def facts(self) -> dict[str, Any]:
        """Plain values, for a hash and for a record."""
        return {"folds": self.folds, "ranges": {name: asdict(each) for name, each in sorted(self.ranges.items())}}


def current(trees: Mapping[str, Any], dropout: Any) -> dict[str, float]:
    """Every setting that can be searched as it stands without a search; what is no number is told elsewhere and passed over."""
    given = {name: value for name, value in {**trees, "dropout": dropout}.items() if isinstance(value, int | float)}
    return {**UNSAID, **given}


def read(
    section: Mapping[str, Any],
    now: Mapping[str, float],
    limits: Mapping[str, tuple[float, float]],
    whole: Sequence[str],
    faults: list[str],
) -> Space:
    """The space of a section [search]; what it names is searched, and the defaults when it names nothing.

    section: name -> {low, high, log}, and `folds`. now: what `current` says; the search begins there. limits: what each setting can be,
    and `whole` those that are whole numbers. All that is wrong is added to `faults`.
    """
    can = {name: limit for name, limit in limits.items() if name not in UNSEARCHED} | {"dropout": (0.0, 0.99)}
    faults += [
        f"search.{name} cannot be searched; there are: folds, {', '.join(sorted(can))}" for name in section.keys() - can.keys() - {"folds"}
    ]
    folds = section.get("folds", FOLDS)
    if isinstance(folds, bool) or not isinstance(folds, int) or not FEWEST_FOLDS <= folds <= MOST_FOLDS:
        faults.append(f"search.folds is {folds!r}; expected a whole number from {FEWEST_FOLDS} to {MOST_FOLDS}")
    named = [name for name in can if name in section]
    # A default range that an experiment has left already is widened to begin where it stands.
    defaults = {name: _with(each, now[name]) for name, each in DEFAULT.items()}
    ranges = {name: _range(name, section[name], can[name], name in whole, now[name], faults) for name in named} or defaults
    return Space(ranges, folds)


def _range(name: str, given: Any, limit: tuple[float, float], whole: bool, now: float, faults: list[str]) -> Range:
    """One range; DEFAULT's stands in for one that is impossible, which is only ever seen beside its fault."""
    wanted = f"expected {{low = …, high = …}}{' of whole numbers' * whole} within {limit[0]:g} to {limit[1]:g}, with log = true or false"
    kind = int if whole else int | float
    bounds: list[Any] = [given.get(key) for key in ("low", "high")] if isinstance(given, Mapping) else []
    right = isinstance(given, Mapping) and not given.keys() - {"low", "high", "log"} and isinstance(given.get("log", False), bool)
    if not right or any(isinstance(bound, bool) or not isinstance(bound, kind) for bound in bounds):
        faults.append(f"search.{name} is {given!r}; {wanted}")
        return DEFAULT["eta"]
    low, high = bounds
    found = Range(low, high, given.get("log", False), whole)
    if not limit[0] <= found.low <= found.high <= limit[1]:
        faults.append(f"search.{name} is {found.low:g} to {found.high:g}; {wanted}, low not above high")
    elif found.log and found.low <= 0:
        faults.append(f"search.{name} begins at {found.low:g}, which has no logarithm; set low above 0, or log = false")
    elif not found.holds(now):
        faults.append(
            f"search.{name} is {found}, which leaves out the {now:g} that stands; the search begins there, so widen it or change it"
        )
    return found


def _with(usual: Range, now: float) -> Range:
    low, high = min(usual.low, now), max(usual.high, now)
    return Range(low, high, usual.log and low > 0, usual.whole)
