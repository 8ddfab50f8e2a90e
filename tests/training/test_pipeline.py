"""A whole training: the same twice, recorded so that a reviewer can compare, and never half-finished."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features import dataset
from features.dataset import Tables
from features.problems import DatasetError
from models.bundle import BundleError, load_champion
from training import pipeline, splits, tracking
from training.experiment import Experiment
from training.provenance import code_version, features_hash
from training.refusals import TrainingRefusal
from training.report import SHORT_HEADS
from training.stages import Stages
from training.tracking import TrackingStore

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from training import pipeline
from training.experiment import Experiment
from training.stages import Stages

class Killed(Stages):
    def end(self, name, seconds):
        # The worst moment: all is written and registered, and the run has not ended yet.
        if name == pipeline.SAVE:
            os.kill(os.getpid(), signal.SIGKILL)

pipeline.train(Experiment(name="small"), Path(sys.argv[1]), Path(sys.argv[2]), stages=Killed())
"""


class Failing(Stages):
    """A training that breaks once everything is learnt."""

    def begin(self, name: str, of: int | None) -> None:
        if name == pipeline.SAVE:
            raise ZeroDivisionError


def runs(store: TrackingStore, name: str = "small") -> list[Any]:
    experiment = store.client.get_experiment_by_name(name)
    return list(store.client.search_runs([experiment.experiment_id])) if experiment else []


