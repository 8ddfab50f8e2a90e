"""Days on which a platform removed followers."""

import numpy as np

from features.reference import PeerGrowth
from features.schema import PLATFORMS
from training.reference.ordinary import Ordinary

FEWEST = 60
# The top 100 lost 7.6 % in the purge of 2014; a median account that loses a two-hundredth in a day has not just had a slow one.
LEAST_LOSS = 0.005


def fit(ordinary: Ordinary) -> PeerGrowth:
    """Every day on which the median ordinary account of a platform lost followers, and how many."""
    days = ordinary.inputs("days")["days"]
    owner = np.repeat(np.arange(ordinary.table.n), np.diff(days.gain.starts))
    change = days.gain.values / before(days.gain.values, days.level.values, days.gain.starts)
    usable = ordinary.chosen[owner] & (days.span.values == 1.0) & np.isfinite(change)
    found: list[tuple[int, float, float]] = []
    for code in range(len(PLATFORMS)):
        mine = usable & (ordinary.table.platform_codes[owner] == code)
        order = np.argsort(days.at.values[mine], kind="stable")
        on, changes = days.at.values[mine][order], change[mine][order]
        dates, starts = np.unique(on, return_index=True)
        for date, changed in zip(dates, np.split(changes, starts)[1:], strict=True):
            if len(changed) >= FEWEST and (loss := -float(np.median(changed))) >= LEAST_LOSS:
                found.append((code, float(date), loss))
    platforms, purges, losses = zip(*found, strict=True) if found else ((), (), ())
    return PeerGrowth(np.array(platforms, dtype=np.int64), np.array(purges, dtype=np.float64), np.array(losses, dtype=np.float64))


def before(gain: np.ndarray, level: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The count before each day, (m,); NaN where there was none."""
    since = np.cumsum(gain)
    ends = np.repeat(np.append(since, 0.0)[starts[1:] - 1], np.diff(starts))
    count = np.repeat(level, np.diff(starts)) - (ends - since) - gain
    return np.where(count > 0.0, count, np.nan)
