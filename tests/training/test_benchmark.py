"""The benchmark's protocol is written first, its steps survive kill -9, and one that fails leaves the others alone."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training import public
from training.benchmark import protocol
from training.benchmark.protocol import BenchmarkRefusal, Protocol, counted, fixed, written
from training.benchmark.run import plain, run
from training.benchmark.step import Progress, Size, Step
from training.stages import Stages

ROOT = Path(__file__).resolve().parents[2]


def step(name: str, answer: Mapping[str, Any], seen: list[str] | None = None, level: str = "L3") -> Step:
    def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
        progress(1, 1)
        if seen is not None:
            seen.append(name)
        return answer

    return Step(name, level, f"answers {name}", measure)


ONE, TWO = step("one", {"a": 1}), step("two", {"a": 2})


def made(**changes: Any) -> Protocol:
    return replace(fixed((ONE, TWO), {"one": {"accounts": 100}}, quick=True), **changes)


@pytest.mark.parametrize(
    "change",
    [
        {"quick": False},
        {"seed": 1},
        {"steps": {"one": {"level": "L3", "says": "something else"}}},
        {"targets": {"T1": {"at_least": 0.9}}},
        {"rules": {"threshold": "of the test side"}},
        {"choices": {"one": {"accounts": 101}}},
        {"data": "sha256:0"},
        {"code": "sha256:0"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_changed_choice_is_another_protocol(change: Mapping[str, Any]) -> None:
    assert made().hash == made().hash
    assert made(**change).hash != made().hash


def test_changed_code_is_another_protocol_and_caches_are_not_code(tmp_path: Path) -> None:
    for package in protocol.CODE:
        (tmp_path / package / "__pycache__").mkdir(parents=True)
        (tmp_path / package / "rule.py").write_text("LIMIT = 1\n", "utf-8")
    before = protocol.code(tmp_path)
    (tmp_path / "models" / "__pycache__" / "rule.pyc").write_bytes(b"1")
    assert protocol.code(tmp_path) == before
    (tmp_path / "models" / "rule.py").write_text("LIMIT = 2\n", "utf-8")
    assert protocol.code(tmp_path) != before


def test_public_data_that_comes_or_goes_is_seen(tmp_path: Path) -> None:
    assert public.digest(tmp_path / "absent") is None
    (tmp_path / "a.csv").write_text("1", "utf-8")
    before = public.digest(tmp_path)
    (tmp_path / "b.csv").write_text("1", "utf-8")
    assert before is not None and public.digest(tmp_path) != before


def test_the_protocol_is_there_before_anything_is_measured(tmp_path: Path) -> None:
    mine = fixed((ONE,), {}, quick=True)

    def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
        text = (tmp_path / "benchmarks" / mine.hash / "protocol.json").read_text("utf-8")
        return {"written": text == mine.to_json(), "logged": mine.hash in (tmp_path / "benchmarks" / "evaluations.json").read_text("utf-8")}

    assert run(mine, (replace(ONE, measure=measure),), tmp_path, Stages()).results["one"] == {"written": True, "logged": True}


def test_the_same_accounts_are_scored_at_most_three_times(tmp_path: Path) -> None:
    versions = [made(quick=False, code=f"sha256:{i}") for i in range(4)]
    assert "1 of at most 3" in counted(versions[0], tmp_path)
    assert "2 of at most 3" in counted(versions[1], tmp_path)
    # Going on with one that was cut short is no second look.
    assert "1 of at most 3" in counted(versions[0], tmp_path)
    counted(versions[2], tmp_path)
    with pytest.raises(BenchmarkRefusal, match="scored 3 times"):
        counted(versions[3], tmp_path)
    assert "1 of at most 3" in counted(replace(versions[3], seed=5), tmp_path)
    looks = [counted(made(code=f"sha256:{i}"), tmp_path) for i in range(5)]
    assert "number 5" in looks[-1] and "not scored" in looks[-1]


def test_a_quick_look_sees_other_accounts_than_what_is_scored() -> None:
    assert fixed((ONE,), {}, quick=True).seed != fixed((ONE,), {}, quick=False).seed


def test_what_is_measured_is_not_measured_again(tmp_path: Path) -> None:
    seen: list[str] = []
    steps = (step("one", {"a": 1}, seen), step("two", {"a": 2}, seen))
    mine = fixed(steps, {}, quick=True)
    first = run(mine, steps, tmp_path, Stages(), only=("two",))
    assert (seen, list(first.results)) == (["two"], ["two"])
    second = run(mine, steps, tmp_path, Stages())
    assert (seen, second.results) == (["two", "one"], {"one": {"a": 1}, "two": {"a": 2}})
    with pytest.raises(BenchmarkRefusal, match="there is no step three; there are: one, two"):
        run(mine, steps, tmp_path, Stages(), only=("three",))


def test_a_damaged_answer_is_told_and_measured_again(tmp_path: Path) -> None:
    mine, said = fixed((ONE,), {}, quick=True), list[str]()
    (written(mine, tmp_path) / "one.json").write_text('{"a": 7', "utf-8")
    assert run(mine, (ONE,), tmp_path, Stages(), said.append).results == {"one": {"a": 1}}
    assert any("one.json is no JSON any more" in line for line in said)


def test_a_step_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    broken, said = [True], list[str]()

    def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
        if broken:
            raise ValueError("the well is dry")
        return {"a": 1}

    steps = (replace(ONE, measure=measure), TWO)
    mine = fixed(steps, {}, quick=True)
    found = run(mine, steps, tmp_path, Stages(), said.append)
    assert found.failed == ("one",)
    assert found.results == {"one": {"failed": "ValueError: the well is dry"}, "two": {"a": 2}}
    assert any("one failed, the others go on: ValueError: the well is dry" in line for line in said)
    assert "Traceback" in (found.folder / "one.failed.txt").read_text("utf-8") and not (found.folder / "one.json").exists()
    broken.clear()
    again = run(mine, steps, tmp_path, Stages(), said.append)
    assert (again.failed, again.results["one"]) == ((), {"a": 1})
    assert not (found.folder / "one.failed.txt").exists()


# The second step kills its own process the first time, in the middle of its work.
KILLED = """
import os, signal, sys
from pathlib import Path
from training.benchmark.protocol import fixed
from training.benchmark.run import run
from training.benchmark.step import Step
from training.stages import Stages
home = Path(sys.argv[1])
def measured(name):
    def measure(size, progress):
        with (home / "log").open("a") as log:
            log.write(name + "\\n")
        if name == "two" and (home / "log").read_text().count("two") == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"name": name, "seed": size.seed}
    return measure
