"""How likely each sampled follower of a dataset is of the purchased type, one row a follower, as one Parquet file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import dataset
from features.dataset import Loaded
from features.finished import Say
from features.problems import DatasetError, Problem
from features.slices import slices
from features.streaming import Advance, join_parquet, sources, stream
from features.table import AccountTable
from features.workers import Tell
from models.bundle import Bundle

SCHEMA = pa.schema([("account_id", pa.large_string()), ("follower_id", pa.large_string()), ("probability", pa.float64())])
# All that the model reads; a rank of our own keeps every row in its place.
READ = ("account_id", "followers", "following", "post_count", "has_picture")


@dataclass(frozen=True)
class Followers:
    """One row per sampled follower. probability: null where nothing is known of the follower, or of ordinary ones of its platform."""

    bundle: Bundle

    @property
    def question(self) -> Mapping[str, str]:
        return {"bundle": self.bundle.id, "software": sources("features", "models", "serving")}

    def make(self, loaded: Loaded, draft: Path, tell: Tell) -> int:
        """Raises DatasetError for what is wrong with a table as a whole."""
        if unplaced := [problem for problem in loaded.errors if problem.row is None]:
            raise DatasetError(unplaced)
        unfit, done = dataset.unfit(loaded), 0
        with pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
            for group in slices(loaded.tables):
                last = done + group["accounts"].num_rows
                if "follower_sample" in group:
                    writer.write_table(_rows(group["accounts"], group["follower_sample"], unfit[done:last], self.bundle))
                done = last
                tell(done / len(unfit))
        return done

    def join(self, results: Iterable[Path], draft: Path) -> None:
        join_parquet(results, draft, SCHEMA)


def write_followers(
    bundle: Bundle, data: Path, output: Path, advance: Advance | None = None, processes: int | None = None, say: Say | None = None
) -> int:
    """Write a row for every row of `follower_sample`, by account in the order of `accounts`, to the Parquet file `output`; returns
    how many accounts there were (see `stream`).

    Followers of an account whose own rows hold an error get null. Raises DatasetError when the dataset cannot be read as one.
    """
    if output.suffix != ".parquet":
        raise DatasetError([Problem(f"{output.name} is no Parquet file; followers are written as .parquet.")])
    return stream(data, output, Followers(bundle), processes, advance, say)


def _rows(accounts: pa.Table, sample: pa.Table, unfit: np.ndarray, bundle: Bundle) -> pa.Table:
    """The sample's rows, which lie account by account, with their probabilities; unfit (accounts,) have none."""
    known = sample.select([name for name in READ if name in sample.column_names])
    table = AccountTable.from_tables(
        {"accounts": accounts, "follower_sample": known.append_column("rank", pa.array(range(len(known)), pa.int64()))}
    )
    probabilities = bundle.followers.probabilities(table, bundle.reference)
    probabilities[np.repeat(unfit, np.diff(table.starts["follower_sample"]))] = np.nan
    return pa.table([sample["account_id"], sample["follower_id"], pa.array(probabilities, from_pandas=True)], schema=SCHEMA)
