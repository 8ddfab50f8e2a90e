"""What the test accounts are compared with: round numbers; the tests hold for any reference."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from features.counts import POINTS
from features.handles import CLASSES
from features.reference import Curve, PeerAudience, PeerComments, PeerEngagement, PeerGrowth, Reference, TopicVocabulary
from features.reference.topics import Usual
from features.schema import PLATFORMS
from features.text import Text, word_codes

OBSERVED = datetime(2026, 11, 1, 12, tzinfo=UTC)
PEERS = len(PLATFORMS)


def folded_codes(*phrases: str) -> np.ndarray:
    """The sorted codes of whole comments, as a reference keeps them."""
    return np.unique(Text.from_list(list(phrases), np.array([0, len(phrases)], dtype=np.int64)).reading.folded.codes)


# What some words of the test accounts say of mountains, food and people; a hashtag has the code of its word.
SAYS = {
    "alps": (1.0, 0.0, 0.0),
    "travel": (0.8, 0.0, 0.3),
    "food": (0.0, 1.0, 0.0),
    "bread": (0.1, 0.6, 0.0),
    "fit_life": (0.2, 0.1, 0.9),
    "hair": (0.0, 0.0, 0.7),
    "look": (0.0, 0.1, 0.1),
}


def vocabulary(says: Mapping[str, Sequence[float]], topics: Sequence[Sequence[float]], usual: Mapping[str, Usual]) -> TopicVocabulary:
    codes = {int(word_codes([word])[0]): vector for word, vector in says.items()}
    words = np.array(sorted(codes), dtype=np.int64)
    return TopicVocabulary(words, np.array([codes[code] for code in words.tolist()], dtype=float), np.array(topics, dtype=float), usual)


USUAL = {
    "post_focus": Usual(0.7, 0.2),
    "audience_match": Usual(0.3, 0.1),
    "returning": Usual(0.9, 0.3),
    "topic_number": Usual(2.0, 1.5),
    "topic_like_share": Usual(0.1, 0.2),
    "reply_rate": Usual(0.2, 0.1),
    "addressed": Usual(0.2, 0.1),
}
REFERENCE = Reference(
    peer_engagement=PeerEngagement(
        likes={
            "all": Curve(0.1, 0.75, 0.3),
            "x": Curve(-0.5, 0.7, 0.4),
            "instagram/story": Curve(0.0, 0.8, 0.2, np.array([3.0, 5.0]), np.array([-0.2, 0.1])),
        },
        comments={"all": Curve(-1.0, 0.73, 0.35)},
        views={"all": Curve(0.6, 0.75, 0.4)},
        metric_centre=np.tile([3.3, 2.0, 0.5, 3.1, 2.3, 3.1], (5, 1)),
        metric_covariance=0.2 * np.ones((6, 6)) + 0.2 * np.eye(6),
        comment_delay=np.array([0.6, 10.0]),
    ),
    # Some day of most histories, on every platform.
    peer_growth=PeerGrowth(
        purge_platform=np.arange(5), purge_day=np.full(5, np.floor(OBSERVED.timestamp() / 86_400) - 90), purge_loss=np.full(5, 0.05)
    ),
    peer_audience=PeerAudience(
        creation_days=np.array([14_000.0, 17_500.0, 21_000.0]),
        creation_share=np.tile([0.0, 0.4, 1.0], (PEERS, 1)),
        burst_scatter=np.full(PEERS, 0.25),
        burst_sizes=np.array([30.0, 300.0]),
        burst_location=np.tile([3.0, 4.0], (PEERS, 1)),
        burst_scale=np.tile([0.5, 0.4], (PEERS, 1)),
        age_share=np.tile(np.linspace(0.01, 1.0, 100), (PEERS, 1)),
        size_share=np.tile(np.linspace(0.0, 1.0, POINTS), (PEERS, 4, 1)),
        fact_centre=np.tile([6.0, 5.0, 1.0, 0.1], (PEERS, 1)),
        fact_scale=np.tile([1.0, 1.5, 1.2, 1.0], (PEERS, 1)),
        fact_basis=np.array([[0.6, 0.0, 0.8, 0.0]]),
        purchased_weights=np.array([1.5, -0.5, -1.0, 0.5]),
        purchased_rule=np.array([0.5, 0.8, 0.1]),
        handle_likelihood=-1.0 - np.add.outer(np.arange(CLASSES), 2 * np.arange(CLASSES)) / 40,
        private_share=np.full(PEERS, 0.2),
        foreign_language=np.full(PEERS, 0.3),
        foreign_country=np.full(PEERS, 0.1),
        benford=np.full((2, PEERS, 5), 0.01) * np.arange(1, 6),
    ),
    topic_vocabulary=vocabulary(SAYS, np.eye(3), USUAL),
    peer_comments=PeerComments(
        stock_phrases=folded_codes("nice one", "great content keep it up my friend", "so schön"),
        promotion_words=word_codes(["content", "friend", "look"]),
        promotion_weights=np.ones(3),
        promotion_threshold=1.5,
    ),
)
