"""Judged accounts: the latest judgement of each, and their names for as long as retention allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from serving import judged
from serving.judged import Judged
from serving.store.tables import JUDGED, NAMES

if TYPE_CHECKING:
    import pyarrow as pa

# What PostgreSQL cannot hold in a text.
_NUL = "\0"


def remember(connection: Connection, accounts: Iterable[tuple[str, Judged]]) -> None:
    """Keep each (pseudonym, judgement) pair unless a later judgement of that account is there already."""
    # In one order everywhere, so that two writers never wait for each other.
    latest = sorted(dict(accounts).items())
    if latest:
        rows = [{**row._asdict(), "pseudonym": pseudonym, "heads": dict(row.heads)} for pseudonym, row in latest]
        known = [column.name for column in JUDGED.c]
        _upsert(connection, JUDGED, [{name: row[name] for name in known} for row in rows], "judged_at")
        name(connection, {pseudonym: row.account_id for pseudonym, row in latest}, max(row.judged_at for _, row in latest))


def name(connection: Connection, names: Mapping[str, str], now: datetime) -> None:
    """Write down which account a pseudonym is of."""
    rows = [{"pseudonym": each, "account_id": plain, "told_at": now} for each, plain in sorted(names.items()) if _NUL not in plain]
    if rows:
        _upsert(connection, NAMES, rows, "told_at")


def _upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], moment: str) -> None:
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    statement = dialect.insert(table)
    new = statement.excluded
    others = {column.name: new[column.name] for column in table.c if column.name != "pseudonym"}
    later = new[moment] >= table.c[moment]
    connection.execute(statement.on_conflict_do_update(index_elements=["pseudonym"], set_=others, where=later), rows)


def table(connection: Connection, since: datetime | None, most: int | None = None) -> pa.Table:
    """The judgements made at or after `since`, by pseudonym; of more than `most` the latest. Columns: `serving.judged.schema`."""
    query = select(JUDGED, NAMES.c.account_id).outerjoin(NAMES, NAMES.c.pseudonym == JUDGED.c.pseudonym)
    query = query.order_by(JUDGED.c.judged_at.desc(), JUDGED.c.pseudonym).limit(most)
    if since is not None:
        query = query.where(JUDGED.c.judged_at >= since)
    rows = []
    for row in connection.execute(query):
        facts = dict(row._mapping)
        pseudonym, plain = facts.pop("pseudonym"), facts.pop("account_id")
        rows.append((pseudonym, plain, Judged(account_id=pseudonym, **facts)))
    return judged.table(sorted(rows, key=lambda row: row[0]))


def expire(connection: Connection, before: datetime) -> int:
    """Remove judgements and names from before a moment; returns how many accounts are forgotten."""
    connection.execute(delete(NAMES).where(NAMES.c.told_at < before))
    return connection.execute(delete(JUDGED).where(JUDGED.c.judged_at < before)).rowcount


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(JUDGED)).scalar_one()
