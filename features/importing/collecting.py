"""Recognises answers by a platform's declaration and takes our columns out of their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from features.importing import converters
from features.importing.answers import Answer, Source
from features.importing.remarks import Remarks
from features.importing.rows import Page, Rows
from features.importing.shapes import UP, Envelope, Inside, Platform, Record, Refusal, Shape, Take, look
from features.schema import EVENT_TABLES, Field
from features.values import BadValue, shown

# Answers kept inside other objects are looked for this deep.
DEEPEST = 4
MENTIONED = "mentioned"
UNREADABLE = object()


@dataclass
class Collected:
    """Everything that one platform's answers said, not yet put together; accounts that were only mentioned stand apart."""

    platform: Platform
    remarks: Remarks
    tables: dict[str, Rows] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    refused: bool = False

    def __post_init__(self) -> None:
        self.tables = {name: Rows(name) for name in ("accounts", *EVENT_TABLES)} | {MENTIONED: Rows("accounts")}

    def add(self, answer: Answer) -> bool:
        """Take what the answer holds; False when no record in it is of this platform. Tells what the platform refused."""
        found = self.refused = False
        # The last is looked at first, so what lies inside is put there backwards, and records keep the order of the file.
        waiting = [(answer.body, answer.source, answer.pointer, 0)]
        while waiting:
            body, source, pointer, depth = waiting.pop()
            if self._whole(body, source, pointer, answer.first):
                found = True
            elif depth < DEEPEST:
                waiting += reversed([(value, place, f"{pointer}/{key}", depth + 1) for key, value, place in _parts(body, source)])
        return found

    def _whole(self, body: Any, source: Source, pointer: str, first: int) -> bool:
        """The body as one answer of the platform, with every envelope that fits."""
        if not isinstance(body, dict):
            return False
        self.refused |= self._refused(body, source, pointer)
        known = False
        for envelope in _named_so(self.platform.envelopes, source.words):
            if look(body, envelope.steps) is not None and all(mark(body) for mark in envelope.marks):
                known = self._list(envelope, body, source, pointer, first) or known
        return known

    def _refused(self, body: Record, source: Source, pointer: str) -> bool:
        """Tell the errors that the platform answered with."""
        found = False
        for refusal in self.platform.refusals:
            for _, record in _records(body, refusal.path):
                if isinstance(record, dict) and all(mark(record) for mark in refusal.marks):
                    found = self._tell(refusal, record, source, pointer) or found
        return found

    def _tell(self, refusal: Refusal, record: Record, source: Source, pointer: str) -> bool:
        code = look(record, refusal.code.split(".")) if refusal.code else None
        message = next(
            (text for path in refusal.message.split(" | ") if isinstance(text := look(record, path.split(".")), str) and text), None
        )
        if str(code) in refusal.fine or (message is None and not refusal.fine):
            return False
        said = f": {shown(converters.plain(message))}" if message else ""
        number = "" if code is None else f" (code {shown(code)})"
        detail = f"{self.platform.title} answered with an error{said}{number}. Ask again; the other answers are used."
        place = f"{pointer}/{refusal.path.replace('.', '/')}" if refusal.path else pointer
        self.remarks.note("refused", detail, source.file, place)
        return True

    def _list(self, envelope: Envelope, body: Record, source: Source, pointer: str, first: int) -> bool:
        """The records of one envelope; True when it holds at least one of them, or an empty list."""
        page = Page(source)
        if envelope.more:
            page = Page(
                source,
                f"{envelope.items} {envelope.named}",
                None,
                bool(_first(body, envelope.more)),
                bool(_first(body, envelope.before)),
                True,
            )
        if envelope.owner is not None:
            page.owner = envelope.owner(body)
        items = list(_records(body, envelope.items, first))
        known = not items
        for step, record in items:
            place = pointer + step
            if not isinstance(record, dict):
                continue
            shape = next((shape for shape in envelope.shapes if shape.fits(record)), None)
            if shape is not None:
                known = True
                self._record(shape, record, (), page, place)
        if known:
            self.pages.append(page)
            for step, record in items:
                if not isinstance(record, dict):
                    self.remarks.note("object", f"expected an object, got {shown(record)}; it is left out.", source.file, pointer + step)
            if envelope.guess and items:
                self.remarks.note(envelope.guess, envelope.guess, source.file, pointer)
        return known

    def _record(self, shape: Shape, record: Record, above: tuple[Record, ...], page: Page, pointer: str) -> None:
        if shape.table is None:
            if shape.why:
                self.remarks.note(shape.why, f"{shape.name} left out: {shape.why}", page.source.file, pointer)
        else:
            values = self._values(shape, record, above, page, pointer)
            if values is not None:
                self.tables[shape.table if shape.certain else MENTIONED].add(values, page, pointer)
            for path in _unused(record, shape.used):
                if path not in self.platform.plumbing:
                    self.remarks.not_used(f"{shape.name}: {path}")
        for inside in shape.inside:
            self._inside(inside, record, above, page, pointer)

    def _inside(self, inside: Inside, record: Record, above: tuple[Record, ...], page: Page, pointer: str) -> None:
        inner = page
        if inside.more:
            inner = Page(page.source, f"{inside.shape.name} inside", None, bool(_first(record, inside.more)), False, True)
            self.pages.append(inner)
        for step, one in _records(record, inside.path):
            if isinstance(one, dict) and inside.shape.fits(one):
                self._record(inside.shape, one, (*above, record), inner, pointer + step)

    def _values(self, shape: Shape, record: Record, above: tuple[Record, ...], page: Page, pointer: str) -> dict[str, Any] | None:
        """What is known of a record, column by column; None when an id in it cannot be read, because then it is of nobody."""
        values = {}
        for column, (kind, takes) in shape.takes.items():
            value = self._value(kind, takes, record, above, page, pointer)
            if value is UNREADABLE and kind.kind == "id":
                return None
            if value is not None and value is not UNREADABLE:
                values[column] = value
        for column, flag in shape.hides.items():
            if look(record, flag.split(".")) is True:
                values.pop(column, None)
        return values

    def _value(self, kind: Field, takes: tuple[Take, ...], record: Record, above: tuple[Record, ...], page: Page, pointer: str) -> Any:
        """The first value that is there and known; None where there is none, UNREADABLE where what is there is told to be faulty."""
        value = None
        for one in takes:
            for path in one.paths:
                raw = _joined(one, record, above) if one.join else look(record, path, above)
                if raw is None:
                    continue
                try:
                    known = converters.read(kind, raw, one.convert)
                except BadValue as fault:
                    where = pointer + "".join(f"/{step}" for step in path if step != UP)
                    said = str(fault).removeprefix("it is ").removeprefix(f"{kind.name} is ")
                    cost = "The record is left out." if kind.kind == "id" else "It is unknown."
                    self.remarks.note(f"value {kind.name}", f"{kind.name} is {said} {cost}", page.source.file, where)
                    value = UNREADABLE
                    continue
                if known is not None:
                    return known
        return value


