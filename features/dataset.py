"""A dataset is a folder of tables: read it whole or part by part, and write it so that half a folder never counts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from features import validation
from features.parts import Part, files, number_of, repeated, split
from features.problems import DatasetError, Problem, merged
from features.reading import Draft, read_file
from features.schema import TABLES
from features.whole import whole_file, whole_folder

Tables = dict[str, pa.Table]


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
    """Every problem of a dataset: faulty values, rows that contradict each other, columns nobody knows; memory for one part.

    Raises DatasetError when `path` is no dataset, or its tables have not the same parts.
    """
    whole = split(path)
    found = [load_part(part).problems for part in whole]
    return merged([repeated(whole), *found])


def load(path: Path, tables: Sequence[str] | None = None, part: int | None = None) -> Loaded:
    """Like `read`, but returns the problems beside the tables; a faulty value is unknown in them.

    Raises DatasetError only when `path` is no dataset at all.
    """
    found = {name: mine for name, mine in files(path).items() if not tables or name in tables}
    return _load({name: [file for file in mine if part is None or number_of(file) == part] for name, mine in found.items()})


def load_part(part: Part) -> Loaded:
    """One part's tables, with everything that is wrong in them."""
    return _load(part.files)


def _load(found: Mapping[str, Sequence[Path]]) -> Loaded:
    loaded = Loaded()
    for name, mine in found.items():
        drafts = [read_file(file, TABLES[name]) for file in mine]
        if not drafts:
            continue
        loaded.tables[name] = _join([draft.table() for draft in drafts])
        loaded.faulty[name] = np.concatenate([draft.faulty for draft in drafts])
        loaded.problems += [problem for draft in drafts for problem in draft.problems]
        loaded.problems += _extra(drafts)
    validation.check(loaded.tables, loaded.faulty, loaded.problems, {name: _place(mine) for name, mine in found.items() if mine})
    return loaded


def unfit(loaded: Loaded) -> np.ndarray:
    """Which accounts hold an error, in a row of their own or in one of their posts, comments, followers or days, bool (n,)."""
    ids = loaded.tables["accounts"]["account_id"].combine_chunks()
    found = loaded.faulty["accounts"].copy()
    for name, table in loaded.tables.items():
        if name not in ("accounts", "labels") and loaded.faulty[name].any():
            owners = table["account_id"].filter(pa.array(loaded.faulty[name]))
            found |= pc.is_in(ids, value_set=owners.combine_chunks()).to_numpy(zero_copy_only=False)
    return found


def parts(path: Path) -> list[int | None]:
    """The part numbers of a dataset, in order; [None] when every table is one file."""
    return [part.number for part in split(path)]


def write(path: Path, tables: Mapping[str, pa.Table], part: int | None = None) -> None:
    """Write tables as Parquet into the folder `path`; each file appears whole or not at all."""
    for name, table in tables.items():
        file = path / f"{name}.parquet" if part is None else path / name / f"part-{part:05d}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        schema = pa.schema([(f.name, f.arrow) for f in TABLES[name].fields if f.name in table.column_names])
        with whole_file(file) as draft:
            pa.parquet.write_table(table.select(schema.names).cast(schema), draft, compression="zstd")


def as_csv(path: Path) -> None:
    """The Parquet files of a dataset as CSV in their place; hashtags stand in one cell, parted by blanks."""
    for mine in files(path).values():
        for file in (each for each in mine if each.suffix == ".parquet"):
            table = pa.parquet.read_table(file)
            lists = [name for name in table.column_names if pa.types.is_large_list(table.schema.field(name).type)]
            for name in lists:
                table = table.set_column(table.column_names.index(name), name, pc.binary_join(table[name].cast(pa.list_(pa.string())), " "))
            with whole_file(file.with_suffix(".csv")) as draft:
                pa.csv.write_csv(table, draft, pa.csv.WriteOptions(quoting_style="needed"))
            file.unlink()


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


def _place(files: Sequence[Path]) -> str:
    folder = files[0].parent.name
    return f"{folder}/" if len(files) > 1 else files[0].name if files[0].stem in TABLES else f"{folder}/{files[0].name}"


def _join(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def _extra(drafts: list[Draft]) -> list[Problem]:
    """One warning for the columns that are not the contract's; they never reach a feature."""
    extra = sorted(set().union(*(draft.extra for draft in drafts)))
    if not extra:
        return []
    return [Problem(f"columns left out, the contract does not know them: {', '.join(extra[:20])}.", drafts[0].file, severity="warning")]
