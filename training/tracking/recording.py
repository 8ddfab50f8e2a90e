"""From the first moment of a training to its last: what looks finished is finished."""

import os
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from mlflow.entities import Param

from features.locks import held
from training.board import experiment_tags
from training.tracking.errors import TrackingError
from training.tracking.recorded import Run
from training.tracking.registry import set_alias
from training.tracking.stores import TrackingStore
from training.tracking.sweeping import drop_versions
from training.tracking.tags import HOLD, HOST, KIND, PARENT, PID, SOURCE

MOST_PARAMS, MOST_COLUMNS = 40, 5
# What a run can be, and the command that makes it.
KINDS = {
    "training": "train",
    "fold": "train",
    "tuning": "tune",
    "trial": "tune",
    "comparison": "compare",
    "promotion": "promote",
    "drift": "drift",
    "audit": "audit",
    "benchmark": "bench",
}


@contextmanager
def run(
    store: TrackingStore,
    experiment: str,
    name: str,
    params: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    *,
    parent: str | None = None,
    kind: str = "training",
) -> Iterator[Run]:
    """Record one run. It is FINISHED only when the block ends well, FAILED on an exception, KILLED on an interrupt.

    A process that is killed leaves it RUNNING, and `sweep` then sees that nobody holds its file any more.
    params: flat, fewer than 40. parent: the id of the run that this one is a part of. kind: one of `KINDS`.
    No account's name may stand in a name, parameter or tag.
    """
    params = dict(params or {})
    _refuse(params, kind)
    hold = uuid.uuid4().hex
    path = store.home / "running" / hold
    try:
        with held(path):
            experiment_id = _experiment(store, experiment)
            owner = {HOST: socket.gethostname(), PID: str(os.getpid()), HOLD: hold, SOURCE: f"authenticity {KINDS[kind]}", KIND: kind}
            family = {} if parent is None else {PARENT: parent}
            made = store.client.create_run(experiment_id, run_name=name, tags={**owner, **family, **(tags or {})})
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
                    drop_versions(store.client, this.id)
                raise
            for registered, alias, version in this._aliases:
                set_alias(store, alias, version, registered)
            if parent is None:
                _present(store, this, kind)
    finally:
        path.unlink(missing_ok=True)


def _refuse(params: Mapping[str, object], kind: str) -> None:
    """Raise TrackingError before anything is recorded that a reviewer could not read."""
    nested = [key for key, value in params.items() if isinstance(value, Mapping)]
    if len(params) >= MOST_PARAMS or nested:
        raise TrackingError(f"a run has fewer than {MOST_PARAMS} flat parameters; {len(params)} came, nested: {nested or 'none'}")
    if kind not in KINDS:
        raise TrackingError(f"a run is one of {', '.join(KINDS)}; {kind!r} came")


def _present(store: TrackingStore, this: Run, kind: str) -> None:
    """Let MLflow's page of the experiment open on what a reviewer compares; where there are trainings, on theirs."""
    if kind != "training" and store.client.get_experiment(this.experiment_id).tags.get(KIND, kind) == "training":
        return
    columns = [metric.key for metric in this._metrics if not metric.key.startswith("baseline_")][:MOST_COLUMNS]
    # MLflow adds tags by looking first and inserting then, so two trainings that end together would trip each other.
    with held(store.home / "mlflow.lock"):
        for key, value in {KIND: kind, **experiment_tags(kind, columns, int(time.time() * 1000))}.items():
            store.client.set_experiment_tag(this.experiment_id, key, value)


def _experiment(store: TrackingStore, name: str) -> str:
    with held(store.home / "mlflow.lock"):
        found = store.client.get_experiment_by_name(name)
        if found is None:
            return str(store.client.create_experiment(name, store.artifacts.as_uri() if store.local else None))
    if found.lifecycle_stage != "active":
        raise TrackingError(f"the experiment {name!r} was deleted; restore it in MLflow or choose another name")
    return str(found.experiment_id)
