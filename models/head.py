"""A head answers one question about an account; this is how one is declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from features.catalog import BY_NAME, CATALOG

Labelling = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class BaseRate:
    """How common a yes is in the wild, and who says so."""

    value: float
    source: str


@dataclass(frozen=True)
class Costs:
    """What a wrong yes, a wrong no and a look by a person cost, in one unit of account.

    A yes is said when a wrong one is dearer than a look only with a probability below `review / wrong_yes`, a no likewise
    (Chow 1970, reject option).
    """

    wrong_yes: float = 20.0
    wrong_no: float = 5.0
    review: float = 1.0

    @property
    def yes(self) -> float:
        return 1.0 - self.review / self.wrong_yes

    @property
    def no(self) -> float:
        return self.review / self.wrong_no


@dataclass(frozen=True)
class Head:
    """One question, the families of features that may answer it, and what a label means.

    label: (value (n,), share (n,)) -> 1, 0, or NaN where the label is too weak to learn from or to be judged by.
    directions: features whose influence is held to one sign (+1 a higher value never lowers the probability).
    either_way: features of which both ends speak for a yes. A straight line can only take one of them and clears whoever lies at the
    other, so these are for the trees alone.
    needs: tables of which at least one must have been looked at; without it the head is undecided.
    """

    name: str
    question: str
    families: tuple[str, ...]
    label: Labelling
    base_rate: BaseRate
    needs: tuple[str, ...]
    directions: Mapping[str, int] = field(default_factory=dict)
    either_way: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        unknown = (set(self.directions) | self.either_way | self.left_out) - set(BY_NAME)
        if unknown:
            raise ValueError(f"head {self.name} names features that do not exist: {', '.join(sorted(unknown))}")

    @cached_property
    def features(self) -> tuple[str, ...]:
        """The features it reads, in the catalogue's order."""
        return tuple(f.name for f in CATALOG if f.family in self.families and f.name not in self.left_out)

    @property
    def monotone(self) -> tuple[int, ...]:
        return tuple(self.directions.get(name, 0) for name in self.features)

    @property
    def straight(self) -> tuple[bool, ...]:
        """Which features a weighted sum may weigh."""
        return tuple(name not in self.either_way for name in self.features)
