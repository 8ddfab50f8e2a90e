"""Features of a dataset part by part: memory for one part, a file that appears whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from features import dataset
from features.catalog import NAMES, build
from features.problems import DatasetError, Problem
from features.reference import Reference
from features.table import AccountTable
from features.whole import whole_file

SCHEMA = pa.schema([("account_id", pa.large_string()), *((name, pa.float64()) for name in NAMES)])


def write_features(data: Path, output: Path, reference: Reference | None, advance: Callable[[int, int | None], None] | None = None) -> int:
    """Write one row per account, in the order of the accounts table, to the Parquet file `output`; returns how many.

    Unknown is null. Raises DatasetError with every problem of the first part that has one; then no file is left.
    """
    if output.suffix != ".parquet":
        raise DatasetError([Problem(f"{output.name} is no Parquet file; features are written as .parquet.")])
    output.parent.mkdir(parents=True, exist_ok=True)
    numbers = dataset.parts(data)
    count = 0
    with whole_file(output) as draft, pa.parquet.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
        for place, number in enumerate(numbers):
            matrix = build(AccountTable.from_tables(dataset.read(data, part=number)), reference)
            columns = [pa.array(matrix.values[:, j], from_pandas=True) for j in range(len(NAMES))]
            writer.write_table(pa.table([pa.array(matrix.account_ids, pa.large_string()), *columns], schema=SCHEMA))
            count += len(matrix.account_ids)
            if advance is not None:
                advance(place + 1, len(numbers))
    return count
