"""How one feature is declared: a function is the formula, its parameters are the inputs, one decorator says the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from features.columns import Column
from features.table import INPUTS
from features.units import UNITS, Unit

Formula = Callable[..., Column]

# Inputs that are computed once and shared by several features, and the table or reference they start from.
DERIVED: dict[str, Callable[..., Any]] = {}
REFERENCE = "reference"
ACCOUNTS = "accounts"


def derived(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare an input that several formulas share; its name becomes an input's name."""
    name = function.__name__
    if name in DERIVED or name in INPUTS:
        raise ValueError(f"the input {name} exists already")
    DERIVED[name] = function
    return function


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True)
class Feature:
    """One thing that can be known about an account.

    raises_suspicion: +1 if a high value speaks for a bought or diluted audience, -1 if a low one does, 0 if neither always holds.
    high, low: what a reviewer reads when the value is above or below that of the account's peers; {value} is written in the unit.
    unknown: when the value is unknown.
    """

    name: str
    family: str
    formula: Formula
    unit: Unit
    raises_suspicion: int
    source: str
    unknown: str
    high: str
    low: str

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        return parameters(self.formula)

    @property
    def meaning(self) -> str:
        return inspect.getdoc(self.formula) or ""

    @property
    def described(self) -> tuple[str, ...]:
        """Lines for people: what follows the name (family, unit, sign), then formula, inputs, source, and when it is unknown."""
        sign = {1: "high is suspicious", -1: "low is suspicious", 0: "no sign of its own"}[self.raises_suspicion]
        facts = (f"formula: {self.meaning}", f"inputs: {', '.join(self.inputs)}", f"source: {self.source}")
        return f" · {self.family} · {self.unit.name} · {sign}", *facts, f"unknown when {self.unknown}"

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables that the formula starts from, however many steps away."""
        found: set[str] = set()
        waiting = list(self.inputs)
        while waiting:
            name = waiting.pop()
            if name in DERIVED:
                waiting += parameters(DERIVED[name])
            elif name in INPUTS:
                found.add(INPUTS[name][0])
        return frozenset(found)

    def sentence(self, value: float, high: bool) -> str:
        """What the value means, in words."""
        return (self.high if high else self.low).format(value=self.unit.write(value))


@dataclass
class Family:
    """Features that look at the same side of an account."""

    name: str
    question: str
    features: list[Feature] = field(default_factory=list)

    def feature(self, *, unit: str, raises_suspicion: int, source: str, unknown: str, high: str, low: str) -> Callable[[Formula], Formula]:
        """Declare the decorated function as a feature of this family."""

        def declare(formula: Formula) -> Formula:
            for name in parameters(formula):
                if name not in INPUTS and name not in DERIVED and name not in (REFERENCE, ACCOUNTS):
                    raise ValueError(f"feature {formula.__name__} asks for {name}, which is no input")
            self.features.append(Feature(formula.__name__, self.name, formula, UNITS[unit], raises_suspicion, source, unknown, high, low))
            return formula

        return declare
