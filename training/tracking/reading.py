"""Finding a run by what a person knows of it, and reading what it holds."""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from mlflow.entities import Run as Recorded
from mlflow.exceptions import MlflowException

from training.tracking.errors import TrackingError
from training.tracking.registry import MODEL, aliases, version_of
from training.tracking.stores import TrackingStore

ALIASES = ("champion", "challenger", "previous")
SHORTEST_PREFIX, MOST_LISTED = 6, 12


@dataclass(frozen=True)
class Found:
    """A recorded run. `status` is one of FINISHED, FAILED, KILLED, RUNNING; `version` is None when it registered nothing."""

    id: str
    experiment_id: str
    experiment: str
    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    status: str
    version: str | None


def find(store: TrackingStore, wanted: str) -> Found:
    """The run meant by an id, the first six or more signs of one, `champion`, `challenger`, `previous`, a version, or an exact name.

    Raises TrackingError that lists what there is when nothing or more than one run is meant.
    """
    wanted = wanted.strip()
    if wanted in ALIASES or (wanted.isdecimal() and len(wanted) < SHORTEST_PREFIX):
        return _found(store, store.client.get_run(_run_of_version(store, wanted)))
    known = _search(store, f"attributes.run_id LIKE '{wanted}%'") if len(wanted) >= SHORTEST_PREFIX and wanted.isalnum() else []
    known = known or _named(store, wanted)
    if len(known) == 1:
        return _found(store, known[0])
    if known:
        raise TrackingError(f"{wanted!r} means {len(known)} runs; give the id of one of them:\n{_listing(known)}")
    recent = _search(store, "")
    there = f"the newest are:\n{_listing(recent)}" if recent else "nothing has been recorded yet; run `authenticity train` first"
    raise TrackingError(f"no run is called {wanted!r}, by id, its first {SHORTEST_PREFIX} signs, name, version or alias; {there}")


def read_table(store: TrackingStore, run_id: str, name: str) -> pd.DataFrame:
    """The table that a run kept as `name`.json. Ids stay text, nulls become NaN. Raises TrackingError when it kept none."""
    with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        try:
            file = store.client.download_artifacts(run_id, f"{name}.json", folder)
            content = json.loads(Path(file).read_text("utf-8"))
            table = pd.DataFrame(content["data"], columns=content["columns"])
        except (MlflowException, OSError) as error:
            raise TrackingError(f"run {run_id} kept no table {name!r}; it was recorded by an older version, or did not end well") from error
        except (ValueError, KeyError, TypeError) as error:
            raise TrackingError(f"run {run_id}: the table {name!r} is damaged; train again") from error
    return table.astype({column: float for column in table if table[column].isna().all()})


def _run_of_version(store: TrackingStore, wanted: str, name: str = MODEL) -> str:
    client = store.client
    try:
        version = client.get_model_version(name, wanted) if wanted.isdecimal() else client.get_model_version_by_alias(name, wanted)
        return str(version.run_id)
    except MlflowException as error:
        called = aliases(store, name)
        there = sorted((str(each.version) for each in client.search_model_versions(f"name = '{name}'")), key=int)
        listed = [" = ".join([version, *(alias for alias in called if called[alias] == version)]) for version in there]
        told = ", ".join(listed) or "none, so run `authenticity train` first"
        raise TrackingError(f"no version is {wanted!r}; there are: {told}") from error


def _named(store: TrackingStore, name: str) -> list[Recorded]:
    """The newest runs with exactly this name. MLflow's filters cannot quote a quote, so any sign may stand for it there."""
    pattern = re.sub(r"""["'\\]""", "_", name)
    found = _search(store, f"attributes.run_name {'=' if pattern == name else 'LIKE'} '{pattern}'")
    return [each for each in found if each.info.run_name == name]


def _search(store: TrackingStore, condition: str) -> list[Recorded]:
    """The newest runs of all experiments for which the condition holds."""
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    newest = ["attributes.start_time DESC"]
    return list(store.client.search_runs(experiments, condition, max_results=MOST_LISTED, order_by=newest)) if experiments else []


def _listing(runs: list[Recorded]) -> str:
    return "\n".join(f"  {each.info.run_id}  {each.info.status:8}  {each.info.run_name}" for each in runs)


def _found(store: TrackingStore, run: Recorded) -> Found:
    experiment = str(store.client.get_experiment(run.info.experiment_id).name)
    own = (str(run.info.run_id), str(run.info.experiment_id), experiment, str(run.info.run_name))
    return Found(
        *own, dict(run.data.params), dict(run.data.metrics), dict(run.data.tags), str(run.info.status), version_of(store, run.info.run_id)
    )