steps = tuple(Step(name, "L3", name, measured(name)) for name in ("one", "two", "three"))
found = run(fixed(steps, {}, quick=True), steps, home, Stages())
print(found.results)
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path) -> None:
    def process() -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    first = process()
    assert first.returncode == -signal.SIGKILL, first.stderr
    (folder,) = (tmp_path / "benchmarks").glob("*/")
    assert sorted(file.name for file in folder.glob("*.json")) == ["one.json", "protocol.json"]
    second = process()
    assert second.returncode == 0, second.stderr
    assert "goes on: one already measured" in second.stdout
    assert (tmp_path / "log").read_text().split() == ["one", "two", "two", "three"]
    assert json.loads((folder / "two.json").read_text()) == {"name": "two", "seed": protocol.QUICK_SEED}


def test_two_processes_do_not_measure_the_same_protocol(tmp_path: Path) -> None:
    steps: tuple[Step, ...] = ()

    def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
        with pytest.raises(TimeoutError, match="held by another process"):
            run(mine, steps, tmp_path, Stages())
        return {}

    steps = (replace(ONE, measure=measure),)
    mine = fixed(steps, {}, quick=True)
    assert run(mine, steps, tmp_path, Stages()).failed == ()


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"a": np.float64(0.5), "b": np.int64(3), "c": float("nan")}, {"a": 0.5, "b": 3, "c": None}),
        ({1: (np.bool_(True), [float("inf")])}, {"1": [True, [None]]}),
        (np.arange(2), [0, 1]),
    ],
)
def test_answers_become_plain_json(answer: Any, kept: Any) -> None:
    assert plain(answer) == kept
    with pytest.raises(TypeError, match="a step answered with set"):
        plain({"a": {1}})
