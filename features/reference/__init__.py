"""What ordinary accounts look like: learnt in training, kept in the bundle, given to the formulas part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from features.reference import plain
from features.reference.audience import PeerAudience
from features.reference.comments import PeerComments
from features.reference.curve import Curve
from features.reference.engagement import PeerEngagement
from features.reference.growth import PeerGrowth
from features.reference.topics import TopicVocabulary

__all__ = ["PARTS", "Curve", "PeerAudience", "PeerComments", "PeerEngagement", "PeerGrowth", "Reference", "TopicVocabulary"]


@dataclass(frozen=True, eq=False)
class Reference:
    """One part for each subject; a formula asks for the part it needs by name. A part that knows nothing makes its features unknown."""

    peer_engagement: PeerEngagement = field(default_factory=PeerEngagement)
    peer_growth: PeerGrowth = field(default_factory=PeerGrowth)
    peer_audience: PeerAudience = field(default_factory=PeerAudience)
    peer_comments: PeerComments = field(default_factory=PeerComments)
    topic_vocabulary: TopicVocabulary = field(default_factory=TopicVocabulary)

    def parts(self) -> dict[str, Any]:
        """The parts by the names that formulas use."""
        return {name: getattr(self, name) for name in PARTS}

    def to_json(self) -> dict[str, Any]:
        return {name: plain.to_json(part) for name, part in self.parts().items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reference:
        """Raises ValueError, KeyError or TypeError where the document is not one that `to_json` wrote."""
        kinds: tuple[type[Any], ...] = (PeerEngagement, PeerGrowth, PeerAudience, PeerComments, TopicVocabulary)
        return cls(**{name: plain.from_json(kind, document[name]) for name, kind in zip(PARTS, kinds, strict=True)})


PARTS = tuple(part.name for part in fields(Reference))
