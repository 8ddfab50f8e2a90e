"""Which words belong to which subject."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class TopicVocabulary:
    """Nothing is learnt of subjects yet."""
