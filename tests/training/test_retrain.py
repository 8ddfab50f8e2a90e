"""Retraining from a clock: never two at once, and one line that says how it ended."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from features.locks import held
from training import own_labels, retrain
from training.experiment import Experiment
from training.retrain import Judged, Retrained

NOW = datetime(2026, 11, 25, 3, 15, tzinfo=UTC)
TRAINED: Any = SimpleNamespace(run_id="r", version="7")


def test_a_second_retraining_does_nothing(tmp_path: Path) -> None:
    with held(tmp_path / retrain.LOCK), pytest.raises(retrain.RetrainBusy, match="another retraining is at work"):
        retrain.retrain(Experiment(), tmp_path, own_labels.SCHEMA.empty_table(), lambda run, moves: None)
    assert [file.name for file in tmp_path.iterdir()] == [retrain.LOCK]


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        (Retrained(3, ()), 0, "3 labels, nothing new since last time, status 0"),
        (Retrained(3, (), TRAINED), 0, "3 labels, version 7 is the first champion, status 0"),
        (Retrained(3, (), TRAINED, Judged(True, True, "promoted")), 0, "3 labels, version 7, promoted, status 0"),
        (Retrained(3, (), TRAINED, Judged(False, False, "refused by calibration")), 3, "version 7, refused by calibration, status 3"),
    ],
)
def test_the_last_line_says_how_it_ended(found: Retrained, status: int, words: str) -> None:
    line = found.line(NOW)
    assert found.status == status and "\n" not in line
    assert line.startswith("2026-11-25T03:15:00Z retrain: ") and line.endswith(words)


def test_a_damaged_note_of_the_last_time_is_no_last_time(tmp_path: Path) -> None:
    (tmp_path / retrain.STATE).write_text('{"cut off')
    assert retrain._last(tmp_path) == {}
