"""How the followers of ordinary accounts come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.columns import Array
from features.reference.plain import array
from features.schema import PLATFORMS


@dataclass(frozen=True, eq=False)
class PeerGrowth:
    """Days on which a platform removed followers, (k,) each: the platform's place in PLATFORMS, the day (since 1970), and the share of
    its followers that the median account lost. Empty if none was seen. Raises ValueError for numbers that are no such days."""

    purge_platform: Array = array("int64")
    purge_day: Array = array()
    purge_loss: Array = array()

    def __post_init__(self) -> None:
        shapes = {self.purge_platform.shape, self.purge_day.shape, self.purge_loss.shape}
        if len(shapes) > 1 or self.purge_day.ndim != 1:
            raise ValueError(f"purge days have shapes {sorted(shapes)}; expected one platform, day and loss each")
        known = (self.purge_platform >= 0) & (self.purge_platform < len(PLATFORMS))
        whole = self.purge_day == np.floor(self.purge_day)
        if not (known & whole & (self.purge_loss > 0.0) & (self.purge_loss < 1.0)).all():
            raise ValueError("purge days: expected platforms that exist, whole days, and losses between 0 and 1")
