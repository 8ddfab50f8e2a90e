"""Finding a run by what a person knows of it, and reading what it holds."""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from mlflow.entities import Run as Recorded
from mlflow.exceptions import MlflowException

from training.tracking.errors import TrackingError
from training.tracking.places import everywhere, place_of
from training.tracking.registry import MODEL, aliases, version_of, versions_of
from training.tracking.stores import TrackingStore
from training.tracking.tags import SPOOLED

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
    # UTC, such as 2026-11-25 02:11; "" unknown.
    started_at: str = ""


def find(store: TrackingStore, wanted: str) -> Found:
    """The run meant by an id, the first six or more signs of one, `champion`, `challenger`, `previous`, a version, or an exact name.

    Runs that wait under HOME for their server are found too, and those that have reached it also by the id they had before.
    Raises TrackingError that lists what there is when nothing or more than one run is meant.
    """
    wanted = wanted.strip()
    if wanted in ALIASES or (wanted.isdecimal() and len(wanted) < SHORTEST_PREFIX):
        return _found(store, store.client.get_run(_run_of_version(store, wanted)))
    known = _by_id(store, wanted) if len(wanted) >= SHORTEST_PREFIX and wanted.isalnum() else []
    known = known or _named(store, wanted)
    if len(known) == 1:
        return _found(*known[0])
    if known:
        raise TrackingError(f"{wanted!r} means {len(known)} runs; give the id of one of them:\n{_listing(known)}")
    recent = everywhere(store, "", MOST_LISTED)
    there = f"the newest are:\n{_listing(recent)}" if recent else "nothing has been recorded yet; run `authenticity train` first"
    raise TrackingError(f"no run is called {wanted!r}, by id, its first {SHORTEST_PREFIX} signs, name, version or alias; {there}")


def read_table(store: TrackingStore, run_id: str, name: str) -> pd.DataFrame:
    """The table that a run kept as `name`.json. Ids stay text, nulls become NaN. Raises TrackingError when it kept none."""
    place, there = place_of(store, run_id)
    with tempfile.TemporaryDirectory(prefix="authenticity-", ignore_cleanup_errors=True) as folder:
        try:
            file = place.client.download_artifacts(there, f"{name}.json", folder)
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
        listed = [" = ".join([one, *(alias for alias in called if called[alias] == one)]) for one in versions_of(store, name)]
        told = ", ".join(listed) or "none, so run `authenticity train` first"
        raise TrackingError(f"no version is {wanted!r}; there are: {told}") from error


def _by_id(store: TrackingStore, beginning: str) -> list[tuple[TrackingStore, Recorded]]:
    return everywhere(store, f"attributes.run_id LIKE '{beginning}%'", MOST_LISTED) or (
        [] if store.local else everywhere(store, f"tags.`{SPOOLED}` LIKE '{beginning}%'", MOST_LISTED)
    )


def _named(store: TrackingStore, name: str) -> list[tuple[TrackingStore, Recorded]]:
    """The newest runs with exactly this name. MLflow's filters cannot quote a quote, so any sign may stand for it there."""
    pattern = re.sub(r"""["'\\]""", "_", name)
    found = everywhere(store, f"attributes.run_name {'=' if pattern == name else 'LIKE'} '{pattern}'", MOST_LISTED)
    return [(place, run) for place, run in found if run.info.run_name == name]


def _listing(runs: list[tuple[TrackingStore, Recorded]]) -> str:
    return "\n".join(f"  {run.info.run_id}  {run.info.status:8}  {run.info.run_name}" for _, run in runs)


def _found(store: TrackingStore, run: Recorded) -> Found:
    experiment = str(store.client.get_experiment(run.info.experiment_id).name)
    own = (str(run.info.run_id), str(run.info.experiment_id), experiment, str(run.info.run_name))
    told = (dict(run.data.params), dict(run.data.metrics), dict(run.data.tags))
    version = version_of(store, run.info.run_id)
    return Found(*own, *told, str(run.info.status), version, _moment(run.info.start_time))


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M}"
