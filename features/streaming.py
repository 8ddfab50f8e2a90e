"""A dataset part by part, in as many processes as there are cores: memory for one part each, one file that appears whole."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import parts, workers
from features.dataset import Loaded, load_part
from features.finished import Piece, Say, pieces
from features.machine import usable_cores, usable_memory
from features.problems import DatasetError, Problem
from features.schema import EVENT_TABLES, TABLES, Field
from features.whole import whole_file

# A process takes as long to start as the work on so many bytes of files.
WORTH_A_PROCESS = 64 * 2**20
ROW_GROUP = 10_000

Advance = Callable[[int, int | None], None]


class Making(Protocol):
    """How a file with rows for accounts is made of a dataset. It travels to each process once, so it holds nothing that is open."""

    @property
    def question(self) -> Mapping[str, str]:
        """What determines the rows of a part beside the part itself, by name."""

    def make(self, loaded: Loaded, draft: Path, tell: workers.Tell) -> int:
        """Write the rows of one part's accounts; returns how many accounts."""

    def join(self, results: Iterable[Path], draft: Path) -> None:
        """Make one file of the parts' files, in their order."""


@dataclass(frozen=True)
class _Work:
    """A making, as the processes see it."""

    making: Making

    def warm(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.making.make(_tiny(), Path(folder) / "warm", lambda _: None)

    def begin(self) -> workers.Act:
        return self._act

    def _act(self, piece: Piece, tell: workers.Tell) -> None:
        piece.make(lambda draft: self.making.make(load_part(piece.part), draft, tell))


def stream(
    data: Path, output: Path, making: Making, processes: int | None = None, advance: Advance | None = None, say: Say | None = None
) -> int:
    """Make `output` of the dataset `data`; returns how many accounts it holds, in the order of the parts and of their accounts.

    processes: how many work at a time, without it as many as there are cores and as the data is worth; the bytes written are the
    same. `advance(done, of)` is told thousandths of the parts that are still to be made. What is finished when this is interrupted
    is taken over by the next call (see `finished.pieces`), and `say` gets a sentence about it. Raises DatasetError, WorkerLost,
    OSError; then no file is left.
    """
    whole = parts.split(data, ("accounts", *EVENT_TABLES))
    if problems := parts.repeated(whole) + _too_large(whole):
        raise DatasetError(problems)
    output.parent.mkdir(parents=True, exist_ok=True)
    with pieces(output, whole, making.question, say or (lambda _: None)) as made:
        waiting = [piece for piece in made if piece.accounts is None]
        shares = {piece.result: 0.0 for piece in waiting}

        def tell(piece: Piece, share: float) -> None:
            shares[piece.result] = share
            if advance is not None:
                advance(round(1000 * sum(shares.values())), 1000 * len(shares))

        workers.run(_Work(making), waiting, processes or _suitable(waiting), tell)
        count = sum(piece.accounts or 0 for piece in made)
        with whole_file(output) as draft:
            making.join([piece.result for piece in made], draft)
    return count


def join_parquet(results: Iterable[Path], draft: Path, schema: pa.Schema) -> None:
    """One Parquet file of several, in row groups of about 10,000 rows; memory for one of them."""
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        held: list[pa.Table] = []
        for result in results:
            with pq.ParquetFile(result) as file:
                for number in range(file.num_row_groups):
                    held.append(file.read_row_group(number))
                    if sum(table.num_rows for table in held) >= ROW_GROUP:
                        writer.write_table(pa.concat_tables(held))
                        held = []
        if held:
            writer.write_table(pa.concat_tables(held))


def sources(*packages: str) -> str:
    """A digest of the program text of packages: results of another version, or of one that is being changed, are not taken over."""
    digest = hashlib.sha256()
    for package in packages:
        for folder in import_module(package).__path__:
            for file in sorted(Path(folder).rglob("*.py")):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _suitable(waiting: list[Piece]) -> int:
    """As many processes as there are cores, as the data is worth, and as have room for a part each."""
    worth = 1 + sum(piece.part.bytes for piece in waiting) // WORTH_A_PROCESS
    room = usable_memory() // max((piece.part.memory for piece in waiting), default=1)
    return max(min(usable_cores(), worth, room), 1)


def _too_large(whole: list[parts.Part]) -> list[Problem]:
    """Parts that do not fit memory; better told at once than by a process that the system ends."""
    room = usable_memory()
    advice = "Write the dataset as parts of about 2,500 accounts: accounts/part-00000.parquet, comments/part-00000.parquet and so on."
    return [
        Problem(f"{part} needs about {part.memory / 2**30:,.1f} GiB of memory at once, of {room / 2**30:,.1f} GiB here. {advice}")
        for part in whole
        if part.memory > room
    ]


def _tiny() -> Loaded:
    """Two accounts with every column, their events in another order than the accounts, so that every loop is gone through."""
    tables = {}
    for name in ("accounts", *EVENT_TABLES):
        rows = ["a", "b"] if name == "accounts" else ["b", "b", "a", "a"]
        columns = {f.name: pa.array([_any(f)] * len(rows), f.arrow) for f in TABLES[name].fields}
        tables[name] = pa.table(columns | {"account_id": pa.array(rows, pa.large_string())})
    return Loaded(tables, [], {name: np.zeros(table.num_rows, dtype=bool) for name, table in tables.items()})


def _any(field: Field) -> Any:
    """Some value of a field."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    some: dict[str, Any] = {
        "moment": moment,
        "day": date(2026, 11, 1),
        "flag": True,
        "words": ["alps"],
        "count": 1,
        "number": 1.0,
        "share": 1.0,
    }
    return field.choices[0] if field.choices else some.get(field.kind, "so lovely #alps!")
