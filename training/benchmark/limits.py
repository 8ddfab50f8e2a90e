"""How much a count of flagged followers can find at best, as far as audiences differ (method.md 7.1 a)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri


@dataclass(frozen=True)
class Cloud:
    """Accounts with their share of purchased-type followers, the share of sampled followers that was flagged, and how many were
    sampled; all (n,)."""

    share: np.ndarray
    flagged: np.ndarray
    sampled: np.ndarray


@dataclass(frozen=True)
class Limit:
    """alarms: share flagged among the followers of clean accounts; gap: what a purchased-type follower adds (J); tau: standard deviation
    of `alarms` between audiences, which no larger sample makes smaller."""

    alarms: float
    gap: float
    tau: float

    def recall(self, share: float, n: float, alpha: float = 0.01) -> float:
        """Share of accounts found at a false-alarm rate of `alpha`, n followers sampled."""
        raised = self.alarms + share * self.gap
        clean = np.sqrt(self.alarms * (1 - self.alarms) / n + self.tau**2)
        bought = np.sqrt(raised * (1 - raised) / n + ((1 - share) * self.tau) ** 2)
        return float(ndtr((share * self.gap - ndtri(1 - alpha) * clean) / bought))

    def to_json(self, shares: Sequence[float], samples: Sequence[int]) -> dict[str, Any]:
        recall = {str(n): {f"{share:g}": self.recall(share, n) for share in shares} for n in samples}
        return {"alarms": self.alarms, "gap": self.gap, "tau": self.tau, "recall": recall}


def fitted(clouds: Mapping[int, Cloud]) -> Limit | None:
    """Measured on composed accounts, all sample sizes together; tau is what the clean ones scatter beyond their sampling. None where no
    follower could be flagged, as on a platform whose followers the reference has never seen."""
    share, flagged, sampled = (
        np.concatenate([getattr(cloud, name) for cloud in clouds.values()]) for name in ("share", "flagged", "sampled")
    )
    known = ~np.isnan(flagged) & (sampled > 0)
    share, flagged, sampled = share[known], flagged[known], sampled[known]
    clean = share == 0
    if not clean.any() or clean.all():
        return None
    alarms = float(flagged[clean].mean())
    gap = float(np.polyfit(share, flagged, 1)[0])
    beyond = np.mean((flagged[clean] - alarms) ** 2 - alarms * (1 - alarms) / sampled[clean])
    return Limit(alarms, gap, float(np.sqrt(max(beyond, 0.0))))
