"""Which files a dataset has, and how they fall into parts: all rows of an account lie in one part of every table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from features.problems import DatasetError, Problem
from features.reading import EXAMPLES, read_file
from features.schema import TABLES, TableSchema

SUFFIXES = (".parquet", ".csv", ".jsonl")
_PART = re.compile(r"(\d+)$")
# Measured on 10,000 accounts with 100 comments each: memory by size of file, beside that of a process with no data.
ROOM = {".parquet": 15.0, ".csv": 4.0, ".jsonl": 2.5}
BARE = 300 * 2**20
# Reading ids alone is enough to see where each account stands.
ACCOUNT_IDS = TableSchema("accounts", (TABLES["accounts"]["account_id"],), key=("account_id",))


@dataclass(frozen=True)
class Part:
    """One part of a dataset: its number, None when every table is one file, and the files of each table."""

    number: int | None
    files: Mapping[str, tuple[Path, ...]]

    def __str__(self) -> str:
        return "the dataset" if self.number is None else f"part {self.number}"

    def marks(self) -> str:
        """What tells its files from changed ones: table, name, size, time of the last change."""
        found = [(name, file.name, file.stat()) for name, mine in sorted(self.files.items()) for file in mine]
        return orjson.dumps([[name, file, stat.st_size, stat.st_mtime_ns] for name, file, stat in found]).decode()

    @property
    def bytes(self) -> int:
        """How large its files are."""
        return sum(size for _, size in self._sizes())

    @property
    def memory(self) -> int:
        """About how many bytes of memory the work on it takes."""
        return BARE + round(sum(size * ROOM[suffix] for suffix, size in self._sizes()))

    def _sizes(self) -> list[tuple[str, int]]:
        return [(file.suffix, file.stat().st_size) for mine in self.files.values() for file in mine]


def split(path: Path, tables: Sequence[str] = tuple(TABLES)) -> list[Part]:
    """The parts of some tables of a dataset, in order; a single one when every table is one file.

    Raises DatasetError when a table has a part that accounts does not have.
    """
    found = {name: _by_number(mine) for name, mine in files(path).items() if name in tables}
    for name, mine in found.items():
        if strange := sorted(str(number) for number in mine.keys() - found["accounts"].keys()):
            whole = "one file" if strange == ["None"] else f"part {', '.join(strange[:3])}"
            detail = f"{name} has {whole} that accounts does not have; all tables have the same parts, split by account."
            raise DatasetError([Problem(detail)])
    numbers = sorted(found["accounts"], key=lambda number: -1 if number is None else number)
    return [Part(number, {name: tuple(mine[number]) for name, mine in found.items() if number in mine}) for number in numbers]


def repeated(whole: Sequence[Part]) -> list[Problem]:
    """Accounts that stand in more than one part, where none of them would see all of their rows."""
    if len(whole) < 2:
        return []

    def ids_of(part: Part) -> pa.Array:
        return pa.concat_tables(read_file(file, ACCOUNT_IDS).table() for file in part.files["accounts"])["account_id"].combine_chunks()

    owned = [ids_of(part) for part in whole]
    counts = pa.chunked_array([ids.unique().drop_null() for ids in owned], pa.large_string()).value_counts()
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    problems = []
    for rank, account_id in enumerate(twice[:EXAMPLES].to_pylist()):
        places = " and in ".join(str(part) for part, ids in zip(whole, owned, strict=True) if pc.index(ids, account_id).as_py() >= 0)
        more = max(len(twice) - EXAMPLES, 0) if rank == EXAMPLES - 1 else 0
        detail = f"account_id {account_id} stands in {places}; all rows of an account belong in one part."
        problems.append(Problem(detail, "accounts/", column="account_id", more=more))
    return problems


def files(path: Path) -> dict[str, list[Path]]:
    """The files of each table of a dataset: `<name>.<suffix>` or the parts in the folder `<name>/`.

    Raises DatasetError when `path` is no dataset.
    """
    if not path.is_dir():
        raise DatasetError([Problem(f"{path} is no folder. A dataset is a folder with accounts.csv (or .parquet, .jsonl) in it.")])
    found: dict[str, list[Path]] = {}
    for name in TABLES:
        single = [path / f"{name}{suffix}" for suffix in SUFFIXES if (path / f"{name}{suffix}").is_file()]
        folder = path / name
        pieces = sorted(p for p in folder.iterdir() if p.suffix in SUFFIXES and not p.name.startswith(".")) if folder.is_dir() else []
        if len(single) > 1 or (single and pieces):
            names = ", ".join(file.name for file in single) + (f" and the folder {name}/" if pieces else "")
            raise DatasetError([Problem(f"the table {name} is there more than once: {names}. Keep one.")])
        if single or pieces:
            found[name] = single or pieces
    if "accounts" not in found:
        there = ", ".join(sorted(p.name for p in path.iterdir())[:8]) or "nothing"
        raise DatasetError([Problem(f"{path} has no accounts table (accounts.csv, .parquet or .jsonl); it holds {there}.")])
    return found


def _by_number(files: Sequence[Path]) -> dict[int | None, list[Path]]:
    found: dict[int | None, list[Path]] = {}
    for file in files:
        found.setdefault(number_of(file), []).append(file)
    return found


def number_of(file: Path) -> int | None:
    """The part number at the end of a part's name; a single file is no part."""
    if file.stem in TABLES:
        return None
    match = _PART.search(file.stem)
    if match is None:
        raise DatasetError([Problem(f"{file.parent.name}/{file.name} has no part number; name parts part-00000{file.suffix}.")])
    return int(match[1])
