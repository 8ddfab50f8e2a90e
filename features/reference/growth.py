"""How the followers of ordinary accounts come and go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class PeerGrowth:
    """Nothing is learnt of growth yet."""
