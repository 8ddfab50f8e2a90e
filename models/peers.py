"""Where an account stands among accounts of its platform and size: quantiles of every feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from features.schema import PLATFORMS
from models.tiers import TIERS

# Finer at both ends, where the reasons are.
STEPS = np.array([0, 0.001, 0.005, 0.01, 0.025, *np.arange(0.05, 0.96, 0.05).round(2), 0.975, 0.99, 0.995, 0.999, 1])
# A group in which a feature is known of fewer accounts than this borrows the quantiles of a wider one.
FEWEST = 100
ALL = "all"
_SPELT = {"instagram": "Instagram", "youtube": "YouTube", "x": "X", "snapchat": "Snapchat", "tiktok": "TikTok"}


class Standing(NamedTuple):
    """The share of peers with a lower value (ties count half), and who the peers are ("instagram micro", "micro" or "all")."""

    percentile: float
    peers: str

    def said(self) -> str:
        """How far the value stands out, as the end of a sentence; empty where it does not."""
        share = max(self.percentile, 1.0 - self.percentile)
        if share < 0.6:
            return ""
        *platform, tier = self.peers.split()
        # Nobody saw every account there is.
        percent = f"{100 * min(share, 0.999):.{int(share > 0.99)}f}"
        who = " ".join([*map(_SPELT.__getitem__, platform), "accounts" if tier == ALL else "accounts of this size"])
        return f", {'higher' if self.percentile > 0.5 else 'lower'} than for {percent} % of {who}"


@dataclass(frozen=True)
class Peers:
    """values[feature][group]: quantiles at STEPS. A group is "<platform> <tier>", "<tier>" or "all", if enough accounts knew it."""

    values: Mapping[str, Mapping[str, np.ndarray]]

    @classmethod
    def of(cls, names: Sequence[str], values: np.ndarray, platforms: np.ndarray, tiers: np.ndarray) -> Peers:
        """From training accounts: values (n, k), the places of each account's platform and tier (n,) in PLATFORMS and TIERS."""
        everybody = np.ones(len(values), dtype=bool)
        groups = {ALL: everybody} | {tier: tiers == place for place, tier in enumerate(TIERS)}
        groups |= {f"{platform} {tier}": (platforms == code) & groups[tier] for code, platform in enumerate(PLATFORMS) for tier in TIERS}
        table: dict[str, dict[str, np.ndarray]] = {}
        for j, name in enumerate(names):
            known = np.isfinite(values[:, j])
            table[name] = {
                group: np.quantile(values[inside & known, j], STEPS)
                for group, inside in groups.items()
                if (inside & known).sum() >= (1 if group == ALL else FEWEST)
            }
        return cls(table)

    def standing(self, name: str, platform: str, tier: str, value: float) -> Standing | None:
        """Where a value stands among the narrowest group of peers that is known; None when nobody knew the feature."""
        groups = self.values[name]
        for group in (f"{platform} {tier}", tier, ALL):
            if group in groups:
                return Standing(_share_below(groups[group], value), group)
        return None

    def values_at(self, name: str, platform: str, tier: str, shares: tuple[float, ...]) -> np.ndarray | None:
        """The values below which these shares of the same peers lie; None when nobody knew the feature."""
        key = (name, platform, tier, shares)
        if key not in self._asked:
            groups = self.values[name]
            row = next((groups[group] for group in (f"{platform} {tier}", tier, ALL) if group in groups), None)
            self._asked[key] = None if row is None else np.interp(shares, STEPS, row)
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[tuple[str, str, str, tuple[float, ...]], np.ndarray | None]:
        """What was asked before: a few levels of each feature in each group, the same for every account."""
        return {}

    def whole(self, names: Sequence[str]) -> bool:
        """Whether each of these features has its groups, and each group all of its quantiles."""
        return all(
            name in self.values
            and all(row.shape == STEPS.shape and np.isfinite(row).all() and (np.diff(row) >= 0).all() for row in self.values[name].values())
            for name in names
        )

    def to_json(self) -> dict[str, Any]:
        return {name: {group: row.tolist() for group, row in groups.items()} for name, groups in self.values.items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Peers:
        return cls({name: {group: np.array(row, dtype=np.float64) for group, row in groups.items()} for name, groups in document.items()})


def _share_below(row: np.ndarray, value: float) -> float:
    low, high = int(np.searchsorted(row, value, "left")), int(np.searchsorted(row, value, "right"))
    if low != high:
        return float(STEPS[low] + STEPS[high - 1]) / 2
    if low in (0, len(row)):
        return 0.0 if low == 0 else 1.0
    part = (value - row[low - 1]) / (row[low] - row[low - 1])
    return float(STEPS[low - 1] + part * (STEPS[low] - STEPS[low - 1]))
