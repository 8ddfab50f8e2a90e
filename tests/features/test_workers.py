"""Processes that share work: what they are given of their surroundings, and what becomes of their faults."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from features import machine, workers
from features.problems import DatasetError, Problem

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Telling:
    """Writes what a process sees; fails in the tasks that are named so."""

    folder: Path

    def warm(self) -> None:
        (self.folder / "warm").write_text(str(os.getpid()))

    def begin(self) -> workers.Act:
        return self.act

    def act(self, task: str, tell: workers.Tell) -> None:
        tell(0.5)
        if task == "faulty":
            raise DatasetError([Problem("first", "posts.csv", 3), Problem("second")])
        if task == "broken":
            raise ZeroDivisionError("ours")
        if task == "odd":
            raise Odd(lambda: None)
        seen = {"pid": os.getpid(), "threads": pa.cpu_count(), "environment": dict(os.environ)}
        (self.folder / task).write_bytes(orjson.dumps(seen))


class Odd(Exception):
    """It cannot travel between processes."""


def test_processes_get_one_thread_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("AUTHENTICITY_DATABASE_URL", "postgresql://me:s3cret@db")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    before = dict(os.environ)
    told: list[tuple[str, float]] = []
    workers.run(Telling(tmp_path), ["a", "b", "c"], 2, lambda task, share: told.append((task, share)))
    assert dict(os.environ) == before
    assert sorted(told) == [(task, share) for task in "abc" for share in (0.5, 1.0)]
    assert (tmp_path / "warm").read_text() == str(os.getpid())
    for task in "abc":
        seen = orjson.loads((tmp_path / task).read_bytes())
        assert seen["pid"] != os.getpid() and seen["threads"] == 1
        assert seen["environment"]["OMP_NUM_THREADS"] == seen["environment"]["NUMBA_NUM_THREADS"] == "1"
        assert seen["environment"]["LC_ALL"] == "C.UTF-8" and "PATH" in seen["environment"]
        assert "s3cret" not in str(seen["environment"])


def test_a_fault_travels_whole_and_lets_the_others_finish(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"posts\.csv row 3: first\nsecond") as told:
        workers.run(Telling(tmp_path), ["a", "faulty", "never"], 2, lambda *_: None)
    assert told.value.problems == [Problem("first", "posts.csv", 3), Problem("second")]
    assert str(told.value) == "posts.csv row 3: first\nsecond"
    assert (tmp_path / "a").exists()
    with pytest.raises(ZeroDivisionError, match="ours") as ours:
        workers.run(Telling(tmp_path), ["broken", "a"], 2, lambda *_: None)
    assert "in act" in "".join(ours.value.__notes__), "the trace of the other process"
    with pytest.raises(RuntimeError, match="Odd"):
        workers.run(Telling(tmp_path), ["odd", "a"], 2, lambda *_: None)


@dataclass(frozen=True)
class Sleeping:
    """Work that would go on for a minute after its process has written its number."""

    folder: Path

    def warm(self) -> None:
        pass

    def begin(self) -> workers.Act:
        return self.act

    def act(self, task: str, tell: workers.Tell) -> None:
        (self.folder / task).write_text(str(os.getpid()))
        time.sleep(60)


SLEEPING = """
import sys
from pathlib import Path
from features import workers
from tests.features.test_workers import Sleeping
workers.run(Sleeping(Path(sys.argv[1])), ["a", "b"], 2, lambda *_: None)
"""


def test_no_process_outlives_the_one_that_started_it(tmp_path: Path) -> None:
    started = subprocess.Popen([sys.executable, "-c", SLEEPING, str(tmp_path)], cwd=ROOT)
    files = [tmp_path / task for task in "ab"]
    pids: list[int] = []
    try:
        while len(pids) < 2:
            time.sleep(0.05)
            pids = [int(file.read_text()) for file in files if file.exists() and file.read_text()]
    finally:
        started.kill()
        started.wait()
    ended = time.monotonic()
    while any(alive(pid) for pid in pids):
        assert time.monotonic() - ended < 30, "a process works on for nobody"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return False
    # Whoever adopts orphans may be slow to bury them.
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    workers.run(Telling(tmp_path), ["a", "b"], 1, lambda *_: None)
    workers.run(Telling(tmp_path), ["c"], 8, lambda *_: None)
    assert {orjson.loads((tmp_path / task).read_bytes())["pid"] for task in "abc"} == {os.getpid()}


@pytest.mark.parametrize(("text", "cores"), [("50000 100000", 1), ("max 100000", 10**9), ("nonsense", 10**9)])
def test_a_container_says_how_much_may_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, cores: int) -> None:
    free = machine.usable_cores(), machine.usable_memory()
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    (tmp_path / "cpu.max").write_text(text)
    (tmp_path / "memory.max").write_text("1000000\n")
    assert 1 <= machine.usable_cores() <= cores
    assert machine.usable_memory() == 1_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.usable_memory() >= free[1]
