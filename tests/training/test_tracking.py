"""A run that looks finished is finished, and several trainings may start at once."""

import json
import multiprocessing
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from training import pages, tracking
from training.board import REVIEW
from training.figures import calibration
from training.tracking import TrackingError, TrackingStore

PATIENCE = 60
# Children forked from a server that has MLflow imported start in the same moment, which is what this is about.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def store(home: Path) -> TrackingStore:
    return tracking.store(home)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"files": {}}')
    (folder / "model.ubj").write_bytes(bytes(range(256)))
    return folder


def start_and_record(home: str, number: int) -> None:
    opened = tracking.store(Path(home))
    with tracking.run(opened, "together", f"process {number}", {"number": number}) as run:
        run.log_metrics({"recall": number / 10})
        run.log_rounds({"loss": [1 / (step + 1) for step in range(50)]})
        folder = Path(home) / f"bundle-{number}"
        folder.mkdir()
        (folder / "manifest.json").write_text(str(number))
        run.log_bundle(folder)
        run.register(alias="champion")


def wait_for_ever(home: str, ready: str) -> None:
    with tracking.run(tracking.store(Path(home)), "killed", "killed") as run:
        Path(ready).write_text(run.id)
        time.sleep(PATIENCE)


def register_and_fail(store: TrackingStore, bundle: Path) -> tracking.Run:
    try:
        with tracking.run(store, "ends", "badly") as run:
            run.log_bundle(bundle)
            run.register("never-champion", "champion")
            raise ZeroDivisionError
    except ZeroDivisionError:
        return run


def status(store: TrackingStore, run_id: str) -> str:
    return str(store.client.get_run(run_id).info.status)


