"""Where trainings are recorded: a store of one's own under HOME, or one that a team shares."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy.exc import SQLAlchemyError

from features.locks import held
from training.tracking import addresses, versions
from training.tracking.databases import TABLES_S, connected, is_new, opened
from training.tracking.errors import NoAnswer
from training.tracking.patience import FIRST_S, IN_ALL_S, SYNC_FIRST_S, Patience, PatientClient

T = TypeVar("T")


@dataclass(frozen=True)
class TrackingStore:
    """Where runs are recorded: `uri` for MLflow, and `home`, which also holds the SQLite file and the artifacts of a local store.

    A shared store has a `spool`, a local store under HOME in which every run is recorded before it is copied to the server.
    """

    home: Path
    uri: str = field(repr=False)
    client: MlflowClient
    is_spool: bool = False

    @property
    def local(self) -> bool:
        return self.uri.startswith("sqlite:")

    @property
    def served(self) -> bool:
        """Whether an MLflow server is asked, and not the database itself."""
        return addresses.kind(self.uri) == "http"

    @property
    def shown(self) -> str:
        """The address without its password."""
        return addresses.shown(self.uri)

    @property
    def artifacts(self) -> Path:
        return self.home / "mlartifacts"

    @property
    def beside(self) -> Path:
        """The folder of the locks of all that use this store from this machine: where its SQLite file lies, else HOME."""
        return Path(self.uri.split(":///", 1)[1]).parent if self.local else self.home

    @property
    def lock(self) -> Path:
        return self.beside / "mlflow.lock"

    @property
    def running(self) -> Path:
        return self.beside / "running"

    @property
    def artifact_location(self) -> str | None:
        """Where the artifacts of a new experiment go; None leaves it to the server, and a bare database has none."""
        return None if self.served else self.artifacts.as_uri()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For what MLflow does by looking first and inserting then, so that two trainings would trip each other.

        Nobody waits for a lock while its holder waits for a server: there the loser of such a race asks again.
        """
        with held(self.lock) if self.local else nullcontext():
            yield

    def version(self, number: str | int) -> str:
        """A version's name; what waits for its server has no number yet."""
        return f"spooled-{number}" if self.is_spool else str(number)

    def patiently(self, ask: Callable[[], T]) -> T:
        """The same for what is no call of the client: at once in a local store, else with the patience that is left."""
        return self.client.wait(ask) if isinstance(self.client, PatientClient) else ask()

    def spool(self, make: bool = False) -> "TrackingStore | None":
        """The local store in which runs wait for the server; None if there is none yet, or if this store is local itself."""
        home = self.home / "spool"
        if self.local or not (make or (home / "mlflow.db").exists()):
            return None
        return _local(home, home / "mlflow.db", is_spool=True)


def store(home: Path, uri: str | None = None, patience: float = IN_ALL_S) -> TrackingStore:
    """The store of `home` (made when new; safe with many processes at once) or the one at `uri`.

    A server that is down costs a few seconds here and raises nothing, for a training goes on without it; whoever then reads from it
    gets a NoAnswer, which is a TrackingError. patience: seconds that all questions to a server may be waited for, together.
    Raises TrackingError for an address that is none, and for tables made by another version of MLflow.
    """
    home = Path(home).resolve()
    home.mkdir(parents=True, exist_ok=True)
    if uri is None or addresses.kind(uri) == "sqlite":
        return _local(home, home / "mlflow.db" if uri is None else Path(uri.split(":///", 1)[1].split("?")[0]))
    client = PatientClient(uri, Patience(patience), lambda: opened(uri))
    found = TrackingStore(home, uri, cast(MlflowClient, client))
    first = FIRST_S if patience <= IN_ALL_S else SYNC_FIRST_S
    try:
        new = client.wait(lambda: is_new(uri), first)
        client.wait(lambda: client.open().search_experiments(max_results=1), first, TABLES_S if new else 0)
    except NoAnswer:
        pass
    except MlflowException as error:
        raise versions.unusable(found.shown, str(error)) from None
    return found


def _local(home: Path, database: Path, is_spool: bool = False) -> TrackingStore:
    uri = f"sqlite:///{database.as_posix()}"
    try:
        with held(database.with_name("mlflow.lock")):
            if not database.exists():
                _create(database, home / "mlartifacts")
        with connected(uri) as connection:
            versions.refuse_others(connection)
        client = MlflowClient(uri, uri)
        client.search_experiments(max_results=1)
    except (MlflowException, SQLAlchemyError, sqlite3.Error) as error:
        raise versions.unusable(uri, str(error)) from error
    return TrackingStore(home, uri, client, is_spool)


def _create(database: Path, artifacts: Path) -> None:
    """Made under another name and renamed when whole: MLflow takes seconds for it, and half a set of tables cannot be repaired."""
    database.parent.mkdir(parents=True, exist_ok=True)
    draft = database.with_name(f"{database.name}.draft")
    for leftover in database.parent.glob(f"{draft.name}*"):
        leftover.unlink()
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    SqlAlchemyStore(f"sqlite:///{draft.as_posix()}", artifacts.as_uri()).engine.dispose()
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    draft.replace(database)
