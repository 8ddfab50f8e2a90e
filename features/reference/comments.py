"""What is said under everybody's posts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class PeerComments:
    """Nothing is learnt of comments yet."""
