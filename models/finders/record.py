"""One record that speaks for a reason, under a pseudonym."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from features.text import Text

# 64 bits: two of an account's 100,000 rows meet with a chance of one in four thousand million.
_DIGITS = 16
# Found for each reason, so that one record need not be told for two of them.
CANDIDATES = 9


@dataclass(frozen=True)
class Record:
    """A row of one of the account's tables: a pseudonym, or for a day its date, and what it shows."""

    table: str
    record: str
    sentence: str

    def to_json(self) -> dict[str, str]:
        return {"table": self.table, "record": self.record, "sentence": self.sentence}


def pseudonym(account_id: str, identity: bytes) -> str:
    """16 hexadecimal digits of SHA-256 over the account's id, a zero byte and the record's id.

    Judging has no key (features/importing/pseudonyms.py has one, for datasets that are kept). The account's id in front keeps one person
    from having one name in the verdicts on two accounts; whoever has the account's own data finds the record again by hashing its ids.
    """
    return hashlib.sha256(account_id.encode("utf-8", "replace") + b"\0" + identity).hexdigest()[:_DIGITS]


def identity(ids: Text | None, j: int) -> bytes:
    """The id of row j, or its place where the table has no ids."""
    if ids is None or not ids.known[j]:
        return b"row %d" % j
    return bytes(ids.data[ids.offsets[j] : ids.offsets[j + 1]])


def counted(number: float, name: str) -> str:
    """A count and what it counts; `name` is a plural in s."""
    return f"{number:,.0f} {name.removesuffix('s') if round(number) == 1 else name}"


def about(number: float) -> str:
    """A stranger's count to two digits, thousands parted."""
    if number < 100:
        return f"{number:.0f}"
    step = 10.0 ** (math.floor(math.log10(number)) - 1)
    return f"about {round(number / step) * step:,.0f}"


def first_by(chosen: np.ndarray, *ranks: np.ndarray) -> list[int]:
    """The places where `chosen` holds, highest rank first (unknown last), equal ones in the order of the table."""
    places = np.flatnonzero(chosen)
    if len(places) > 1:
        keys = [np.nan_to_num(-rank[places], nan=np.inf) for rank in ranks]
        places = places[np.lexsort((places, *reversed(keys)))]
    return [int(j) for j in places[:CANDIDATES]]