@pytest.fixture(scope="module")
def killed_home(tmp_path_factory: pytest.TempPathFactory, small_world: Path) -> Path:
    """A HOME in which a training was killed just before it was done."""
    home = tmp_path_factory.mktemp("killed")
    arguments = [sys.executable, "-c", KILLED, str(home), str(small_world)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return home


@pytest.fixture(scope="module")
def killed_run(killed_home: Path) -> str:
    """The run of that training, looked at before anything else was started there."""
    store = tracking.store(killed_home)
    (run,) = runs(store)
    assert run.info.status == "RUNNING"
    assert [version.aliases for version in store.client.search_model_versions()] == [[]]
    with pytest.raises(tracking.TrackingError, match="no version"):
        tracking.fetch_champion(store, killed_home / "fetched")
    with pytest.raises(BundleError, match="no champion yet"):
        load_champion(killed_home)
    return str(run.info.run_id)


@pytest.fixture(scope="module")
def again(killed_run: str, killed_home: Path, small_experiment: Experiment, trained: Any) -> Any:
    """The training of `trained` once more, in the HOME where one was killed before."""
    del killed_run
    (killed_home / "worlds").symlink_to(trained.path.parents[1] / "worlds")
    return pipeline.train(small_experiment, killed_home)


def test_a_killed_training_leaves_nothing_that_looks_finished(killed_run: str) -> None:
    assert killed_run


def test_the_next_training_marks_the_killed_one(killed_run: str, again: Any, killed_home: Path) -> None:
    store = tracking.store(killed_home)
    assert {run.info.run_id: run.info.status for run in runs(store)} == {killed_run: "KILLED", again.run_id: "FINISHED"}
    assert [version.run_id for version in store.client.search_model_versions()] == [again.run_id]
    assert load_champion(killed_home).run_id == again.run_id


def test_the_same_experiment_gives_the_same_bundle_to_the_last_byte(trained: Any, again: Any) -> None:
    first, second = ({file.name: file.read_bytes() for file in each.path.iterdir()} for each in (trained, again))
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert trained.bundle.id == again.bundle.id and trained.run_id != again.run_id
    assert trained.card == again.card
    # As text, because a number that could not be measured is NaN, which equals nothing.
    assert repr(trained.measurements) == repr(again.measurements)


def test_a_training_that_breaks_leaves_a_failed_run_and_the_champion_as_it_was(again: Any, killed_home: Path, small_world: Path) -> None:
    before = (killed_home / "champion.json").read_bytes()
    folders = sorted((killed_home / "bundles").iterdir())
    with pytest.raises(ZeroDivisionError):
        pipeline.train(Experiment(name="broken"), killed_home, small_world, stages=Failing())
    store = tracking.store(killed_home)
    assert [run.info.status for run in runs(store, "broken")] == ["FAILED"]
    assert [version.run_id for version in store.client.search_model_versions()] == [again.run_id]
    assert (killed_home / "champion.json").read_bytes() == before
    assert sorted((killed_home / "bundles").iterdir()) == folders


def test_the_run_holds_what_a_reviewer_compares(trained: Any, champion_home: Path, small_experiment: Experiment) -> None:
    store = tracking.store(champion_home)
    run = store.client.get_run(trained.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {
        "seed": str(small_experiment.seed),
        "world.accounts": str(small_experiment.world.accounts),
        "world.seed": str(small_experiment.world.seed),
        "trees.rounds": "60",
        "trees.max_depth": "3",
    }
    assert run.data.tags["change"] == "accounts 500, seed 3, rounds 60, max_depth 3"
    assert run.info.run_name == "accounts 500, seed 3, rounds 60, max_depth 3"
    assert run.data.tags["kind"] == "training"
    assert run.data.tags["data_hash"] in trained.card and run.data.tags["features"] == features_hash()
    assert run.data.tags["code"] == code_version()
    assert run.data.tags["mlflow.note.content"].splitlines()[0] == trained.card.splitlines()[0]
    for head in trained.bundle.heads:
        short = SHORT_HEADS[head]
        assert {f"{name}_{short}" for name in ("ap", "recall", "brier", "ece")} <= set(run.data.metrics), sorted(run.data.metrics)
        curve = store.client.get_metric_history(trained.run_id, f"{head}/watch_logloss")
        assert len(curve) > 5 and curve[0].value > min(point.value for point in curve)
    artifacts = {each.path for each in store.client.list_artifacts(trained.run_id)}
    tables = {"evaluation.json", "shares.json", "importance.json", "measurements.json"}
    pictures = ("precision_recall", "calibration", "recall_by_size", "recall_by_share", "scores", "causes", "importance", "shares")
    assert artifacts == {"bundle", "card.md", "experiment.toml", "figures.html"} | tables | {f"{name}.png" for name in pictures}
    kept = {Path(each.path).name for each in store.client.list_artifacts(trained.run_id, "bundle")}
    assert kept == {file.name for file in trained.path.iterdir()}


def test_the_run_says_which_accounts_it_used(trained: Any, champion_home: Path, small_world: Path) -> None:
    run = tracking.store(champion_home).client.get_run(trained.run_id)
    assert run.inputs
    inputs = {each.tags[0].value: each.dataset for each in run.inputs.dataset_inputs}
    assert set(inputs) == set(splits.SIDES)
    assert sum(json.loads(each.profile)["accounts"] for each in inputs.values()) == dataset.read(small_world)["accounts"].num_rows
    digests = {json.loads(each.source)["digest"] for each in inputs.values()}
    assert len(digests) == 1 and digests.pop() in trained.card
    assert all("synthetic" in each.name for each in inputs.values())


def test_the_registered_champion_is_the_bundle_that_is_served(trained: Any, champion_home: Path) -> None:
    store = tracking.store(champion_home)
    version = store.client.get_model_version_by_alias("authenticity", "champion")
    assert (str(version.version), version.run_id) == (trained.version, trained.run_id)
    champion = load_champion(champion_home)
    assert (champion.version, champion.run_id, champion.id) == (trained.version, trained.run_id, trained.bundle.id)


def test_synthetic_results_are_labelled_synthetic(trained: Any) -> None:
    assert "synthetic" in trained.card and trained.bundle.facts["synthetic"] is True


@pytest.fixture(scope="module")
def few(small_world: Path) -> Tables:
    """A labelled dataset of which every refusal can be made: 150 accounts."""
    tables = dataset.read(small_world)
    ids = tables["accounts"]["account_id"].slice(0, 150).combine_chunks()
    return {name: table.filter(pc.is_in(table["account_id"], value_set=ids)) for name, table in tables.items()}


def refusal(tables: Tables, folder: Path) -> str:
    """What is said of a dataset that cannot teach; nothing may be recorded of it."""
    dataset.write(folder / "data", tables)
    with pytest.raises((TrainingRefusal, DatasetError)) as refused:
        pipeline.train(Experiment(), folder / "home", folder / "data")
    assert not (folder / "home" / "mlflow.db").exists()
    assert not (folder / "home" / "champion.json").exists()
    return str(refused.value)


def test_without_labels_nothing_can_be_learnt(few: Tables, tmp_path: Path) -> None:
    assert "labels" in refusal({name: table for name, table in few.items() if name != "labels"}, tmp_path)


def test_with_labels_of_other_heads_only_it_says_so(few: Tables, tmp_path: Path) -> None:
    others = few["labels"].filter(pc.equal(few["labels"]["head"], "bought_engagement"))
    said = refusal({**few, "labels": others}, tmp_path)
    assert "bought_followers: no account has a label" in said and "diluted_audience: no account has a label" in said
    assert "leave it out of `heads`" in said


def test_one_class_alone_is_refused(few: Tables, tmp_path: Path) -> None:
    labels = few["labels"]
    clean = labels.filter(pc.or_(pc.not_equal(labels["head"], "bought_followers"), pc.equal(labels["share"], 0.0)))
    assert "bought_followers: 0 accounts with value 1" in refusal({**few, "labels": clean}, tmp_path)


def test_an_account_that_is_there_twice_is_refused(few: Tables, tmp_path: Path) -> None:
    twice = pa.concat_tables([few["accounts"], few["accounts"].slice(0, 2)])
    said = refusal({**few, "accounts": twice}, tmp_path)
    assert "a second time" in said and few["accounts"]["account_id"][0].as_py() in said


def test_follower_records_that_stand_on_two_sides_are_refused(few: Tables, tmp_path: Path) -> None:
    """One follower in the samples of all accounts, so that whatever the split it lies on two sides."""
    sample = few["follower_sample"]
    owners = sample["account_id"].unique()
    everywhere = pa.table({name: pa.nulls(len(owners), sample.schema.field(name).type) for name in sample.column_names})
    everywhere = everywhere.set_column(everywhere.column_names.index("account_id"), "account_id", owners)
    same = pa.array(["the-same-follower"] * len(owners), pa.large_string())
    everywhere = everywhere.set_column(everywhere.column_names.index("follower_id"), "follower_id", same)
    said = refusal({**few, "follower_sample": pa.concat_tables([sample, everywhere])}, tmp_path)
    assert "the-same-follower" in said and "two sides" in said


def test_too_few_accounts_are_refused(few: Tables, tmp_path: Path) -> None:
    ids = few["accounts"]["account_id"].slice(0, 40).combine_chunks()
    small = {name: table.filter(pc.is_in(table["account_id"], value_set=ids)) for name, table in few.items()}
    assert "40 accounts; at least 60" in refusal(small, tmp_path)


def test_an_unknown_holdout_is_refused_with_the_sources_there_are(few: Tables, tmp_path: Path) -> None:
    dataset.write(tmp_path / "data", few)
    with pytest.raises(TrainingRefusal, match="the labels name the sources"):
        pipeline.train(replace(Experiment(), holdout="moon"), tmp_path / "home", tmp_path / "data")
    assert not (tmp_path / "home" / "mlflow.db").exists()
