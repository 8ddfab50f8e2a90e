"""The engagement gap against peers, and the part of it that purchased-type followers explain."""

from __future__ import annotations

import math
from typing import Any

from models.share import Share


def engagement(rate: float, expected: float, share: Share | None) -> dict[str, Any] | None:
    """Rate, what peers of the platform and size get, the gap in dex and its parts; None when the likes are not known.

    rate, expected: likes and comments of the typical post per follower of today; the expected one is above 0. A rate of 0 counts as a
    hundredth of what is expected: beyond that a logarithm measures nothing. With a share pi of followers who never engage, the rate
    falls by log10(1 - pi) (method.md 2.1); the rest is unexplained.
    """
    if math.isnan(rate) or math.isnan(expected):
        return None
    gap = math.log10(max(rate / expected, 0.01))
    parts: list[dict[str, Any]] = []
    explained = 0.0
    if share is not None:
        explained, low, high = (math.log10(1.0 - min(pi, 0.99)) for pi in (share.estimate, share.high, share.low))
        parts.append({"cause": "bought_followers", "dex": explained, "low": low, "high": high})
    parts.append({"cause": "unexplained", "dex": gap - explained})
    return {"rate": rate, "expected": expected, "gap_dex": gap, "parts": parts}
