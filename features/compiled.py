"""How hot loops are compiled: once per machine, without holding the interpreter's lock."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over flat arrays.

    No fast-math and no parallel reduction: each account's numbers are added in the same order whether it comes alone or
    among a million, so that its features are the same bit for bit.
    """
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
