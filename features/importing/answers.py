"""Files of a platform's answers, in whatever way they were kept: one answer, a list, JSON Lines, one after the other, CSV."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from features.importing.remarks import Remarks
from features.values import not_json

LINES = (".jsonl", ".ndjson")
SUFFIXES = (".json", *LINES, ".csv")
# A longer answer is no answer of an API; as lines a file may have any length.
LARGEST = 1 << 30
LONGEST_LINE = 1 << 26
CHUNK = 10_000
DELIMITERS = ",;\t|"
_TWENTY_DIGITS = re.compile(rb"[0-9]{20}")
_BLANK = re.compile(r"\s*")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Source:
    """Where an answer was kept: the file as the user named it, the words of its name, and when it was written (seconds).

    `names` are the file, the folders below the one that was given, and the keys around the answer; `folder` is what they lie in.
    """

    file: str
    names: tuple[str, ...]
    modified: float
    folder: str = ""

    @cached_property
    def words(self) -> str:
        """The names in lower case, to seek words in."""
        return " ".join(self.names).lower()

    def under(self, key: str) -> Source:
        return Source(self.file, (*self.names, key), self.modified, self.folder)


@dataclass(frozen=True)
class Answer:
    """One answer: its JSON, where it was kept, and the RFC 6901 pointer to it inside the file.

    `first` is the number of the first record in its list, where a long file comes piece by piece.
    """

    body: Any
    source: Source
    pointer: str = ""
    first: int = 0


def read(sources: Sequence[Path], remarks: Remarks) -> Iterator[Answer]:
    """Every answer in the files and folders, file after file in the order of their names; faults become remarks."""
    for file, source in _files(sources, remarks):
        try:
            yield from _of_file(file, source, remarks)
        except OSError as fault:
            remarks.note("unreadable", f"the file cannot be read: {fault.strerror}.", source.file, severity="error")


def _files(sources: Sequence[Path], remarks: Remarks) -> list[tuple[Path, Source]]:
    """The files to read, each once, in an order that does not depend on how they were named."""
    found: dict[Path, Source] = {}
    for given in sources:
        if not given.exists():
            remarks.note("absent", "there is no such file or folder.", str(given), severity="error")
            continue
        inside = sorted(path for path in given.rglob("*") if path.is_file()) if given.is_dir() else [given]
        for path in inside:
            if given.is_dir() and (
                path.suffix.lower() not in SUFFIXES or any(part.startswith(".") for part in path.relative_to(given).parts)
            ):
                remarks.note("aside", f"left aside; answers are kept in {', '.join(SUFFIXES)}.", str(path))
                continue
            parts = path.relative_to(given).with_suffix("").parts if given.is_dir() else (path.stem,)
            folder = given.name if given.is_dir() else path.absolute().parent.name
            found.setdefault(path.resolve(), Source(str(path), parts, path.stat().st_mtime, folder))
    return sorted(found.items(), key=lambda item: item[1].file)


def _of_file(path: Path, source: Source, remarks: Remarks) -> Iterator[Answer]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        yield from _csv(path, source, remarks)
    elif suffix in LINES:
        yield from _lines(path, source, remarks)
    elif path.stat().st_size > LARGEST:
        remarks.note(
            "large", f"the file is larger than {LARGEST >> 20:,} MiB; keep one answer a file, or lines.", source.file, severity="error"
        )
    else:
        content = path.read_bytes()
        if not content.strip():
            remarks.note("empty", "the file is empty.", source.file, severity="error")
            return
        try:
            yield Answer(_exact(content), source)
        except ValueError:
            yield from _lenient(content, source, remarks)


def _exact(content: bytes) -> Any:
    """JSON with every digit of its whole numbers; raises ValueError for what is no JSON."""
    body = orjson.loads(content)
    # Above 64 bits orjson rounds, and such a number has 20 digits in a row.
    return json.loads(content, parse_int=_whole) if _TWENTY_DIGITS.search(content) else body


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= 40 else float("inf")


def _lenient(content: bytes, source: Source, remarks: Remarks) -> Iterator[Answer]:
    """What is nearly JSON: other encodings, NaN, half characters, several answers one after the other, an answer cut off."""
    text = _decoded(content, source, remarks)
    decoder = json.JSONDecoder(parse_int=_whole, parse_constant=lambda name: _constant(name, source, remarks))
    at = number = 0
    while at < len(text):
        try:
            body, end = decoder.raw_decode(text, at)
        except RecursionError:
            remarks.note(
                "deep", "the file nests lists and objects deeper than any answer does; it is not used.", source.file, severity="error"
            )
            return
        except ValueError as fault:
            used = f" The {number:,} answers before that are used." if number else ""
            detail = f"the file is not JSON: {fault}.{used} Fetch it again; it may be cut off."
            remarks.note("broken", detail, source.file, severity="error")
            return
        blank = _BLANK.match(text, end)
        at = blank.end() if blank else end
        yield Answer(body, source, f"/{number}" if number or at < len(text) else "")
        number += 1


def _decoded(content: bytes, source: Source, remarks: Remarks) -> str:
    bom, encoding = next(((bom, name) for bom, name in _BOMS if content.startswith(bom)), (b"", "utf-8"))
    text = content[len(bom) :].decode(encoding, "replace")
    if "\ufffd" in text:
        remarks.note("characters", f"the file holds characters that are no {encoding}; each is read as \ufffd.", source.file)
    return text.strip()


def _constant(name: str, source: Source, remarks: Remarks) -> None:
    remarks.note("constant", f"{name} is no JSON; it is read as unknown.", source.file)


def _lines(path: Path, source: Source, remarks: Remarks) -> Iterator[Answer]:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b"")):
            content = line.removeprefix(codecs.BOM_UTF8).strip()
            if not content:
                continue
            try:
                yield Answer(_exact(content), source, f"/{number}")
            except ValueError as fault:
                detail = f"line {number + 1:,} is {not_json(content, fault)}; the other lines are used."
                remarks.note(f"line {source.file}", detail, source.file, severity="error")


def _csv(path: Path, source: Source, remarks: Remarks) -> Iterator[Answer]:
    """The rows of a table under `rows`, some thousands at a time, as objects with the first line's names; empty cells are left out."""
    with path.open("rb") as bytes_of:
        wide = bytes_of.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    with path.open(encoding="utf-16" if wide else "utf-8-sig", errors="replace", newline="") as file:
        head = file.readline(1 << 16)
        delimiter = max(DELIMITERS, key=head.count)
        names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
        if not any(names):
            remarks.note("empty", "the file is empty; its first line must name the columns.", source.file, severity="error")
            return
        rows: list[dict[str, str]] = []
        first = 0
        try:
            for cells in csv.reader(file, delimiter=delimiter):
                if len(cells) > len(names):
                    where = f"row {first + len(rows) + 1:,}"
                    detail = f"{where} has {len(cells):,} cells, the first line names {len(names):,} columns; it is left out."
                    remarks.note("cells", detail, source.file)
                    cells = []
                rows.append({name: cell for name, cell in zip(names, cells, strict=False) if cell.strip() and name})
                if len(rows) == CHUNK:
                    yield Answer({"rows": rows}, source, first=first)
                    first, rows = first + CHUNK, []
        except csv.Error as fault:
            remarks.note(
                "broken",
                f"row {first + len(rows) + 1:,} cannot be read ({fault}); the rows before it are used.",
                source.file,
                severity="error",
            )
        if rows:
            yield Answer({"rows": rows}, source, first=first)
