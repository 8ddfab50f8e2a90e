"""The tags by which runs are known again. MLflow's pages hide those with its own prefix, which are of no use to a reviewer."""

HOST, PID, HOLD = "mlflow.authenticity.host", "mlflow.authenticity.pid", "mlflow.authenticity.hold"
# On a server: the id that the run had under HOME. On a version under HOME: who had the alias that it asks for, "" for nobody.
SPOOLED, SEEN = "mlflow.authenticity.spooled", "mlflow.authenticity.seen."
PARENT, NOTE, SOURCE = "mlflow.parentRunId", "mlflow.note.content", "mlflow.source.name"
KIND, ENDED_BY = "kind", "ended by"
VERSIONS_OF_MODEL = "mlflow.modelVersions"
