"""How far long work is, told where no bar can be drawn."""

import io

import pytest
from rich.console import Console

from training import stages
from training.stages import Bars


def test_without_a_terminal_a_line_says_how_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 10.0, 40.0, 41.0, 400.0, 400.0])
    monkeypatch.setattr(stages.time, "monotonic", lambda: next(moments))
    console = Console(file=io.StringIO(), width=100)
    with Bars(console)("score") as advance:
        advance(50, 1000)
        advance(100, 1000)
        advance(105, 1000)
        advance(1000, 1000)
    assert console.file.getvalue().splitlines() == ["score …", "score: 10%, about 6 min left", "score: 400.0 s"]  # type: ignore[attr-defined]