def test_sixteen_processes_start_on_a_fresh_store(tmp_path: Path) -> None:
    started = [processes.Process(target=start_and_record, args=(str(tmp_path), number)) for number in range(16)]
    for process in started:
        process.start()
    for process in started:
        process.join(PATIENCE)
    assert [process.exitcode for process in started] == [0] * 16
    opened = tracking.store(tmp_path)
    experiment = opened.client.get_experiment_by_name("together")
    assert experiment
    runs = opened.client.search_runs([experiment.experiment_id])
    assert sorted(run.data.metrics["recall"] for run in runs) == [number / 10 for number in range(16)]
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert all(len(opened.client.get_metric_history(run.info.run_id, "loss")) == 50 for run in runs)
    assert sqlite3.connect(tmp_path / "mlflow.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert sorted(int(each.version) for each in opened.client.search_model_versions("name = 'authenticity'")) == list(range(1, 17))
    path, _, run_id = tracking.fetch_champion(opened, tmp_path / "served")
    assert (path / "manifest.json").read_text() == opened.client.get_run(run_id).data.params["number"]
    assert not list((tmp_path / "running").iterdir())
    assert not (tmp_path / "mlflow.db.draft").exists()


def test_a_killed_training_never_looks_finished_and_is_swept(store: TrackingStore, home: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    process = processes.Process(target=wait_for_ever, args=(str(home), str(ready)))
    process.start()
    until = time.monotonic() + PATIENCE
    while not (ready.exists() and ready.read_text()):
        assert time.monotonic() < until
        time.sleep(0.05)
    run_id = ready.read_text()
    model = store.client.create_logged_model(store.client.get_run(run_id).info.experiment_id, source_run_id=run_id)
    assert tracking.sweep(store) == [], "its process is alive"
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert status(store, run_id) == "RUNNING"
    with tracking.run(store, "killed", "another one, alive"):
        assert tracking.sweep(store) == [run_id]
    assert status(store, run_id) == "KILLED"
    assert store.client.search_logged_models([model.experiment_id]) == []
    assert tracking.sweep(store) == []


def test_the_status_says_how_a_run_ended(store: TrackingStore, bundle: Path) -> None:
    with tracking.run(store, "ends", "well") as well:
        assert status(store, well.id) == "RUNNING"
    badly = register_and_fail(store, bundle)
    with pytest.raises(KeyboardInterrupt), tracking.run(store, "ends", "interrupted") as interrupted:
        raise KeyboardInterrupt
    assert [status(store, run.id) for run in (well, badly, interrupted)] == ["FINISHED", "FAILED", "KILLED"]
    with pytest.raises(TrackingError, match="run `authenticity train` first"):
        tracking.fetch_champion(store, bundle.parent, "never-champion")


def test_the_champion_comes_back_byte_for_byte_within_seconds(store: TrackingStore, bundle: Path, tmp_path: Path) -> None:
    for expected in ("1", "2"):
        began = time.perf_counter()
        with tracking.run(store, "champions", "training") as run:
            run.log_metrics({"recall": 0.5})
            run.log_bundle(bundle)
            assert run.register(alias="champion") == expected
        path, version, run_id = tracking.fetch_champion(store, tmp_path / "served")
        assert time.perf_counter() - began < 3
        assert (version, run_id) == (expected, run.id)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == {file.name: file.read_bytes() for file in bundle.iterdir()}
    assert [each.name for each in sorted((tmp_path / "served").iterdir())] == ["authenticity-1", "authenticity-2"]
    assert run._model_id
    assert [metric.key for metric in store.client.get_logged_model(run._model_id).metrics or ()] == ["recall"]


def test_a_run_holds_everything_a_reviewer_needs(store: TrackingStore) -> None:
    y, p = np.arange(200) % 3 == 0, np.linspace(0, 1, 200)
    with tracking.run(store, "whole", "run", {"depth": 4}, {"change": "depth 4"}) as run:
        assert run.log_metrics({"recall_bought": 0.9, "ece_bought": float("nan"), "ap_bought": float("inf"), "brier_bought": None}) == [
            "ece_bought",
            "ap_bought",
            "brier_bought",
        ]
        for context in ("fit", "test"):
            run.log_dataset("world", "sha256:" + "ab" * 32, "simulated", 120, context)
        run.log_figure(calibration(y, p, "bought_followers", "200 synthetic accounts"), "calibration")
        run.describe("finding\n" + "a long line of the card\n" * 400)
    found = store.client.get_run(run.id)
    assert found.data.metrics == {"recall_bought": 0.9}
    assert found.inputs
    assert found.data.params == {"depth": "4"}
    assert {each.tags[0].value: json.loads(each.dataset.source)["digest"] for each in found.inputs.dataset_inputs} == {
        "fit": "sha256:" + "ab" * 32,
        "test": "sha256:" + "ab" * 32,
    }
    assert {each.path for each in store.client.list_artifacts(run.id)} == {"calibration.png", "card.md"}
    assert found.data.tags["mlflow.note.content"].endswith("*(continued in the artifact card.md)*")
    experiment = store.client.get_experiment(run.experiment_id)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    assert json.loads(experiment.tags[f"mlflow.sharedViewState.{REVIEW}"])["state"].startswith("deflate;")


@pytest.mark.parametrize("params", [{f"p{number}": 1 for number in range(40)}, {"trees": {"depth": 4}}])
def test_many_or_nested_parameters_are_refused_before_anything_is_recorded(store: TrackingStore, params: dict[str, object]) -> None:
    with pytest.raises(TrackingError, match="fewer than 40 flat parameters"), tracking.run(store, "refused", "run", params):
        pass
    assert store.client.get_experiment_by_name("refused") is None


def test_nothing_to_register_is_said(store: TrackingStore) -> None:
    with pytest.raises(TrackingError, match="call log_bundle first"), tracking.run(store, "empty", "run") as run:
        run.register()


def test_a_server_that_is_down_is_told_within_fifteen_seconds(store: TrackingStore, home: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TrackingError, match=r"http://127\.0\.0\.1:9 does not answer: connection refused"):
        tracking.find(tracking.store(home, "http://127.0.0.1:9"), "champion")
    assert time.monotonic() - began < 15
    tracking.store(home)


def test_the_pages_come_up_on_this_machine_only_and_show_the_runs(store: TrackingStore) -> None:
    with tracking.run(store, "shown", "run") as run:
        run.log_metrics({"recall_bought": 0.75})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, environment = pages.ui_command(store, port)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/2.0/mlflow/runs/get?run_id={run.id}", timeout=5) as answer:
                    found = json.load(answer)["run"]
                break
            except OSError:
                assert time.monotonic() < until
                assert server.poll() is None
                time.sleep(0.2)
        assert found["data"]["metrics"][0]["value"] == 0.75
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            assert b"MLflow" in page.read()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
    with pytest.raises(TrackingError, match="has its own pages"):
        pages.ui_command(TrackingStore(store.home, "http://elsewhere", store.client), port)
