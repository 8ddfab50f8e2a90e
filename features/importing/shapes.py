"""The words in which a platform file declares where its answers keep the facts of our columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from features.schema import TABLES, Field

Record = Mapping[str, Any]
Converter = Callable[[Any], Any]
Steps = tuple[str, ...]

UP = "^"
# What an answer says beside our columns, and what rows are put together by.
EXTRA = {
    "owner_handle": Field("owner_handle", "text"),
    "author_handle": Field("author_handle", "text"),
    "expected_replies": Field("expected_replies", "count"),
}


def field_of(table: str, column: str) -> Field:
    return EXTRA[column] if column in EXTRA else TABLES[table][column]


@dataclass(frozen=True)
class Take:
    """Where a column's value lies: the first of `paths` that holds one, read by `convert` (None: as columns of that kind are read).

    A step `^` goes to the record around this one. With `join`, the texts at all paths stand below each other.
    """

    paths: tuple[Steps, ...]
    convert: Converter | None = None
    join: bool = False


# A path alone is taken as columns of that kind are read; of several Takes the first that gives a value counts.
Columns = Mapping[str, str | Take | tuple[Take, ...]]


def take(path: str, convert: Converter | None = None) -> Take:
    """A Take from a text: `a.b` steps into objects, `a | b` tries one after the other, `a + b` joins."""
    join = " + " in path
    return Take(tuple(tuple(one.strip().split(".")) for one in path.split(" + " if join else " | ")), convert, join)


def look(record: Any, steps: Sequence[str], above: Sequence[Record] = ()) -> Any:
    """What lies at `steps`, None where there is nothing."""
    climbed = 0
    for step in steps:
        # What JSON holds are dicts; asking for any mapping would cost more than all the rest here.
        if isinstance(record, dict) and step != UP:
            record = record.get(step)
        elif step == UP:
            climbed += 1
            record = above[-climbed] if climbed <= len(above) else None
        else:
            return None
    return record


@dataclass(frozen=True)
class Mark:
    """What a record is known by: a test, and the fields that it looks at."""

    test: Callable[[Record], bool]
    paths: tuple[str, ...] = ()

    def __call__(self, record: Record) -> bool:
        return self.test(record)


def has(*paths: str) -> Mark:
    """True of a record that holds something at one of the paths."""
    if len(paths) == 1 and "." not in paths[0]:
        return Mark(lambda record: record.get(paths[0]) is not None, paths)
    steps = [tuple(path.split(".")) for path in paths]
    return Mark(lambda record: any(look(record, one) is not None for one in steps), paths)


def lacks(*paths: str) -> Mark:
    present = has(*paths)
    return Mark(lambda record: not present(record))


def equals(path: str, value: Any) -> Mark:
    steps = tuple(path.split("."))
    return Mark(lambda record: bool(look(record, steps) == value), (path,))


def any_of(*marks: Mark) -> Mark:
    return Mark(lambda record: any(mark(record) for mark in marks), tuple(path for mark in marks for path in mark.paths))


@dataclass(frozen=True)
class Inside:
    """Records inside a record: at `path` lies a list of them or one; `more` is true where the platform holds back a next page."""

    path: str
    shape: Shape
    more: str = ""


@dataclass(frozen=True)
class Shape:
    """One kind of record: how to know it (`marks`, all of them), and column by column where its facts lie.

    `hides` names the flag that makes a column unknown. A record that is not `certain` describes an account that was only
    mentioned. With table None the record is known and of no use; `why` says so.
    """

    name: str
    table: str | None
    columns: Columns = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    inside: tuple[Inside, ...] = ()
    hides: Mapping[str, str] = field(default_factory=dict)
    certain: bool = True
    why: str = ""

    def fits(self, record: Record) -> bool:
        return all(mark(record) for mark in self.marks)

    @cached_property
    def takes(self) -> dict[str, tuple[Field, tuple[Take, ...]]]:
        """For each column the field and its sources, in the order in which they are tried."""
        found = {}
        for column, source in self.columns.items():
            sources = (take(source),) if isinstance(source, str) else (source,) if isinstance(source, Take) else source
            found[column] = (field_of(self.table or "accounts", column), sources)
        return found

    @cached_property
    def used(self) -> dict[str, Any]:
        """The fields this shape reads, as a tree; True marks one that is read whole."""
        tree: dict[str, Any] = {}
        paths = [path for _, takes in self.takes.values() for one in takes for path in one.paths]
        named = (*self.hides.values(), *(path for mark in self.marks for path in mark.paths))
        lists = (path for one in self.inside for path in (one.path, *one.more.split(" | ")) if path)
        paths += [tuple(path.split(".")) for path in (*named, *lists)]
        for path in paths:
            if UP in path:
                continue
            node = tree
            for step in path[:-1]:
                node = node.setdefault(step, {}) if node.get(step) is not True else {}
            node[path[-1]] = True
        return tree


@dataclass(frozen=True, eq=False)
class Envelope:
    """One kind of answer: at `items` lies a list of records, or one; "" is the answer itself.

    `marks` say what the answer has; `named` and `unnamed` are words that its file's name (or the key it was kept under) holds or
    must not hold. `more` is true where the platform holds back a next page, `before` where there was an earlier one. `owner`
    says whose list it is, when the answer does.
    """

    items: str
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...] = ()
    named: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    more: str = ""
    before: str = ""
    owner: Converter | None = None
    guess: str = ""

    @cached_property
    def steps(self) -> Steps:
        return tuple(self.items.split(".")) if self.items else ()


@dataclass(frozen=True)
class Refusal:
    """How the platform says that a request failed, although it answered: at `path` an object with `message` and `code`."""

    path: str
    message: str
    code: str = ""
    fine: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Platform:
    """How one platform's answers are read. `title` is its name for people.

    `sample_method` is that of a follower list that is not complete; counts from `exact_below` on are rounded by the platform.
    `no_author` says what to do about comments without an author. Where `replies_anywhere`, a comment under a post that is not
    there belongs to somebody else. `plumbing` are fields of its records that are no facts.
    """

    name: str
    title: str
    envelopes: tuple[Envelope, ...]
    refusals: tuple[Refusal, ...] = ()
    sample_method: str = "unknown"
    exact_below: int | None = None
    no_author: str = "Ask for the field that names the author."
    replies_anywhere: bool = False
    plumbing: tuple[str, ...] = ()
