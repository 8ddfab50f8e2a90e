"""AccountTable: the facts of one account or a million as columns, each account's events in the order they happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.columns import Array, Column, Events, Labels, Nested
from features.facts import Raw, Snapshot
from features.order import order_of
from features.schema import EVENT_TABLES, PLATFORMS, TABLES, Field
from features.spans import ends_of
from features.text import Text, hashtags_in

# Beyond a few megabytes every pass over the events waits for memory: 200 accounts at a time take half the time of 8,000.
BLOCK_ROWS = 40_000
Kind = TypeVar("Kind")

_PREFIX = {"post": "posts", "comment": "comments", "follower": "follower_sample", "history": "history"}


def inputs() -> dict[str, tuple[str, Field]]:
    """Every name a formula may ask for: `followers` (of the account), `post_likes`, `comment_text`, `follower_rank`, `history_date` …"""
    names = {field.name: ("accounts", field) for field in TABLES["accounts"].fields}
    for prefix, table in _PREFIX.items():
        names |= {f"{prefix}_{field.name}": (table, field) for field in TABLES[table].fields if field.name != "account_id"}
    return names


INPUTS = inputs()


@dataclass(frozen=True)
class AccountTable:
    """The facts of n accounts. Built by `from_tables` or `from_snapshots`; read by name through `fact`.

    columns[table][column]: float64 with NaN, Text or Nested, in the order account, moment, id.
    starts[table]: where each account's events begin (n + 1). looked_at[table]: whether the account's list was looked at (n).
    """

    account_ids: list[str]
    platforms: list[str]
    columns: Mapping[str, Mapping[str, Raw]]
    starts: Mapping[str, Array]
    looked_at: Mapping[str, Array]

    @property
    def n(self) -> int:
        return len(self.account_ids)

    @classmethod
    def from_tables(cls, tables: Mapping[str, pa.Table]) -> AccountTable:
        """Facts from a dataset's tables (contract types). Rows of accounts that are not in `accounts` are left out."""
        accounts = tables["accounts"].combine_chunks()
        n = accounts.num_rows
        own = np.arange(n + 1, dtype=np.int64)
        ids = accounts["account_id"].combine_chunks()
        raw = {"accounts": _from_arrow(accounts, "accounts", own)}
        index: dict[str, Array] = {}
        for name in EVENT_TABLES:
            table = tables.get(name)
            if table is not None:
                table = table.combine_chunks()
                raw[name] = _from_arrow(table, name, np.zeros(1, dtype=np.int64))
                index[name] = pc.index_in(table["account_id"].combine_chunks(), value_set=ids).fill_null(-1).to_numpy().astype(np.int64)
        return cls._arranged(ids.to_pylist(), accounts["platform"].to_pylist(), raw, index, {}, {})

    @classmethod
    def from_snapshots(cls, snapshots: Sequence[Snapshot]) -> AccountTable:
        """Facts from single accounts; a list that is empty counts as looked at, an absent one does not."""
        n = len(snapshots)
        own = np.arange(n + 1, dtype=np.int64)
        raw = {"accounts": _concatenated([s.account for s in snapshots], [1] * n, "accounts", own)}
        index: dict[str, Array] = {}
        starts: dict[str, Array] = {}
        looked_at: dict[str, Array] = {}
        for name in EVENT_TABLES:
            looked_at[name] = np.array([name in s.events for s in snapshots], dtype=np.bool_)
            if looked_at[name].any():
                sizes = [int(s.starts[name][1]) if name in s.starts else 0 for s in snapshots]
                starts[name] = ends_of(np.array(sizes, dtype=np.int64))
                raw[name] = _concatenated([s.events.get(name, {}) for s in snapshots], sizes, name, starts[name])
                index[name] = np.repeat(own[:-1], sizes)
        return cls._arranged([s.account_id for s in snapshots], [s.platform for s in snapshots], raw, index, looked_at, starts)

    @classmethod
    def _arranged(
        cls,
        account_ids: list[str],
        platforms: list[str],
        raw: dict[str, dict[str, Raw]],
        index: Mapping[str, Array],
        looked_at: dict[str, Array],
        given: Mapping[str, Array],
    ) -> AccountTable:
        """Every table's rows in the order account, moment, id; what happened after the look is left out.

        given[table]: where each account's events begin, if they lie account by account already and the columns know it.
        """
        n = len(account_ids)
        observed = raw["accounts"].get("observed_at")
        observed = observed if isinstance(observed, np.ndarray) else np.full(n, np.nan)
        columns: dict[str, Mapping[str, Raw]] = {"accounts": raw["accounts"]}
        starts: dict[str, Array] = {"accounts": np.arange(n + 1, dtype=np.int64)}
        for name in EVENT_TABLES:
            if name not in raw:
                starts[name] = np.zeros(n + 1, dtype=np.int64)
                looked_at.setdefault(name, np.zeros(n, dtype=np.bool_))
                continue
            order = order_of(name, raw[name], index[name], observed)
            if order is None and name in given:
                starts[name], columns[name] = given[name], raw[name]
                continue
            kept = index[name] if order is None else index[name][order]
            starts[name] = ends_of(np.bincount(kept, minlength=n))
            columns[name] = {
                key: _begin(column, starts[name]) if order is None else _take(column, order, starts[name])
                for key, column in raw[name].items()
            }
            looked_at[name] = looked_at.get(name, False) | (np.diff(starts[name]) > 0)
        return cls(account_ids, platforms, columns, starts, looked_at)

    def blocks(self, most_rows: int = BLOCK_ROWS) -> Iterator[tuple[int, AccountTable]]:
        """The accounts in runs whose events are few enough to stay in a processor's cache: (place of the first, run)."""
        rows = np.sum([ends[1:] for ends in self.starts.values()], axis=0)
        first = 0
        while first < self.n:
            before = rows[first - 1] if first else 0
            last = max(int(np.searchsorted(rows, before + most_rows, side="right")), first + 1)
            yield first, self if last - first == self.n else self.block(first, last)
            first = last

    def block(self, first: int, last: int) -> AccountTable:
        """Accounts `first` to `last` (left out) alone, without a copy of their events."""
        columns: dict[str, Mapping[str, Raw]] = {}
        starts: dict[str, Array] = {}
        for name, ends in self.starts.items():
            begin, end = int(ends[first]), int(ends[last])
            starts[name] = ends[first : last + 1] - begin
            if name in self.columns:
                columns[name] = {key: _cut(column, begin, end, starts[name]) for key, column in self.columns[name].items()}
        looked_at = {name: flags[first:last] for name, flags in self.looked_at.items()}
        return AccountTable(self.account_ids[first:last], self.platforms[first:last], columns, starts, looked_at)

    def only(self, rows: Array) -> AccountTable:
        """The accounts at these places, (m,) of int, in that order."""
        starts = {name: ends_of(np.diff(begin)[rows]) for name, begin in self.starts.items()}
        columns: dict[str, Mapping[str, Raw]] = {}
        for name, held in self.columns.items():
            shift = np.repeat(self.starts[name][:-1][rows] - starts[name][:-1], np.diff(starts[name]))
            columns[name] = {key: _take(column, shift + np.arange(len(shift)), starts[name]) for key, column in held.items()}
        looked_at = {name: flags[rows] for name, flags in self.looked_at.items()}
        ids, platforms = ([names[row] for row in rows] for names in (self.account_ids, self.platforms))
        return AccountTable(ids, platforms, columns, starts, looked_at)

    def without(self, hidden: Mapping[str, Array]) -> AccountTable:
        """The same accounts as if some of their tables had not been looked at: hidden[table] is True (n,) where to hide it."""
        columns, starts, looked_at = dict(self.columns), dict(self.starts), dict(self.looked_at)
        for name, gone in hidden.items():
            if name not in columns:
                continue
            sizes = np.diff(self.starts[name])
            order = np.flatnonzero(np.repeat(~gone, sizes))
            starts[name] = np.concatenate([[0], np.cumsum(np.where(gone, 0, sizes))]).astype(np.int64)
            columns[name] = {key: _take(column, order, starts[name]) for key, column in self.columns[name].items()}
            looked_at[name] = self.looked_at[name] & ~gone
        return AccountTable(self.account_ids, self.platforms, columns, starts, looked_at)

    def fact(self, name: str) -> Column | Events | Labels | Text | Nested:
        """One input of a formula, unknown everywhere when the dataset does not have its column."""
        table, field = INPUTS[name]
        raw = self.columns.get(table, {}).get(field.name)
        if raw is None:
            raw = self._unknown(table, field.kind)
        if isinstance(raw, Text):
            return raw.labels if field.kind == "id" else raw
        if isinstance(raw, Nested):
            return raw
        return Column(raw) if table == "accounts" else Events(raw, self.starts[table])

    def _unknown(self, table: str, kind: str) -> Raw:
        """A column of which nothing is known; made once, because most accounts lack most columns."""
        sort = kind if kind in ("text", "id", "words") else "number"
        made = self._made.get((table, sort))
        if made is None:
            starts = self.starts[table]
            m = int(starts[-1])
            nothing, nowhere = np.zeros(m, np.bool_), np.zeros(m + 1, np.int64)
            if sort == "number":
                made = np.full(m, np.nan)
            elif sort == "words":
                made = Nested(np.zeros(0, np.int64), nowhere, nothing, starts)
            else:
                made = Text(np.zeros(0, np.uint8), nowhere, nothing, starts)
            self._made[table, sort] = made
        return made

    @cached_property
    def _made(self) -> dict[tuple[str, str], Raw]:
        return {}

    def column(self, name: str) -> Column:
        """A number of each account."""
        return _only(self.fact(name), Column)

    def events(self, name: str) -> Events:
        """A number of each post, comment, follower or day."""
        return _only(self.fact(name), Events)

    def text(self, name: str) -> Text:
        """A text of each account or event."""
        return _only(self.fact(name), Text)

    def texts(self, name: str) -> list[str | None]:
        """A text column of the accounts as Python values."""
        text = self.text(name)
        pieces = zip(text.known, text.offsets[:-1], text.offsets[1:], strict=True)
        return [bytes(text.data[begin:end]).decode(errors="replace") if known else None for known, begin, end in pieces]

    @cached_property
    def platform_codes(self) -> Array:
        """The place of each account's platform in PLATFORMS, int64."""
        place = {platform: code for code, platform in enumerate(PLATFORMS)}
        return np.array([place[platform] for platform in self.platforms], dtype=np.int64)


