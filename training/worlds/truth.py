"""What a simulator knows of each account and no label can say: kept beside the dataset, read by the benchmark alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.whole import whole_file
from training.worlds.scenarios import TRUTH

NAME = "truth"


def write_truth(folder: Path, truth: pa.Table, part: int | None = None) -> None:
    """`truth.parquet`, or one of the parts in the folder `truth/`, like the dataset's own tables; columns and types are TRUTH's."""
    file = folder / f"{NAME}.parquet" if part is None else folder / NAME / f"part-{part:05d}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as draft:
        pq.write_table(truth.select(TRUTH.names).cast(TRUTH), draft, compression="zstd")


def read_truth(path: Path) -> pa.Table:
    """The truth of a simulated dataset, one row per account in the order of its accounts.

    Raises FileNotFoundError for a dataset that nobody simulated, or of an earlier version.
    """
    single, folder = path / f"{NAME}.parquet", path / NAME
    files = [single] if single.is_file() else sorted(folder.glob("*.parquet"))
    if not files:
        raise FileNotFoundError(f"{path} has no {NAME}.parquet: only what `simulate` writes has a truth. Simulate it again.")
    return pa.concat_tables([pq.read_table(file, schema=TRUTH) for file in files]).combine_chunks()
