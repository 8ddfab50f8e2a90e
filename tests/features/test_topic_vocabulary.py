"""A vocabulary that is read from a bundle: what fits is kept bit for bit, what does not is refused before a loop meets it."""

from typing import Any

import numpy as np
import orjson
import pytest

from features.catalog import NAMES, build
from features.reference import Reference, TopicVocabulary, plain
from features.reference.topics import Usual
from features.snapshot import parse
from features.subjects import slots
from features.table import AccountTable
from tests.features.accounts import REFERENCE, account, crowd


def test_it_comes_back_from_json_as_it_was() -> None:
    for part in (REFERENCE.topic_vocabulary, TopicVocabulary()):
        back = plain.from_json(TopicVocabulary, orjson.loads(orjson.dumps(plain.to_json(part))))
        for name in ("words", "vectors", "topics"):
            one, other = getattr(part, name), getattr(back, name)
            assert one.dtype == other.dtype and one.shape == other.shape and other.flags.c_contiguous
            np.testing.assert_array_equal(one, other)
        assert back.usual == part.usual


WRONG: dict[str, Any] = {
    "words not in order": lambda d: d["words"].reverse(),
    "a word twice": lambda d: d["words"].__setitem__(1, d["words"][0]),
    "an unknown word": lambda d: (d["words"].__setitem__(0, 0), d["words"].sort()),
    "a vector too few": lambda d: d["vectors"].pop(),
    "a ragged vector": lambda d: d["vectors"][0].pop(),
    "an unknown number": lambda d: d["vectors"][0].__setitem__(0, None),
    "topics of another width": lambda d: [topic.append(0.0) for topic in d["topics"]],
    "flat topics": lambda d: d.__setitem__("topics", [1.0, 0.0, 0.0]),
    "vectors without words": lambda d: d.__setitem__("words", []),
    "a word as a fraction": lambda d: d["words"].__setitem__(0, 0.5),
    "no spread": lambda d: d["usual"]["post_focus"].__setitem__("spread", 0.0),
    "no usual mean": lambda d: d["usual"]["post_focus"].pop("mean"),
    "a list for names": lambda d: d.__setitem__("usual", []),
}


@pytest.mark.parametrize("damage", WRONG.values(), ids=WRONG)
def test_what_no_loop_could_bear_is_refused(damage: Any) -> None:
    document = orjson.loads(orjson.dumps(plain.to_json(REFERENCE.topic_vocabulary)))
    damage(document)
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        plain.from_json(TopicVocabulary, document)


def test_every_word_is_found_and_no_other() -> None:
    words = np.unique(np.random.default_rng(1).integers(-(2**63), 2**63, 5_000))
    # Codes with the same last bits must step aside for each other.
    words = np.unique(np.concatenate([words, 2**40 * np.arange(1, 200)]))
    keys, places = slots(words)
    assert len(keys) >= 4 * len(words)
    assert (np.sort(keys[keys != 0]) == words).all()
    np.testing.assert_array_equal(words[places[keys != 0]], keys[keys != 0])


def test_without_a_vocabulary_topics_are_unknown() -> None:
    matrix = build(AccountTable.from_snapshots([parse(orjson.dumps(document)) for document in crowd(12)]), Reference())
    for name in ("topic_entropy", "effective_topics", "topic_focus", "topic_drift", "topic_like_variance", "boutique_index"):
        assert np.isnan(matrix.column(name)).all()


def test_the_index_does_without_a_sign_that_nobody_measured() -> None:
    """And is unknown when too few are left."""
    known = REFERENCE.topic_vocabulary
    table = AccountTable.from_snapshots([parse(orjson.dumps(account(seed, str(seed)))) for seed in range(20)])

    def index(usual: dict[str, Usual]) -> np.ndarray:
        vocabulary = TopicVocabulary(known.words, known.vectors, known.topics, usual)
        return build(table, Reference(topic_vocabulary=vocabulary)).values[:, NAMES.index("boutique_index")]

    whole, part, few = index(dict(known.usual)), index({k: u for k, u in known.usual.items() if k != "addressed"}), index({})
    assert np.isfinite(whole).sum() >= np.isfinite(part).sum() > 0
    both = np.isfinite(whole) & np.isfinite(part)
    assert (whole[both] != part[both]).any()
    assert np.isnan(few).all()