def _only(fact: object, kind: type[Kind]) -> Kind:
    if not isinstance(fact, kind):
        raise TypeError(f"expected {kind.__name__}, the input is {type(fact).__name__}")
    return fact


def _take(column: Raw, order: Array, starts: Array) -> Raw:
    if isinstance(column, Text | Nested):
        return column.take(order, starts)
    return column[order]


def _cut(column: Raw, begin: int, end: int, starts: Array) -> Raw:
    """The rows from `begin` to `end`."""
    return column.cut(begin, end, starts) if isinstance(column, Text | Nested) else column[begin:end]


def _begin(column: Raw, starts: Array) -> Raw:
    """The same rows in the same order; only where each account begins is new."""
    return replace(column, starts=starts) if isinstance(column, Text | Nested) else column


def _from_arrow(table: pa.Table, name: str, starts: Array) -> dict[str, Raw]:
    raw: dict[str, Raw] = {}
    for field in TABLES[name].fields:
        if field.name not in table.column_names or (field.name == "account_id" and name != "accounts"):
            continue
        column = table[field.name].combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if field.kind in ("text", "id"):
            raw[field.name] = Text.from_arrow(column.cast(pa.large_string()), starts)
        elif field.kind == "words":
            raw[field.name] = _words(column.cast(field.arrow), starts)
        else:
            raw[field.name] = _numbers(column, field)
    return raw


