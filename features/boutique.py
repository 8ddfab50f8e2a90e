"""The boutique index: seven signs of a shop for one thing, each against ordinary accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.columns import Array, Column
from features.compiled import kernel
from features.reference import TopicVocabulary

FEW_SIGNS = 3
# One sign alone must not decide.
FURTHEST = 4.0


def index(found: Sequence[Column], vocabulary: TopicVocabulary) -> Column:
    """Mean of the z scores of the signs (in the order of SIGNS), each held within FURTHEST; unknown for fewer than FEW_SIGNS."""
    return Column(_mean_z(tuple(column.values for column in found), vocabulary.scales, FEW_SIGNS))


@kernel
def _mean_z(found: tuple[Array, ...], scales: Array, at_least: int) -> Array:
    out = np.full(len(found[0]), np.nan)
    for i in range(len(out)):
        mass, count = 0.0, 0
        for sign in range(len(found)):
            z = (found[sign][i] - scales[sign, 0]) * scales[sign, 1]
            if not np.isnan(z):
                mass += min(max(z, -FURTHEST), FURTHEST)
                count += 1
        if count >= at_least:
            out[i] = mass / count
    return out
