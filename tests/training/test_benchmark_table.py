"""Targets are read from the steps' answers as they stand there, and judged by their bars; the page shows the worst."""

import math
from pathlib import Path
from typing import Any

import pytest

from training.benchmark import page
from training.benchmark.page import markdown, write
from training.benchmark.reading import Reading, judged, read, status
from training.benchmark.run import Outcome
from training.benchmark.table import HEADLINE, TARGETS, Bar

AT_LEAST = Bar("recall", "worlds", ("T1", "recall"), at_least=0.95)
AT_MOST = Bar("alarms", "worlds", ("T1", "alarms"), at_most=0.01)


def planted(bar: Bar, value: Any, low: Any = None, high: Any = None, whose: str = "x -> y") -> dict[str, Any]:
    """Answers of steps in which one bar has these numbers."""
    return {bar.step: _nested(bar.path, {"value": value, "low": low, "high": high, "whose": whose})}


def _nested(path: tuple[str, ...], at: Any) -> Any:
    for key in reversed(path):
        at = {key: at}
    return at


def merged(*answers: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for answer in answers:
        for key, value in answer.items():
            found[key] = merged(found[key], value) if isinstance(found.get(key), dict) and isinstance(value, dict) else value
    return found


@pytest.mark.parametrize(
    ("bar", "value", "low", "high", "said", "sure"),
    [
        (AT_LEAST, 0.96, 0.955, 0.97, "met", True),
        (AT_LEAST, 0.96, 0.94, 0.97, "met", False),
        (AT_LEAST, 0.95, 0.95, 0.95, "met", True),
        (AT_LEAST, 0.94, 0.90, 0.96, "not met", False),
        (AT_LEAST, 0.90, 0.85, 0.94, "not met", True),
        (AT_MOST, 0.010, 0.005, 0.02, "met", False),
        (AT_MOST, 0.005, 0.001, 0.009, "met", True),
        (AT_MOST, 0.011, 0.010, 0.02, "not met", False),
        (AT_MOST, 0.02, 0.011, 0.03, "not met", True),
    ],
)
def test_a_planted_number_is_read_and_judged(bar: Bar, value: float, low: float, high: float, said: str, sure: bool) -> None:
    reading = read(planted(bar, value, low, high), bar)
    assert (reading.value, reading.low, reading.high, reading.whose) == (value, low, high, "x -> y")
    assert (reading.status, reading.sure) == (said, sure)


def test_a_count_is_read_per_its_whole() -> None:
    covered = Bar("cells covered", "shares", ("met",), at_least=1.0, per=("cells",))
    assert read({"shares": {"met": 3, "cells": 4}}, covered).value == 0.75
    assert read({"shares": {"met": 3, "cells": 0}}, covered).status == "not measured"
    assert read({"shares": {"met": 3}}, covered).status == "not measured"


def test_a_bare_number_has_no_interval() -> None:
    reading = read({"worlds": {"T1": {"recall": 1}}}, AT_LEAST)
    assert (reading.value, reading.status, reading.sure) == (1.0, "met", False) and math.isnan(reading.low)


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({}, "the step worlds was not run"),
        ({"worlds": {"failed": "ValueError: dry"}}, "ValueError: dry"),
        ({"worlds": {"left_out": "needs what may not be shipped"}}, "needs what may not be shipped"),
        ({"worlds": {"T1": {"left_out": "one world alone"}}}, "one world alone"),
        ({"worlds": {"T1": {}}}, "the step worlds has no T1 / recall"),
        ({"worlds": {"T1": {"recall": None}}}, "it has no value"),
        ({"worlds": {"T1": {"recall": {"value": None, "why": "a class is missing"}}}}, "a class is missing"),
    ],
)
def test_what_is_not_there_is_not_measured_and_says_why(results: dict[str, Any], why: str) -> None:
    reading = read(results, AT_LEAST)
    assert (reading.status, reading.why) == ("not measured", why)


def test_something_left_out_does_not_hide_what_was_measured() -> None:
    results = planted(AT_LEAST, 0.96)
    results["worlds"]["left_out"] = ["cresci2015"]
    assert read(results, AT_LEAST).status == "met"


def test_a_target_is_met_only_by_all_its_bars() -> None:
    def reading(value: float | None) -> Reading:
        return read({} if value is None else planted(AT_LEAST, value), AT_LEAST)

    assert status([reading(1.0), reading(1.0)]) == "met"
    assert status([reading(1.0), reading(None)]) == "not measured"
    assert status([reading(0.0), reading(None), reading(1.0)]) == "not met"


def test_every_target_reads_its_own_numbers() -> None:
    """Each bar's number planted alone changes that bar and no other."""
    everything = [(name, bar) for name, target in TARGETS.items() for bar in target.bars]
    for name, bar in everything:
        alone = merged(planted(bar, 0.5), {bar.step: _nested(bar.per, 2)}) if bar.per else planted(bar, 0.5)
        met = {(other, i) for other, mine in judged(alone).items() for i, each in enumerate(mine) if not each.why}
        same = {i for i, each in enumerate(TARGETS[name].bars) if (each.step, each.path) == (bar.step, bar.path)}
        assert met == {(name, i) for i in same}, bar
        assert (bar.at_least is None) != (bar.at_most is None)


def outcome(results: dict[str, Any], tmp_path: Path) -> Outcome:
    return Outcome(tmp_path / "0123456789abcdef0123", "a quick look (number 1), which is not scored", results, ())


def test_the_page_shows_the_worst_first_and_every_bar(tmp_path: Path) -> None:
    results = merged(planted(TARGETS["T1"].bars[0], 0.96, 0.95, 0.97), planted(HEADLINE[0], 0.2, 0.1, 0.3, whose="vendor-7"))
    text = markdown(outcome(results, tmp_path), "authenticity bench --quick")
    lines = text.splitlines()
    assert lines[0].startswith("`authenticity bench --quick`: a quick look") and "0 met, 0 not met" in lines[0]
    assert "worst vendor" in lines[2] and "0.200 [0.100–0.300] (vendor-7)" in lines[2]
    assert text.index("worst vendor") < text.index("| target |")
    assert "| ≥ 0.95 | 0.960 [0.950–0.970] (x -> y) | met |" in text
    assert all(bar.what in text for target in TARGETS.values() for bar in target.bars)


def test_the_table_goes_between_its_marks_and_nowhere_else(tmp_path: Path) -> None:
    file = tmp_path / "results.md"
    file.write_text("before\n<!-- benchmark -->\nold\n<!-- end of benchmark -->\nafter\n", "utf-8")
    write("benchmark", "| new |\n", file)
    assert file.read_text("utf-8") == "before\n<!-- benchmark -->\n\n| new |\n\n<!-- end of benchmark -->\nafter\n"
    with pytest.raises(ValueError, match=r"results\.md has no section targets"):
        write("targets", "x", file)


def test_the_results_page_has_the_marks() -> None:
    text = page.RESULTS.read_text("utf-8")
    assert text.count("<!-- benchmark -->") == text.count("<!-- end of benchmark -->") == 1
