"""Rows as they come out of the answers, column by column, each with the place it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from features.importing.answers import Source
from features.importing.shapes import EXTRA
from features.schema import TABLES


@dataclass
class Page:
    """One list of records: where it was kept, whose it says it is, and whether the platform held back the next page."""

    source: Source
    kind: str = ""
    owner: str | None = None
    more: bool = False
    before: bool = False
    counted: bool = False
    rows: int = 0


@dataclass
class Rows:
    """One table being collected: a list of values (None = unknown) per column, and page and pointer of each row."""

    table: str
    columns: dict[str, list[Any]] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = {name: [] for name in (*TABLES[self.table].by_name, *EXTRA)}

    def __len__(self) -> int:
        return len(self.pages)

    def add(self, values: Mapping[str, Any], page: Page, pointer: str) -> None:
        for name, column in self.columns.items():
            column.append(values.get(name))
        self.pages.append(page)
        self.pointers.append(pointer)
        page.rows += 1

    def __getitem__(self, name: str) -> list[Any]:
        return self.columns[name]

    def row(self, number: int) -> dict[str, Any]:
        return {name: column[number] for name, column in self.columns.items() if column[number] is not None}

    def only(self, kept: list[int]) -> None:
        """Leave the rows with these numbers, in this order."""
        if len(kept) == len(self):
            return
        self.columns = {name: [column[i] for i in kept] for name, column in self.columns.items()}
        self.pages = [self.pages[i] for i in kept]
        self.pointers = [self.pointers[i] for i in kept]

    def merge(self, into: int, other: int) -> None:
        """One record that came twice: what the newer page says, and what only one of them says.

        Pages of one moment are settled by the value, so that the order of the files does not matter.
        """
        mine, theirs = self.pages[into].source.modified, self.pages[other].source.modified
        for column in self.columns.values():
            a, b = column[into], column[other]
            if b is not None and (a is None or (a != b and (theirs, str(b)) > (mine, str(a)))):
                column[into] = b
        if (theirs, self.pointers[other]) > (mine, self.pointers[into]):
            self.pages[into], self.pointers[into] = self.pages[other], self.pointers[other]
