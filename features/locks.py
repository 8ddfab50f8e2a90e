"""Holding a file, so that others can see whether its owner still lives: the system lets go of it however a process ends."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Hold `path` (made if absent, never removed) for the block. Waits up to `patience` seconds, then TimeoutError names the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + patience
        while True:
            try:
                _take(handle)
                break
            except OSError:
                if time.monotonic() > until:
                    raise TimeoutError(f"{path} has been held by another process for {patience:g} s; wait for it or end it") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a living process holds `path`; False when there is no such file."""
    if not path.exists():
        return False
    try:
        with held(path, patience=0):
            return False
    except TimeoutError:
        return True
