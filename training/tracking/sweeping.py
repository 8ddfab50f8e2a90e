"""What a killed training left behind is marked as such, so that no run looks alive for ever."""

import socket

from mlflow import MlflowClient
from mlflow.entities import RunTag

from features.locks import is_held
from training.tracking.stores import TrackingStore
from training.tracking.tags import HOLD, HOST


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
        drop_versions(client, found.info.run_id)
        client.log_batch(found.info.run_id, tags=[RunTag("ended by", "its process is gone")])
        client.set_terminated(found.info.run_id, "KILLED")
        path.unlink(missing_ok=True)
        gone.append(str(found.info.run_id))
    return gone


def drop_versions(client: MlflowClient, run_id: str) -> None:
    """Nobody should load what a run left that did not end well."""
    for version in client.search_model_versions(f"run_id = '{run_id}'"):
        client.delete_model_version(version.name, version.version)
