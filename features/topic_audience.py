"""Topics and the audience: does one audience care for all of it?"""

from __future__ import annotations

import numpy as np

import features.engagement  # noqa: F401  (says which posts are old enough for their likes to count)
from features import boutique, subjects, topic_overlap
from features.columns import Array, Column, Events, Labels, detrended
from features.comments import COMMENTS
from features.feature import derived
from features.focus import FOCUS
from features.reference import TopicVocabulary
from features.text import Reading, Text
from features.topics import FEW_POSTS, Content, PostTopics

# Below this many comments or biographies a number says more about chance than about the audience.
FEW_COMMENTS = 10
FEW_BIOGRAPHIES = 20
# Likes of fewer posts than this have no topics to be told apart by.
FEW_LIKED = 8
# Fewer expected returns than this could not show that people stay away.
FEW_RETURNS = 2.0
# How much a post's likeness to the others must vary, summed over posts, before a line through the likes is believed by half.
DOUBT = 0.3

_FEW_LIKED = "fewer than eight posts older than three days with likes and a known topic were seen, or all are of one topic"


@derived
def topic_like_share(log_likes: Events, mature_at: Events, mature_posts: Events, post_topics: PostTopics) -> Column:
    """Share of the variance of likes that topics explain, beyond chance."""
    left, topics = detrended(log_likes, mature_at), post_topics.labels.only(mature_posts)
    return Column(topic_overlap.share_of_variance(left.values, topics.codes, left.starts, post_topics.kinds, FEW_LIKED))


@FOCUS.feature(
    unit="share difference",
    raises_suspicion=+1,
    source="a general store has an audience for each topic; eta squared less its permutation mean (k - 1) / (n - 1)",
    unknown=_FEW_LIKED,
    high="The topic decides {value} of the differences in likes, beyond chance.",
    low="The topic decides hardly anything about the likes ({value} beyond chance).",
)
def topic_like_variance(topic_like_share: Column) -> Column:
    """Share of the variance of detrended ln(likes + 1) that lies between topics, less what topics dealt at random would have."""
    return topic_like_share


@FOCUS.feature(
    unit="log ratio",
    raises_suspicion=+1,
    source="the part of the missing likes that posts away from the main subject explain (method 2.1)",
    unknown=_FEW_LIKED,
    high="The post most like the others gets {value} times the likes of the typical post.",
    low="The posts most like the others get no more likes than the rest ({value} times).",
)
def like_loss_off_topic(log_likes: Events, mature_posts: Events, post_content: Content) -> Column:
    """By how much ln(likes + 1) rises from the typical post to the post most like the others, along a line through all posts."""
    likeness = post_content.likeness.only(mature_posts)
    return Column(topic_overlap.loss_away(log_likes.values, likeness.values, likeness.starts, FEW_LIKED, DOUBT))


@derived
def post_of_comment(comment_post_id: Labels, by_others: Events, post_post_id: Labels) -> Array:
    """The place of the post under which each comment by others stands, -1 where it was not seen."""
    theirs = comment_post_id.only(by_others)
    return topic_overlap.post_of_each(theirs.codes, theirs.starts, post_post_id.codes, post_post_id.starts)


@derived
def returning(their_authors: Labels, post_of_comment: Array, post_topics: PostTopics) -> Column:
    """How often people comment on another topic when they comment again, over chance."""
    topics = post_topics.labels
    return Column(
        topic_overlap.crossing(
            their_authors.codes, post_of_comment, their_authors.starts, topics.codes, topics.starts, post_topics.kinds, FEW_RETURNS
        )
    )


@FOCUS.feature(
    unit="ratio",
    raises_suspicion=-1,
    source="a general store has an audience for each topic; overlap of commenters between topics over its expectation",
    unknown="too few people comment on two posts of known topics, or all of these are of one topic",
    high="People who comment again do so on other topics {value} times as often as chance has it.",
    low="People who comment again do so on other topics only {value} times as often as chance has it.",
)
def topic_audience_overlap(returning: Column) -> Column:
    """How often people who comment under two posts do so on two topics, over what visits dealt to posts at random would show."""
    return returning


