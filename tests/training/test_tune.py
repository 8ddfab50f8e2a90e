"""A search never sees the test side, survives kill -9, counts its trials right, and says honestly how much it gained."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from optuna.trial import TrialState
from typer.testing import CliRunner

from authenticity import app
from features import dataset
from training import labelled, space, studies, tracking, tuned
from training.experiment import Experiment, read
from training.objective import Objective
from training.refusals import TrainingRefusal
from training.searching import Search
from training.stages import Stages
from training.studies import PLACE, RUN
from training.tune import learners, tune
from training.tuning_folds import Fold, folds
from training.worlds import simulate

ROOT = Path(__file__).resolve().parents[2]
TOML = """
name = "small"
heads = ["bought_followers", "diluted_audience"]
[trees]
rounds = 15
[search]
folds = 2
eta = {low = 0.02, high = 0.3, log = true}
max_depth = {low = 2, high = 6}
dropout = {low = 0.0, high = 0.5}
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from training import objective
from training.experiment import read
from training.tune import tune

scored, score = [], objective.Objective.score
def killed(self, choices, number, seed):
    scored.append(number)
    if len(scored) == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    return score(self, choices, number, seed)

objective.Objective.score = killed
home, data, file = map(Path, sys.argv[1:])
tune(file, read(file), home, 5, data)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("experiments") / "small.toml"
    path.write_text(TOML, "utf-8")
    return path


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled dataset of 300 accounts."""
    path: Path = tmp_path_factory.mktemp("data") / "few"
    simulate(path, 300, seed=3)
    return path


@pytest.fixture(scope="module")
def searched(file: Path, few: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A HOME with a search that nobody disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    return home, tune(file, read(file), home, 5, few)


def tried(home: Path, study: str) -> list[tuple[Any, ...]]:
    """All that finished in a study, without what a clock or a run id says."""
    with studies.opened(home, study) as (found, _):
        return [(trial.user_attrs[PLACE], trial.state, trial.params, trial.intermediate_values) for trial in studies.finished(found)]


def recorded(home: Path, kind: str) -> list[Any]:
    client = tracking.store(home).client
    experiments = [each.experiment_id for each in client.search_experiments()]
    return list(client.search_runs(experiments, f"tags.kind = '{kind}'", order_by=["attributes.start_time"]))


# What the test side holds changes nothing


def test_poisoned_test_accounts_change_no_trial(searched: tuple[Path, Any], file: Path, few: Path, tmp_path: Path) -> None:
    home, clean = searched
    experiment, tables = read(file), dataset.read(few)
    source = labelled.source_of(experiment, home, few, Stages())
    whole = labelled.read(source, experiment.heads)
    split = labelled.split(experiment, whole)
    test = pa.array([whole.table.account_ids[row] for row in split.test], pa.large_string())
    poisoned = {name: _poisoned(name, table, test) for name, table in tables.items()}
    dataset.write(tmp_path / "few", poisoned)
    other = labelled.read(labelled.source_of(experiment, home, tmp_path / "few", Stages()), experiment.heads)
    again = labelled.split(experiment, other)
    # The poison is real, and the sides are the same.
    assert np.array_equal(again.test, split.test) and np.array_equal(again.fit, split.fit)
    assert not np.array_equal(other.values["bought_followers"], whole.values["bought_followers"], equal_nan=True)
    found = tune(file, experiment, tmp_path / "home", 5, tmp_path / "few")
    assert found.study == clean.study
    assert tried(tmp_path / "home", found.study) == tried(home, clean.study)
    assert found.gain == clean.gain and found.card == clean.card


def _poisoned(name: str, table: pa.Table, test: pa.Array) -> pa.Table:
    """The labels of the test accounts turned round, a thousand times their followers, and none of their posts."""
    mine = pc.is_in(table["account_id"], value_set=test)
    if name == "labels":
        turned = pc.if_else(mine, pc.subtract(1, table["value"].cast(pa.int64())), table["value"].cast(pa.int64()))
        share = pc.if_else(mine, pc.if_else(pc.greater(table["share"], 0.0), 0.0, 0.5), table["share"])
        table = table.set_column(table.column_names.index("value"), "value", turned.cast(table.schema.field("value").type))
        return table.set_column(table.column_names.index("share"), "share", share.cast(table.schema.field("share").type))
    if name == "accounts":
        place, field = table.column_names.index("followers"), table.schema.field("followers")
        return table.set_column(
            place, "followers", pc.if_else(mine, pc.multiply(table["followers"], 1000), table["followers"]).cast(field.type)
        )
    return table.filter(pc.invert(mine)) if name == "posts" else table


def test_the_learners_hold_no_test_account(file: Path, few: Path, tmp_path: Path) -> None:
    experiment = read(file)
    place = labelled.source_of(experiment, tmp_path, few, Stages())
    whole = labelled.read(place, experiment.heads)
    split = labelled.split(experiment, whole)
    mine, left_out = learners(experiment, place)
    test = {whole.table.account_ids[row] for row in split.test}
    assert left_out == len(test) and not test & set(mine.table.account_ids)
    assert mine.table.n == whole.table.n - len(test)
    # What a person should know of the labels is a sentence each, and not of single accounts.
    kept = [getattr(mine, each.name) for each in fields(mine) if each.name != "told"]
    kept += [inner for each in kept if isinstance(each, Mapping) for inner in each.values()]
    assert {len(each) for each in kept if isinstance(each, np.ndarray | list)} == {mine.table.n}
    assert mine.samples is not None and not test & set(mine.samples["account_id"].to_pylist())
    for name in ("followers", "created_at"):
        kept = np.isin(np.arange(whole.table.n), split.test, invert=True)
        assert np.array_equal(mine.table.column(name).values, whole.table.column(name).values[kept], equal_nan=True)


# Killed, interrupted, continued


def test_a_killed_search_goes_on_as_if_nothing_had_happened(searched: tuple[Path, Any], file: Path, few: Path, tmp_path: Path) -> None:
    home, undisturbed = searched
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(few), str(file)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [run.info.status for run in recorded(tmp_path, "tuning")] == ["RUNNING"]
    said: list[str] = []
    found = tune(file, read(file), tmp_path, 5, few, note=said.append)
    assert said == [f"study {found.study}: 2 of 5 trials have finished already; going on with the other 3"]
    assert (found.before, found.finished) == (2, 5)
    assert found.study == undisturbed.study and tried(tmp_path, found.study) == tried(home, found.study)
    assert found.path.read_text() == undisturbed.path.read_text()
    assert [run.info.status for run in recorded(tmp_path, "tuning")] == ["KILLED", "FINISHED"]
    trials = recorded(tmp_path, "trial")
    assert sorted(run.info.status for run in trials) == ["FINISHED"] * 5 + ["KILLED"]
    assert {run.data.tags["mlflow.parentRunId"] for run in trials} == {found.run_id}


@dataclass(frozen=True)
class Hill(Objective):
    """A landscape that costs nothing to walk: best at eta 0.1; each fold a little higher than the one before."""

    def score(self, choices: Mapping[str, float], number: int, seed: int) -> float:
        return 0.5 - abs(np.log10(choices["eta"]) + 1.0) / 4 + number / 100


@pytest.fixture(scope="module")
def hill(file: Path, few: Path) -> Hill:
    experiment = replace(read(file), search={"eta": {"low": 0.001, "high": 1.0, "log": True}})
    learning, _ = learners(experiment, labelled.source_of(experiment, few, few, Stages()))
    return Hill(learning, experiment, [Fold(*[np.arange(3)] * 3)] * 4, {})


def walk(home: Path, hill: Hill, trials: int, jobs: int = 1, advance: Any = lambda done, of: None) -> list[Any]:
    store = tracking.store(home)
    tracking.sweep(store)
    with studies.opened(home, "hill") as (study, _), tracking.run(store, "hill", "tuning", kind="tuning") as run:
        Search(study, hill, run, trials, jobs, advance=advance).go()
        return studies.finished(study)


def test_trials_side_by_side_are_each_recorded_once_and_right(hill: Hill, tmp_path: Path) -> None:
    found = walk(tmp_path, hill, 12, jobs=3)
    assert [trial.user_attrs[PLACE] for trial in found] == list(range(12))
    assert hill.experiment.trees["eta"] == found[0].params["eta"]
    assert len({trial.params["eta"] for trial in found}) == 12
    runs = {run.info.run_id: run for run in recorded(tmp_path, "trial")}
    assert runs.keys() == {trial.user_attrs[RUN] for trial in found}
    for trial in found:
        run = runs[trial.user_attrs[RUN]]
        assert run.info.status == "FINISHED"
        assert float(run.data.params["eta"]) == pytest.approx(trial.params["eta"], rel=1e-3)
        steps = tracking.store(tmp_path).client.get_metric_history(run.info.run_id, "objective_by_fold")
        assert [step.value for step in steps] == [hill.score({"eta": float(run.data.params["eta"])}, n, 0) for n in range(len(steps))]
        if trial.state == TrialState.COMPLETE:
            assert run.data.metrics["objective"] == pytest.approx(trial.value, abs=1e-5) and len(steps) == 4
        else:
            assert "objective" not in run.data.metrics and run.data.tags["outcome"] == f"given up after {len(steps)} of 4 folds"
    assert {trial.state for trial in found} == {TrialState.COMPLETE, TrialState.PRUNED}


def test_the_number_of_trials_is_that_of_all_calls(hill: Hill, tmp_path: Path) -> None:
    assert len(walk(tmp_path, hill, 3)) == 3
    assert len(walk(tmp_path, hill, 5, jobs=2)) == 5
    assert len(walk(tmp_path, hill, 4)) == 5


def test_ctrl_c_ends_what_is_under_way_and_keeps_what_is_done(hill: Hill, tmp_path: Path) -> None:
    def interrupt(done: int, of: int | None) -> None:
        if done == 2:
            os.kill(os.getpid(), signal.SIGINT)

    # A shell that runs the tests in the background has told them to ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            walk(tmp_path, hill, 40, jobs=2, advance=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [run.info.status for run in recorded(tmp_path, "tuning")] == ["KILLED"]
    assert {run.info.status for run in recorded(tmp_path, "trial")} <= {"FINISHED", "KILLED"}
    with studies.opened(tmp_path, "hill") as (study, lost):
        kept = len(studies.finished(study))
        assert 2 <= kept < 40 and not lost
    assert len(walk(tmp_path, hill, kept + 1)) == kept + 1


def test_a_trial_that_breaks_is_failed_and_its_error_is_told(hill: Hill, tmp_path: Path) -> None:
    class Broken(Hill):
        def score(self, choices: Mapping[str, float], number: int, seed: int) -> float:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        walk(tmp_path, Broken(hill.learning, hill.experiment, hill.folds, {}), 3)
    assert [run.info.status for run in recorded(tmp_path, "trial") + recorded(tmp_path, "tuning")] == ["FAILED", "FAILED"]
    assert len(walk(tmp_path, hill, 2)) == 2


def test_two_processes_do_not_share_a_study(tmp_path: Path) -> None:
    with (
        studies.opened(tmp_path, "one"),
        pytest.raises(TrainingRefusal, match="another process is tuning the same thing"),
        studies.opened(tmp_path, "one"),
    ):
        pass


def test_another_space_or_other_folds_are_another_study() -> None:
    eta, dropout = ({name: space.DEFAULT[name]} for name in ("eta", "dropout"))
    names = [("a", space.Space(eta)), ("a", space.Space(dropout)), ("a", space.Space(eta, folds=3)), ("b", space.Space(eta))]
    assert len({studies.name_of("default", fingerprint, wanted) for fingerprint, wanted in names}) == 4


# What is said of the gain


def test_the_gain_is_paired_and_its_interval_counts_that_folds_overlap() -> None:
    current = np.array([0.50, 0.60, 0.70, 0.55, 0.65, 0.75])
    found = tuned.gain(current, current + np.array([0.02, 0.03, 0.02, 0.03, 0.02, 0.03]), 0.5)
    # By hand: sd of the differences 0.005477, t(5, 97.5 %) = 2.5706.
    assert found.value == pytest.approx(0.025) and found.sure
    assert found.high - found.value == pytest.approx(2.5706 * 0.0054772 * np.sqrt(1 / 6 + 0.5), rel=1e-4)
    assert not tuned.gain(current, current + np.array([0.1, -0.1, 0.1, -0.1, 0.1, 0.1]), 0.5).sure


def test_what_is_written_can_be_trained_and_says_what_changed(searched: tuple[Path, Any], file: Path, tmp_path: Path) -> None:
    home, found = searched
    assert found.path == home / "tuned" / "small.toml"
    assert read(found.path).space == read(file).space
    for gain, words in ((tuned.Gain(0.5, 0.6, 0.05, 0.15, 6), "eta 0.05 → 0.1"), (tuned.Gain(0.5, 0.6, -0.1, 0.3, 6), "within noise")):
        better = read(tuned.write(tmp_path, file, read(file), {"eta": 0.1, "dropout": 0.2}, gain))
        assert (better.trees["eta"], better.dropout, better.trees["rounds"]) == (0.1, 0.2, 15) and words in better.change
    worse = read(tuned.write(tmp_path, file, read(file), {"eta": 0.1}, tuned.Gain(0.5, 0.49, -0.1, 0.1, 6)))
    assert worse.trees == read(file).trees and "nothing better" in worse.change


def test_the_run_of_the_search_says_its_finding_first(searched: tuple[Path, Any]) -> None:
    home, found = searched
    (run,) = recorded(home, "tuning")
    note = run.data.tags["mlflow.note.content"]
    assert note.startswith(("**The best", "**None")) and "winner's curse" in note
    assert {"best.eta", "best.max_depth", "best.dropout"} <= set(run.data.params)
    files = {each.path: each.file_size for each in tracking.store(home).client.list_artifacts(found.run_id)}
    assert {"search_history.png", "search.html", "small.toml", "card.md"} <= set(files) and files["search.html"] < 3_000_000


# Folds


def test_what_is_judged_is_new_in_kind(file: Path, few: Path, tmp_path: Path) -> None:
    experiment = read(file)
    learning, _ = learners(experiment, labelled.source_of(experiment, tmp_path, few, Stages()))
    made, kept = folds(learning, 4, seed=1)
    assert len(made) == 4 and "2 sources" in kept
    assert sorted(np.concatenate([fold.judged for fold in made])) == list(range(learning.table.n))
    for fold in made:
        for names in (np.array(learning.groups), learning.vendors):
            assert not set(names[fold.judged]) & set(names[fold.taught])
        assert not set(fold.usual) & set(fold.judged) and set(fold.taught) <= set(fold.usual)
    other, _ = folds(learning, 4, seed=2)
    assert any(not np.array_equal(one.judged, two.judged) for one, two in zip(made, other, strict=True))
    without = replace(learning, groups=[""] * learning.table.n)
    for fold in folds(without, 3, seed=1)[0]:
        assert not set(learning.vendors[fold.judged]) & set(learning.vendors[fold.taught])
    clean = replace(learning, values={name: np.zeros(learning.table.n) for name in learning.values})
    with pytest.raises(TrainingRefusal) as refused:
        folds(clean, 3, seed=1)
    assert len(refused.value.reasons) == 2 and "bought_followers" in str(refused.value)


# Bad input


def test_every_fault_of_a_space_is_told_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        "dropout = 2\n[trees]\nmax_depth = 4\n[search]\nfolds = 1\nrounds = {low = 1, high = 2}\nmoon = 3\neta = {low = 0.1, high = 0.3}\n"
        "max_depth = {low = 2.5, high = 8}\nsubsample = {low = 0.9, high = 0.5}\nreg_lambda = {low = 0, high = 9, log = true}\n"
        "gamma = [0, 1]\ncolsample_bytree = {low = 0.3, high = 1.0, step = 0.1}\nmin_child_weight = {low = 1, high = 5000}\n"
    )
    with pytest.raises(TrainingRefusal) as refused:
        read(path)
    said = str(refused.value)
    wanted = (
        "dropout is 2;",
        "search.folds is 1;",
        "search.rounds cannot be searched",
        "search.moon cannot be searched",
        "leaves out the 0.05",
    )
    wanted += ("search.max_depth is", "low not above high", "no logarithm", "search.gamma is", "search.colsample_bytree", "0 to 1000")
    assert [words for words in wanted if words not in said] == []


def test_a_search_begins_where_the_experiment_stands() -> None:
    wide = replace(Experiment(), dropout=0.8, trees={**Experiment().trees, "max_depth": 11})
    assert all(each.holds(wide.now[name]) for name, each in wide.space.ranges.items())
    assert wide.space.ranges["max_depth"].whole and Experiment().space.ranges == space.DEFAULT


def test_wrong_numbers_are_told_together(file: Path) -> None:
    done = CliRunner().invoke(app, ["tune", str(file), "--trials", "0", "--jobs", "-1", "--timeout", "0"])
    assert done.exit_code == 2
    said = " ".join(done.output.replace("│", " ").split())
    assert all(words in said for words in ("--trials is 0", "--jobs is -1", "--timeout is 0 s"))


def test_no_accounts_and_one_class_are_refused_before_anything_is_made(file: Path, few: Path, tmp_path: Path) -> None:
    tables = dataset.read(few)
    none = {name: table.slice(0, 0) for name, table in tables.items()}
    one = {**tables, "labels": tables["labels"].filter(pc.equal(tables["labels"]["share"], 0.0))}
    for name, wrong, words in (("none", none, "account"), ("one", one, "bought_followers")):
        dataset.write(tmp_path / name, wrong)
        with pytest.raises(Exception, match=words) as refused:
            tune(file, read(file), tmp_path / "home", 2, tmp_path / name)
        assert type(refused.value).__name__ in ("TrainingRefusal", "DatasetError")
    assert not (tmp_path / "home" / "studies").exists() and not (tmp_path / "home" / "mlflow.db").exists()


def test_time_that_is_over_before_a_trial_is_told(file: Path, few: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    with pytest.raises(TrainingRefusal, match="no trial was measured within 1e-09 s; give it more time"):
        tune(file, read(file), tmp_path, 2, few, timeout=1e-9)
    assert [run.info.status for run in recorded(tmp_path, "tuning")] == ["FAILED"]
