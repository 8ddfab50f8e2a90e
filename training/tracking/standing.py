"""Where a version stands: the aliases that move together, and what is noted of it and of its run."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlflow.exceptions import MlflowException

from features.locks import held
from training.tracking.errors import TrackingError
from training.tracking.reading import Found
from training.tracking.registry import MODEL
from training.tracking.stores import TrackingStore

UNKNOWN = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def aliased(store: TrackingStore, alias: str, name: str = MODEL) -> tuple[str, str] | None:
    """Version and run id of whoever has this alias, None if nobody. Raises TrackingError when the registry does not answer."""
    try:
        found = store.client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in UNKNOWN:
            return None
        raise TrackingError(f"the registry at {store.uri} does not answer: {str(error).splitlines()[0][:300]}") from error
    return str(found.version), str(found.run_id)


def move(store: TrackingStore, wanted: Mapping[str, str | None], name: str = MODEL) -> None:
    """Point each alias at its version, or take it away where that is None, in the given order while nobody else moves one.

    The same call again does no harm. Raises TrackingError when the registry does not do it.
    """
    try:
        with held(store.home / "mlflow.lock"):
            for alias, version in wanted.items():
                if version is None:
                    store.client.delete_registered_model_alias(name, alias)
                else:
                    store.client.set_registered_model_alias(name, alias, version)
    except MlflowException as error:
        moved = ", ".join(f"{alias} to {version}" for alias, version in wanted.items())
        raise TrackingError(f"the registry did not move {moved}: {str(error).splitlines()[0][:300]}; run the command again") from error


def note(store: TrackingStore, found: Found, tags: Mapping[str, str], name: str = MODEL) -> None:
    """Tag a run and the version that it registered. Raises TrackingError when the store does not take it."""
    try:
        for key, value in tags.items():
            store.client.set_tag(found.id, key, value)
            if found.version is not None:
                store.client.set_model_version_tag(name, found.version, key, value)
    except MlflowException as error:
        raise TrackingError(f"run {found.id} could not be tagged: {str(error).splitlines()[0][:300]}") from error


def read_text(store: TrackingStore, run_id: str, name: str) -> str:
    """The text file `name` of a run. Raises TrackingError when it kept none."""
    with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        try:
            return Path(store.client.download_artifacts(run_id, name, folder)).read_text("utf-8")
        except (MlflowException, OSError) as error:
            raise TrackingError(f"run {run_id} kept no {name}; it was recorded by an older version, so train it again") from error
