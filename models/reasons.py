"""Why a head says what it says: the strongest contributions as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from features.catalog import BY_NAME
from models.kin import kin_of
from models.peers import Peers

MOST = 5
# Of an answer that stays open both sides are heard: the side without the strongest reason has this many places kept for it.
OTHER_SIDE = 2
# In log odds: below this a feature moves a probability by about a percentage point, which is no reason.
LEAST_WEIGHT = 0.05
_NO_DIRECTIONS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class _Told:
    """What a group of kindred features says together, by the one that says it best; side: +1 for yes, -1 for no."""

    document: dict[str, Any]
    side: int
    weight: float


def side_of(decision: str, probability: float, base_rate: float) -> int:
    """The side that reasons are given for: +1 for a yes, -1 for a no, 0 for both.

    Both are heard where the answer is open, and where it goes against the evidence because the base rate does: a no at twice a low
    base rate has reasons for it on neither side alone.
    """
    if decision == "yes" and probability >= base_rate:
        return 1
    return -1 if decision == "no" and probability <= base_rate else 0


def reasons(
    names: tuple[str, ...],
    values: np.ndarray,
    contributions: np.ndarray,
    slope: float,
    side: int,
    peers: Peers,
    platform: str,
    tier: str,
    directions: Mapping[str, int] = _NO_DIRECTIONS,
) -> list[dict[str, Any]]:
    """At most MOST reasons of one account, strongest first; values and contributions have shape (len(names),).

    side: as `side_of` has it; the sign of a reason's weight tells which side it is of, and its sentence never argues against that sign.
    weight: log odds of the calibrated probability, of all known features that say the same (models/kin.py). directions: the head's own
    (+1 a higher value speaks for yes); where it has none, what the feature is suspicious for counts.
    """
    told = _told(names, values, contributions * slope, peers, platform, tier, directions)
    if side:
        return [reason.document for reason in told if reason.side == side][:MOST]
    leading = [reason for reason in told if reason.side == told[0].side]
    others = [reason for reason in told if reason.side != told[0].side]
    chosen = leading[: MOST - min(OTHER_SIDE, len(others))]
    chosen += others[: MOST - len(chosen)]
    return [reason.document for reason in sorted(chosen, key=lambda reason: -abs(reason.weight))]


@lru_cache(maxsize=64)
def _groups(names: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """The places of kindred features, in the order of the first of each."""
    place = {name: j for j, name in enumerate(names)}
    groups = {kin_of(name): tuple(place[member] for member in kin_of(name) if member in place) for name in names}
    return tuple(groups.values())


def _told(
    names: tuple[str, ...],
    values: np.ndarray,
    weights: np.ndarray,
    peers: Peers,
    platform: str,
    tier: str,
    directions: Mapping[str, int],
) -> list[_Told]:
    """What each group of kindred features has to say, strongest first; equally strong ones in the order of `names`."""
    weights = np.where(np.isnan(values), 0.0, weights)
    found: list[_Told] = []
    for group in _groups(names):
        together = float(weights[group[0]]) if len(group) == 1 else float(sum(weights[j] for j in group))
        if abs(together) < LEAST_WEIGHT:
            continue
        side = 1 if together > 0 else -1
        for j in sorted(group, key=lambda j: -side * weights[j]):
            if side * weights[j] <= 0:
                break
            document = _sentence(names[j], float(values[j]), side, peers, platform, tier, directions.get(names[j]))
            if document:
                found.append(_Told({**document, "weight": round(together, 4)}, side, together))
                break
    return sorted(found, key=lambda reason: -abs(reason.weight))


def _sentence(name: str, value: float, side: int, peers: Peers, platform: str, tier: str, direction: int | None) -> dict[str, Any] | None:
    """The value in words; None where they would argue against the side: trees may have learnt it, but it explains nothing."""
    feature = BY_NAME[name]
    standing = peers.standing(name, platform, tier, value)
    high = standing is None or standing.percentile >= 0.5
    sign = direction or feature.raises_suspicion
    if sign and (high == (sign > 0)) != (side > 0):
        return None
    return {
        "feature": name,
        "sentence": feature.sentence(value, high).removesuffix(".") + (standing.said() if standing else "") + ".",
        "weight": 0.0,
        "value": value,
        "unit": feature.unit.name,
        "peer_percentile": None if standing is None else round(standing.percentile, 4),
    }
