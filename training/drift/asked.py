"""What is compared of two sets of judged accounts: who they are, what was seen of them, their features, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from features.catalog import CATALOG, NAMES
from features.schema import EVENT_TABLES, PLATFORMS
from models.remembered import DECISIONS, Remembered
from models.tiers import TIERS, Tiers

# The family that counts what was seen; told among the inputs.
EVIDENCE = "evidence"
COUNTED = [j for j, feature in enumerate(CATALOG) if feature.family == EVIDENCE]
FEATURES = [j for j, feature in enumerate(CATALOG) if feature.family != EVIDENCE]
# The places of features by those of the tables that they start from.
BY_TABLES: dict[tuple[int, ...], list[int]] = {}
for _j in FEATURES:
    BY_TABLES.setdefault(tuple(i for i, table in enumerate(EVENT_TABLES) if table in CATALOG[_j].tables), []).append(_j)


@dataclass(frozen=True)
class Side:
    """The accounts of one side with their kinds. kind: platform and tier; evidence: kind and which tables were seen; int (n,) each."""

    accounts: Remembered
    tiers: np.ndarray

    @classmethod
    def of(cls, accounts: Remembered, tiers: Tiers) -> Side:
        return cls(accounts, tiers.places(accounts.counts["followers"].astype(np.float64)))

    def only(self, rows: np.ndarray) -> Side:
        return Side(self.accounts.of(rows), self.tiers[rows])

    @property
    def n(self) -> int:
        return self.accounts.n

    @property
    def kind(self) -> np.ndarray:
        return np.asarray(self.accounts.platforms.astype(np.int64) * len(TIERS) + self.tiers)

    @property
    def evidence(self) -> np.ndarray:
        tables = self.accounts.seen @ (1 << np.arange(len(EVENT_TABLES)))
        return np.asarray(self.kind * 2 ** len(EVENT_TABLES) + tables)


@dataclass(frozen=True)
class Number:
    """A number of each account (n,), NaN unknown; cells: what it is compared within."""

    group: str
    name: str
    head: str
    values: np.ndarray
    cells: np.ndarray


@dataclass(frozen=True)
class Facts:
    """Yes-or-no facts of each account of the same cells, (n, k), by name."""

    group: str
    names: Sequence[str]
    head: str
    values: np.ndarray
    cells: np.ndarray


def mix(side: Side) -> Facts:
    """Which platform and which tier: of all accounts together."""
    platforms = side.accounts.platforms[:, None] == np.arange(len(PLATFORMS))
    tiers = side.tiers[:, None] == np.arange(len(TIERS))
    return Facts("mix", (*PLATFORMS, *TIERS), "", np.hstack([platforms, tiers]), np.zeros(side.n, dtype=np.int64))


def asked(side: Side) -> Iterator[Number | Facts]:
    """Everything else, in the same order for both sides.

    A feature is compared among accounts of which its tables were seen, and an answer among accounts of which the same tables were: that
    comments no longer come is one fact, told of the comments, and not that of everything computed from them.
    """
    accounts, kind, evidence = side.accounts, side.kind, side.evidence
    yield Facts("seen", EVENT_TABLES, "", accounts.seen, kind)
    for name, values in sorted(accounts.counts.items()):
        yield Number("inputs", name, "", values, kind)
    for j in COUNTED:
        yield Number("inputs", NAMES[j], "", accounts.features[:, j], kind)
    for tables, places in BY_TABLES.items():
        here = np.asarray(accounts.seen[:, list(tables)].all(axis=1))
        for j in places:
            yield Number("values", NAMES[j], "", accounts.features[here, j], kind[here])
        yield Facts("unknown", [NAMES[j] for j in places], "", np.isnan(accounts.features[np.ix_(here, places)]), kind[here])
    for head, answers in sorted(accounts.heads.items()):
        yield Number("scores", head, head, answers.probability, evidence)
        decided = answers.decisions >= 0
        yield Facts("decisions", DECISIONS, head, answers.decisions[decided, None] == np.arange(len(DECISIONS)), evidence[decided])
        told = (answers.reasons >= 0).any(axis=1)
        # The column behind the last one takes the places where no reason stands.
        named = np.zeros((side.n, len(NAMES) + 1), dtype=np.bool_)
        np.put_along_axis(named, answers.reasons.astype(np.int64) % (len(NAMES) + 1), True, axis=1)
        yield Facts("reasons", NAMES, head, named[told, :-1], evidence[told])
