"""Score a dataset: one verdict for every account, in order, none dropped, into Parquet, CSV or JSON lines."""

import csv
import io
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from features import cells, dataset
from features.finished import Say
from features.problems import DatasetError, Problem
from features.slices import SLICE, slices
from features.streaming import Advance, join_parquet, sources, stream
from features.table import AccountTable
from features.workers import Tell
from models.bundle import Bundle
from models.verdict import error_verdict, judge_table
from serving.judge import NotFinite, finite

Verdict = dict[str, Any]
Rows = Callable[[Sequence[Verdict]], None]


class OutputError(ValueError):
    """A file that cannot be written as asked; the message says what can."""


def score(
    bundle: Bundle,
    data: Path,
    out: Path,
    advance: Advance | None = None,
    reasons: bool = True,
    processes: int | None = None,
    say: Say | None = None,
) -> int:
    """Judge every account of the dataset `data` into the file `out`; returns how many there were (see `features.streaming.stream`).

    An account whose own rows hold an error gets a verdict of status `error`; the others are judged. The file appears
    whole or not at all. Raises DatasetError when the dataset cannot be read as one, OutputError for an unknown suffix.
    """
    if out.suffix.lower() not in _WRITERS:
        raise OutputError(f"{out.name} ends in {out.suffix or 'nothing'}; expected .parquet, .csv or .jsonl.")
    return stream(data, out, Verdicts(bundle, out.suffix.lower(), reasons), processes, advance, say)


@dataclass(frozen=True)
class Verdicts:
    """One row per account: its verdict, as the form of the file wants it."""

    bundle: Bundle
    suffix: str
    reasons: bool

    @property
    def question(self) -> Mapping[str, str]:
        bundle = self.bundle
        named = {
            "bundle": [bundle.id, bundle.version, bundle.run_id],
            "base rates": {name: bundle.base_rate(name) for name in bundle.heads},
            "tiers": bundle.tiers,
            "options": [self.reasons],
        }
        texts = {name: orjson.dumps(value).decode() for name, value in named.items()}
        return texts | {"software": sources("features", "models", "serving")}

    def make(self, loaded: dataset.Loaded, draft: Path, tell: Tell) -> int:
        """Raises DatasetError for what is wrong with a table as a whole."""
        if unplaced := [problem for problem in loaded.errors if problem.row is None]:
            raise DatasetError(unplaced)
        unfit, done = dataset.unfit(loaded), 0
        with _WRITERS[self.suffix](draft, columns(self.bundle.heads)) as write:
            for group in slices(loaded.tables, SLICE):
                accounts = group["accounts"]
                bad = unfit[done : done + accounts.num_rows]
                table = AccountTable.from_tables(group | {"accounts": accounts.filter(pa.array(~bad))})
                judged = iter(judge_table(self.bundle, table, reasons=self.reasons))
                ids = accounts["account_id"].to_pylist()
                write([_error(name) if faulty else _sound(next(judged)) for name, faulty in zip(ids, bad, strict=True)])
                done += len(ids)
                tell(done / len(unfit))
        return done

    def join(self, results: Iterable[Path], draft: Path) -> None:
        schema = columns(self.bundle.heads)
        if self.suffix == ".parquet":
            join_parquet(results, draft, schema)
            return
        with draft.open("wb") as whole:
            if self.suffix == ".csv":
                head = io.StringIO()
                csv.writer(head).writerow(schema.names)
                whole.write(head.getvalue().encode())
            for result in results:
                with result.open("rb") as part:
                    shutil.copyfileobj(part, whole, 2**20)


def _error(account_id: str | None) -> Verdict:
    return error_verdict(account_id, [Problem("Rows of this account hold errors: `authenticity validate` names each of them.")])


def _sound(verdict: Verdict) -> Verdict:
    try:
        finite(verdict)
    except NotFinite:
        return error_verdict(
            verdict["account_id"], [Problem("A number of this verdict was not finite, a fault of ours; the others are sound.")]
        )
    return verdict


@contextmanager
def _json_lines(file: Path, _: pa.Schema) -> Iterator[Rows]:
    """The whole verdict on a line."""
    with file.open("wb") as lines:
        yield lambda verdicts: lines.writelines(orjson.dumps(verdict, option=orjson.OPT_APPEND_NEWLINE) for verdict in verdicts)


@contextmanager
def _csv(file: Path, schema: pa.Schema) -> Iterator[Rows]:
    """Without the line of names, which stands once in a file of many parts."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        yield lambda verdicts: table.writerows([cells.safe(value) for value in flat(verdict, schema).values()] for verdict in verdicts)


@contextmanager
def _parquet(file: Path, schema: pa.Schema) -> Iterator[Rows]:
    with pq.ParquetWriter(file, schema, compression="zstd") as table:
        yield lambda verdicts: table.write_table(pa.Table.from_pylist([flat(verdict, schema) for verdict in verdicts], schema))


_WRITERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines}


# What a head says of its reasons, as JSON text.
_TOLD = ("reasons", "innocent_explanations", "counterfactual")


def columns(heads: Iterable[str]) -> pa.Schema:
    """The columns of a Parquet or CSV file: the verdict laid flat, the same columns for each head."""
    texts, number = pa.string(), pa.float64()
    of_head = {"probability": number, "base_rate": number, "decision": texts} | dict.fromkeys(_TOLD, texts)
    of_share = dict.fromkeys(("estimate", "low", "high", "detectable"), number) | {"n": pa.int64(), "scope": texts}
    return pa.schema(
        dict.fromkeys(("account_id", "platform", "observed_at", "status", "tier"), texts)
        | {f"{head}_{name}": kind for head in heads for name, kind in of_head.items()}
        | {f"bought_share_{name}": kind for name, kind in of_share.items()}
        | {f"engagement_{name}": number for name in ("rate", "expected", "gap_dex")}
        | dict.fromkeys(("missing", "errors", "bundle_id", "bundle_version", "bundle_run_id"), texts)
    )


def flat(verdict: Verdict, schema: pa.Schema) -> dict[str, Any]:
    """One verdict as a row of `columns`; what it does not say is None, lists are JSON text."""
    facts = {name: value for name, value in verdict.items() if not isinstance(value, dict | list)}
    parts = {head: answer | {name: _text(answer[name]) for name in _TOLD} for head, answer in verdict["heads"].items()}
    parts |= {name: verdict.get(name) or {} for name in ("bought_share", "engagement", "bundle")}
    facts |= {f"{part}_{name}": value for part, named in parts.items() for name, value in named.items()}
    facts |= {"missing": _text(verdict.get("evidence", {}).get("missing")), "errors": _text(verdict.get("errors"))}
    return {name: facts.get(name) for name in schema.names}


def _text(value: Any) -> str | None:
    return orjson.dumps(value).decode() if value else None
