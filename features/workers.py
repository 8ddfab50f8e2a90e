"""Work shared among processes: each does one task at a time, and none outlives the process that started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
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


def usable_cores() -> int:
    """Cores that this process may use: of the machine, of its affinity, of its container (cgroup v2)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        cores = min(cores, max(int(quota) // int(period), 1))
    return cores


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
        busy = {line: waiting.popleft() for line in team}
        for line, (_, task) in busy.items():
            line.send(task)
        while busy:
            for line in cast(list[Connection], wait(list(busy))):
                place, task = busy[line]
                kind, value = _heard(line, task)
                if kind == "share":
                    tell(task, value)
                    continue
                del busy[line]
                if kind == "fault":
                    faults[place] = value
                    continue
                tell(task, 1.0)
                if waiting and not faults:
                    busy[line] = waiting.popleft()
                    line.send(busy[line][1])
    if faults:
        raise faults[min(faults)]


def _heard(line: Connection, task: Any) -> tuple[str, Any]:
    """What a process says of its task; its silence is its end."""
    try:
        kind, value = line.recv()
    except (EOFError, OSError):
        why = "was ended from outside; the system does that when memory runs out. Fewer workers, or parts of fewer accounts, need less"
        return "fault", WorkerLost(f"{task}: the process that worked on it {why}.")
    return kind, value


@contextmanager
def _team(work: Work, size: int) -> Iterator[list[Connection]]:
    """Processes and the line to each. They are started afresh (spawn): a copy of this one could hold locks of threads it has not."""
    spawn = multiprocessing.get_context("spawn")
    team: list[tuple[SpawnProcess, Connection]] = []
    # Python's own helper of spawned processes lifts the mask that is set below when it is first started.
    resource_tracker.ensure_running()
    try:
        for _ in range(size):
            here, there = spawn.Pipe()
            process = spawn.Process(target=_serve, args=(work, there), daemon=True)
            with _surroundings():
                process.start()
            team.append((process, here))
            # Our copy of the other end would keep the line open after its owner's death.
            there.close()
        yield [line for _, line in team]
    finally:
        for process, line in team:
            line.close()
            process.kill()
        for process, _ in team:
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
