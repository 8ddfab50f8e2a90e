"""What was tried, on which accounts and how it went: the record of every training (the only file that knows MLflow)."""

import json
import logging
import math
import os
import shutil
import socket
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from features.locks import held, is_held
from training.board import MODEL_NOTE, experiment_tags

# MLflow reads these when it is imported. Its own patience with a server that is down is over four minutes.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)

import mlflow  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: E402

for _noisy in ("mlflow.store.db.utils", "mlflow.store.model_registry.abstract_store", "alembic"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)

MOST_PARAMS, LONGEST_NOTE, MOST_COLUMNS = 40, 4900, 8
# MLflow's pages hide tags with its own prefix; these are of no use to a reviewer.
HOST, PID, HOLD = "mlflow.authenticity.host", "mlflow.authenticity.pid", "mlflow.authenticity.hold"


class TrackingError(Exception):
    """The record of trainings cannot be read or written; the message says what to do."""


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


@dataclass
class Run:
    """One training being recorded; made by `run`."""

    store: TrackingStore
    id: str
    experiment_id: str
    name: str
    _metrics: list[Metric] = field(default_factory=list)
    _aliases: list[tuple[str, str, str]] = field(default_factory=list)
    _note: str | None = None
    _model_id: str | None = None

    def log_metrics(self, metrics: Mapping[str, float | None]) -> list[str]:
        """Record numbers in the given order (pages show the first one first). Returns the names left out because not finite."""
        now = int(time.time() * 1000)
        finite = {name: float(value) for name, value in metrics.items() if value is not None and math.isfinite(value)}
        kept = [Metric(name, value, now, 0) for name, value in finite.items()]
        self._metrics += kept
        self._batch(kept)
        if left := [name for name in metrics if name not in finite]:
            self.store.client.set_tag(self.id, "metrics without a value", ", ".join(left)[:500])
        return left

    def log_rounds(self, history: Mapping[str, Sequence[float]]) -> None:
        """Record curves: name -> one number per boosting round."""
        now = int(time.time() * 1000)
        points = [(name, step, float(value)) for name, values in history.items() for step, value in enumerate(values)]
        self._batch([Metric(name, value, now, step) for name, step, value in points if math.isfinite(value)])

    def log_dataset(self, name: str, digest: str, source: str, rows: int, context: str) -> None:
        """Record which accounts were used: `digest` is the hash of their content, `context` says for what (fit, calibrate, test)."""
        # MLflow keeps 36 characters of a digest, so the whole one stands in the source; and one entry per name and digest, hence the name.
        short = digest.removeprefix("sha256:")[:16]
        described = Dataset(
            f"{name}: {context}", short, "local", json.dumps({"uri": source, "digest": digest}), profile=json.dumps({"accounts": rows})
        )
        self.store.client.log_inputs(self.id, [DatasetInput(described, [InputTag("mlflow.data.context", context)])])

    def log_figure(self, figure: Figure, name: str) -> None:
        """Record a figure as `<name>.png` at the root, where MLflow's compare page looks for files that runs have in common."""
        self.store.client.log_figure(self.id, figure, f"{name}.png", save_kwargs={"dpi": 110})

    def log_file(self, path: Path) -> None:
        """Keep a file at the root of the run's artifacts, under its own name."""
        self.store.client.log_artifact(self.id, str(path))

    def describe(self, markdown: str) -> None:
        """Show `markdown` as the run's description. All of it is kept as card.md, since MLflow cuts descriptions off."""
        self.store.client.log_text(self.id, markdown, "card.md")
        if len(markdown) > LONGEST_NOTE:
            markdown = markdown[:LONGEST_NOTE].rsplit("\n", 1)[0] + "\n\n*(continued in the artifact card.md)*"
        self._note = markdown
        self.store.client.set_tag(self.id, "mlflow.note.content", markdown)

    def log_bundle(self, path: Path) -> None:
        """Keep the bundle folder as the artifact `bundle` and list it among the experiment's models, with this run's metrics."""
        client = self.store.client
        client.log_artifacts(self.id, str(path), "bundle")
        # MLflow allows these signs in a run's name and not in a model's.
        name = "".join(" " if sign in "/:.%\"'" else sign for sign in self.name)
        model = client.create_logged_model(self.experiment_id, name, source_run_id=self.id, model_type="authenticity bundle")
        client.log_outputs(self.id, [LoggedModelOutput(model.model_id, 0)])
        self._batch([Metric(m.key, m.value, m.timestamp, m.step, model_id=model.model_id, run_id=self.id) for m in self._metrics])
        client.finalize_logged_model(model.model_id, "READY")
        self._model_id = model.model_id

    def register(self, name: str = "authenticity", alias: str | None = None) -> str:
        """Make the bundle the next version of `name`. Its alias is set once the run has ended well: a failed one never gets it."""
        if self._model_id is None:
            raise TrackingError(f"run {self.id} has no bundle to register; call log_bundle first")
        client = self.store.client
        with held(self.store.home / "mlflow.lock"):
            with suppress(MlflowException):
                client.create_registered_model(name, description=MODEL_NOTE)
            made = client.create_model_version(name, f"runs:/{self.id}/bundle", self.id, description=self._note, model_id=self._model_id)
        # What MLflow itself writes for its own flavours: it links the model to its version on the experiment's page.
        client.set_logged_model_tags(self._model_id, {"mlflow.modelVersions": json.dumps([{"name": name, "version": int(made.version)}])})
        if alias:
            self._aliases.append((name, alias, str(made.version)))
        return str(made.version)

    def _batch(self, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), 1000):
            self.store.client.log_batch(self.id, metrics[start : start + 1000])


