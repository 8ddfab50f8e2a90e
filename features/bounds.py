"""How small a share may be, given how few were seen."""

import numpy as np
from scipy.special import betaincinv

from features import segments
from features.columns import Array, Column, Events

# The lower end of a 95 % interval: below it one time in forty.
_TAIL = 0.025


def jeffreys_low(hits: Array, of: Array) -> Array:
    """Lower end of Jeffreys' 95 % interval of a share, unknown where either number is.

    Source: Brown, Cai & DasGupta 2001: equal-tailed posterior under Beta(1/2, 1/2).
    """
    low: Array = betaincinv(hits + 0.5, of - hits + 0.5, _TAIL)
    return low


def share_low(x: Events, at_least: int = 1) -> Column:
    """What the share of the known flags that are 1 is at least, unknown below `at_least` known ones."""
    of = segments.known_count(x.values, x.starts)
    return Column(jeffreys_low(segments.total(x.values, x.starts), np.where(of >= at_least, of, np.nan)))
