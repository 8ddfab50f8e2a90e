"""Files and folders that appear whole or not at all, whatever interrupts their writing."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# No write takes a day.
ABANDONED_S = 86_400
# Only writing meets these, and who writes through a library is not told which file it was.
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A temporary sibling to write to; it takes the place of `file` when the block ends well, else it is removed."""
    draft = _draft(file)
    try:
        yield draft
        _sync(draft)
        draft.replace(file)
        _sync(file.parent)
    except OSError as fault:
        if fault.errno is not None and fault.errno in _FULL and fault.filename is None:
            raise OSError(fault.errno, os.strerror(fault.errno), str(file)) from fault
        raise
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A temporary sibling folder; it becomes `path` when the block ends well, else it is removed.

    Raises FileExistsError when `path` exists and holds anything.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(f"{path} exists already; choose another folder or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        if path.exists():
            path.rmdir()
        draft.replace(path)
        _sync(path.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _draft(path: Path) -> Path:
    """Where to write `path` first; what a writer that was killed left there hours ago is cleared away."""
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _sync(path: Path) -> None:
    """Wait until the disk has it; a rename before that can survive a power cut that its content does not."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
