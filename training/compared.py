"""What a comparison of two trainings says: the differences, the accounts that flipped, the features that weigh otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.headline import BOUGHT
from training.paired import Difference
from training.paired_headline import COVERAGE, DECIDED, WIDTH, WORST_VENDOR
from training.report import EVERYBODY

# What a reviewer asks first; everything else follows in the order in which it was measured.
FIRST = (
    (BOUGHT, WORST_VENDOR),
    (BOUGHT, "average_precision"),
    (BOUGHT, "ece"),
    (BOUGHT, COVERAGE),
    (BOUGHT, DECIDED),
    (BOUGHT, WIDTH),
)
# A point of recall or precision is less than what another seed changes, and no reason to exchange a model.
MATTERS = 0.01
# Another seed moves these further, and all accounts the same way, so that no drawing of accounts shows it (bench/noise.py --whole).
MATTERS_OF = {DECIDED: 0.05, WIDTH: 0.15}
# With fewer accounts in common a difference of five points is within luck.
FEWEST_COMMON = 100


@dataclass(frozen=True)
class Compared:
    """One difference with what it is about. kind: what the slice is a value of (tier, vendor …)."""

    head: str
    slice: str
    accounts: int
    positives: int
    difference: Difference
    kind: str = EVERYBODY
    # Who is worst, of A and of B, where the metric is that of the worst.
    whose: tuple[str, str] = ("", "")

    @property
    def margin(self) -> float:
        return MATTERS_OF.get(self.difference.metric, MATTERS)

    @property
    def real(self) -> bool:
        """Whether the whole interval lies beyond what counts as none."""
        return self.difference.beyond(self.margin)

    @property
    def verdict(self) -> str:
        if not self.difference.known:
            return "cannot be told"
        if not self.real:
            return "no more than noise"
        return "B is better" if self.difference.better > 0 else "A is better"


@dataclass(frozen=True)
class Flip:
    """An account that the two runs answer differently, and the reasons that only one of them gives. Probabilities are at the base rate."""

    account_id: str
    head: str
    value: float
    a: str
    b: str
    probability_a: float
    probability_b: float
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    @property
    def right(self) -> str:
        """Whose answer is the true one: A, B, neither, or unknown."""
        if self.value not in (0, 1):
            return "unknown"
        true = "yes" if self.value == 1 else "no"
        return "A" if self.a == true else "B" if self.b == true else "neither"


@dataclass(frozen=True)
class Weight:
    """How much a feature moves a head on average (mean size of its contribution, log odds), in A and in B; NaN where it is not used."""

    head: str
    feature: str
    a: float
    b: float


@dataclass(frozen=True)
class Comparison:
    """A and B by name, the differences (all accounts first), the flips (yes against no first), and what was set otherwise.

    level: of the interval of each difference, such that those of the headline hold together at 95 %. notes: what a reader must know
    before believing any of it, in plain words.
    """

    a: str
    b: str
    accounts: int
    left_out: int
    differences: list[Compared]
    flips: list[Flip]
    settings: dict[str, tuple[str, str]]
    level: float = 0.95
    notes: list[str] = field(default_factory=list)
    weights: list[Weight] = field(default_factory=list)

    @property
    def headline(self) -> list[Compared]:
        return [each for each in self.differences if each.slice == EVERYBODY]

    @property
    def real(self) -> list[Compared]:
        return [each for each in self.headline if each.real]

    @property
    def slices(self) -> list[Compared]:
        """All differences of slices that could be measured."""
        return [each for each in self.differences if each.slice != EVERYBODY and each.difference.known]

    @property
    def real_slices(self) -> list[Compared]:
        return [each for each in self.slices if each.real]

    @property
    def few(self) -> bool:
        return self.accounts < FEWEST_COMMON


def ordered(found: Sequence[Compared]) -> list[Compared]:
    """The headline first, as a reviewer reads it, then the slices."""
    place = {about: number for number, about in enumerate(FIRST)}
    return sorted(
        found,
        key=lambda each: (
            each.slice != EVERYBODY,
            place.get((each.head, each.difference.metric), len(place)) if each.slice == EVERYBODY else 0,
        ),
    )
