"""`authenticity bench` through the real command line: lists, measures, records, writes its section, and tells what failed."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import authenticity
from training import tracking
from training.benchmark import page, steps
from training.benchmark.step import Progress, Size, Step
from training.benchmark.steps import STEPS
from training.benchmark.table import HEADLINE, TARGETS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("AUTHENTICITY_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["authenticity", "bench", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


def answer(recall: float) -> Mapping[str, Any]:
    worse = {"value": recall, "low": recall - 0.1, "high": recall + 0.01, "whose": "here -> there"}
    return {"T1": {"recall": worse, "false_alarms": {"value": 0.004}, "worst_vendor": worse}}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Two steps, of which the second fails for as long as the list holds something, and a page to write to."""
    broken: list[bool] = []

    def worlds(size: Size, progress: Progress) -> Mapping[str, Any]:
        progress(1, 1)
        return answer(0.96)

    def negatives(size: Size, progress: Progress) -> Mapping[str, Any]:
        if broken:
            raise ValueError("the well is dry")
        return {"T7": {"worst": {"value": 0.015, "whose": "viral"}}}

    monkeypatch.setattr(steps, "STEPS", (Step("worlds", "L3", "both ways", worlds), Step("hard_negatives", "L3", "honest", negatives)))
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results.md")
    page.RESULTS.write_text("<!-- benchmark -->\n<!-- end of benchmark -->\n", "utf-8")
    return broken


def test_it_lists_every_step_with_its_level(run: Run) -> None:
    status, out, _ = run("--list")
    assert status == 0
    assert [line.split(":")[0] for line in out.splitlines()] == [f"{step.level} {step.name}".split(":")[0] for step in STEPS]


def test_every_bar_reads_a_step_that_is_there() -> None:
    wanted = {bar.step for target in TARGETS.values() for bar in target.bars} | {bar.step for bar in HEADLINE}
    assert wanted <= {step.name for step in STEPS}, "a bar of table.py names a step that steps.py does not hold"


def test_it_measures_records_and_writes_its_section(run: Run, tiny: list[bool], tmp_path: Path) -> None:
    status, out, err = run("--quick", "--write-docs")
    assert status == 0, err
    assert "T1 met" in out and "T7 met" in out and "T3 not measured" in out and "a quick look (number 1)" in out
    assert out.index("worst vendor") < out.index("T1 met")
    written = page.RESULTS.read_text("utf-8")
    assert "`authenticity bench --quick`" in written and "| **T1 met** |" in written and "0.960 [0.860–0.970] (here -> there)" in written
    store = tracking.store(tmp_path / "home")
    (found,) = store.client.search_runs([store.client.get_experiment_by_name("benchmark").experiment_id])
    assert found.data.metrics["T1_1"] == 0.96 and found.data.metrics["T7_met"] == 1.0 and "T3_met" not in found.data.metrics
    assert found.data.tags["size"] == "quick" and len(found.data.tags["protocol"]) == 64
    files = {file.path for file in store.client.list_artifacts(found.info.run_id)}
    assert {"protocol.json", "worlds.json", "hard_negatives.json", "card.md"} <= files


def test_a_step_that_fails_ends_it_with_status_1_and_is_tried_again(run: Run, tiny: list[bool]) -> None:
    tiny.append(True)
    status, out, err = run("--quick")
    assert status == 1 and "Traceback" not in err
    assert "hard_negatives failed, the others go on: ValueError: the well is dry" in err
    assert "T1 met" in out and "T7 not measured" in out
    tiny.clear()
    status, out, err = run("--quick")
    assert status == 0 and "goes on: worlds already measured" in err and "T7 met" in out


def test_one_step_alone_and_one_that_is_not_there(run: Run, tiny: list[bool]) -> None:
    status, out, _ = run("--quick", "--only", "hard_negatives")
    assert status == 0 and "T7 met" in out and "T1 not measured" in out and "the step worlds was not run" in out
    status, _, err = run("--quick", "--only", "wells")
    assert status == 1 and "there is no step wells; there are: worlds, hard_negatives" in err and "Traceback" not in err
