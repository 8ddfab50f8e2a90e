"""When the high street is looked at, and how days before that become moments."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

DAY_US = 86_400_000_000
DAYS = 90
LOOK_US = int(np.datetime64("2026-11-01T00:00:00", "us").astype(np.int64))


def before(observed_us: npt.NDArray[np.int64], days: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The whole second that lies `days` before each account was looked at."""
    us = observed_us - (days * DAY_US).astype(np.int64)
    return us - us % 1_000_000


def column(us: npt.NDArray[np.int64], known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(us, pa.int64(), mask=None if known is None else ~known).cast(pa.timestamp("us", "UTC"))
