"""A recorded run, copied from one store to another: every step can be done twice, so that a copy that was cut off is gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlflow.entities import Metric, Param
from mlflow.entities import Run as Recorded

from training.tracking.copying_models import copy_aliases, copy_models, copy_version
from training.tracking.experiments import again, experiment_of
from training.tracking.stores import TrackingStore
from training.tracking.tags import HOLD, KIND, PARENT, PID, SPOOLED

BATCH = 1000
ENDED = ("FINISHED", "FAILED", "KILLED")


@dataclass
class Copy:
    """Where a family of runs lies now: ids by old ids, versions by old ids, and the experiment of the eldest."""

    experiment_id: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def copy(source: TrackingStore, target: TrackingStore, family: Sequence[Recorded]) -> Copy:
    """Copy runs, parents before children, with all that they hold. The target's status says ended only where the copy is whole.

    Raises NoAnswer when the target is down, MlflowException when it refuses; then the same call goes on where this one ended.
    """
    done, twins = Copy(), {}
    for run in family:
        experiment_id = _experiment(source, target, run)
        twins[run.info.run_id] = twin = _twin(target, run, experiment_id, done.ids)
        done.ids[run.info.run_id] = str(twin.info.run_id)
        done.experiment_id = done.experiment_id or experiment_id
    for run in reversed(family):
        twin = twins[run.info.run_id]
        ended = twin.info.status in ENDED
        if not ended:
            _copy_content(source, target, run, twin.info.run_id)
            copy_models(source, target, run, twin)
        if version := copy_version(source, target, run, twin):
            done.versions[run.info.run_id] = version
        if not ended:
            target.client.set_terminated(twin.info.run_id, run.info.status, run.info.end_time)
        copy_aliases(source, target, run, version)
    return done


def artifacts_of(run: Recorded) -> Path:
    """The folder of a locally recorded run's artifacts."""
    return Path(unquote(urlsplit(run.info.artifact_uri).path))


def _experiment(source: TrackingStore, target: TrackingStore, run: Recorded) -> str:
    """The same experiment there, with the texts and views that it has here; those of trainings stay."""
    here = source.client.get_experiment(run.info.experiment_id)
    experiment_id = experiment_of(target, here.name)
    there = target.client.get_experiment(experiment_id).tags
    if there.get(KIND) == "training" != here.tags.get(KIND):
        return experiment_id
    for key, value in here.tags.items():
        if there.get(key) != value:
            again(target.client.set_experiment_tag, experiment_id, key, value)
    return experiment_id


def _twin(target: TrackingStore, run: Recorded, experiment_id: str, ids: Mapping[str, str]) -> Recorded:
    """The run there that is to hold the same; there is one if a copy was begun before."""
    client, old = target.client, str(run.info.run_id)
    twins = sorted(client.search_runs([experiment_id], f"tags.`{SPOOLED}` = '{old}'"), key=lambda twin: twin.info.status not in ENDED)
    # Two, where an earlier beginning was heard by the server only after nobody waited for its answer any more.
    for late in twins[1:]:
        client.delete_run(late.info.run_id)
    if twins:
        return twins[0]
    tags = {key: value for key, value in run.data.tags.items() if key not in (HOLD, PID)} | {SPOOLED: old}
    if PARENT in tags:
        tags[PARENT] = ids.get(tags[PARENT], tags[PARENT])
    return client.create_run(experiment_id, run.info.start_time, tags, run.info.run_name)


def _copy_content(source: TrackingStore, target: TrackingStore, run: Recorded, twin_id: str) -> None:
    """Parameters, metrics with their steps and moments, datasets and artifacts."""
    client = target.client
    client.log_batch(twin_id, params=[Param(key, value) for key, value in run.data.params.items()])
    histories = (source.client.get_metric_history(run.info.run_id, key) for key in run.data.metrics)
    points = [Metric(each.key, each.value, each.timestamp, each.step) for history in histories for each in history]
    for start in range(0, len(points), BATCH):
        client.log_batch(twin_id, points[start : start + BATCH])
    if run.inputs and run.inputs.dataset_inputs:
        client.log_inputs(twin_id, run.inputs.dataset_inputs)
    folder = artifacts_of(run)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        inside = file.parent.relative_to(folder).as_posix()
        client.log_artifact(twin_id, str(file), None if inside == "." else inside)
