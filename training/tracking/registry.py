"""Which version of the model is in use, which one would take its place, and which one it replaced."""

from contextlib import suppress

from mlflow.exceptions import MlflowException

from features.locks import held
from training.board import MODEL_NOTE
from training.tracking.errors import TrackingError
from training.tracking.stores import TrackingStore

MODEL = "authenticity"


def aliases(store: TrackingStore, name: str = MODEL) -> dict[str, str]:
    """Alias -> version of the registered model; empty while nothing is registered."""
    with suppress(MlflowException):
        return {str(alias): str(version) for alias, version in store.client.get_registered_model(name).aliases.items()}
    return {}


def set_alias(store: TrackingStore, alias: str, version: str, name: str = MODEL) -> None:
    """Point the alias at this version, wherever it pointed before. Raises TrackingError when there is no such version."""
    try:
        # MLflow adds an alias by looking first and inserting then, so two that come together would trip each other.
        with held(store.home / "mlflow.lock"):
            store.client.set_registered_model_alias(name, alias, version)
    except MlflowException as error:
        known = sorted((str(each.version) for each in store.client.search_model_versions(f"name = '{name}'")), key=int)
        raise TrackingError(
            f"{name!r} has no version {version!r} to be called {alias!r}; there are: {', '.join(known) or 'none'}"
        ) from error


def version_of(store: TrackingStore, run_id: str) -> str | None:
    """The registered version that this run made, the newest if several; None if it registered nothing."""
    found = store.client.search_model_versions(f"run_id = '{run_id}'")
    return max((str(each.version) for each in found), key=int, default=None)


def registered(store: TrackingStore, name: str, run_id: str, model_id: str, note: str | None) -> str:
    """Make the bundle of a run the next version of `name`; gives its number."""
    client = store.client
    with held(store.home / "mlflow.lock"):
        with suppress(MlflowException):
            client.create_registered_model(name, description=MODEL_NOTE)
        made = client.create_model_version(name, f"runs:/{run_id}/bundle", run_id, description=note, model_id=model_id)
    return str(made.version)
