"""From new labels to a challenger that the gates have judged: once, in one command that a clock may start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow as pa

from features.locks import held
from features.whole import whole_file
from training import labelled, pipeline
from training.experiment import Experiment
from training.pipeline import Trained
from training.stages import Stages

STATE, LOCK = "retrained.json", "retrain.lock"
# How a retraining ends, for whoever started it: the contract's 0, 1 and 2, and these two.
REFUSED, BUSY = 3, 4


class RetrainBusy(Exception):
    """Another retraining is at work under the same HOME."""


@dataclass(frozen=True)
class Judged:
    """What the gates said of a challenger: whether all let it through, whether it was promoted, and that in words."""

    passed: bool
    promoted: bool
    words: str


@dataclass(frozen=True)
class Retrained:
    """What a retraining did; trained: None where there was nothing new to learn from; judged: None where there was no champion yet."""

    labels: int
    told: tuple[str, ...]
    trained: Trained | None = None
    judged: Judged | None = None

    @property
    def status(self) -> int:
        return REFUSED if self.judged is not None and not self.judged.passed else 0

    def line(self, now: datetime) -> str:
        """The one line that a log keeps."""
        if self.trained is None:
            ending = "nothing new since last time"
        elif self.judged is None:
            ending = f"version {self.trained.version} is the first champion"
        else:
            ending = f"version {self.trained.version}, {self.judged.words}"
        return f"{now:%Y-%m-%dT%H:%M:%SZ} retrain: {self.labels:,} labels, {ending}, status {self.status}"


# From the run's id and whether to promote, what the gates say; None where there was no champion to hold it against.
Gates = Callable[[str, bool], Judged | None]


def retrain(
    experiment: Experiment,
    home: Path,
    own: pa.Table,
    gates: Gates,
    data: Path | None = None,
    uri: str | None = None,
    promote: bool = False,
    anyway: bool = False,
    stages: Stages | None = None,
) -> Retrained:
    """Train on the labels `own` (own_labels.SCHEMA) over the dataset's, register a challenger and ask the gates about it.

    Where experiment, dataset and labels are those of the last time, nothing is done unless `anyway`. Raises RetrainBusy where another
    retraining is at work, and what `pipeline.train` and the gates raise; then the next one tries again.
    """
    stages = stages or Stages()
    with _alone(home):
        source = labelled.source_of(experiment, home, data, stages, own if own.num_rows else None)
        mark = {"experiment": repr(experiment), "content": source.digest}
        last = _last(home).get(experiment.name, {})
        if not anyway and {key: last.get(key) for key in mark} == mark:
            return Retrained(own.num_rows, (f"nothing is new since run {last['run']} of {last['at']}",))
        trained = pipeline.train(experiment, home, data, uri, stages, own if own.num_rows else None)
        judged = gates(trained.run_id, promote)
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        with whole_file(home / STATE) as draft:
            draft.write_bytes(orjson.dumps({**_last(home), experiment.name: {**mark, "run": trained.run_id, "at": now}}))
        return Retrained(own.num_rows, tuple(source.told), trained, judged)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(held(home / LOCK, patience=0))
        except TimeoutError:
            raise RetrainBusy(f"another retraining is at work under {home}; this one did nothing") from None
        yield


def _last(home: Path) -> dict[str, dict[str, str]]:
    """What was trained last, by the name of its experiment."""
    try:
        found = orjson.loads((home / STATE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
