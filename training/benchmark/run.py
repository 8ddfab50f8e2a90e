"""Runs the steps of the benchmark, keeps each answer as soon as it is there, and goes on where it was interrupted."""

from __future__ import annotations

import json
import math
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.locks import held
from features.whole import whole_file
from training.benchmark import protocol as protocols
from training.benchmark.protocol import BenchmarkRefusal, Protocol
from training.benchmark.step import Progress, Step
from training.stages import Stages

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """The answers of all steps that have one, by name, a failed one as {"failed": why}; where they lie and which look it was."""

    folder: Path
    evaluation: str
    results: Mapping[str, Mapping[str, Any]]
    failed: tuple[str, ...]


def run(protocol: Protocol, steps: Sequence[Step], home: Path, stages: Stages, say: Say = print, only: Sequence[str] = ()) -> Outcome:
    """Measure what has no answer yet, in order. A step that fails is told, and the others go on; started again, it is tried again.

    only: names of steps; answers of the others are used where they are there. Raises BenchmarkRefusal for a name that no step has and
    when the test accounts may not be looked at again, TimeoutError while another process measures the same protocol.
    """
    chosen = _chosen(steps, only)
    folder = protocols.written(protocol, home)
    with held(folder / ".running", patience=0):
        evaluation = protocols.counted(protocol, home)
        say(f"protocol {protocol.hash[:16]}: {evaluation}")
        kept = {step.name: answer for step in steps if (answer := _kept(folder, step, say)) is not None}
        waiting = [step for step in chosen if step.name not in kept]
        if kept and waiting:
            say(f"goes on: {', '.join(kept)} already measured")
        stages.plan({step.name: 1 for step in waiting})
        fresh = {step.name: _measured(step, protocol, folder, stages, say) for step in waiting}
    results = {step.name: {**kept, **fresh}[step.name] for step in steps if step.name in {**kept, **fresh}}
    return Outcome(folder, evaluation, results, tuple(name for name, answer in fresh.items() if "failed" in answer))


def _chosen(steps: Sequence[Step], only: Sequence[str]) -> list[Step]:
    names = [step.name for step in steps]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise BenchmarkRefusal(f"there is no step {', '.join(unknown)}; there are: {', '.join(names)}")
    return [step for step in steps if not only or step.name in only]


def _file(folder: Path, step: Step, ending: str = "json") -> Path:
    return folder / f"{re.sub(r'[^a-z0-9_]+', '-', step.name.lower())}.{ending}"


def _kept(folder: Path, step: Step, say: Say) -> Mapping[str, Any] | None:
    """The answer of an earlier run. A file is there whole or not at all; one that somebody has damaged since is measured again."""
    file = _file(folder, step)
    if not file.exists():
        return None
    try:
        answer: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    except ValueError:
        say(f"{file.name} is no JSON any more; {step.name} is measured again")
        return None
    return answer


def _measured(step: Step, protocol: Protocol, folder: Path, stages: Stages, say: Say) -> Mapping[str, Any]:
    with stages(step.name) as advance:
        try:
            # Through JSON and back: what is shown now is what a run that goes on from here will read.
            answer = json.dumps(plain(step.measure(protocol.size, _progress(advance))), indent=1, ensure_ascii=False, allow_nan=False)
        except Exception as fault:
            why = f"{type(fault).__name__}: {fault}"
            trace = _file(folder, step, "failed.txt")
            with whole_file(trace) as draft:
                draft.write_text(traceback.format_exc(), "utf-8")
            say(f"{step.name} failed, the others go on: {why} (all of it in {trace.name})")
            return {"failed": why}
    with whole_file(_file(folder, step)) as draft:
        draft.write_text(answer + "\n", "utf-8")
    _file(folder, step, "failed.txt").unlink(missing_ok=True)
    return dict(json.loads(answer))


def _progress(advance: Callable[[int, int | None], None]) -> Progress:
    return lambda done, of: advance(done, of)


def plain(answer: Any) -> Any:
    """The same in JSON's types: numbers of NumPy as numbers, what has no value as null. Raises TypeError for anything else."""
    if isinstance(answer, Mapping):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple | np.ndarray):
        return [plain(value) for value in answer]
    if isinstance(answer, np.generic):
        return plain(answer.item())
    if isinstance(answer, float):
        return answer if math.isfinite(answer) else None
    if answer is None or isinstance(answer, str | int):
        return answer
    raise TypeError(f"a step answered with {type(answer).__name__}; JSON knows numbers, texts, lists and mappings")
