"""Labels as they were given: added, never changed, and handed to whoever trains."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from serving.store.tables import LABELS, NAMES

if TYPE_CHECKING:
    import pyarrow as pa


class Label(NamedTuple):
    """What a reviewer says of one account and head. share: of purchased-type followers, 0-1, None unknown; at: when it was decided."""

    account_id: str
    head: str
    value: int
    share: float | None = None
    source: str | None = None
    by: str | None = None
    at: datetime | None = None
    note: str | None = None


class Kept(NamedTuple):
    """A label that is in the database: its number there, and what its account is called there."""

    id: str
    pseudonym: str
    head: str
    value: int
    received_at: datetime


def keep(connection: Connection, labels: Sequence[tuple[str, Label]], request_id: str | None, now: datetime) -> list[Kept]:
    """Add (pseudonym, label) pairs, all or none."""
    rows = [
        {**label._asdict(), "pseudonym": pseudonym, "at": label.at or now, "received_at": now, "request_id": request_id}
        for pseudonym, label in labels
    ]
    for row in rows:
        del row["account_id"]
    numbers = connection.execute(insert(LABELS).returning(LABELS.c.id, sort_by_parameter_order=True), rows).scalars()
    return [Kept(str(number), name, label.head, label.value, now) for number, (name, label) in zip(numbers, labels, strict=True)]


def table(connection: Connection, since: datetime | None) -> pa.Table:
    """Every label received at or after `since`, oldest first; account_id is null where only the pseudonym is left."""
    import pyarrow as pa

    columns = [*(column for column in LABELS.c if column.name != "request_id"), NAMES.c.account_id]
    query = select(*columns).outerjoin(NAMES, NAMES.c.pseudonym == LABELS.c.pseudonym).order_by(LABELS.c.id)
    if since is not None:
        query = query.where(LABELS.c.received_at >= since)
    found = connection.execute(query).all()
    text, moment = pa.large_string(), pa.timestamp("us", "UTC")
    kinds = {"id": pa.int64(), "value": pa.int64(), "share": pa.float64(), "at": moment, "received_at": moment}
    schema = pa.schema([(column.name, kinds.get(column.name, text)) for column in columns])
    return pa.Table.from_pylist([dict(row._mapping) for row in found], schema)
