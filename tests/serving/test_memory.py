"""How judged accounts get into the database: behind the answer, in bunches, and never at the expense of a judgement."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from serving.memory import Memory
from serving.store import Store
from tests.serving.kept import row


def put(memory: Memory, *ids: str) -> None:
    asyncio.run(memory.put([row(each) for each in ids]))


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("authenticity_remembered_total", {"outcome": outcome}) or 0.0


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that within 30 s")


@pytest.fixture
def barred(tmp_path: Path) -> Path:
    """A file where the database's folder should be, so that it cannot be opened until the file is gone."""
    file = tmp_path / "folder"
    file.write_text("in the way")
    return file


def test_what_was_handed_over_is_in_the_database_when_the_service_has_ended(tmp_path: Path) -> None:
    store, before = Store(f"sqlite:///{tmp_path}/a.db", tmp_path, 30), counted("kept")
    memory = Memory(store, linger=0.01)
    for i in range(0, 450, 150):
        put(memory, *(f"a{j}" for j in range(i, i + 150)))
    memory.close(30.0)
    assert set(store.judged()["account_id"].to_pylist()) == {f"a{i}" for i in range(450)}
    assert counted("kept") == before + 450


def test_while_the_database_is_away_nothing_waits_and_one_line_tells(
    barred: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(f"sqlite:///{barred}/a.db", tmp_path, 30)
    with caplog.at_level(logging.WARNING):
        memory = Memory(store, waiting=50, linger=0.01)
        put(memory, "first")
        until(lambda: bool(caplog.records))
        dropped = counted("dropped")
        started = time.monotonic()
        for i in range(1_000):
            put(memory, f"a{i}", f"b{i}")
        # A try at the database takes a second of pause; two thousand accounts would take an hour if anything waited for it.
        assert time.monotonic() - started < 60.0
        assert counted("dropped") == dropped + 1_950
        barred.unlink()
        until(lambda: store.judged().num_rows == 51)
        memory.close(30.0)
    told = [record.getMessage() for record in caplog.records if "remembered" in record.getMessage()]
    assert ["not remembered, judging goes on" in told[0], "remembered again" in told[1], len(told)] == [True, True, 2]


def test_a_bunch_that_no_database_takes_does_not_stop_the_next(tmp_path: Path) -> None:
    store, lost = Store(f"sqlite:///{tmp_path}/a.db", tmp_path, 30), counted("lost")
    memory = Memory(store, linger=0.01)
    asyncio.run(memory.put([row("bad")._replace(tier=None)]))  # type: ignore[arg-type]
    until(lambda: counted("lost") == lost + 1)
    asyncio.run(memory.put([row("worse")._replace(heads={"x": [object()]})]))
    until(lambda: counted("lost") == lost + 2)
    put(memory, "good")
    memory.close(30.0)
    assert store.judged()["account_id"].to_pylist() == ["good"]


def test_ending_does_not_wait_for_a_database_that_is_away(barred: Path, tmp_path: Path) -> None:
    lost = counted("lost")
    memory = Memory(Store(f"sqlite:///{barred}/a.db", tmp_path, 30), linger=0.01)
    put(memory, "a")
    memory.close(30.0)
    assert not memory._thread.is_alive()
    assert counted("lost") == lost + 1


def test_what_is_too_old_is_removed_when_the_service_starts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    Store(url, tmp_path, 30).remember([row("a")])
    Memory(Store(url, tmp_path, 0), linger=0.01).close(30.0)
    assert Store(url, tmp_path, 30).judged().num_rows == 0
