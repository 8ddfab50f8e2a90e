"""How MLflow behaves here: it tells nobody, it does not chatter, and it does not wait for minutes."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

# MLflow reads these when it is imported. Its own patience with a server that is down is over four minutes.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # A dozen lines for each bundle that is fetched.
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
}
# Nobody waits for `authenticity sync`, so it may wait for a slow server.
UNHURRIED = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "120"}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)
for _noisy in ("mlflow.store.db.utils", "mlflow.store.model_registry.abstract_store", "alembic"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)


@contextmanager
def unhurried() -> Iterator[None]:
    """MLflow waits longer for each answer inside the block; it reads these settings with every question."""
    before = {name: os.environ.get(name, value) for name, value in QUIET.items()}
    os.environ.update(UNHURRIED)
    try:
        yield
    finally:
        os.environ.update(before)
