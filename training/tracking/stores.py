"""Where trainings are recorded: a store of one's own under HOME, or one that a team shares."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from features.locks import held
from training.tracking.errors import TrackingError


@dataclass(frozen=True)
class TrackingStore:
    """Where runs are recorded: `uri` for MLflow, and `home`, which also holds the SQLite file and the artifacts of a local store."""

    home: Path
    uri: str
    client: MlflowClient

    @property
    def local(self) -> bool:
        return self.uri.startswith("sqlite:")

    @property
    def artifacts(self) -> Path:
        return self.home / "mlartifacts"


def store(home: Path, uri: str | None = None) -> TrackingStore:
    """The store of `home` (made when new; safe with many processes at once) or the one at `uri`.

    Raises TrackingError when it does not answer, within 15 s, or when its tables are from another MLflow.
    """
    home = Path(home).resolve()
    home.mkdir(parents=True, exist_ok=True)
    if uri is None:
        database = home / "mlflow.db"
        with held(home / "mlflow.lock"):
            if not database.exists():
                _create(database, home / "mlartifacts")
        uri = f"sqlite:///{database.as_posix()}"
    # MLflow looks some things up through the process-wide address, whatever client it is given.
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    try:
        client = MlflowClient(uri, uri)
        client.search_experiments(max_results=1)
    except MlflowException as error:
        raise TrackingError(f"the tracking store {uri} cannot be used: {str(error).splitlines()[0][:300]}") from error
    return TrackingStore(home, uri, client)


def _create(database: Path, artifacts: Path) -> None:
    """Made under another name and renamed when whole: MLflow takes seconds for it, and half a set of tables cannot be repaired."""
    draft = database.with_name("mlflow.db.draft")
    for leftover in database.parent.glob("mlflow.db.draft*"):
        leftover.unlink()
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    SqlAlchemyStore(f"sqlite:///{draft.as_posix()}", artifacts.as_uri()).engine.dispose()
    with closing(sqlite3.connect(draft)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    draft.replace(database)
