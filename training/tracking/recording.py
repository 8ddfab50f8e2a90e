"""From the first moment of a training to its last: what looks finished is finished."""

import os
import socket
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from mlflow.entities import Param
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from features.locks import held
from training.board import experiment_tags
from training.tracking import versions
from training.tracking.delivery import deliver
from training.tracking.errors import TrackingError
from training.tracking.experiments import experiment_of
from training.tracking.recorded import Run
from training.tracking.registry import set_alias
from training.tracking.stores import TrackingStore
from training.tracking.sweeping import drop_versions
from training.tracking.tags import ENDED_BY, HOLD, HOST, KIND, PARENT, PID, SOURCE

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
    For a server it is recorded under HOME and copied when it has ended, children with their parent; without an answer it waits there.
    params: flat, fewer than 40. parent: the id of the run that this one is a part of. kind: one of `KINDS`.
    No account's name may stand in a name, parameter or tag.
    """
    params = dict(params or {})
    _refuse(params, kind)
    local = store.spool(make=True) or store
    hold = uuid.uuid4().hex
    path = local.running / hold
    owner = {HOST: socket.gethostname(), PID: str(os.getpid()), HOLD: hold, SOURCE: f"authenticity {KINDS[kind]}", KIND: kind}
    family = {} if parent is None else {PARENT: parent}
    this = None
    try:
        with held(path):
            this = _begun(local, store, experiment, name, {**owner, **family, **(tags or {})})
            with _ended(this):
                local.client.log_batch(this.id, params=[Param(key, str(value)) for key, value in params.items()])
                yield this
            for registered, alias, version in this.aliases:
                set_alias(local, alias, version, registered)
            if parent is None:
                _present(local, this, kind)
    except (MlflowException, SQLAlchemyError) as error:
        raise versions.unusable(local.shown, str(error)) from error
    finally:
        path.unlink(missing_ok=True)
        # Whoever interrupts does not want to wait; the run reaches the server with the next one.
        if this is not None and local.is_spool and not isinstance(sys.exception(), KeyboardInterrupt):
            deliver(store, local, this)


@contextmanager
def _ended(this: Run) -> Iterator[None]:
    """The run's status says how the block ended."""
    client = this.store.client
    try:
        yield
        client.set_terminated(this.id, "FINISHED")
    except BaseException as error:
        # The first error is the one to tell, even when the store is what broke.
        with suppress(Exception):
            client.set_tag(this.id, ENDED_BY, type(error).__name__)
            client.set_terminated(this.id, "FAILED" if isinstance(error, Exception) else "KILLED")
            drop_versions(client, this.id)
        raise


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
    columns = [metric.key for metric in this.metrics if not metric.key.startswith("baseline_")][:MOST_COLUMNS]
    with store.alone():
        for key, value in {KIND: kind, **experiment_tags(kind, columns, int(time.time() * 1000))}.items():
            store.client.set_experiment_tag(this.experiment_id, key, value)


def _begun(local: TrackingStore, store: TrackingStore, experiment: str, name: str, tags: Mapping[str, str]) -> Run:
    experiment_id = experiment_of(local, experiment)
    made = local.client.create_run(experiment_id, run_name=name, tags=dict(tags))
    return Run(local, str(made.info.run_id), experiment_id, name, server=None if local is store else store)
