"""What is kept of labels and judged accounts, under pseudonyms, in SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.engine import Connection, make_url

from features.importing import pseudonyms
from features.problems import InputError
from serving.settings import Settings
from serving.store import accounts, labels
from serving.store.labels import Kept, Label
from serving.store.opening import StoreError, opened, told

if TYPE_CHECKING:
    import pyarrow as pa

    from serving.judged import Judged

__all__ = ["Kept", "Label", "Store", "StoreError"]


class Store:
    """The database of a deployment, opened when it is first asked for anything; threads may share one.

    days: how long judged accounts and plain ids are kept, 0 = not at all. Every method raises StoreError when the database cannot be
    used; what a method was to write is then written whole or not at all.
    """

    def __init__(self, url: str, home: Path, days: int):
        self.url, self.home, self.days = url, home, days
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._key = b""

    @classmethod
    def of(cls, settings: Settings) -> Store:
        return cls(settings.database_url, settings.home, settings.remember_days)

    def pseudonym(self, account_id: str) -> str:
        """What the account is called in the database."""
        self._opened()
        return pseudonyms.of_account(self._key, account_id)

    def keep(self, given: Sequence[Label], request_id: str | None = None) -> list[Kept]:
        """Add labels, in order; returns what each became."""
        now = datetime.now(UTC)
        named = [(self.pseudonym(label.account_id), label) for label in given]
        with self._writing() as connection:
            kept = labels.keep(connection, named, request_id, now)
            if self.days:
                accounts.name(connection, {pseudonym: label.account_id for pseudonym, label in named}, now)
        return kept

    def labels(self, since: datetime | None = None) -> pa.Table:
        """Labels received at or after `since`, oldest first: id, pseudonym, head, value, share, source, by, at, note, received_at,
        account_id (null where retention has removed it)."""
        with self._writing() as connection:
            return labels.table(connection, since)

    def remember(self, judged: Sequence[Judged]) -> None:
        """Keep the latest judgement of each account."""
        named = [(self.pseudonym(row.account_id), row) for row in judged]
        with self._writing() as connection:
            accounts.remember(connection, named)

    def judged(self, since: datetime | None = None, most: int | None = None) -> pa.Table:
        """The latest judgement of each account judged at or after `since`; of more than `most` the latest ones. Columns:
        `serving.judged.schema`."""
        oldest = self._oldest()
        with self._writing() as connection:
            return accounts.table(connection, oldest if since is None else max(since, oldest), most)

    def expire(self) -> int:
        """Remove what is older than retention allows; returns how many judged accounts that were."""
        with self._writing() as connection:
            return accounts.expire(connection, self._oldest())

    def close(self) -> None:
        """Let go of the database; the next question opens it again."""
        if self._engine is not None:
            self._engine.dispose()

    def _oldest(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=self.days)

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                try:
                    with told(str(self.home)):
                        self._key = pseudonyms.key_under(self.home)
                except InputError as fault:
                    raise StoreError(str(fault)) from None
                self._engine = opened(self.url, self._key)
            return self._engine

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        engine = self._opened()
        with told(make_url(self.url).render_as_string(hide_password=True)), engine.begin() as connection:
            yield connection
