"""What a killed training left behind is marked as such, so that no run looks alive for ever."""

import socket
from contextlib import suppress

from mlflow import MlflowClient
from mlflow.entities import RunTag

from features.locks import held, is_held
from training.tracking.stores import TrackingStore
from training.tracking.tags import ENDED_BY, HOLD, HOST


def sweep(store: TrackingStore) -> list[str]:
    """Mark as KILLED every run of this machine whose process is gone; drop its versions and half-made models. Returns their ids.

    Runs for a server are looked at where they are recorded, under HOME; they reach the server, so marked, with the next one.
    """
    local = store if store.local else store.spool()
    if local is None:
        return []
    gone = [run_id for run_id, hold in _running(local) if _mark(local, run_id, hold)]
    _clear(local)
    return gone


def _running(store: TrackingStore) -> list[tuple[str, str]]:
    """Ids of this machine's runs that look alive, each with the name of the file that its process holds."""
    client = store.client
    experiments = [each.experiment_id for each in client.search_experiments()]
    mine = f"attributes.status = 'RUNNING' and tags.`{HOST}` = '{socket.gethostname()}'"
    found, page = [], None
    while experiments:
        runs = client.search_runs(experiments, mine, max_results=1000, page_token=page)
        found += [(str(run.info.run_id), str(run.data.tags.get(HOLD, "none"))) for run in runs]
        page = runs.token
        if not page:
            break
    return found


def _mark(store: TrackingStore, run_id: str, hold: str) -> bool:
    """Mark one run if nobody holds its file any more. Whoever else sweeps at the same moment waits, and finds it done."""
    client, path = store.client, store.running / hold
    if is_held(path):
        return False
    with held(store.running / "sweep"):
        run = client.get_run(run_id)
        if run.info.status != "RUNNING":
            return False
        for model in client.search_logged_models([run.info.experiment_id], f"source_run_id = '{run_id}'"):
            if str(model.status) == "PENDING":
                client.delete_logged_model(model.model_id)
        drop_versions(client, run_id)
        client.log_batch(run_id, tags=[RunTag(ENDED_BY, "its process is gone")])
        client.set_terminated(run_id, "KILLED")
    return True


def _clear(store: TrackingStore) -> None:
    """Files of processes that are gone; one that was killed before its run was made left nothing else."""
    for path in store.running.glob("*"):
        with suppress(TimeoutError, FileNotFoundError), held(path, patience=0):
            path.unlink()


def drop_versions(client: MlflowClient, run_id: str) -> None:
    """Nobody should load what a run left that did not end well."""
    for version in client.search_model_versions(f"run_id = '{run_id}'"):
        client.delete_model_version(version.name, version.version)