def _numbers(column: pa.Array, field: Field) -> Array:
    kind = {"moment": pa.int64(), "day": pa.int32(), "flag": pa.uint8()}.get(field.kind)
    numbers = (column.cast(field.arrow).cast(kind) if kind else column).cast(pa.float64())
    values: Array = numbers.to_numpy(zero_copy_only=False)
    return values / 86_400_000_000 if field.kind == "moment" else values


def _words(column: pa.Array, starts: Array) -> Nested:
    flat = column.flatten()
    sizes = pc.list_value_length(column).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return hashtags_in(flat.fill_null("").to_pylist(), sizes, starts)


def _concatenated(pieces: Sequence[Mapping[str, Raw]], sizes: Sequence[int], name: str, starts: Array) -> dict[str, Raw]:
    """Columns of several accounts one after another; a column that one of them lacks is unknown for its rows."""
    if len(pieces) == 1:
        return dict(pieces[0])
    raw: dict[str, Raw] = {}
    seen = set().union(*pieces)
    for field in TABLES[name].fields:
        if field.name in seen:
            parts: list[Any] = [piece.get(field.name, size) for piece, size in zip(pieces, sizes, strict=True)]
            if field.kind in ("text", "id"):
                raw[field.name] = Text.concatenated(parts, starts)
            elif field.kind == "words":
                raw[field.name] = Nested.concatenated(parts, starts)
            else:
                raw[field.name] = np.concatenate([np.full(part, np.nan) if isinstance(part, int) else part for part in parts])
    return raw
