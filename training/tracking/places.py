"""Where a run is: in the store itself, or still waiting for it under HOME, by the id it has now or had there."""

from mlflow.entities import Run as Recorded
from mlflow.exceptions import MlflowException

from training.tracking.errors import NoAnswer, TrackingError
from training.tracking.stores import TrackingStore
from training.tracking.tags import SPOOLED


def place_of(store: TrackingStore, run_id: str) -> tuple[TrackingStore, str]:
    """The store that holds the run, and its id there. Raises TrackingError when nobody knows it."""
    spool = store.spool()
    if spool is not None and holds(spool, run_id):
        return spool, run_id
    if holds(store, run_id):
        return store, run_id
    if not store.local and (moved := search(store, f"tags.`{SPOOLED}` = '{_plain(run_id)}'", 1)):
        return store, str(moved[0].info.run_id)
    raise TrackingError(f"there is no run {run_id!r} in {store.shown}")


def search(store: TrackingStore, condition: str, most: int) -> list[Recorded]:
    """The newest runs of all experiments for which the condition holds."""
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    newest = ["attributes.start_time DESC"]
    return list(store.client.search_runs(experiments, condition, max_results=most, order_by=newest)) if experiments else []


def everywhere(store: TrackingStore, condition: str, most: int) -> list[tuple[TrackingStore, Recorded]]:
    """The same in the store and among the runs that wait for it; without an answer of a server only the latter, if there are any."""
    spool = store.spool()
    waiting = [(spool, run) for run in search(spool, condition, most)] if spool else []
    try:
        return waiting + [(store, run) for run in search(store, condition, most)]
    except NoAnswer:
        if not waiting:
            raise
        return waiting


def holds(store: TrackingStore, run_id: str) -> bool:
    """Whether the run is in this very store, and not deleted."""
    try:
        return bool(store.client.get_run(run_id).info.lifecycle_stage == "active")
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return False
        raise TrackingError(f"run {run_id!r} cannot be read from {store.shown}: {error.message}") from None


def _plain(text: str) -> str:
    """Ids are letters and digits; anything else could end a filter's text."""
    return "".join(sign for sign in text if sign.isalnum())
