"""What is learnt of topics."""

from features.reference import TopicVocabulary
from training.reference.ordinary import Ordinary


def fit(ordinary: Ordinary) -> TopicVocabulary:
    del ordinary
    return TopicVocabulary()
