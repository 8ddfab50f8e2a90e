"""One file of one table, in any of the three forms, as Arrow columns of the contract's types, with every fault named."""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from features.arrow import Faults, cast_column
from features.problems import Problem
from features.rows import read_column
from features.schema import Field, TableSchema
from features.values import BadValue, not_json

# Enough examples to see the pattern; the rest are counted.
EXAMPLES = 5
DELIMITERS = ",;\t|"
# Lines of JSON held as Python objects at a time; these take ten times the room of the columns they become.
BLOCK = 20_000


@dataclass
class Draft:
    """A table being read: its columns, what was wrong, and which rows hold a fault."""

    schema: TableSchema
    file: str
    rows: int = 0
    columns: dict[str, pa.Array] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    skipped: list[int] = field(default_factory=list)
    extra: set[str] = field(default_factory=set)

    def begin(self, rows: int) -> None:
        self.rows, self.faulty = rows, np.zeros(rows, dtype=bool)

    def blame(self, column: str, faults: list[tuple[int, BadValue]]) -> None:
        """Note the faults of a column: the first few one by one, the rest as a number."""
        for position, _ in faults:
            self.faulty[position] = True
        for rank, (position, fault) in enumerate(faults[:EXAMPLES]):
            more = len(faults) - EXAMPLES if rank == EXAMPLES - 1 else 0
            self.problems.append(Problem(str(fault), self.file, self.row(position), column, more=max(more, 0)))

    def row(self, position: int) -> int:
        """The number in the file (1 = first record) of a row that was kept."""
        number = position + 1
        for left_out in self.skipped:
            number += left_out <= number
        return number

    def refuse(self, detail: str, column: str = "") -> None:
        self.problems.append(Problem(detail, self.file, column=column))

    def table(self) -> pa.Table:
        known = {f.name: self.columns.get(f.name, pa.nulls(self.rows, f.arrow)) for f in self.schema.fields}
        return pa.table({name: column for name, column in known.items() if name in self.columns or self.schema[name].required})


def read_file(path: Path, schema: TableSchema) -> Draft:
    """Read one file; never raises for what is in it, the draft's problems say it."""
    draft = Draft(schema, path.name if path.stem == schema.name else f"{path.parent.name}/{path.name}")
    try:
        {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}[path.suffix](path, draft)
    except (pa.ArrowException, OSError, UnicodeError) as fault:
        draft.refuse(f"the file cannot be read as {path.suffix[1:]} ({_first_line(fault)}). Write it again; it may be cut off.")
    return draft


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0][:200] if str(fault) else type(fault).__name__


def _read_parquet(path: Path, draft: Draft) -> None:
    # Opened by us, so that a folder called a=b is not taken for a partition column.
    with path.open("rb") as file:
        table = pa.parquet.ParquetFile(file).read()
    take_columns(table, draft)


def _read_csv(path: Path, draft: Draft) -> None:
    with path.open("rb") as file:
        header = file.readline().decode("utf-8-sig").rstrip("\r\n")
    if not header:
        draft.refuse("the file is empty; the first line must name the columns.")
        return
    delimiter = max(DELIMITERS, key=header.count)
    names = [name.strip().strip('"') for name in header.split(delimiter)]
    if len(set(names)) < len(names):
        draft.refuse(f"the first line names a column twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}.")
        return
    short: list[str] = []

    def note(row: pa.csv.InvalidRow) -> str:
        # Arrow counts the header as row 1; it tells the number as long as it reads in one thread.
        draft.skipped.append(row.number - 1)
        short.append(f"{row.actual_columns} cells, expected {row.expected_columns}")
        return "skip"

    table = pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), null_values=[""], strings_can_be_null=True
        ),
    )
    for number, what in zip(draft.skipped, short[:EXAMPLES], strict=False):
        draft.problems.append(Problem(f"the row has {what}. Quote cells that hold a {delimiter!r}.", draft.file, number))
    if len(short) > EXAMPLES:
        draft.refuse(f"{len(short) - EXAMPLES:,} more rows have another number of cells than the first line.")
    take_columns(table, draft)


def _read_jsonl(path: Path, draft: Draft) -> None:
    broken: Faults = []
    seen: set[str] = set()
    arrays: dict[str, list[pa.Array]] = {column.name: [] for column in draft.schema.fields}
    faults: dict[str, Faults] = {column.name: [] for column in draft.schema.fields}
    rows = 0
    with path.open("rb") as file:
        lines = filter(bytes.strip, file)
        while block := [_object(line, rows + place, broken) for place, line in enumerate(islice(lines, BLOCK))]:
            seen.update(*(row.keys() for row in block))
            for column in draft.schema.fields:
                values, wrong = read_column(column, [row.get(column.name) for row in block])
                arrays[column.name].append(_as_arrow(column, values))
                faults[column.name] += [(rows + position, fault) for position, fault in wrong]
            rows += len(block)
    draft.begin(rows)
    draft.blame("", broken)
    unread = {position for position, _ in broken}
    for column in _columns_of(draft, seen):
        draft.blame(column.name, [(position, fault) for position, fault in faults[column.name] if position not in unread])
        draft.columns[column.name] = pa.concat_arrays(arrays[column.name])


def _object(line: bytes, position: int, broken: Faults) -> dict[str, object]:
    """The object of a line; of a line without one nothing is known."""
    try:
        row = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        broken.append((position, BadValue(f"the line is {not_json(line, fault)}.")))
        return {}
    if not isinstance(row, dict):
        broken.append((position, BadValue('the line is not an object such as {"account_id": "1", …}.')))
        return {}
    return row


def _as_arrow(column: Field, values: list[object]) -> pa.Array:
    raw = {"moment": pa.int64(), "day": pa.int32()}.get(column.kind, column.arrow)
    return pa.array(values, type=raw).cast(column.arrow)


def take_columns(table: pa.Table, draft: Draft) -> None:
    """Cast the columns that the contract knows; what cannot be cast becomes a problem of the draft."""
    draft.begin(table.num_rows)
    for column in _columns_of(draft, set(table.column_names)):
        array, faults = cast_column(column, table.column(column.name).combine_chunks())
        draft.blame(column.name, faults)
        draft.columns[column.name] = array


def _columns_of(draft: Draft, seen: set[str]) -> list[Field]:
    """The columns to read, in the contract's order; missing required ones are a problem, unknown ones are left out."""
    draft.extra = seen - set(draft.schema.by_name)
    for name in draft.schema.required:
        if name not in seen and draft.rows:
            came = ", ".join(sorted(seen)[:12]) or "none"
            draft.refuse(f"the column {name} is missing; columns that came: {came}.", name)
            draft.faulty[:] = True
    return [column for column in draft.schema.fields if column.name in seen]
