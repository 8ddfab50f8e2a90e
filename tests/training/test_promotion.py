"""Promotion with the real registry: who becomes champion, what is told and recorded, and that no kill leaves half of a step."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

import authenticity
from models import golden
from models.booster import SUM, Trees
from models.bundle import Bundle, BundleError, install, load_champion
from training import champion, differing, labelled, promotion, succession, tracking
from training.experiment import Experiment
from training.stages import Stages
from training.succession import Served
from training.tracking import TrackingError, TrackingStore

ROOT = Path(__file__).resolve().parents[2]
DOWN = "http://127.0.0.1:9"


def _first(trees: Trees, rounds: int = 2) -> Trees:
    """The first rounds alone, without the weighted sum that travels with them."""
    booster = trees.booster[:rounds]
    booster.set_attr(**{SUM: None})
    return Trees(booster, trees.names)


def weakened(bundle: Bundle) -> Bundle:
    """The same bundle with the first two of its trees alone; its golden accounts are its own."""
    heads = {name: replace(model, trees=_first(model.trees)) for name, model in bundle.heads.items()}
    weak = replace(bundle, heads=heads)
    return replace(weak, golden=golden.record(weak, [each["document"] for each in bundle.golden]))


def recorded(store: TrackingStore, bundle: Path, experiment: Experiment, source: labelled.Source, folder: Path) -> Served:
    """A run as a training leaves it, with this bundle."""
    tags = {"data": source.described, "data_hash": source.digest}
    with tracking.run(store, experiment.name, f"{experiment.name}: {bundle.parent.name}", {}, tags) as run:
        (folder / "experiment.toml").write_text(differing.toml(experiment), "utf-8")
        run.log_file(folder / "experiment.toml")
        run.log_bundle(bundle)
        run.register(alias="challenger")
    return Served("", str(run.version), run.id)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, trained: Any, small_experiment: Experiment) -> Path:
    """A HOME in which version 1, two rounds of trees, is champion and version 2, the usual training, challenges it."""
    home = tmp_path_factory.mktemp("promotion")
    (home / "worlds").symlink_to(trained.path.parents[1] / "worlds")
    source = labelled.source_of(small_experiment, home, None, Stages())
    weakened(trained.bundle).save(home / "weak" / "bundle")
    store = tracking.store(home)
    weak = recorded(store, home / "weak" / "bundle", small_experiment, source, home)
    assert succession.first(store, home, replace(weak, folder=install(home / "weak" / "bundle", home).name))
    shutil.copytree(trained.path, home / "strong" / "bundle")
    strong = recorded(store, home / "strong" / "bundle", small_experiment, source, home)
    assert not succession.first(store, home, replace(strong, folder=install(home / "strong" / "bundle", home).name))
    return home


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """Runs a command in this process, as the installed program does."""

    def command(*arguments: str) -> Ended:
        monkeypatch.setenv("AUTHENTICITY_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["authenticity", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
        return Ended(int(ended.value.code or 0), *capfd.readouterr())

    return command


@pytest.fixture
def home(before: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(before, tmp_path / "home", symlinks=True, ignore=shutil.ignore_patterns("mlartifacts", "weak", "strong")))


def state(home: Path) -> tuple[dict[str, str], str | None, str | None]:
    """The aliases of the registry, and the versions that HOME calls champion and previous."""
    pointed = [home / f"{name}.json" for name in ("champion", "previous")]
    champion, previous = (orjson.loads(file.read_bytes())["version"] if file.exists() else None for file in pointed)
    return tracking.aliases(tracking.store(home)), champion, previous


BEFORE = ({"champion": "1", "challenger": "2"}, "1", None)
PROMOTED = ({"champion": "2", "previous": "1"}, "2", "1")
BACK = ({"champion": "1", "previous": "2"}, "1", "2")


def test_the_first_training_is_champion_and_the_next_one_challenges_it(home: Path) -> None:
    assert state(home) == BEFORE


def test_the_command_promotes_records_rolls_back_and_refuses(home: Path, run: Callable[..., Ended]) -> None:
    done = run("promote", "challenger", "-q")
    assert done.status == 0 and "Version 2 passes every gate (the champion is version 1) and takes its place." in done.out
    assert state(home) == PROMOTED
    store = tracking.store(home)
    told = tracking.find(store, "2")
    assert told.tags["gates"] == "passed" and store.client.get_model_version("authenticity", "2").tags["gates"] == "passed"
    own = store.client.get_run(told.tags["gates run"])
    assert own.data.tags["kind"] == "promotion" and own.data.tags["mlflow.note.content"].startswith("**Version 2 passes every gate")
    table = tracking.read_table(store, own.info.run_id, "gates")
    assert len(set(table["gate"])) == 7 and set(table["verdict"]) == {"passed"}
    back = run("promote", "--rollback")
    assert back.status == 0 and "Served is version 1" in back.out and state(home) == BACK
    forward = run("promote", "--rollback")
    assert forward.status == 0 and "Served is version 2" in forward.out and state(home) == PROMOTED
    refused = run("promote", "1", "--check", "-q")
    assert refused.status == 1 and "Traceback" not in refused.err and state(home) == PROMOTED
    assert "Version 1 is refused by: better" in refused.err and "average precision" in refused.err and "To do: " in refused.err
    assert tracking.find(store, "1").tags["gates"].startswith("refused by better")


def test_what_cannot_be_asked_says_so_in_one_line(home: Path, tmp_path: Path) -> None:
    def says(wanted: str, *arguments: Any) -> str:
        with pytest.raises(TrackingError) as refused:
            promotion.promote(wanted, home, *arguments)
        assert state(home) == BEFORE
        return str(refused.value)

    store = tracking.store(home)
    assert "version 1 is the champion already" in says("champion")
    with tracking.run(store, "small", "nothing learnt", {}, {}):
        pass
    assert "registered no bundle" in says("nothing learnt")
    with pytest.raises(ZeroDivisionError), tracking.run(store, "small", "broken", {}, {}):
        raise ZeroDivisionError
    assert "is FAILED; only a training that ended well" in says("broken")
    assert DOWN in says("2", DOWN)
    store.client.delete_tag(tracking.find(store, "2").id, "data_hash")
    assert "does not say what it learnt from" in says("2")


@pytest.fixture
def foreign(home: Path, trained: Any, small_experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> str:
    """Version 3, whose bundle has a format that this code does not read."""
    with monkeypatch.context() as other:
        other.setattr("models.bundle.FORMAT", 999)
        trained.bundle.save(home / "foreign" / "bundle")
    source = labelled.source_of(small_experiment, home, None, Stages())
    version = recorded(tracking.store(home), home / "foreign" / "bundle", small_experiment, source, home).version
    assert version == "3"
    return version


def test_a_bundle_of_another_version_of_the_code_is_named(home: Path, foreign: str) -> None:
    with pytest.raises(BundleError, match="has bundle format 999; this version reads"):
        promotion.promote(foreign, home)
    assert state(home)[1:] == BEFORE[1:]


def test_a_champion_that_cannot_be_loaded_gives_way_to_the_next_training(home: Path, foreign: str) -> None:
    store = tracking.store(home)
    new = succession.of_alias(store, home, "challenger") if tracking.move(store, {"challenger": "2", "champion": foreign}) is None else None
    assert new is not None and not succession.first(store, home, new), "HOME still has one that can be loaded"
    (home / "bundles" / load_champion(home).id[7:23] / "manifest.json").unlink()
    assert succession.first(store, home, new)
    assert state(home) == ({"champion": "2"}, "2", None)


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from mlflow import MlflowClient
from training import succession, tracking

before, folder = Path(sys.argv[1]), Path(sys.argv[2])
number, unlink = 0, Path.unlink
store = tracking.store(before)
old, new = (succession.of_alias(store, before, name) for name in ("champion", "challenger"))
while True:
    home = folder / str(number)
    shutil.copytree(before, home, symlinks=True, ignore=shutil.ignore_patterns("mlartifacts", "weak", "strong"))
    child = os.fork()
    if not child:
        left = number

        def counted(act):
            def step(*arguments, **named):
                global left
                if act is unlink and arguments[0].name != succession.UNDER_WAY:
                    return act(*arguments, **named)
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                return act(*arguments, **named)
            return step

        store = tracking.store(home)
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (MlflowClient, "set_registered_model_alias"),
            (MlflowClient, "delete_registered_model_alias"),
        ):
            setattr(owner, name, counted(getattr(owner, name)))
        succession.promote(store, home, new, old)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    number += 1
print(number)
"""


