"""A tracking server that fails costs a training seconds, never the training; and what waits reaches the server once."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import psycopg
import pytest
from typer.testing import CliRunner

import authenticity
from models.bundle import load_champion
from tests.faults import FAULTS, Line, failing
from tests.postgres import PASSWORD
from tests.trackers import mlflow_server
from training import champion, pipeline, tracking
from training.tracking import TrackingError, TrackingStore
from training.tracking.delivery import everything

TABLE = pd.DataFrame({"account_id": ["01", "2"], "p": [0.25, 0.5]})
PATIENCE_S = 1.0
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@pytest.fixture(scope="session")
def server(postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real MLflow server on a real PostgreSQL."""
    with mlflow_server(tmp_path_factory.mktemp("server"), postgres()) as address:
        yield address


@pytest.fixture
def line(server: str) -> Line:
    return Line(int(server.rsplit(":", 1)[1]))


def record(store: TrackingStore, bundle: Path, name: str, **more: Any) -> tuple[str, str, tracking.Run]:
    """A run with all that a run can hold, and a fold; gives the ids that both had while they were recorded."""
    with tracking.run(store, "delivered", name, {"depth": 4}, {"change": "depth"}, **more) as run:
        with tracking.run(store, "delivered", f"{name} fold", parent=run.id, kind="fold") as fold:
            fold.log_metrics({"ap_bought": 0.5})
        run.log_metrics({"recall_bought": 0.75, "ap_bought": 0.5})
        run.log_rounds({"loss": [3.0, 2.0, 1.0]})
        run.log_dataset("world", "sha256:" + "ab" * 32, "simulated", 120, "fit")
        run.log_table(TABLE, "evaluation")
        run.describe("# the card")
        run.log_bundle(bundle)
        run.register(alias=["challenger", "champion"])
        ids = run.id, fold.id
    return *ids, run


def whole(store: TrackingStore, run_id: str, fold_id: str) -> None:
    """All of it is there, found by the ids from before too."""
    found, fold = tracking.find(store, run_id), tracking.find(store, fold_id)
    assert (found.status, found.params, found.tags["change"]) == ("FINISHED", {"depth": "4"}, "depth")
    assert found.metrics == {"recall_bought": 0.75, "ap_bought": 0.5, "loss": 1.0}
    assert (fold.status, fold.metrics, fold.tags["mlflow.parentRunId"], fold.tags["kind"]) == (
        "FINISHED",
        {"ap_bought": 0.5},
        found.id,
        "fold",
    )
    client = store.client
    assert [(each.step, each.value) for each in client.get_metric_history(found.id, "loss")] == [(0, 3.0), (1, 2.0), (2, 1.0)]
    assert {each.path for each in client.list_artifacts(found.id)} == {"bundle", "card.md", "evaluation.json"}
    pd.testing.assert_frame_equal(tracking.read_table(store, run_id, "evaluation"), TABLE, check_dtype=False)
    there = client.get_run(found.id)
    assert there.inputs and [each.dataset.name for each in there.inputs.dataset_inputs] == ["world: fit"]
    (model,) = client.search_logged_models([found.experiment_id], f"source_run_id = '{found.id}'")
    assert (str(model.status), sorted(each.key for each in model.metrics)) == ("READY", ["ap_bought", "recall_bought"])
    assert there.outputs and [each.model_id for each in there.outputs.model_outputs] == [model.model_id]
    assert [each.run_id for each in client.search_model_versions(f"run_id = '{found.id}'")] == [found.id]
    assert orjson.loads(model.tags["mlflow.modelVersions"]) == [{"name": "authenticity", "version": int(str(found.version))}]
    tags = client.get_experiment(found.experiment_id).tags
    assert tags["mlflow.experimentKind"] == "custom_model_development" and any(key.startswith("mlflow.sharedViewState.") for key in tags)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"files": {}}')
    (folder / "model.ubj").write_bytes(bytes(range(256)))
    return folder


