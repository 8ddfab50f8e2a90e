"""Holding a file: one process at a time, also when a holder removes the file that another waits for."""

from pathlib import Path

import pytest

from features import locks
from features.locks import held, is_held


def test_a_file_is_held_by_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    assert not is_held(path)
    with held(path):
        assert is_held(path)
        with pytest.raises(TimeoutError, match="has been held by another process"), held(path, patience=0):
            raise AssertionError("held twice")
    assert not is_held(path)


def test_a_file_that_its_holder_removed_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, take, removed = tmp_path / "lock", locks._take, []

    def take_what_is_gone(handle: int) -> None:
        if not removed:
            removed.append(path.unlink())
        take(handle)

    monkeypatch.setattr(locks, "_take", take_what_is_gone)
    with held(path):
        assert removed and is_held(path), "the file that others will open is not the one that is held"
