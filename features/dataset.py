"""A dataset is a folder of tables: read it whole or part by part, and write it so that half a folder never counts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from features import validation
from features.problems import DatasetError, Problem
from features.reading import Draft, read_file
from features.schema import TABLES
from features.whole import whole_file, whole_folder

Tables = dict[str, pa.Table]

SUFFIXES = (".parquet", ".csv", ".jsonl")
_PART = re.compile(r"(\d+)$")


@dataclass
class Loaded:
    """Tables with everything that is wrong in them; `faulty[table]` marks the rows that hold an error."""

    tables: Tables = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]


def read(path: Path, tables: Sequence[str] | None = None, part: int | None = None) -> Tables:
    """The tables of a dataset in the contract's types; raises DatasetError with every error in it.

    `part` reads one part of a dataset written in parts (see `parts`); None reads all of it.
    """
    loaded = load(path, tables, part)
    if loaded.errors:
        raise DatasetError(loaded.errors)
    return loaded.tables


def validate(path: Path) -> list[Problem]:
    """Every problem of a dataset: faulty values, rows that contradict each other, columns nobody knows."""
    return load(path).problems


def load(path: Path, tables: Sequence[str] | None = None, part: int | None = None) -> Loaded:
    """Like `read`, but returns the problems beside the tables; a faulty value is unknown in them.

    Raises DatasetError only when `path` is no dataset at all.
    """
    found = _files(path)
    loaded = Loaded()
    for name in tables or [name for name in TABLES if name in found]:
        files = [file for file in found.get(name, []) if part is None or _number(file) == part]
        drafts = [read_file(file, TABLES[name]) for file in files]
        if not drafts:
            continue
        loaded.tables[name] = _join([draft.table() for draft in drafts])
        loaded.faulty[name] = np.concatenate([draft.faulty for draft in drafts])
        loaded.problems += [problem for draft in drafts for problem in draft.problems]
        loaded.problems += _extra(drafts)
    validation.check(loaded.tables, loaded.faulty, loaded.problems, {name: _place(files) for name, files in found.items()})
    return loaded


def parts(path: Path) -> list[int | None]:
    """The part numbers of a dataset, in order; [None] when every table is one file."""
    found = _files(path)
    numbers = {name: {_number(file) for file in files} for name, files in found.items()}
    for name, mine in numbers.items():
        if strange := sorted(str(number) for number in mine - numbers["accounts"]):
            whole = "one file" if strange == ["None"] else f"part {', '.join(strange[:3])}"
            detail = f"{name} has {whole} that accounts does not have; all tables have the same parts, split by account."
            raise DatasetError([Problem(detail)])
    return sorted(numbers["accounts"], key=lambda number: -1 if number is None else number)


def write(path: Path, tables: Mapping[str, pa.Table], part: int | None = None) -> None:
    """Write tables as Parquet into the folder `path`; each file appears whole or not at all."""
    for name, table in tables.items():
        file = path / f"{name}.parquet" if part is None else path / name / f"part-{part:05d}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        schema = pa.schema([(f.name, f.arrow) for f in TABLES[name].fields if f.name in table.column_names])
        with whole_file(file) as draft:
            pa.parquet.write_table(table.select(schema.names).cast(schema), draft, compression="zstd")


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary folder to write a dataset into; it becomes `path` when the block ends well, else nothing is left of it.

    Raises DatasetError when `path` exists and holds anything: a dataset is never overwritten in silence.
    """
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(whole_folder(path))
        except FileExistsError as fault:
            raise DatasetError([Problem(str(fault))]) from None
        yield draft


def _files(path: Path) -> dict[str, list[Path]]:
    """The files of each table: `<name>.<suffix>` or the parts in the folder `<name>/`, in part order."""
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


def _number(file: Path) -> int | None:
    """The part number at the end of a part's name; a single file is no part."""
    if file.stem in TABLES:
        return None
    match = _PART.search(file.stem)
    if match is None:
        raise DatasetError([Problem(f"{file.parent.name}/{file.name} has no part number; name parts part-00000{file.suffix}.")])
    return int(match[1])


def _place(files: list[Path]) -> str:
    return files[0].name if len(files) == 1 else f"{files[0].parent.name}/"


def _join(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def _extra(drafts: list[Draft]) -> list[Problem]:
    """One warning for the columns that are not the contract's; they never reach a feature."""
    extra = sorted(set().union(*(draft.extra for draft in drafts)))
    if not extra:
        return []
    return [Problem(f"columns left out, the contract does not know them: {', '.join(extra[:20])}.", drafts[0].file, severity="warning")]