def _joined(one: Take, record: Record, above: tuple[Record, ...]) -> str | None:
    """The texts at all paths of a Take, below each other."""
    texts = [raw for path in one.paths if isinstance(raw := look(record, path, above), str) and raw]
    return "\n".join(texts) if texts else None


@lru_cache(maxsize=4_096)
def _named_so(envelopes: tuple[Envelope, ...], words: str) -> tuple[Envelope, ...]:
    """The envelopes that a file with these words in its name may hold."""
    return tuple(
        envelope
        for envelope in envelopes
        if (not envelope.named or any(word in words for word in envelope.named)) and not any(word in words for word in envelope.unnamed)
    )


def _records(body: Any, path: str, first: int = 0) -> Iterator[tuple[str, Any]]:
    """The records at a path, which may be a list of them (numbered from `first`) or one, each with its pointer from here."""
    node = look(body, path.split(".")) if path else body
    step = "".join(f"/{part}" for part in path.split(".")) if path else ""
    if isinstance(node, list):
        yield from ((f"{step}/{number}", one) for number, one in enumerate(node, first))
    elif node is not None:
        yield step, node


def _parts(body: Any, source: Source) -> Iterator[tuple[Any, Any, Source]]:
    """What may be answers inside something that is none: the members of a list, or of an object under their keys."""
    if isinstance(body, list):
        yield from ((number, one, source) for number, one in enumerate(body) if isinstance(one, dict | list))
    elif isinstance(body, dict):
        for key, one in body.items():
            if isinstance(one, dict | list):
                yield key.replace("~", "~0").replace("/", "~1"), one, source.under(key)


def _first(body: Record, paths: str) -> Any:
    """The first thing at one of the paths that is not a word for "no more"."""
    found = (look(body, path.split(".")) for path in paths.split(" | ") if path)
    return next((one for one in found if one not in (None, False, "", 0, "0", -1)), None)


def _unused(record: Record, used: Mapping[str, Any]) -> Iterator[str]:
    """Paths of the record's fields that its shape does not read."""
    for key, value in record.items():
        node = used.get(key)
        if node is None:
            yield key
        elif node is not True and isinstance(value, dict):
            yield from (f"{key}.{rest}" for rest in _unused(value, node))