@derived
def follower_interests(follower_bio: Text, post_content: Content, topic_vocabulary: TopicVocabulary) -> tuple[Column, Column]:
    """Variety of the topics of the followers' biographies, and their mean cosine to what the account posts about."""
    if not follower_bio.known.any():
        unknown = Column(np.full(len(follower_bio.starts) - 1, np.nan))
        return unknown, unknown
    words, content, vocabulary = follower_bio.reading.words, post_content, topic_vocabulary
    own = (words.codes, words.inner, words.starts, content.sums, content.many, FEW_POSTS, FEW_BIOGRAPHIES)
    entropy, match = subjects.read_interests(*own, *vocabulary.slots, vocabulary.vectors, vocabulary.topics)
    return Column(entropy), Column(match)


@FOCUS.feature(
    unit="nat",
    raises_suspicion=+1,
    source="variety of interests of an audience, from the followers' own words; Miller-Madow corrected",
    unknown="fewer than 20 sampled followers have a biography with a known topic",
    high="The followers are into many different things (entropy {value}).",
    low="The followers are into the same few things (entropy {value}).",
)
def audience_interest_entropy(follower_interests: tuple[Column, Column]) -> Column:
    """Variety of the topics of the followers' biographies."""
    return follower_interests[0]


@derived
def audience_match(follower_interests: tuple[Column, Column]) -> Column:
    return follower_interests[1]


@FOCUS.feature(
    unit="cosine",
    raises_suspicion=-1,
    source="fit of followers and content (Leung et al. 2022), from the followers' own words",
    unknown="fewer than 20 sampled followers have a biography with known words, or too few posts have",
    high="What the followers say of themselves fits what the account posts about (cosine {value}).",
    low="What the followers say of themselves does not fit what the account posts about (cosine {value}).",
)
def audience_content_match(audience_match: Column) -> Column:
    """Mean cosine of the followers' biographies to the common direction of the posts."""
    return audience_match


@COMMENTS.feature(
    unit="cosine difference",
    raises_suspicion=-1,
    source="Hinnosaar & Hinnosaar 2024 (influencer cartels): comments of a pod are not about the post",
    unknown="fewer than 10 comments with known words stand under posts that were seen",
    high="The comments are about the post they stand under (cosine {value} above the other posts).",
    low="The comments would fit any other post as well (cosine {value} above the other posts).",
)
def comment_topicality(
    their_reading: Reading, post_of_comment: Array, post_topics: PostTopics, post_content: Content, topic_vocabulary: TopicVocabulary
) -> Column:
    """Mean cosine of comments to the caption they stand under, minus their mean cosine to the account's other captions."""
    words, vocabulary = their_reading.words, topic_vocabulary
    own = (words.codes, words.inner, words.known, words.starts)
    posts = (post_of_comment, post_topics.directions, post_topics.known, post_content.sums, post_content.many)
    return Column(subjects.topicality(*own, *posts, FEW_POSTS, FEW_COMMENTS, *vocabulary.slots, vocabulary.vectors))


@FOCUS.feature(
    unit="z",
    raises_suspicion=-1,
    source="boutique or general store: mean of the z scores of seven signs (method 2, F13)",
    unknown="fewer than three of its seven signs are known",
    high="A boutique: focused posts, one audience, personal answers ({value} deviations above ordinary accounts).",
    low="A general store: posts, audience and answers lie {value} deviations from ordinary accounts.",
)
def boutique_index(
    post_focus: Column,
    audience_match: Column,
    returning: Column,
    topic_number: Column,
    topic_like_share: Column,
    reply_rate: Column,
    addressed: Column,
    topic_vocabulary: TopicVocabulary,
) -> Column:
    """Mean deviation from ordinary accounts of focus, match and overlap of the audience, replies and address, and of few topics and likes
    that do not depend on them."""
    found = (post_focus, audience_match, returning, topic_number, topic_like_share, reply_rate, addressed)
    return boutique.index(found, topic_vocabulary)
