"""What is wrong with an input, said so that its owner can mend it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rich.markup import escape

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One fault: where it is, what came, what to do.

    `detail` names the field and the value; `file`, `row` (1 = first record) and `column` place it in a dataset,
    `pointer` (RFC 6901) places it in one account's JSON, or in a file of a platform's answers.
    """

    detail: str
    file: str = ""
    row: int | None = None
    column: str = ""
    pointer: str = ""
    severity: Severity = "error"
    more: int = 0

    def __str__(self) -> str:
        place = f"{self.file} row {self.row}" if self.row is not None else f"{self.file} {self.pointer}".strip()
        rest = f" ({self.more:,} more rows like this)" if self.more else ""
        return f"{place}: {self.detail}{rest}" if place else f"{self.detail}{rest}"


def in_colour(problems: Iterable[Problem]) -> Iterator[str]:
    """One line per problem for a terminal, errors first."""
    for problem in sorted(problems, key=lambda p: p.severity):
        colour = "red" if problem.severity == "error" else "yellow"
        yield f"[{colour}]{problem.severity}[/] {escape(str(problem))}"


class InputError(Exception):
    """An input that cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception travels between processes as its text alone, unless it says otherwise.
        return type(self), (self.problems,), self.__dict__


class DatasetError(InputError):
    """A folder of tables that cannot be read as a whole."""


class SnapshotError(InputError):
    """One account's JSON that is not an account; `not_json` when it is not even JSON."""

    def __init__(self, problems: Sequence[Problem], not_json: bool = False):
        super().__init__(problems)
        self.not_json = not_json


def merged(of_parts: Iterable[Sequence[Problem]]) -> list[Problem]:
    """The problems of parts, one after another. What one part tells of a column is told in full; more of it in later parts is counted."""
    told: list[Problem] = []
    last: dict[tuple[str, ...], int] = {}
    for problems in of_parts:
        before = dict(last)
        for problem in problems:
            kind = (problem.file.partition("/")[0], problem.column, problem.severity, "" if problem.row is not None else problem.detail)
            if kind in before:
                place = before[kind]
                rows = problem.more + (problem.row is not None)
                told[place] = replace(told[place], more=told[place].more + rows)
            else:
                last[kind] = len(told)
                told.append(problem)
    return told
