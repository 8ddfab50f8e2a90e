"""The boutique index: seven signs of a shop for one thing, each against ordinary accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.columns import Array, Column
from features.compiled import kernel
from features.reference.topics import Usual

# The inputs that the index adds up, and whether a boutique has more (+1) or less (-1) of each.
SIGNS: Mapping[str, int] = {
    "post_focus": +1,
    "audience_match": +1,
    "returning": +1,
    "topic_number": -1,
    "topic_like_share": -1,
    "reply_rate": +1,
    "addressed": +1,
}
FEW_SIGNS = 3
# One sign alone must not decide.
FURTHEST = 4.0


def index(found: Sequence[Column], usual: Mapping[str, Usual]) -> Column:
    """Mean of the known z scores in the order of SIGNS; unknown below FEW_SIGNS. A sign without a usual value is unknown."""
    never = Usual(0.0, 1.0)
    known = np.array([name in usual for name in SIGNS])
    scales = np.array([(usual.get(name, never).mean, sign / usual.get(name, never).spread) for name, sign in SIGNS.items()])
    return Column(_mean_z(tuple(column.values for column in found), known, scales, FEW_SIGNS))


@kernel
def _mean_z(found: tuple[Array, ...], known: Array, scales: Array, at_least: int) -> Array:
    out = np.full(len(found[0]), np.nan)
    for i in range(len(out)):
        mass, count = 0.0, 0
        for sign in range(len(found)):
            z = (found[sign][i] - scales[sign, 0]) * scales[sign, 1]
            if known[sign] and not np.isnan(z):
                mass += min(max(z, -FURTHEST), FURTHEST)
                count += 1
        if count >= at_least:
            out[i] = mass / count
    return out
