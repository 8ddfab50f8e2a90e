"""How hot loops are compiled: once per machine, without holding the interpreter's lock."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

_DAY_S = 86_400


def _sources() -> Iterator[bytes]:
    """All files that a loop can be made of. Formulas are none, so that a new sentence compiles nothing again."""
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        source = file.read_bytes()
        if b".feature(\n" not in source or b"features.compiled" in source:
            yield source


def _keep_kernels() -> None:
    """Keep compiled loops in a folder named after all the sources they were made of.

    numba looks only at the file of a loop itself, so a loop that calls one of another file would go on using the old one after that
    file has changed. Where the folder cannot be written numba's own choice stands.
    """
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source)
    configured = vars(numba.config)
    kept = Path(configured["CACHE_DIR"] or Path(__file__).parent / "__pycache__") / f"kernels-{digest.hexdigest()[:16]}"
    with suppress(OSError):
        if not kept.exists() and sys.stderr.isatty():
            print("Loops are compiled for this machine, once: the first run takes about a minute longer.", file=sys.stderr)
        kept.mkdir(parents=True, exist_ok=True)
        if os.access(kept, os.W_OK):
            configured["CACHE_DIR"] = str(kept)
        for old in kept.parent.glob("kernels-*"):
            # Another process may still be running on what was here a moment ago.
            if old != kept and time.time() - old.stat().st_mtime > _DAY_S:
                shutil.rmtree(old, ignore_errors=True)


_keep_kernels()


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over flat arrays.

    No fast-math and no parallel reduction: each account's numbers are added in the same order whether it comes alone or
    among a million, so that its features are the same bit for bit.
    """
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


def piece(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a small part of loops into each of them, where a call for every character would cost more than its work."""
    compiled: Callable[P, R] = numba.njit(inline="always", error_model="numpy")(function)
    return compiled
