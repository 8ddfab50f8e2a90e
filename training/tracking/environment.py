"""How MLflow behaves here: it tells nobody, it does not chatter, and it does not wait for minutes."""

import logging
import os

# MLflow reads these when it is imported. Its own patience with a server that is down is over four minutes.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
}
for _name, _value in QUIET.items():
    os.environ.setdefault(_name, _value)
for _noisy in ("mlflow.store.db.utils", "mlflow.store.model_registry.abstract_store", "alembic"):
    logging.getLogger(_noisy).setLevel(logging.WARNING)
