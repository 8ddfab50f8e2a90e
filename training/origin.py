"""From which accounts and choices a run came, so that its test accounts can be judged once more."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from features.whole import whole_file
from training import labelled, tracking
from training.experiment import Experiment, read
from training.refusals import TrainingRefusal
from training.stages import Stages
from training.tracking import Found, TrackingError, TrackingStore

FILE = "experiment.toml"
# Datasets by the digest of their content, and where they lay on this machine: no server is told.
PLACES = "datasets.json"


@dataclass(frozen=True)
class Origin:
    """A run's experiment, what it calls its accounts, and the digest of their content."""

    experiment: Experiment
    described: str
    digest: str

    @classmethod
    def of(cls, store: TrackingStore, found: Found) -> Origin:
        """As the run recorded it. Raises TrackingError when it did not, TrainingRefusal when this version cannot read it."""
        digest = found.tags.get("data_hash")
        if digest is None:
            raise TrackingError(
                f"run {found.id} ({found.name}) does not say what it learnt from; an older version made it, so train it again"
            )
        with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
            file = Path(folder) / FILE
            file.write_text(tracking.read_text(store, found.id, FILE), encoding="utf-8")
            return cls(read(file), found.tags.get("data", ""), digest)

    def source(self, home: Path, data: Path | None, stages: Stages) -> labelled.Source:
        """The same accounts again: the given dataset, the one of this digest that was trained on here, or the world simulated again.

        Raises DatasetError for a dataset that cannot be read, TrainingRefusal when the accounts are not the same to the last byte.
        """
        known = _places(home).get(self.digest)
        given = data or (Path(known) if known is not None and Path(known).is_dir() else None)
        wanted = f"the run learnt from {self.described} with the digest {self.digest}"
        if given is None and self.described != labelled.described(self.experiment.world):
            raise TrainingRefusal([f"{wanted}, which is not where it was when it was trained on here; name it with --data DIR"])
        found = labelled.source_of(self.experiment, home, given, stages)
        if found.digest != self.digest:
            here = "this version simulates other accounts, of" if given is None else f"{given} has"
            raise TrainingRefusal([f"{wanted}, and {here} {found.digest}; name the dataset of that digest with --data DIR"])
        return found


def remember(home: Path, digest: str, data: Path) -> None:
    """Keep where a dataset lies on this machine."""
    with whole_file(home / PLACES) as draft:
        draft.write_bytes(orjson.dumps({**_places(home), digest: str(data.resolve())}))


def _places(home: Path) -> dict[str, str]:
    try:
        found = orjson.loads((home / PLACES).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
