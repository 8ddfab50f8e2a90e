"""Holding a file, so that others can see whether its owner still lives: the system lets go of it however a process ends."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(path: Path, patience: float = 60.0) -> Iterator[None]:
    """Hold `path` (made if absent) for the block. Waits up to `patience` seconds, then TimeoutError names the file."""
    until = time.monotonic() + patience
    while (handle := _try(path)) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"{path} has been held by another process for {patience:g} s; wait for it or end it")
        time.sleep(0.05)
    try:
        yield
    finally:
        os.close(handle)


def _try(path: Path) -> int | None:
    """The file opened and held, or None where another holds it, or has just removed it after holding it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:
        return None
    with suppress(OSError):
        _take(handle)
        if os.path.samestat(os.fstat(handle), os.stat(path)):
            return handle
    os.close(handle)
    return None


def is_held(path: Path) -> bool:
    """Whether a living process holds `path`; False when there is no such file."""
    if not path.exists():
        return False
    try:
        with held(path, patience=0):
            return False
    except TimeoutError:
        return True
