"""Why a head says what it says: the strongest contributions as sentences."""

from typing import Any

import numpy as np

from features.catalog import BY_NAME
from models.peers import Peers

MOST = 5
# In log odds: below this a feature moves a probability by about a percentage point, which is no reason.
LEAST_WEIGHT = 0.05


def reasons(
    names: tuple[str, ...],
    values: np.ndarray,
    contributions: np.ndarray,
    slope: float,
    speaks_for: bool,
    peers: Peers,
    platform: str,
    tier: str,
) -> list[dict[str, Any]]:
    """At most MOST reasons of one account, strongest first; values and contributions have shape (len(names),).

    Only known features that push the way the probability went (`speaks_for` a yes) are named: a reason never argues against it.
    weight: log odds of the calibrated probability.
    """
    weights = contributions * slope * (1.0 if speaks_for else -1.0)
    found: list[dict[str, Any]] = []
    for j in np.argsort(-weights, kind="stable"):
        if weights[j] < LEAST_WEIGHT or len(found) == MOST:
            break
        if np.isnan(values[j]):
            continue
        feature, value = BY_NAME[names[j]], float(values[j])
        standing = peers.standing(feature.name, platform, tier, value)
        high = standing is None or standing.percentile >= 0.5
        if standing is not None and feature.raises_suspicion and (high == (feature.raises_suspicion > 0)) != speaks_for:
            # Trees may have learnt it, but a sentence that speaks against the answer explains nothing.
            continue
        found.append(
            {
                "feature": feature.name,
                "sentence": feature.sentence(value, high).removesuffix(".") + (standing.said() if standing else "") + ".",
                "weight": round(float(contributions[j] * slope), 4),
                "value": value,
                "unit": feature.unit.name,
                "peer_percentile": None if standing is None else round(standing.percentile, 4),
            }
        )
    return found
