"""Bundles, copied out of the store of trainings: a folder appears whole or not at all."""

import shutil
import tempfile
from functools import partial
from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException

from training.tracking.errors import TrackingError
from training.tracking.places import place_of
from training.tracking.registry import MODEL
from training.tracking.stores import TrackingStore


def fetch_champion(store: TrackingStore, destination: Path, name: str = MODEL, alias: str = "champion") -> tuple[Path, str, str]:
    """Copy the version with this alias to `destination`/`name`-`version`; gives that folder, the version and the run's id.

    The folder appears whole or not at all. Raises TrackingError when there is no such version.
    """
    try:
        version = store.client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise TrackingError(f"the registry of {store.shown} cannot be read: {error.message}") from None
        raise TrackingError(f"no version of {name!r} is called {alias!r} yet; run `authenticity train` first") from error
    where = store.client.get_model_version_download_uri(name, version.version)
    target = _copied(store, where, destination, f"{name}-{version.version}")
    return target, str(version.version), str(version.run_id)


def fetch(store: TrackingStore, run_id: str, destination: Path) -> Path:
    """Copy the bundle of a run to `destination`/`run_id`, whole or not at all. Raises TrackingError when it has none."""
    place, there = place_of(store, run_id)
    return _copied(place, f"runs:/{there}/bundle", destination, run_id)


def _copied(store: TrackingStore, artifact: str, destination: Path, name: str) -> Path:
    """An artifact folder as `destination`/`name`: it appears whole or not at all."""
    destination.mkdir(parents=True, exist_ok=True)
    target = destination / name
    with tempfile.TemporaryDirectory(dir=destination, prefix=".fetch-", ignore_cleanup_errors=True) as draft:
        take = partial(mlflow.artifacts.download_artifacts, artifact_uri=artifact, dst_path=draft, tracking_uri=store.uri)
        try:
            files = store.patiently(take)
        except (MlflowException, OSError) as error:
            raise TrackingError(f"{artifact} cannot be fetched from the tracking store: {str(error).splitlines()[0][:300]}") from error
        shutil.rmtree(target, ignore_errors=True)
        Path(files).replace(target)
    return target
