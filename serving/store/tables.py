"""The tables of the database: labels, judged accounts, and the only place where plain ids of accounts stand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Float, Integer, LargeBinary, MetaData, SmallInteger, String, Table
from sqlalchemy.types import TypeDecorator

# Raised by whoever changes a table; a database of a newer version is refused.
VERSION = 1
TABLES = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so what comes from it is told that it is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


# The names begin with the program's, because the database may be one that MLflow uses too.
STORE = Table(
    "authenticity_store",
    TABLES,
    Column("version", Integer, primary_key=True, autoincrement=False),
    # Tells whether the pseudonyms in here were made with the key under HOME.
    Column("key_check", String(32), nullable=False),
)

# A row is never changed, so that what a reviewer said, and when, can be told later; the newest row of an account and head counts.
LABELS = Table(
    "authenticity_labels",
    TABLES,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("pseudonym", String(32), nullable=False, index=True),
    Column("head", String(64), nullable=False),
    Column("value", SmallInteger, nullable=False),
    Column("share", Float),
    Column("source", String),
    # A reviewer's name is personal data of theirs, kept as they gave it.
    Column("by", String),
    Column("at", Moment, nullable=False),
    Column("note", String),
    Column("received_at", Moment, nullable=False, index=True),
    Column("request_id", String(128)),
    # An id that was given once is never given again, even when its row has been removed.
    sqlite_autoincrement=True,
)

# The latest judgement of each account.
JUDGED = Table(
    "authenticity_judged",
    TABLES,
    Column("pseudonym", String(32), primary_key=True),
    Column("judged_at", Moment, nullable=False, index=True),
    Column("bundle_id", String, nullable=False),
    Column("platform", String(32), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("followers", BigInteger),
    Column("seen", String, nullable=False),
    Column("catalogue", String(16), nullable=False),
    Column("features", LargeBinary, nullable=False),
    Column("heads", JSON, nullable=False),
)

NAMES = Table(
    "authenticity_names",
    TABLES,
    Column("pseudonym", String(32), primary_key=True),
    Column("account_id", String, nullable=False),
    Column("told_at", Moment, nullable=False, index=True),
)
