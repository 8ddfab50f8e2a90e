"""A run says by which code it was made, and keeps the choices that make it again."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training import differing, provenance, tracking
from training.experiment import Experiment, World, read
from training.origin import Origin

HOSTILE = 'a "quoted" \\ name\n[trees]\tü \x7f\x01'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project under git, with one commit."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    root = tmp_path / "project"
    root.mkdir()
    (root / "file.py").write_text("1", "utf-8")
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "file.py"], [*who, "commit", "-q", "-m", "one"]):
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(tmp_path)}
        subprocess.run(["git", "-C", str(root), *command], check=True, env=environment)
    return root


def test_the_code_is_named_by_its_commit_and_whether_it_was_changed(repository: Path) -> None:
    clean = provenance.code_version(repository)
    assert " at " in clean and "changed" not in clean
    (repository / "file.py").write_text("2", "utf-8")
    assert provenance.code_version(repository) == f"{clean}, changed since"


def test_code_below_another_project_is_not_of_its_commit(repository: Path) -> None:
    inner = repository / "installed"
    inner.mkdir()
    assert " at " not in provenance.code_version(inner)


def test_without_git_the_version_of_the_package_stands_alone(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert provenance.code_version(repository) == provenance.code_version(Path("/"))


def test_the_features_hash_changes_with_a_features_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = provenance.features_hash()
    name = provenance.NAMES[3]
    feature = provenance.BY_NAME[name]
    monkeypatch.setattr(
        provenance, "BY_NAME", {**provenance.BY_NAME, name: replace(feature, unit=provenance.BY_NAME[provenance.NAMES[0]].unit)}
    )
    changed = provenance.features_hash()
    assert len(before) == 16 and (changed != before) == (feature.unit.name != provenance.BY_NAME[provenance.NAMES[0]].unit.name)


@pytest.mark.parametrize(
    "choices",
    [
        Experiment(),
        Experiment(name=HOSTILE, change=HOSTILE, heads=("bought_followers",), seed=9, champion=False, folds=3, dropout=0.1),
        Experiment(world=World(names=("high_street", "village"), accounts=70), trees={**Experiment().trees, "eta": 1e-2, "gamma": 3}),
    ],
)
def test_the_written_choices_are_read_back_the_same(choices: Experiment, tmp_path: Path) -> None:
    file = tmp_path / "experiment.toml"
    file.write_text(differing.toml(choices), "utf-8")
    assert read(file) == choices


def test_a_recorded_training_can_be_trained_again(trained: Any, champion_home: Path, small_experiment: Experiment) -> None:
    store = tracking.store(champion_home)
    assert Origin.of(store, tracking.find(store, trained.run_id)).experiment == small_experiment
    with tracking.run(store, "else", "no training") as other:
        pass
    with pytest.raises(tracking.TrackingError, match=rf"run {other.id} .* does not say what it learnt from"):
        Origin.of(store, tracking.find(store, other.id))


def test_only_what_differs_is_a_parameter_and_makes_the_name() -> None:
    default = Experiment()
    assert default.params() == {"seed": default.seed} and default.said == default.change
    deep = replace(default, trees={**default.trees, "max_depth": 6, "gamma": 2.0}, folds=5)
    assert deep.params() == {"seed": 7, "folds": 5, "trees.max_depth": 6, "trees.gamma": "2"}
    assert deep.title == "max_depth 6, gamma 2"
    assert replace(deep, change="deeper trees").title == "deeper trees"
    shallow = replace(default, trees={name: value for name, value in default.trees.items() if name != "eta"})
    assert shallow.params() == {"seed": 7, "trees.eta": "not set"}
