"""The accounts of a dataset as a service would remember them, so that what to label next can be told of a folder too."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from features import dataset
from features.finished import Say
from features.problems import DatasetError
from features.slices import slices
from features.streaming import Advance, join_parquet, sources, stream
from features.table import AccountTable
from features.workers import Tell
from models.bundle import Bundle
from models.heads import HEADS
from models.verdict import judge_with_features
from serving.judged import judged, schema, table
from serving.store import Store


@dataclass(frozen=True)
class Candidates:
    """One row per sound account of a dataset, as `serving.judged.schema` has it; its pseudonym is its id."""

    bundle: Bundle

    @property
    def question(self) -> Mapping[str, str]:
        bundle = self.bundle
        rates = {name: bundle.base_rate(name) for name in bundle.heads}
        return {"bundle": bundle.id, "base rates": orjson.dumps(rates).decode(), "software": sources("features", "models", "serving")}

    def make(self, loaded: dataset.Loaded, draft: Path, tell: Tell) -> int:
        """Raises DatasetError for what is wrong with a table as a whole."""
        if unplaced := [problem for problem in loaded.errors if problem.row is None]:
            raise DatasetError(unplaced)
        unfit, done = dataset.unfit(loaded), 0
        with pq.ParquetWriter(draft, schema(), compression="zstd") as writer:
            for group in slices(loaded.tables):
                last = done + group["accounts"].num_rows
                sound = group["accounts"].filter(pa.array(~unfit[done:last]))
                accounts = AccountTable.from_tables(group | {"accounts": sound})
                rows = judged(*judge_with_features(self.bundle, accounts, reasons=False), accounts.column("followers").values)
                writer.write_table(table([(row.account_id, row.account_id, row) for row in rows]))
                done = last
                tell(done / len(unfit))
        return done

    def join(self, results: Iterable[Path], draft: Path) -> None:
        join_parquet(results, draft, schema())


def of_dataset(
    bundle: Bundle, data: Path, advance: Advance | None = None, processes: int | None = None, say: Say | None = None
) -> pa.Table:
    """The accounts of the dataset `data`, judged by `bundle` (see `features.streaming.stream`). Raises DatasetError."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "judged.parquet"
        stream(data, file, Candidates(bundle), processes, advance, say)
        return pq.read_table(file)


def labelled(data: Path, ids: Iterable[str], store: Store) -> dict[str, pa.Array]:
    """Head -> the accounts among `ids` that the dataset or the database has a label of. Raises StoreError."""
    # Rows with errors are no reason to give no queue; what holds one was left out of it already.
    own = dataset.load(data, ("accounts", "labels")).tables.get("labels")
    told = set() if own is None else set(zip(own["head"].to_pylist(), own["account_id"].to_pylist(), strict=True))
    kept = store.labels()
    told_there = set(zip(kept["head"].to_pylist(), kept["pseudonym"].to_pylist(), strict=True))
    names = {account_id: store.pseudonym(account_id) for account_id in ids} if told_there else {}
    told |= {(head, account_id) for account_id, name in names.items() for head in HEADS if (head, name) in told_there}
    return {head: pa.array([account_id for name, account_id in told if name == head], pa.large_string()) for head in HEADS}
