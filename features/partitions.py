"""Features of a dataset as one Parquet file, however large the dataset is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalog import NAMES, build
from features.dataset import Loaded
from features.finished import Say
from features.problems import DatasetError, Problem
from features.reference import Reference
from features.slices import slices
from features.streaming import Advance, join_parquet, sources, stream
from features.table import AccountTable
from features.workers import Tell

SCHEMA = pa.schema([("account_id", pa.large_string()), *((name, pa.float64()) for name in NAMES)])


@dataclass(frozen=True)
class Features:
    """One row per account, one column per feature; unknown is null."""

    reference: Reference | None

    @property
    def question(self) -> Mapping[str, str]:
        learnt = b"" if self.reference is None else orjson.dumps(self.reference.to_json())
        return {"bundle": hashlib.sha256(learnt).hexdigest(), "software": sources("features")}

    def make(self, loaded: Loaded, draft: Path, tell: Tell) -> int:
        """Raises DatasetError with every error of the part."""
        if loaded.errors:
            raise DatasetError(loaded.errors)
        done, accounts = 0, loaded.tables["accounts"].num_rows
        with pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
            for group in slices(loaded.tables):
                matrix = build(AccountTable.from_tables(group), self.reference)
                columns = [pa.array(matrix.values[:, j], from_pandas=True) for j in range(len(NAMES))]
                writer.write_table(pa.table([pa.array(matrix.account_ids, pa.large_string()), *columns], schema=SCHEMA))
                done += len(matrix.account_ids)
                tell(done / accounts)
        return done

    def join(self, results: Iterable[Path], draft: Path) -> None:
        join_parquet(results, draft, SCHEMA)


def write_features(
    data: Path,
    output: Path,
    reference: Reference | None,
    advance: Advance | None = None,
    processes: int | None = None,
    say: Say | None = None,
) -> int:
    """Write one row per account, in the order of the accounts table, to the Parquet file `output`; returns how many (see `stream`).

    Raises DatasetError with every problem of a part that has one; then no file is left.
    """
    if output.suffix != ".parquet":
        raise DatasetError([Problem(f"{output.name} is no Parquet file; features are written as .parquet.")])
    return stream(data, output, Features(reference), processes, advance, say)
