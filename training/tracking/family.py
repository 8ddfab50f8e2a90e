"""Runs that belong together across processes: a search that goes on takes the trials of its earlier parts along."""

from collections.abc import Iterable

from mlflow.exceptions import MlflowException

from training.tracking.stores import TrackingStore
from training.tracking.tags import PARENT


def adopt(store: TrackingStore, parent: str, children: Iterable[str]) -> None:
    """Make runs children of `parent`. One that was deleted meanwhile stays deleted."""
    for child in children:
        try:
            store.client.set_tag(child, PARENT, parent)
        except MlflowException:
            continue


def disown(store: TrackingStore, runs: Iterable[str]) -> None:
    """Mark runs as KILLED whose outcome was lost with their process, even where they had ended; a deleted one stays deleted."""
    for run in runs:
        try:
            store.client.set_terminated(run, "KILLED")
        except MlflowException:
            continue
