"""How trainings fare together and alone: 16 that start at once on a new store, kills at any moment, servers that fail.

    python bench/tracking.py together [--rounds 10] [--store home|database|server]
    python bench/tracking.py faults
    python bench/tracking.py kills [--points 10]

`database` and `server` need PostgreSQL on PATH. Everything is made in a temporary folder, on this machine only.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import faults, postgres, trackers  # noqa: E402
from training import tracking  # noqa: E402

TOGETHER, PATIENCE_S = 16, 300
TRAIN = """
import sys
from dataclasses import replace
from pathlib import Path
from training import pipeline
from training.experiment import Experiment, World
trees = {**Experiment().trees, "rounds": 30, "max_depth": 3}
experiment = replace(Experiment(name="killed", world=World(accounts=300, seed=3), trees=trees), folds=int(sys.argv[2]))
print(pipeline.train(experiment, Path(sys.argv[1])).bundle.id)
"""


@contextlib.contextmanager
def databases() -> Iterator[Callable[[], str]]:
    """New empty PostgreSQL databases."""
    with tempfile.TemporaryDirectory(prefix="authenticity-postgres-") as name:
        folder = Path(name)
        owner = postgres.owner(folder)
        postgres.initialised(folder, owner)
        with postgres.running(folder, owner) as port:
            yield lambda: postgres.database(port)


def record(home: str, uri: str | None, number: int, own: bool) -> None:
    store = tracking.store(Path(home) / (f"home-{number}" if own else "home"), uri)
    bundle = Path(home) / f"bundle-{number}"
    bundle.mkdir()
    (bundle / "manifest.json").write_text(str(number))
    with tracking.run(store, "together", f"process {number}", {"number": number}) as run:
        run.log_metrics({"recall": number / 10})
        run.log_rounds({"loss": [1 / (step + 1) for step in range(50)]})
        run.log_bundle(bundle)
        run.register(alias="challenger")
    sys.exit(0 if run.version and not run.version.startswith("spooled") else 3)


def together(rounds: int, where: str) -> None:
    """Processes that all start in the same moment on a store that does not exist yet."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["training.tracking"])
    good = 0
    with contextlib.ExitStack() as stack:
        new = stack.enter_context(databases()) if where != "home" else None
        for number in range(rounds):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            uri = None if new is None else new()
            if where == "server":
                uri = stack.enter_context(trackers.mlflow_server(folder, str(uri)))
            began = time.monotonic()
            started = [context.Process(target=record, args=(str(folder), uri, each, where != "home")) for each in range(TOGETHER)]
            for process in started:
                process.start()
            for process in started:
                process.join(PATIENCE_S)
            codes = [process.exitcode for process in started]
            store = tracking.store(folder / ("home" if where == "home" else "home-0"), uri, patience=60)
            if where != "home":
                for each in range(TOGETHER):
                    tracking.sync(tracking.store(folder / f"home-{each}", uri, patience=60))
            experiment = store.client.get_experiment_by_name("together")
            runs = store.client.search_runs([experiment.experiment_id]) if experiment else []
            whole = {run.data.params["number"] for run in runs if run.info.status == "FINISHED" and run.data.metrics["loss"] == 1 / 50}
            versions = len(store.client.search_model_versions("name = 'authenticity'"))
            good += len(whole)
            waited = sum(code == 3 for code in codes)
            print(
                f"round {number + 1}: {len(whole)}/{TOGETHER} whole, {versions} versions, {len(runs)} runs, "
                f"{TOGETHER - codes.count(0) - waited} processes failed, {waited} waited for sync, {time.monotonic() - began:.1f} s",
                flush=True,
            )
    print(f"{where}: {good}/{rounds * TOGETHER}")


def outage() -> None:
    """Seconds that a server which fails adds to recording one run, by fault."""
    print("| address | fault | opening, s | in all, s | run | said |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for scheme, end in (("http", ""), ("postgresql", "/runs")):
            for fault in faults.FAULTS:
                home = Path(name) / f"{scheme} {fault}"
                # The store under HOME is made once, whatever the server does.
                tracking.store(home / "spool")
                with faults.failing(fault) as place:
                    began = time.monotonic()
                    store = tracking.store(home, f"{scheme}://reviewer:secret@{place}{end}")
                    opened = time.monotonic() - began
                    with tracking.run(store, "outage", fault) as run:
                        run.log_metrics({"recall": 0.5})
                    print(f"| {scheme} | {fault} | {opened:.1f} | {time.monotonic() - began:.1f} | {run.id[:6]} waits |", flush=True)


def kills(points: int, folds: int) -> None:
    """A real training killed at random moments, then started again: what is left, and whether it gives the same bundle."""
    with tempfile.TemporaryDirectory() as name:
        calm = Path(name) / "calm"
        began = time.monotonic()
        wanted = _trained(calm, folds).communicate()[0]
        seconds = time.monotonic() - began
        print(f"uninterrupted: {seconds:.0f} s, bundle {wanted.strip()[:20]}")
        print("| killed after, s | runs left RUNNING | swept | RUNNING | PENDING models | versions of killed runs | same bundle |")
        print("|---|---|---|---|---|---|---|")
        for point in range(points):
            home = Path(name) / f"killed-{point}"
            home.mkdir()
            (home / "worlds").symlink_to(calm / "worlds")
            # Evenly over the whole training, and at a random moment of each part.
            after = seconds * (point + random.random()) / points
            training = _trained(home, folds)
            time.sleep(after)
            training.send_signal(signal.SIGKILL)
            training.wait()
            print(f"| {after:.1f} | {_left(home)} | {_trained(home, folds).communicate()[0] == wanted} |", flush=True)


def _left(home: Path) -> str:
    if not (home / "mlflow.db").exists():
        return "no store yet | 0 | 0 | 0 | 0"
    store = tracking.store(home)
    before = _with_status(store, "RUNNING")
    gone = tracking.sweep(store)
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    pending = [each for each in store.client.search_logged_models(experiments) if str(each.status) == "PENDING"]
    versions = [each for each in store.client.search_model_versions() if each.run_id in gone]
    return f"{before} | {len(gone)} | {_with_status(store, 'RUNNING')} | {len(pending)} | {len(versions)}"


def _with_status(store: tracking.TrackingStore, status: str) -> int:
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    return len(store.client.search_runs(experiments, f"attributes.status = '{status}'"))


def _trained(home: Path, folds: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", TRAIN, str(home), str(folds)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


if __name__ == "__main__":
    chosen = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen.add_argument("what", choices=["together", "faults", "kills"])
    chosen.add_argument("--rounds", type=int, default=10)
    chosen.add_argument("--points", type=int, default=10)
    chosen.add_argument("--folds", type=int, default=2)
    chosen.add_argument("--store", choices=["home", "database", "server"], default="home")
    asked = chosen.parse_args()
    if asked.what == "together":
        together(asked.rounds, asked.store)
    elif asked.what == "faults":
        outage()
    else:
        kills(asked.points, asked.folds)
