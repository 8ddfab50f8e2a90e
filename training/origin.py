"""From which accounts and choices a run came, so that its test accounts can be judged once more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import orjson

from features.whole import whole_file
from training import labelled
from training.experiment import Experiment, World, read
from training.refusals import TrainingRefusal
from training.stages import Stages

FILE = "experiment.toml"
# Datasets by the digest of their content, and where they lay on this machine: no server is told.
PLACES = "datasets.json"
DIGEST = "# data: "


def written(experiment: Experiment, digest: str) -> str:
    """The experiment as TOML that `experiment.read` gives back, headed by the digest of the accounts it learnt from."""
    plain, sections = [f"{DIGEST}{digest}"], list[str]()
    for field in fields(experiment):
        value = getattr(experiment, field.name)
        if isinstance(value, World):
            value = {"names": value.names, "accounts": value.accounts, "seed": value.seed}
        if isinstance(value, Mapping):
            sections += ["", f"[{field.name}]", *(f"{key} = {_toml(inner)}" for key, inner in value.items())]
        else:
            plain.append(f"{field.name} = {_toml(value)}")
    return "\n".join([*plain, *sections]) + "\n"


def remember(home: Path, digest: str, data: Path) -> None:
    """Keep where a dataset lies on this machine."""
    with whole_file(home / PLACES) as draft:
        draft.write_bytes(orjson.dumps({**_places(home), digest: str(data.resolve())}))


@dataclass(frozen=True)
class Origin:
    """A run's experiment, and the digest of its dataset."""

    experiment: Experiment
    digest: str

    @classmethod
    def parsed(cls, text: str, folder: Path) -> Origin:
        """From what `written` gave. Raises TrainingRefusal when this version cannot read it."""
        file = folder / FILE
        file.write_text(text, encoding="utf-8")
        first = text.partition("\n")[0]
        if not first.startswith(DIGEST):
            raise TrainingRefusal([f"the run's {FILE} does not begin with the digest of its accounts; train it again"])
        return cls(read(file), first.removeprefix(DIGEST).strip())

    def source(self, home: Path, data: Path | None, stages: Stages) -> labelled.Source:
        """The same accounts again: the given dataset, the one of this digest that was trained on here, or the world simulated again.

        Raises TrainingRefusal when they are not the same to the last byte.
        """
        known = _places(home).get(self.digest)
        given = data or (Path(known) if known is not None and Path(known).is_dir() else None)
        found = labelled.source_of(self.experiment, home, given, stages)
        if found.digest != self.digest:
            where = f"{data} holds {found.digest}" if data is not None else f"{found.place} now holds {found.digest}"
            wanted = f"the run learnt from accounts with the digest {self.digest}, and {where}"
            raise TrainingRefusal([f"{wanted}; name the dataset of that digest with --data DIR"])
        return found


def _places(home: Path) -> dict[str, str]:
    try:
        found = orjson.loads((home / PLACES).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, except that TOML has no pairs of surrogates.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(_toml, value))}]"
