"""The tags by which runs are known again. MLflow's pages hide those with its own prefix, which are of no use to a reviewer."""

HOST, PID, HOLD = "mlflow.authenticity.host", "mlflow.authenticity.pid", "mlflow.authenticity.hold"
PARENT, NOTE, SOURCE = "mlflow.parentRunId", "mlflow.note.content", "mlflow.source.name"
KIND = "kind"
