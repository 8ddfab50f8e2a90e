"""What is counted across workers, and what is forgotten when one of them is killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from serving.telemetry import forget_dead_workers


def test_the_gauges_of_a_killed_worker_are_forgotten_and_the_counters_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = [tmp_path / f"gauge_livesum_{ended.pid}.db", tmp_path / f"gauge_livemin_{ended.pid}.db"]
    kept = [tmp_path / f"gauge_livesum_{os.getpid()}.db", tmp_path / f"counter_{ended.pid}.db"]
    for file in dead + kept:
        file.touch()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    forget_dead_workers()
    assert sorted(tmp_path.iterdir()) == sorted(kept)


def test_without_other_workers_there_is_nothing_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    forget_dead_workers()
