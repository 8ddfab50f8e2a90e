"""Which version of the model is in use, which one would take its place, and which one it replaced."""

import json
from collections.abc import Mapping
from contextlib import suppress

from mlflow.exceptions import MlflowException

from training.board import MODEL_NOTE
from training.tracking.errors import TrackingError
from training.tracking.stores import WAITS, TrackingStore, waits
from training.tracking.tags import VERSIONS_OF_MODEL

MODEL = "authenticity"


def aliases(store: TrackingStore, name: str = MODEL) -> dict[str, str]:
    """Alias -> version of the registered model; empty while nothing is registered. Raises TrackingError without an answer."""
    try:
        return {str(alias): str(version) for alias, version in store.client.get_registered_model(name).aliases.items()}
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise TrackingError(f"the registry of {store.shown} cannot be read: {error.message}") from None
        return {}


def set_alias(store: TrackingStore, alias: str, version: str, name: str = MODEL) -> None:
    """Point the alias at this version, wherever it pointed before. Raises TrackingError when there is no such version."""
    try:
        with store.alone():
            store.client.set_registered_model_alias(name, alias, version)
    except MlflowException as error:
        known = versions_of(store, name)
        if version in known:
            raise TrackingError(f"{alias!r} cannot be set in {store.shown}: {error.message}") from None
        there = ", ".join(known) or "none"
        raise TrackingError(f"{name!r} has no version {version!r} to be called {alias!r}; there are: {there}") from error


def ask_for(store: TrackingStore, alias: str, version: str, name: str = MODEL) -> None:
    """Let a version that waits for its server take the alias when it gets there, if nobody has it by then."""
    spool = store.spool()
    if spool is not None and waits(version):
        set_alias(spool, alias, version.removeprefix(WAITS), name)


def version_of(store: TrackingStore, run_id: str) -> str | None:
    """The registered version that this run made, the newest if several; None if it registered nothing."""
    found = store.client.search_model_versions(f"run_id = '{run_id}'")
    newest = max((int(each.version) for each in found), default=None)
    return None if newest is None else store.version(newest)


def versions_of(store: TrackingStore, name: str = MODEL) -> list[str]:
    """Every version of the registered model, the oldest first."""
    return sorted((str(each.version) for each in store.client.search_model_versions(f"name = '{name}'")), key=int)


def registered(store: TrackingStore, name: str, run_id: str, model_id: str, note: str | None, tags: Mapping[str, str]) -> str:
    """Make the bundle of a run the next version of `name`; gives its number."""
    client = store.client
    with store.alone():
        with suppress(MlflowException):
            client.create_registered_model(name, description=MODEL_NOTE)
        # For a server a bundle among a run's artifacts is the run's and not the model's; the tag below links the two all the same.
        owner = None if store.served else model_id
        made = client.create_model_version(name, f"runs:/{run_id}/bundle", run_id, dict(tags), description=note, model_id=owner)
    link(store, model_id, name, str(made.version))
    return str(made.version)


def link(store: TrackingStore, model_id: str, name: str, version: str) -> None:
    """Show the version beside the model on the experiment's page, as MLflow itself does for its own flavours."""
    store.client.set_logged_model_tags(model_id, {VERSIONS_OF_MODEL: json.dumps([{"name": name, "version": int(version)}])})