@pytest.mark.parametrize("kind", ["server", "database"])
def test_a_run_reaches_a_server_and_a_database_whole(kind: str, request: pytest.FixtureRequest, bundle: Path, tmp_path: Path) -> None:
    address = request.getfixturevalue("server") if kind == "server" else request.getfixturevalue("postgres")()
    store = tracking.store(tmp_path / "home", address, patience=60)
    old, fold, run = record(store, bundle, kind)
    assert run.id != old and run.store is store
    whole(store, run.id, fold)
    whole(store, old, fold)
    assert tracking.aliases(store)["challenger"] == run.version == tracking.version_of(store, run.id)
    folder = tracking.fetch(store, old, tmp_path / "fetched")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {file.name: file.read_bytes() for file in bundle.iterdir()}
    spool = store.spool()
    assert spool and tracking.waiting(spool) == [] and not list((tmp_path / "home" / "spool" / "mlartifacts").rglob("*.ubj"))


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_server_does_the_run_ends_well_and_waits(
    fault: str, bundle: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with failing(fault) as place:
        store = tracking.store(tmp_path, f"http://reviewer:{PASSWORD}@{place}", patience=PATIENCE_S)
        old, fold, run = record(store, bundle, "waits")
        with pytest.raises(TrackingError, match="does not answer"):
            tracking.aliases(store)
    assert (run.id, run.version) == (old, "spooled-1")
    assert [each.levelno for each in caplog.records if each.name == "authenticity"] == [logging.WARNING]
    assert "`authenticity sync` uploads it later" in caplog.text and PASSWORD not in caplog.text
    spool = store.spool()
    assert spool and tracking.waiting(spool) == [old]
    assert [tracking.find(spool, each).status for each in (old, fold)] == ["FINISHED", "FINISHED"]


@pytest.mark.parametrize("after", [0, 9, 30])
def test_a_line_cut_at_any_moment_leaves_one_run_that_is_whole_once_mended(line: Line, after: int, bundle: Path, tmp_path: Path) -> None:
    store = tracking.store(tmp_path / "home", f"http://127.0.0.1:{line.port}", patience=60)
    line.cut_after(after)
    old, fold, run = record(store, bundle, f"cut after {after}")
    assert run.version == "spooled-1" and tracking.waiting(store.spool()) == [old]
    assert tracking.sync(store).ids == {}
    line.mend()
    said: list[str] = []
    done = tracking.sync(store, said.append)
    assert (set(done.ids), done.kept, len(said)) == ({old, fold}, {}, 1)
    whole(store, old, fold)
    experiment = store.client.get_experiment_by_name("delivered")
    names = [each.info.run_name for each in store.client.search_runs([experiment.experiment_id])]
    assert names.count(f"cut after {after}") == names.count(f"cut after {after} fold") == 1
    assert tracking.sync(store).ids == {}


def test_a_training_with_its_server_down_ends_well_and_is_uploaded_later(
    line: Line, small_experiment: Any, small_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, address = tmp_path / "home", f"http://127.0.0.1:{line.port}"
    line.cut_after(0)
    trained = pipeline.train(replace(small_experiment, name="down"), home, small_world, address)
    before = load_champion(home)
    assert (before.id, before.run_id, before.version) == (trained.bundle.id, trained.run_id, "spooled-1")
    assert "does not answer" in champion.bring(home, address) and load_champion(home).id == before.id
    line.mend()
    monkeypatch.setenv("AUTHENTICITY_HOME", str(home))
    monkeypatch.setenv("AUTHENTICITY_MLFLOW_TRACKING_URI", address)
    synced = CliRunner().invoke(authenticity.app, ["sync"])
    assert synced.exit_code == 0 and "0 still wait" in synced.output, synced.output
    store = tracking.store(home, address, patience=60)
    found = tracking.find(store, trained.run_id)
    after = load_champion(home)
    assert (after.id, after.run_id, after.version) == (before.id, found.id, found.version)
    assert tracking.aliases(store)["champion" if found.version == "1" else "challenger"]
    folder = tracking.fetch(store, found.id, tmp_path / "fetched")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == {file.name: file.read_bytes() for file in trained.path.iterdir()}
    tracking.set_alias(store, "champion", str(found.version))
    assert champion.bring(home, address) == ""
    assert load_champion(home).run_id == found.id


class Killing:
    """A store's client that takes the process with it at its n-th question."""

    def __init__(self, client: Any, left: int) -> None:
        self.client, self.left = client, left

    def __getattr__(self, name: str) -> Any:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self.client, name)


def deliver_and_die(home: str, there: str, questions: int) -> None:
    target, spool = tracking.store(Path(there)), tracking.store(Path(home))
    everything(replace(target, client=Killing(target.client, questions)), spool)  # type: ignore[type-var]


def test_a_delivery_killed_at_any_moment_leaves_no_half_run_and_never_two(bundle: Path, tmp_path: Path) -> None:
    """Between two real stores on this machine, so that there are many moments."""
    target = tracking.store(tmp_path / "there")
    spool = tracking.store(tmp_path / "here")
    for questions in (5, 14, 26):
        old, fold, _ = record(spool, bundle, f"killed at {questions}")
        dies = processes.Process(target=deliver_and_die, args=(str(spool.home), str(target.home), questions))
        dies.start()
        dies.join(60)
        assert dies.exitcode == -signal.SIGKILL, questions
        for run in runs(target, f"killed at {questions}"):
            if run.info.status == "FINISHED":
                whole(target, run.info.run_id, fold_of(target, run.info.run_id))
        done = everything(target, spool)
        assert {old, fold} <= set(done.ids) and not done.kept
        assert [run.info.status for run in runs(target, f"killed at {questions}")] == ["FINISHED"]
        whole(target, done.ids[old], done.ids[fold])
        assert len(target.client.search_model_versions(f"run_id = '{done.ids[old]}'")) == 1
    assert tracking.waiting(spool) == []


def runs(store: TrackingStore, name: str) -> list[Any]:
    experiment = store.client.get_experiment_by_name("delivered")
    return list(store.client.search_runs([experiment.experiment_id], f"attributes.run_name = '{name}'")) if experiment else []


def fold_of(store: TrackingStore, run_id: str) -> str:
    experiment = store.client.get_run(run_id).info.experiment_id
    (fold,) = store.client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{run_id}'")
    return str(fold.info.run_id)


def test_no_password_is_kept_or_told(postgres: Callable[[], str], bundle: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    address = postgres()
    caplog.set_level(logging.DEBUG, "authenticity")
    store = tracking.store(tmp_path, address, patience=60)
    record(store, bundle, "secret")
    told = [caplog.text, repr(store), store.shown]
    for broken in (
        address.replace(PASSWORD, f"{PASSWORD}-wrong"),
        f"htp://u:{PASSWORD}@h",
        f"postgresql://u:{PASSWORD}@[",
        f"http://u:{PASSWORD}@",
    ):
        with pytest.raises(TrackingError) as fault:
            tracking.find(tracking.store(tmp_path, broken, patience=5), "champion")
        told += [str(fault.value), repr(fault.value.__cause__)]
    assert not [text for text in told if PASSWORD in text]
    kept = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert not [file for file, content in kept.items() if PASSWORD.encode() in content]
    with psycopg.connect(address) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [str(database.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in tables]
    assert len(rows) > 20 and not [row for row in rows if PASSWORD in row]
