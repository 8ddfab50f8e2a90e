"""Judged accounts as the tests of the store, the memory and the queue need them."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from features.catalog import NAMES
from serving.judged import Judged, catalogue

WHEN = datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC)
OPEN = (0.43, 0.21, 0.66, "undecided", ["creation_date_burst"])


def row(account_id: str, at: datetime | None = None, features: Any = 0.0, followers: int | None = 5_000, **heads: Any) -> Judged:
    """A judgement of now; features: one value for all, or all of them."""
    values = np.broadcast_to(np.asarray(features, np.float32), len(NAMES))
    told = heads or {"bought_followers": OPEN}
    moment = at or datetime.now(UTC)
    seen, own = "profile,posts", catalogue(NAMES)
    return Judged(account_id, moment, "sha256:b", "instagram", "mid", followers, seen, own, values.tobytes(), told)