def test_a_kill_between_any_two_steps_leaves_one_champion_and_the_next_command_finishes(before: Path, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", KILLED, str(before), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    kills = int(done.stdout.split()[-1])
    # The step, three aliases, two pointers, and the end of the step.
    assert kills == 7
    served = []
    for number in range(kills):
        home = tmp_path / str(number)
        served.append(load_champion(home).version)
        under_way = (home / succession.UNDER_WAY).exists()
        finished = succession.complete(tracking.store(home), home)
        assert (finished is not None) == under_way
        assert state(home) == (PROMOTED if under_way else BEFORE if number == 0 else PROMOTED)
        assert not (home / succession.UNDER_WAY).exists()
    assert served[0] == "1" and served[-1] == "2" and served == sorted(served)


def test_the_same_command_finishes_what_was_interrupted(home: Path) -> None:
    store = tracking.store(home)
    old, new = (succession.of_alias(store, home, name) for name in ("champion", "challenger"))
    assert old is not None and new is not None
    succession._write(home / succession.UNDER_WAY, succession.Step(new, old))
    assert promotion.promote("2", home) == new and state(home) == PROMOTED
    succession._write(home / succession.UNDER_WAY, succession.Step(old, new, back=True))
    assert "Served is version 1" in promotion.rollback(home) and state(home) == BACK


def promoted(home: Path) -> TrackingStore:
    store = tracking.store(home)
    old, new = (succession.of_alias(store, home, name) for name in ("champion", "challenger"))
    assert old is not None and new is not None
    succession.promote(store, home, new, old)
    return store


def test_a_rollback_works_while_the_registry_is_down_and_the_registry_follows(home: Path) -> None:
    promoted(home)
    told = promotion.rollback(home, DOWN)
    assert "Served is version 1" in told and "The registry follows" in told
    assert state(home) == ({"champion": "2", "previous": "1"}, "1", "2")
    assert champion.bring(home, None) == "" and state(home) == BACK
    for version in ("2", "1"):
        assert f"Served is version {version}" in promotion.rollback(home, DOWN)
    assert champion.bring(home, None) == "" and state(home) == BACK


def test_what_others_have_promoted_meanwhile_stands(home: Path) -> None:
    """A rollback of this machine that the registry never heard of gives way to a champion that came after."""
    store = promoted(home)
    promotion.rollback(home, DOWN)
    third = store.client.create_model_version("authenticity", f"runs:/{tracking.find(store, '2').id}/bundle", tracking.find(store, "2").id)
    tracking.move(store, {"champion": str(third.version)})
    assert champion.bring(home, None) == ""
    assert state(home)[:2] == ({"champion": "3", "previous": "1"}, "3")


def test_without_a_previous_champion_nothing_is_rolled_back(home: Path) -> None:
    with pytest.raises(TrackingError, match="no previous champion in the registry"):
        promotion.rollback(home)
    with pytest.raises(TrackingError, match="no previous champion under HOME"):
        promotion.rollback(home, DOWN)
    assert state(home) == BEFORE


def test_a_champion_that_changed_while_the_gates_were_asked_is_not_overrun(home: Path) -> None:
    store = promoted(home)
    old, new = (succession.of_alias(store, home, name) for name in ("previous", "champion"))
    assert old is not None and new is not None
    with pytest.raises(TrackingError, match="version 2 became champion while version 1 was measured against"):
        succession.promote(store, home, replace(new, version="3"), old)
