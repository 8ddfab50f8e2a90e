"""Topics: what the posts are about, how far they stay together, and where they drift."""

from __future__ import annotations

from dataclasses import dataclass

from features import subjects
from features.columns import Array, Column, Events, Labels, Nested
from features.feature import derived
from features.focus import FOCUS
from features.reference import TopicVocabulary
from features.text import Text

# Below this many posts of a known topic a number says more about chance than about the account.
FEW_POSTS = 5

_FEW = "fewer than five posts with words that the vocabulary knows were seen"


@dataclass(frozen=True)
class PostTopics:
    """Of each post: its direction (m, d), whether it has one (m,), and its topic, 1 to k."""

    directions: Array
    known: Array
    labels: Labels
    kinds: int


@dataclass(frozen=True)
class Content:
    """What an account posts about: the sum of its posts' directions (n, d) and how many they are (n,), its focus and what that has become;
    of each post its mean cosine to the others (NaN = unknown)."""

    sums: Array
    many: Array
    focus: Column
    trend: Column
    likeness: Events


@dataclass(frozen=True)
class Variety:
    """How the topics of each account's posts are spread: their entropy, how many they amount to, and how far they have drifted."""

    entropy: Column
    number: Column
    drift: Column


@derived
def post_topics(post_caption: Text, hashtags: Nested, topic_vocabulary: TopicVocabulary) -> PostTopics:
    """Each post's topic, from the words of its caption and its hashtags."""
    words, vocabulary = post_caption.reading.words, topic_vocabulary
    directions, known, topic = subjects.read_posts(
        words.codes, words.inner, hashtags.codes, hashtags.inner, *vocabulary.slots, vocabulary.vectors, vocabulary.topics
    )
    return PostTopics(directions, known, Labels(topic, words.starts), len(vocabulary.topics))


@derived
def post_content(post_topics: PostTopics) -> Content:
    starts = post_topics.labels.starts
    sums, many, focus, trend, likeness = subjects.content(post_topics.directions, post_topics.known, starts, FEW_POSTS)
    return Content(sums, many, Column(focus), Column(trend), Events(likeness, starts))


@derived
def topic_variety(post_topics: PostTopics) -> Variety:
    labels = post_topics.labels
    return Variety(*map(Column, subjects.variety(labels.codes, labels.starts, post_topics.kinds, FEW_POSTS)))


@FOCUS.feature(
    unit="nat",
    raises_suspicion=+1,
    source="topic entropy with Miller's correction; its exponential is the Hill number of order 1",
    unknown=_FEW,
    high="The posts are spread over many topics (entropy {value}).",
    low="The posts stay with few topics (entropy {value}).",
)
def topic_entropy(topic_variety: Variety) -> Column:
    """Variety of the topics of posts, Miller-Madow corrected."""
    return topic_variety.entropy


@derived
def topic_number(topic_variety: Variety) -> Column:
    return topic_variety.number


@FOCUS.feature(
    unit="count",
    raises_suspicion=+1,
    source="Hill number of order 2 from the unbiased Simpson index (Hurlbert 1971), which the number of posts does not move",
    unknown=_FEW,
    high="The account is about {value} topics.",
    low="The account is about only {value} topics.",
)
def effective_topics(topic_number: Column) -> Column:
    """How many equally frequent topics would repeat as often as those of the posts do: 1 / chance that two posts are of one topic, and no
    more than the vocabulary has."""
    return topic_number


@derived
def post_focus(post_content: Content) -> Column:
    return post_content.focus


@FOCUS.feature(
    unit="share",
    raises_suspicion=-1,
    source="Waller & Anderson 2019: generalists and specialists (GS score)",
    unknown=_FEW,
    high="The posts say much the same thing (focus {value}).",
    low="The posts say different things (focus {value}).",
)
def topic_focus(post_focus: Column) -> Column:
    """Cosine of posts to their common direction: root of the mean cosine between two posts, so that their number does not matter."""
    return post_focus


@FOCUS.feature(
    unit="share points",
    raises_suspicion=-1,
    source="trend of the GS score (Waller & Anderson 2019): a boutique that becomes a general store",
    unknown=_FEW,
    high="The newer half of the posts is more focused than the older (by {value}).",
    low="The newer half of the posts is less focused than the older (by {value}).",
)
def topic_focus_trend(post_content: Content) -> Column:
    """Focus of the newer half of the posts minus that of the older half."""
    return post_content.trend


@FOCUS.feature(
    unit="nat",
    raises_suspicion=+1,
    source="drift of topics: Jensen-Shannon divergence, less its expectation for halves of one mixture, (k - 1) / 2n",
    unknown="fewer than ten posts with words that the vocabulary knows were seen",
    high="The newer half of the posts is about other topics than the older (divergence {value}).",
    low="The newer half of the posts is about the same topics as the older (divergence {value}).",
)
def topic_drift(topic_variety: Variety) -> Column:
    """Divergence between the topics of the newer and of the older half of the posts, beyond what chance brings."""
    return topic_variety.drift
