"""Work shared among processes: each does one task at a time, and none outlives the process that started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, cast

import pyarrow as pa

Tell = Callable[[float], None]
Act = Callable[[Any, Tell], None]

# What a process needs of its surroundings. Keys and addresses of servers are none of its business.
_NEEDED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_",
    "TMP",
    "TEMP",
    "TMPDIR",
    "PYTHON",
    "VIRTUAL_ENV",
    "NUMBA_",
    "XDG_CACHE_HOME",
    "LD_",
    "DYLD_",
    "SYSTEMROOT",
)
# As many processes as cores, so one thread each.
_ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "ARROW_IO_THREADS"), "1")


class WorkerLost(RuntimeError):
    """A process that the system, or somebody, ended in the middle of a task."""


class Work(Protocol):
    """What is to be done; it travels to each process once."""

    def warm(self) -> None:
        """Called once before processes start: compile what each of them would otherwise compile for itself."""

    def begin(self) -> Act:
        """Called once in each process: what does one task. It may tell the share of the task that is done, 0 to 1."""


def run(work: Work, tasks: Sequence[Any], workers: int, tell: Callable[[Any, float], None]) -> None:
    """Do every task; `tell(task, share)` is called here, with 1.0 once when the task is done.

    One worker is this process itself. After a task has failed no other is begun, those under way are finished, and the first
    fault in the order of `tasks` is raised; a process that was lost raises WorkerLost. Whatever interrupts this ends the processes.
    """
    if min(workers, len(tasks)) <= 1:
        act = work.begin()
        for task in tasks:
            act(task, partial(tell, task))
            tell(task, 1.0)
        return
    work.warm()
    waiting, faults = deque(enumerate(tasks)), dict[int, Exception]()
    with _team(work, min(workers, len(tasks))) as team:
        busy = {line: _given(line, waiting) for line in team}
        while busy:
            for line in cast(list[Connection], wait(list(busy))):
                place, task = busy[line]
                try:
                    kind, value = line.recv()
                except (EOFError, OSError):
                    kind, value = "fault", _lost(task, team[line])
                if kind == "share":
                    tell(task, value)
                    continue
                del busy[line]
                if kind == "fault":
                    faults[place] = value
                    continue
                tell(task, 1.0)
                if waiting and not faults:
                    busy[line] = _given(line, waiting)
    if faults:
        raise faults[min(faults)]


def _given(line: Connection, waiting: deque[tuple[int, Any]]) -> tuple[int, Any]:
    """The next task, handed over; that its process has ended shows when it is listened to."""
    place, task = waiting.popleft()
    with suppress(OSError):
        line.send(task)
    return place, task


def _lost(task: Any, process: SpawnProcess) -> WorkerLost:
    process.join()
    code = process.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"status {code}"
    advice = "The system does that when memory runs out: fewer workers, or parts of fewer accounts, need less."
    return WorkerLost(f"{task}: its process was ended before it was finished ({how}). {advice}")


@contextmanager
def _team(work: Work, size: int) -> Iterator[Mapping[Connection, SpawnProcess]]:
    """Processes by the line to each. They are started afresh (spawn): a copy of this one could hold locks of threads it has not."""
    spawn = multiprocessing.get_context("spawn")
    team: dict[Connection, SpawnProcess] = {}
    # Python's own helper of spawned processes lifts the mask that is set below when it is first started.
    resource_tracker.ensure_running()
    try:
        for _ in range(size):
            here, there = spawn.Pipe()
            team[here] = spawn.Process(target=_serve, args=(work, there), daemon=True)
            with _surroundings():
                team[here].start()
            # Our copy of the other end would keep the line open after its owner's death.
            there.close()
        yield team
    finally:
        for line, process in team.items():
            line.close()
            if process.pid is not None:
                process.kill()
                process.join()


def _serve(work: Work, line: Connection) -> None:
    """What a process does: task by task, until one fails or nobody is left to tell."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pa.set_cpu_count(1)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        task = line.recv()
        act, fault = _tried(work.begin)
        while fault is None:
            _, fault = _tried(partial(act, task, lambda share: line.send(("share", share))))
            if fault is None:
                line.send(("done", None))
                task = line.recv()
        try:
            line.send(("fault", fault))
        except (TypeError, AttributeError, ValueError):
            line.send(("fault", RuntimeError(f"{type(fault).__name__}: {fault}")))


def _tried(act: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """What came of it, or why nothing did, with the trace that would be lost on the way."""
    try:
        return act(), None
    except Exception as fault:
        fault.add_note(traceback.format_exc())
        return None, fault


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _surroundings() -> Iterator[None]:
    """While a process is started: only the variables it needs, one thread, and a Ctrl-C that is left to this process."""
    before = dict(os.environ)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        for name in before:
            if not name.startswith(_NEEDED):
                del os.environ[name]
        os.environ.update(_ALONE)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
