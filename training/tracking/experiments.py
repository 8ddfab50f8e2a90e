"""The experiments that runs lie in, made once even where many trainings start together."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from mlflow.exceptions import MlflowException

from training.tracking.errors import NoAnswer, TrackingError
from training.tracking.stores import TrackingStore

T = TypeVar("T")
PAUSES_S = (0.1, 0.5)


def experiment_of(store: TrackingStore, name: str) -> str:
    """The id of the experiment, made if it is new. Raises TrackingError when somebody has deleted it."""
    with store.alone():
        found = store.client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(store.client.create_experiment(name, store.artifact_location))
            except MlflowException:
                # On a server another machine can have been first.
                found = store.client.get_experiment_by_name(name)
    if found is None:
        raise TrackingError(f"the experiment {name!r} cannot be made in {store.shown}")
    if found.lifecycle_stage != "active":
        raise TrackingError(f"the experiment {name!r} was deleted; restore it in MLflow or choose another name")
    return str(found.experiment_id)


def again(act: Callable[..., T], *arguments: Any) -> T:
    """What MLflow does by looking first and inserting then, done again by the loser of a race with another machine."""
    for pause in PAUSES_S:
        try:
            return act(*arguments)
        except (MlflowException, TrackingError) as error:
            if isinstance(error, NoAnswer):
                raise
            time.sleep(pause)
    return act(*arguments)
