"""Labels that a person has looked at again: the file an audit writes, and the same file read back once it is filled in."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features import cells, dataset, parts
from features.problems import DatasetError, Problem
from features.schema import TABLES
from features.whole import whole_file
from models.heads import HEADS

if TYPE_CHECKING:
    from training.audit import Audited

# What the reviewer fills in stands last; the rest says why the row is here.
COLUMNS = (
    "account_id",
    "head",
    "value",
    "share",
    "source",
    "by",
    "probability",
    "quality",
    "suspected",
    "speaks_against",
    "corrected",
    "reviewer",
    "note",
)
ANSWERS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1}


def write(audited: Iterable[Audited], ids: Sequence[str], labels: pa.Table, file: Path) -> int:
    """One row per label in doubt as CSV, least likely first within its head; returns how many. Raises OSError."""
    columns = [name for name in ("account_id", "head", "share", "source", "by") if name in labels.column_names]
    origin = labels.select(columns).to_pandas().drop_duplicates(["account_id", "head"], keep="last")
    rows = pd.DataFrame(
        [
            {
                "account_id": ids[doubt.row],
                "head": doubt.head,
                "value": doubt.value,
                "probability": round(doubt.probability, 4),
                "quality": round(doubt.quality, 4),
                "suspected": doubt.suspected,
                "speaks_against": doubt.speaks_against,
            }
            for each in audited
            for doubt in each.doubts
        ],
        columns=[name for name in COLUMNS if name not in ("share", "source", "by", "corrected", "reviewer", "note")],
    )
    table = rows.merge(origin, on=["account_id", "head"], how="left").reindex(columns=list(COLUMNS))
    with whole_file(file) as draft:
        table.map(cells.safe).to_csv(draft, index=False)
    return len(table)


def read(file: Path, now: datetime | None = None) -> pa.Table:
    """The rows of a filled-in audit file whose `corrected` is 0 or 1, as labels (contract section 1).

    A correction replaces a known share as well: it is a person's yes or no. Raises DatasetError with every problem of the file.
    """
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False).map(cells.plain)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        raise DatasetError([Problem(f"it is no CSV: {str(fault).strip()}", file.name)]) from None
    missing = [name for name in ("account_id", "head", "corrected") if name not in table.columns]
    if missing:
        raise DatasetError([Problem(f"it lacks {', '.join(missing)}; `authenticity audit DATA -o FILE.csv` writes such a file", file.name)])
    given = table[table["corrected"].str.strip() != ""]
    problems = [*_faults(given, file.name)]
    if not problems and given.empty:
        problems = [Problem("no row has anything in `corrected`; write 0 or 1 there for each label that you looked at again", file.name)]
    if problems:
        raise DatasetError(problems)
    n, moment = len(given), now or datetime.now(UTC)

    def column(name: str, otherwise: str) -> list[str | None]:
        return [text or otherwise or None for text in given[name]] if name in given else [otherwise or None] * n

    return pa.table(
        {
            "account_id": pa.array(given["account_id"].tolist(), pa.large_string()),
            "head": pa.array(given["head"].tolist(), pa.large_string()),
            "value": pa.array([ANSWERS[text.strip()] for text in given["corrected"]], pa.int64()),
            "share": pa.nulls(n, pa.float64()),
            "source": pa.array(column("source", ""), pa.large_string()),
            "by": pa.array(column("reviewer", "a reviewer"), pa.large_string()),
            "at": pa.array([moment] * n, pa.timestamp("us", "UTC")),
        }
    )


def _faults(given: pd.DataFrame, name: str) -> Iterable[Problem]:
    for place, row in given.iterrows():
        number = int(str(place)) + 1
        if row["corrected"].strip() not in ANSWERS:
            detail = f"corrected is {row['corrected']!r}; expected 0, 1, or nothing where the label may stay"
            yield Problem(detail, name, number, "corrected")
        if row["head"] not in HEADS:
            yield Problem(f"head is {row['head']!r}; there are: {', '.join(HEADS)}", name, number, "head")
    for (account, head), rows in given.groupby(["account_id", "head"])["corrected"]:
        if rows.str.strip().map(ANSWERS).nunique() > 1:
            detail = f"account {account} is corrected to both 0 and 1 for {head}; keep one of them"
            yield Problem(detail, name, int(str(rows.index[-1])) + 1, "corrected")


def apply(data: Path, corrected: pa.Table, out: Path) -> int:
    """Write the dataset `data` to the new folder `out` with these labels in place of its own; returns how many labels changed.

    Raises DatasetError when a corrected account is not in the dataset, or when `out` holds anything.
    """
    tables = dataset.read(data, ("accounts", "labels"))
    unknown = corrected.filter(pc.invert(pc.is_in(corrected["account_id"], tables["accounts"]["account_id"].combine_chunks())))
    if unknown.num_rows:
        names = ", ".join(unknown["account_id"].to_pylist()[:3])
        raise DatasetError([Problem(f"{unknown.num_rows} corrected labels are of accounts that {data} does not have, such as {names}")])
    changed = 0
    with dataset.writing(out) as draft:
        for part in parts.split(data):
            mine = dataset.load_part(part).tables
            ids = mine["accounts"]["account_id"].combine_chunks()
            here = corrected.filter(pc.is_in(corrected["account_id"], ids))
            labels, replaced = _replaced(mine.get("labels"), here)
            changed += replaced
            dataset.write(draft, {"labels": labels}, part.number)
            for name, files in part.files.items():
                if name != "labels":
                    _copy(files, data, draft)
    return changed


def _copy(files: Sequence[Path], data: Path, draft: Path) -> None:
    for file in files:
        target = draft / file.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _replaced(labels: pa.Table | None, corrected: pa.Table) -> tuple[pa.Table, int]:
    """Labels with the corrected ones in place, and how many of them now say something else."""
    if labels is None:
        return corrected, corrected.num_rows
    key = ["account_id", "head"]
    before, now = labels.to_pandas(), corrected.to_pandas().drop_duplicates(key, keep="last")
    told = before.merge(now[[*key, "value"]], on=key, suffixes=("", "_now"))
    rest = before[~before.set_index(key).index.isin(now.set_index(key).index)]
    schema = pa.schema([(field.name, field.arrow) for field in TABLES["labels"].fields])
    joined = pd.concat([rest.reindex(columns=schema.names), now.reindex(columns=schema.names)], ignore_index=True)
    return pa.Table.from_pandas(joined, schema, preserve_index=False), int((told["value"] != told["value_now"]).sum())
