"""What was recorded under HOME is brought to the server, once, however often it has to be begun."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from mlflow.entities import Run as Recorded
from mlflow.exceptions import MlflowException

from features.locks import held
from models.bundle import crown
from training.tracking import addresses, environment
from training.tracking.copying import Copy, artifacts_of, copy
from training.tracking.errors import NoAnswer, TrackingError
from training.tracking.places import holds
from training.tracking.recorded import Run
from training.tracking.stores import TrackingStore
from training.tracking.sweeping import drop_versions, sweep
from training.tracking.tags import PARENT

_log = logging.getLogger("authenticity")
PAGE = 1000


@dataclass
class Delivered:
    """What a delivery did: new ids by the old ones, and for each run that stays under HOME why."""

    ids: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)


def deliver(store: TrackingStore, spool: TrackingStore, this: Run) -> None:
    """Bring a run that has just ended to its server, and what else waits there; a warning tells what stays under HOME.

    A child goes with its parent. Never raises for a server that is down, and waits for it no longer than the store's patience.
    """
    try:
        parent = spool.client.get_run(this.id).data.tags.get(PARENT)
        if parent is not None and holds(spool, parent):
            return
        copied = _one(store, spool, this.id)
    except (TrackingError, MlflowException, OSError) as fault:
        _log.warning("warning: run %s is kept under %s: %s. `authenticity sync` uploads it later.", this.id, spool.home, fault)
        return
    if copied is not None:
        this.version = copied.versions.get(this.id)
        this.store, this.id, this.experiment_id = store, copied.ids[this.id], copied.experiment_id
    everything(store, spool)


def sync(store: TrackingStore, said: Callable[[str], None] = lambda _: None) -> Delivered:
    """Bring all runs that wait under HOME to their server, also those whose process was killed. `said` is told of each that arrived.

    Raises TrackingError when the store is local. What does not reach the server stays and is named, with the reason.
    """
    if store.local:
        raise TrackingError(f"the runs are recorded in {store.shown}, so none waits for a server; {addresses.SETTING} would name one")
    sweep(store)
    spool = store.spool()
    with environment.unhurried():
        return everything(store, spool, said) if spool else Delivered()


def everything(store: TrackingStore, spool: TrackingStore, said: Callable[[str], None] = lambda _: None) -> Delivered:
    """Bring all that waits to the server, the oldest first. What the server refuses stays, with the reason; without it all stays."""
    done = Delivered()
    for run_id in waiting(spool):
        try:
            copied = _one(store, spool, run_id)
        except NoAnswer as fault:
            done.kept |= {each: str(fault) for each in waiting(spool) if each not in done.kept}
            break
        except (TrackingError, OSError) as fault:
            done.kept[run_id] = str(fault)
            continue
        if copied is not None:
            done.ids |= copied.ids
            version = copied.versions.get(run_id)
            said(f"run {run_id} is {copied.ids[run_id]} on the server" + (f", version {version}" if version else ""))
    return done


def waiting(spool: TrackingStore) -> list[str]:
    """Runs that have ended and wait, the oldest first: those that are no part of another one that waits or still goes on."""
    runs = _runs(spool)
    known = {str(run.info.run_id) for run in runs}
    return [str(run.info.run_id) for run in runs if run.info.status != "RUNNING" and run.data.tags.get(PARENT) not in known]


def _one(store: TrackingStore, spool: TrackingStore, run_id: str) -> Copy | None:
    """Copy a run with its children and forget them here; None if another process is at it, or was faster."""
    path = spool.home / "delivering" / run_id
    try:
        with held(path, patience=0):
            family = _family(_runs(spool), run_id)
            if not family:
                return None
            copied = copy(spool, store, family)
            _correct_champion(store.home, copied)
            # The eldest is last: as long as it is here, a copy that was cut off is gone on with.
            for run in reversed(family):
                _forget(spool, run)
            path.unlink(missing_ok=True)
            return copied
    except TimeoutError:
        return None
    except MlflowException as error:
        raise TrackingError(f"the tracking server {store.shown} refuses it: {error.message.splitlines()[0][:300]}") from None


def _runs(spool: TrackingStore) -> list[Recorded]:
    """All runs that are not deleted, the oldest first."""
    experiments = [each.experiment_id for each in spool.client.search_experiments()]
    found: list[Recorded] = []
    page = None
    while experiments:
        runs = spool.client.search_runs(experiments, max_results=PAGE, order_by=["attributes.start_time ASC"], page_token=page)
        found += runs
        page = runs.token
        if not page:
            break
    return found


def _family(runs: list[Recorded], run_id: str) -> list[Recorded]:
    """The run, its children, and theirs: parents before children."""
    family = [run for run in runs if run.info.run_id == run_id]
    for member in family:
        family += [run for run in runs if run.data.tags.get(PARENT) == member.info.run_id]
    return family


def _correct_champion(home: Path, copied: Copy) -> None:
    """The champion under HOME is known by its run and version: from now on by those that the server gave."""
    try:
        entry = orjson.loads((home / "champion.json").read_bytes())
        path, run_id = home / "bundles" / entry["path"], entry["run_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if run_id in copied.ids:
        crown(path, home, copied.versions.get(run_id), copied.ids[run_id])


def _forget(spool: TrackingStore, run: Recorded) -> None:
    client, run_id = spool.client, str(run.info.run_id)
    shutil.rmtree(artifacts_of(run).parent, ignore_errors=True)
    drop_versions(client, run_id)
    for model in client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run_id}'"):
        client.delete_logged_model(model.model_id)
    client.delete_run(run_id)
