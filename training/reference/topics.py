"""The topics of ordinary accounts and the words that speak of them, learnt from captions and hashtags."""

from dataclasses import replace

import numpy as np
from sklearn.cluster import AgglomerativeClustering, KMeans

from features.catalog import inputs_of
from features.columns import Column
from features.reference import Reference, TopicVocabulary
from features.reference.topics import SIGNS, Usual
from features.subjects import LEAST_STRENGTH
from training.reference import languages, wording
from training.reference.ordinary import Ordinary, at_most

# More accounts no longer move the words.
MOST_ACCOUNTS = 3_000
FEWEST_ACCOUNTS = 100
MOST_WORDS, FEWEST_WORDS = 4_000, 20
# Words that say less about any topic than this are left out.
LEAST_SAID = 0.35
# First many clusters, then those that point the same way are one topic.
CLUSTERS, SAME_TOPIC = 32, 0.5
MOST_POSTS = 20_000
DIGITS = 4


def fit(ordinary: Ordinary) -> TopicVocabulary:
    """Words, topics, and what ordinary accounts show of each sign of a boutique; empty where too few accounts speak."""
    corpus = _corpus(ordinary)
    if len(np.unique(corpus.account)) < FEWEST_ACCOUNTS or len(corpus.words) < FEWEST_WORDS:
        return TopicVocabulary()
    vectors = np.round(wording.directions(corpus, ordinary.seed), DIGITS)
    said = np.linalg.norm(vectors, axis=1)
    useful = np.flatnonzero(said >= LEAST_SAID)
    useful = np.sort(useful[np.argsort(-(said * corpus.accounts)[useful], kind="stable")][:MOST_WORDS])
    if len(useful) < FEWEST_WORDS:
        return TopicVocabulary()
    topics = _topics(corpus.posts[:, useful] @ vectors[useful], ordinary)
    vocabulary = TopicVocabulary(corpus.words[useful], np.ascontiguousarray(vectors[useful]), topics)
    return replace(vocabulary, usual=_usual(ordinary, vocabulary))


def _corpus(ordinary: Ordinary) -> wording.Corpus:
    """The words of the posts of the accounts that may teach."""
    facts = ordinary.inputs("post_caption", "hashtags")
    read, tags, owner = facts["post_caption"].reading.words, facts["hashtags"], ordinary.owner("posts")
    teachers = at_most(np.unique(owner[ordinary.chosen[owner]]), MOST_ACCOUNTS, ordinary.rng(1))
    each = np.arange(len(owner))
    post = np.concatenate([np.repeat(each, np.diff(read.inner)), np.repeat(each, np.diff(tags.inner))])
    codes = np.concatenate([read.codes, tags.codes])
    language = languages.of_posts(codes, post, owner)
    taught = np.isin(owner, teachers)[post]
    return wording.gather(codes[taught], post[taught], owner, language)


def _topics(posts: np.ndarray, ordinary: Ordinary) -> np.ndarray:
    """(k, d) the directions round which posts lie, by spherical k-means; clusters that point the same way are joined."""
    length = np.linalg.norm(posts, axis=1)
    speaking = at_most(np.flatnonzero(length >= LEAST_STRENGTH), MOST_POSTS, ordinary.rng(2))
    if len(speaking) < 2 * CLUSTERS:
        return np.zeros((0, posts.shape[1]))
    unit = posts[speaking] / length[speaking, None]
    member = KMeans(CLUSTERS, n_init=4, random_state=ordinary.seed).fit_predict(unit)
    middles = _middles(unit, member)
    joint = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=_apart(middles)).fit_predict(middles)
    topics = _middles(unit, joint[member])
    # Largest first, so that a topic's number says something.
    order = np.argsort(-np.bincount(joint[member]), kind="stable")
    return np.ascontiguousarray(np.round(topics[order], DIGITS))


def _apart(middles: np.ndarray) -> float:
    """The cosine distance up to which two clusters are one topic: that part of the usual distance, because chatter is common to all."""
    k = len(middles)
    usual = (np.square(middles.sum(axis=0)).sum() - k) / (k * (k - 1))
    return float((1 - SAME_TOPIC) * (1 - usual))


def _middles(unit: np.ndarray, member: np.ndarray) -> np.ndarray:
    """(k, d) the common direction of the members of each cluster."""
    sums = np.zeros((int(member.max()) + 1, unit.shape[1]))
    np.add.at(sums, member, unit)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def _usual(ordinary: Ordinary, vocabulary: TopicVocabulary) -> dict[str, Usual]:
    """Mean and standard deviation of each sign among the clean accounts; none for a sign that too few show."""
    found: dict[str, Column] = inputs_of(ordinary.table, list(SIGNS), Reference(topic_vocabulary=vocabulary))
    usual = {}
    for name in SIGNS:
        values = found[name].values[ordinary.clean]
        values = values[~np.isnan(values)]
        if len(values) >= FEWEST_ACCOUNTS and np.std(values) > 1e-9:
            usual[name] = Usual(round(float(np.mean(values)), DIGITS), round(max(float(np.std(values)), 10.0**-DIGITS), DIGITS))
    return usual
