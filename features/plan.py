"""The order in which formulas run, worked out once: each after what it asks for, and each only once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.feature import ACCOUNTS, parameters
from features.reference import PARTS, Reference
from features.table import INPUTS, AccountTable


@dataclass(frozen=True)
class Plan:
    """columns: what to take from the table; steps: (name, function, names of its arguments), in an order that has each argument ready."""

    columns: tuple[str, ...]
    steps: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...]

    @classmethod
    def of(cls, names: Sequence[str], functions: Mapping[str, Callable[..., Any]]) -> Plan:
        """For columns of the table and functions by name; a function's parameters are names as well."""
        ready: dict[str, None] = dict.fromkeys((*PARTS, ACCOUNTS))
        columns: list[str] = []
        steps: list[tuple[str, Callable[..., Any], tuple[str, ...]]] = []

        def want(name: str) -> None:
            if name in ready:
                return
            if name in INPUTS:
                columns.append(name)
            else:
                asked = parameters(functions[name])
                for parameter in asked:
                    want(parameter)
                steps.append((name, functions[name], asked))
            ready[name] = None

        for name in names:
            want(name)
        return cls(tuple(columns), tuple(steps))

    def run(self, table: AccountTable, reference: Reference) -> dict[str, Any]:
        """Everything that the plan computes, by name."""
        found: dict[str, Any] = {**reference.parts(), ACCOUNTS: table}
        for name in self.columns:
            found[name] = table.fact(name)
        for name, function, asked in self.steps:
            found[name] = function(*[found[parameter] for parameter in asked])
        return found
