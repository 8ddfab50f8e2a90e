"""MLflow's own pages on the store that trainings are recorded in."""

from __future__ import annotations

import os
import sys

from training.board import HOST
from training.tracking import QUIET, TrackingError, TrackingStore


def experiments(store: TrackingStore) -> dict[str, str]:
    """Names and ids of the experiments with a training in them, newest first."""
    return {each.name: str(each.experiment_id) for each in store.client.search_experiments() if each.name != "Default"}


def ui_command(store: TrackingStore, port: int) -> tuple[list[str], dict[str, str]]:
    """MLflow's pages for a store that no server stands before: this machine only, one worker, no job runner, no telemetry."""
    if store.served:
        raise TrackingError(f"the runs are on a tracking server that has its own pages: {store.shown}")
    # Its address goes by the environment, because every user of a machine can read the commands of all.
    command = [sys.executable, "-m", "mlflow", "server"]
    command += ["--artifacts-destination", store.artifacts.as_uri(), "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    names = ",".join(f"{name}:{port}" for name in (HOST, "127.0.0.1", "localhost"))
    command += ["--allowed-hosts", names, "--cors-allowed-origins", f"http://{HOST}:{port}"]
    return command, {**os.environ, **QUIET, "MLFLOW_BACKEND_STORE_URI": store.uri, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
