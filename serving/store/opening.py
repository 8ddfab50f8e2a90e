"""How the database is opened: made once however many start at once, and refused when it is of a newer version or of another key."""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from features import locks
from serving.store.tables import STORE, TABLES, VERSION

# Seconds: how long a writer waits for others, how long a database on another machine may take to answer the call.
BUSY_SECONDS, CONNECT_SECONDS, STATEMENT_SECONDS = 10, 5, 60
# Any number that no other program takes as its lock.
_LOCK = 0x61757468


class StoreError(RuntimeError):
    """The database cannot be used; the message says why and what to do. passing: it may work again by itself."""

    def __init__(self, told: str, passing: bool = False):
        super().__init__(told)
        self.passing = passing


def opened(url: str, key: bytes) -> Engine:
    """An engine on a database that has our tables, made now if it is new. Raises StoreError."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError(f"AUTHENTICITY_DATABASE_URL is no address of a database; {_EXPECTED}") from None
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"AUTHENTICITY_DATABASE_URL names {address.get_backend_name()}; {_EXPECTED}")
    shown = address.render_as_string(hide_password=True)
    with told(shown):
        engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
        try:
            with _alone(engine, address) as connection:
                _made(connection, shown, hmac.digest(key, b"authenticity database", "sha256")[:16].hex())
        except BaseException:
            engine.dispose()
            raise
    return engine


_EXPECTED = "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."


@contextmanager
def told(shown: str) -> Iterator[None]:
    """What the database's library or the disk says, as a StoreError of one line without what was to be written."""
    try:
        yield
    except (SQLAlchemyError, OSError, sqlite3.Error) as fault:
        reason = getattr(fault, "orig", None) or fault
        line = (str(reason).strip().splitlines() or [type(reason).__name__])[0]
        raise StoreError(f"{shown}: {line}", passing=isinstance(fault, OperationalError | OSError)) from fault


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _engine(address: URL, **more: Any) -> Engine:
    # Parameters hold ids of accounts; no log may.
    return create_engine(address, hide_parameters=True, json_serializer=_json, json_deserializer=orjson.loads, **more)


def _sqlite(address: URL) -> Engine:
    if address.database in (None, "", ":memory:"):
        raise StoreError("AUTHENTICITY_DATABASE_URL names no file, and what is kept in memory alone is lost; expected sqlite:///FILE.")
    engine = _engine(address, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def settled(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")
        # What retention removes is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete=ON")

    return engine


def _postgresql(address: URL) -> Engine:
    limits = f"-c statement_timeout={1000 * STATEMENT_SECONDS} -c lock_timeout={1000 * BUSY_SECONDS}"
    return _engine(address, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS, "options": limits})


@contextmanager
def _alone(engine: Engine, address: URL) -> Iterator[Connection]:
    """A transaction that no other opening runs beside, on this machine (SQLite) or on any (PostgreSQL)."""
    if address.get_backend_name() == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
        return
    file = Path(str(address.database))
    with locks.held(file.with_name(f".{file.name}.lock")):
        # Its log and its index get the same rights.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        with engine.connect() as connection:
            # The switch does not wait for others as a statement does, and it stays with the file.
            if connection.execute(text("PRAGMA journal_mode")).scalar_one() != "wal":
                connection.execute(text("PRAGMA journal_mode=WAL"))
            yield connection
            connection.commit()


def _made(connection: Connection, shown: str, key_check: str) -> None:
    if not inspect(connection).has_table(STORE.name):
        TABLES.create_all(connection)
        connection.execute(insert(STORE).values(version=VERSION, key_check=key_check))
        return
    found = connection.execute(select(STORE)).one_or_none()
    if found is None:
        # SQLite makes tables one by one, and somebody was stopped between two of them.
        TABLES.create_all(connection)
        connection.execute(insert(STORE).values(version=VERSION, key_check=key_check))
    elif found.version != VERSION:
        raise StoreError(
            f"{shown} has version {found.version} of the tables; this authenticity reads {VERSION}. "
            "Update authenticity on this machine, or let AUTHENTICITY_DATABASE_URL name another database."
        )
    elif found.key_check != key_check:
        raise StoreError(
            f"{shown} holds pseudonyms made with another key than HOME/pseudonyms.key, so no account would be found again. "
            "Bring that key here (every machine that uses this database needs the same one), or use another database."
        )
