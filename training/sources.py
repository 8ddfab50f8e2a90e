"""Where accounts with labels lie: a dataset or a simulated world, with people's labels over it and a world beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from features import dataset
from features.problems import DatasetError
from training import together
from training.experiment import Experiment, Labels, World
from training.own_labels import SYNTHETIC
from training.stages import Stages
from training.worlds import read_truth, simulate, write_truth


@dataclass(frozen=True)
class Source:
    """A dataset on disk: where it lies, the hash of its content, and whether its accounts are synthetic.

    beside: a simulated world to learn from as well; labels: how much each kind of label counts; told: what a person should know of the
    labels that were laid over it, a sentence each.
    """

    path: Path
    place: str
    described: str
    digest: str
    synthetic: bool
    beside: Source | None = None
    labels: Labels = field(default_factory=Labels)
    told: Sequence[str] = ()

    @property
    def kind(self) -> str:
        return "synthetic accounts" if self.synthetic else "real and synthetic accounts" if self.beside else "accounts"


def source_of(experiment: Experiment, home: Path, data: Path | None, stages: Stages, own: pa.Table | None = None) -> Source:
    """The given dataset, or the experiment's world, simulated once and kept under HOME; with the world beside the dataset where that is
    wanted. own: labels that people gave (own_labels.SCHEMA), laid over its own; that dataset is kept under HOME as well."""
    if data is None:
        source = _world(experiment, home, stages)
    else:
        name = data.resolve().name
        source = Source(data, name, name, _digest(data), synthetic=_simulated(data))
    source = replace(source, labels=experiment.labels)
    if own is not None:
        path, told = together.laid_once(home / "labelled", source.path, own, experiment.heads)
        described = f"{source.described}, {own.num_rows:,} labels that people gave"
        source = replace(source, path=path, described=described, digest=_digest(path), synthetic=_simulated(path), told=told)
    if data is not None and experiment.labels.with_world:
        world = _world(experiment, home, stages)
        described = f"{source.described}; beside it {world.described}"
        digest = f"sha256:{hashlib.sha256(f'{source.digest} {world.digest}'.encode()).hexdigest()}"
        source = replace(source, beside=world, described=described, digest=digest, synthetic=False)
    return source


def _world(experiment: Experiment, home: Path, stages: Stages) -> Source:
    world = experiment.world
    share, rest = divmod(world.accounts, len(world.names))
    paths = [_simulated_once(home, name, share + (place < rest), world.seed, stages) for place, name in enumerate(world.names)]
    path = paths[0] if len(paths) == 1 else _mixed_once(home / "worlds" / "+".join(path.name for path in paths), paths)
    return Source(path, f"world {path.name}", described(world), _digest(path), synthetic=True)


def described(world: World) -> str:
    """What a run calls the accounts of a world."""
    return f"{' and '.join(world.names)}, {world.accounts:,} synthetic accounts, seed {world.seed}"


def _simulated_once(home: Path, world: str, accounts: int, seed: int, stages: Stages) -> Path:
    path = home / "worlds" / f"{world}-{accounts}-{seed}"
    if not path.is_dir():
        with stages(f"simulate {accounts:,} accounts of {world}", accounts) as advance:
            try:
                simulate(path, accounts, seed, world, advance)
            except (DatasetError, OSError):
                # Another training may have finished the same world meanwhile; equal seeds give equal bytes.
                if not path.is_dir():
                    raise
    return path


def _mixed_once(path: Path, worlds: Sequence[Path]) -> Path:
    """One dataset of the accounts of several worlds: a part of each."""
    if not path.is_dir():
        try:
            with dataset.writing(path) as draft:
                for number, world in enumerate(worlds):
                    dataset.write(draft, dataset.read(world), part=number)
                    with suppress(FileNotFoundError):
                        write_truth(draft, read_truth(world), part=number)
        except (DatasetError, OSError):
            if not path.is_dir():
                raise
    return path


def _simulated(data: Path) -> bool:
    """Whether a world has labelled the dataset; one simulated account is enough to call results synthetic."""
    labels = dataset.load(data, ("labels",)).tables.get("labels")
    named = pc.unique(labels["by"]).to_pylist() if labels is not None and "by" in labels.column_names else []
    return any(name and name.startswith(SYNTHETIC) for name in named)


def _digest(path: Path) -> str:
    """SHA-256 over the names and bytes of a dataset's files; the same data has the same digest wherever it lies."""
    total = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
        total.update(file.relative_to(path).as_posix().encode())
        with file.open("rb") as content:
            total.update(hashlib.file_digest(content, "sha256").digest())
    return f"sha256:{total.hexdigest()}"
