"""Accounts that the bundle remembers, so that those of today can be held against them: measurements and answers, no id and no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalog import NAMES
from features.schema import EVENT_TABLES, PLATFORMS

# Enough to see half a standard deviation in one of a hundred features; more would only make the bundle larger.
MOST = 1_000
MOST_BYTES = 32 * 2**20
DECISIONS = ("yes", "no", "undecided")
NO_REASON = NO_DECISION = -1
# What a feature says of an account's own numbers is told of the features; these two are asked of every platform.
COUNTS = ("followers", "following")


@dataclass(frozen=True)
class Answers:
    """What one head said of n accounts. probability: float32 (n,), NaN where nothing could be judged; decisions: int8 (n,), places in
    DECISIONS, NO_DECISION where it is not known; reasons: int16 (n, r), places in NAMES, strongest first, NO_REASON behind the last one.
    """

    probability: np.ndarray
    decisions: np.ndarray
    reasons: np.ndarray

    def of(self, rows: np.ndarray) -> Answers:
        return Answers(self.probability[rows], self.decisions[rows], self.reasons[rows])


@dataclass(frozen=True)
class Remembered:
    """n judged accounts: the places of their platforms in PLATFORMS (n,), the numbers of COUNTS (those that are kept), which of
    EVENT_TABLES were looked at (n, 4), the features in the order of NAMES, float32 (n, k), NaN = unknown, and the answers of each head."""

    platforms: np.ndarray
    counts: Mapping[str, np.ndarray]
    seen: np.ndarray
    features: np.ndarray
    heads: Mapping[str, Answers]

    @property
    def n(self) -> int:
        return len(self.platforms)

    def of(self, rows: np.ndarray) -> Remembered:
        """Some of the accounts, in the order asked for."""
        counts = {name: values[rows] for name, values in self.counts.items()}
        heads = {name: answers.of(rows) for name, answers in self.heads.items()}
        return Remembered(self.platforms[rows], counts, self.seen[rows], self.features[rows], heads)

    def to_bytes(self) -> bytes:
        """As a Parquet file with a row per account, for any tool to read; the same accounts give the same bytes."""
        columns: dict[str, pa.Array] = {"platform": pa.array([PLATFORMS[code] for code in self.platforms])}
        columns |= {name: pa.array(values.astype(np.float32)) for name, values in self.counts.items()}
        columns |= {f"seen_{table}": pa.array(self.seen[:, j]) for j, table in enumerate(EVENT_TABLES)}
        columns |= {name: pa.array(np.ascontiguousarray(self.features[:, j], dtype=np.float32)) for j, name in enumerate(NAMES)}
        for name, answers in self.heads.items():
            columns[f"{name}_probability"] = pa.array(answers.probability.astype(np.float32))
            columns[f"{name}_decision"] = pa.array([DECISIONS[code] for code in answers.decisions])
            columns[f"{name}_reasons"] = pa.array([[NAMES[j] for j in row if j >= 0] for row in answers.reasons], pa.list_(pa.string()))
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(columns), sink, compression="zstd")
        return sink.getvalue().to_pybytes()

    @classmethod
    def from_bytes(cls, content: bytes, heads: Sequence[str]) -> Remembered:
        """What `to_bytes` wrote. Raises ValueError for anything else: another version's columns, too many rows, or no Parquet at all."""
        try:
            file = pq.ParquetFile(pa.BufferReader(content))
            about = file.metadata
            swollen = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups)) > MOST_BYTES
            if about.num_rows > MOST or swollen:
                raise ValueError(f"it remembers {about.num_rows:,} accounts; at most {MOST:,} have a place")
            table = file.read()
            return cls._of(table, heads)
        except (pa.ArrowException, KeyError, TypeError, OverflowError) as fault:
            raise ValueError(f"what it remembers does not fit this version ({str(fault).splitlines()[0][:120]})") from None

    @classmethod
    def _of(cls, table: pa.Table, heads: Sequence[str]) -> Remembered:
        def numbers(name: str) -> np.ndarray:
            values = np.asarray(table[name].to_numpy(), dtype=np.float32)
            if np.isinf(values).any():
                raise ValueError(f"{name} is not finite")
            return values

        def places(name: str, known: Sequence[str]) -> np.ndarray:
            place = {each: code for code, each in enumerate(known)}
            return np.array([place[each] for each in table[name].to_pylist()], dtype=np.int8)

        place = {name: j for j, name in enumerate(NAMES)}
        answers = {}
        for name in heads:
            told = [[place[feature] for feature in row] for row in table[f"{name}_reasons"].to_pylist()]
            answers[name] = Answers(numbers(f"{name}_probability"), places(f"{name}_decision", DECISIONS), ragged(told))
        return cls(
            places("platform", PLATFORMS),
            {name: numbers(name) for name in COUNTS},
            np.column_stack([table[f"seen_{name}"].to_numpy() for name in EVENT_TABLES]).astype(np.bool_),
            np.column_stack([numbers(name) for name in NAMES]),
            answers,
        )


def ragged(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Lists of places, filled up with NO_REASON: int16 (n, longest)."""
    longest = max(map(len, rows), default=0)
    return np.array([[*row, *[NO_REASON] * (longest - len(row))] for row in rows], dtype=np.int16).reshape(len(rows), longest)


def joined(pieces: Sequence[Remembered]) -> Remembered:
    """The accounts of several, one after another; a number or a head that one of them lacks is left out."""
    if len(pieces) == 1:
        return pieces[0]
    first = pieces[0]
    counts = {name: np.concatenate([p.counts[name] for p in pieces]) for name in first.counts if all(name in p.counts for p in pieces)}
    heads = {}
    for name in first.heads:
        if all(name in piece.heads for piece in pieces):
            told = [piece.heads[name] for piece in pieces]
            reasons = ragged([row[row >= 0].tolist() for each in told for row in each.reasons])
            heads[name] = Answers(
                np.concatenate([each.probability for each in told]), np.concatenate([each.decisions for each in told]), reasons
            )
    whole = [np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("platforms", "seen", "features")]
    return replace(first, platforms=whole[0], counts=counts, seen=whole[1], features=whole[2], heads=heads)