@contextmanager
def run(
    store: TrackingStore, experiment: str, name: str, params: Mapping[str, object] | None = None, tags: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """Record one training. It is FINISHED only when the block ends well, FAILED on an exception, KILLED on an interrupt.

    A process that is killed leaves it RUNNING, and `sweep` then sees that nobody holds its file any more.
    params: flat, fewer than 40. No account's name may stand in a name, parameter or tag.
    """
    params = dict(params or {})
    nested = [key for key, value in params.items() if isinstance(value, Mapping)]
    if len(params) >= MOST_PARAMS or nested:
        raise TrackingError(f"a run has fewer than {MOST_PARAMS} flat parameters; {len(params)} came, nested: {nested or 'none'}")
    hold = uuid.uuid4().hex
    path = store.home / "running" / hold
    with held(path):
        experiment_id = _experiment(store, experiment)
        owner = {HOST: socket.gethostname(), PID: str(os.getpid()), HOLD: hold, "mlflow.source.name": "authenticity train"}
        made = store.client.create_run(experiment_id, run_name=name, tags={**owner, **(tags or {})})
        this = Run(store, made.info.run_id, experiment_id, name)
        try:
            store.client.log_batch(this.id, params=[Param(key, str(value)) for key, value in params.items()])
            yield this
            store.client.set_terminated(this.id, "FINISHED")
        except BaseException as error:
            # The first error is the one to tell, even when the store is what broke.
            with suppress(Exception):
                store.client.set_tag(this.id, "ended by", type(error).__name__)
                store.client.set_terminated(this.id, "FAILED" if isinstance(error, Exception) else "KILLED")
                _drop_versions(store.client, this.id)
            raise
        columns = [metric.key for metric in this._metrics if not metric.key.startswith("baseline_")][:MOST_COLUMNS]
        # MLflow adds tags and aliases by looking first and inserting then, so two trainings that end together would trip each other.
        with held(store.home / "mlflow.lock"):
            for registered, alias, version in this._aliases:
                store.client.set_registered_model_alias(registered, alias, version)
            for key, value in experiment_tags(columns, int(time.time() * 1000)).items():
                store.client.set_experiment_tag(experiment_id, key, value)
    path.unlink(missing_ok=True)


def _experiment(store: TrackingStore, name: str) -> str:
    with held(store.home / "mlflow.lock"):
        found = store.client.get_experiment_by_name(name)
        if found is None:
            return str(store.client.create_experiment(name, store.artifacts.as_uri() if store.local else None))
    if found.lifecycle_stage != "active":
        raise TrackingError(f"the experiment {name!r} was deleted; restore it in MLflow or choose another name")
    return str(found.experiment_id)


def sweep(store: TrackingStore) -> list[str]:
    """Mark as KILLED every run of this machine whose process is gone; drop its versions and half-made models. Returns their ids."""
    client, gone = store.client, []
    experiments = [each.experiment_id for each in client.search_experiments()]
    mine = f"attributes.status = 'RUNNING' and tags.`{HOST}` = '{socket.gethostname()}'"
    for found in client.search_runs(experiments, mine, max_results=1000) if experiments else []:
        path = store.home / "running" / found.data.tags.get(HOLD, "none")
        # Without its file a run of a shared server may belong to another home; in a local store the file can only have been removed.
        if is_held(path) or not (path.exists() or store.local) or client.get_run(found.info.run_id).info.status != "RUNNING":
            continue
        for model in client.search_logged_models([found.info.experiment_id], f"source_run_id = '{found.info.run_id}'"):
            if str(model.status) == "PENDING":
                client.delete_logged_model(model.model_id)
        _drop_versions(client, found.info.run_id)
        client.log_batch(found.info.run_id, tags=[RunTag("ended by", "its process is gone")])
        client.set_terminated(found.info.run_id, "KILLED")
        path.unlink(missing_ok=True)
        gone.append(str(found.info.run_id))
    return gone


def _drop_versions(client: MlflowClient, run_id: str) -> None:
    """Nobody should load what a run left that did not end well."""
    for version in client.search_model_versions(f"run_id = '{run_id}'"):
        client.delete_model_version(version.name, version.version)


def fetch_champion(store: TrackingStore, destination: Path, name: str = "authenticity", alias: str = "champion") -> tuple[Path, str, str]:
    """Copy the version with this alias to `destination`/`name`-`version`; gives that folder, the version and the run's id.

    The folder appears whole or not at all. Raises TrackingError when there is no such version.
    """
    try:
        version = store.client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        raise TrackingError(f"no version of {name!r} is called {alias!r} yet; run `authenticity train` first") from error
    destination.mkdir(parents=True, exist_ok=True)
    target = destination / f"{name}-{version.version}"
    with tempfile.TemporaryDirectory(dir=destination, prefix=".fetch-") as draft:
        where = store.client.get_model_version_download_uri(name, version.version)
        files = mlflow.artifacts.download_artifacts(artifact_uri=where, dst_path=draft, tracking_uri=store.uri)
        shutil.rmtree(target, ignore_errors=True)
        Path(files).replace(target)
    return target, str(version.version), str(version.run_id)
