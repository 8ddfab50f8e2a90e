"""What is learnt of topics: planted ones come back, languages and names do not."""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pytest
from sklearn.metrics import adjusted_rand_score, mutual_info_score

from features import dataset
from features.catalog import inputs_of
from features.reference import Reference, TopicVocabulary, plain
from features.table import AccountTable
from features.text import Text, word_codes
from training.reference import languages, topics, wording
from training.reference.ordinary import Ordinary
from training.worlds import simulate

# Two languages that have only their hashtags in common.
SUBJECTS = {
    "food": (["bread", "soup", "cheese", "oven", "flour"], ["Brot", "Suppe", "Käse", "Ofen", "Mehl"]),
    "travel": (["beach", "island", "train", "tent", "harbour"], ["Strand", "Insel", "Zug", "Zelt", "Hafen"]),
    "gaming": (["console", "quest", "level", "boss", "arcade"], ["Konsole", "Mission", "Stufe", "Endgegner", "Automat"]),
    "pets": (["puppy", "kitten", "leash", "parrot", "kennel"], ["Welpe", "Kätzchen", "Leine", "Papagei", "Zwinger"]),
}
FRAMES = ("today is all about the {0} and the {1} for you", "heute geht es um {0} und {1} und das ist für euch")


def planted(accounts: int = 240, posts: int = 12, seed: int = 3) -> tuple[AccountTable, np.ndarray, np.ndarray]:
    """Accounts that each write in one language about two of the subjects; the subject and the language of each post."""
    rng = np.random.default_rng(seed)
    names, rows, subject, language = list(SUBJECTS), [], [], []
    moment = np.datetime64("2026-10-01T00:00:00", "us")
    for i in range(accounts):
        spoken, own = i % 2, rng.choice(len(names), 2, replace=False)
        for j in range(posts):
            about = int(rng.choice(own))
            words = rng.choice(SUBJECTS[names[about]][spoken], 2, replace=False)
            caption = f"{FRAMES[spoken].format(*words)} ownname{i} #{names[about]} #{names[about]}lover"
            rows.append((f"a{i:03}", f"{i}-{j}", moment - np.timedelta64(j, "D"), caption))
            subject.append(about)
            language.append(spoken)
    ids = pa.array([f"a{i:03}" for i in range(accounts)], pa.large_string())
    stamp = pa.timestamp("us", "UTC")
    account, post, at, caption = (pa.array(column) for column in zip(*rows, strict=True))
    tables = {
        "accounts": pa.table(
            {
                "account_id": ids,
                "platform": pa.array(["instagram"] * accounts, pa.large_string()),
                "observed_at": pa.array([np.datetime64("2026-11-01", "us")] * accounts, pa.timestamp("us")).cast(stamp),
                "followers": pa.array([1000] * accounts, pa.int64()),
            }
        ),
        "posts": pa.table({"account_id": account, "post_id": post, "posted_at": at.cast(stamp), "caption": caption}),
    }
    table = AccountTable.from_tables(tables)
    # Oldest first, as the table has them.
    turn = np.concatenate([np.arange(i * posts, (i + 1) * posts)[::-1] for i in range(accounts)])
    return table, np.array(subject)[turn], np.array(language)[turn]


def ordinary(table: AccountTable, chosen: np.ndarray | None = None, seed: int = 7) -> Ordinary:
    every = np.ones(table.n, dtype=bool) if chosen is None else chosen
    return Ordinary(table, every, every, seed)


def of_posts(table: AccountTable, vocabulary: TopicVocabulary) -> np.ndarray:
    codes: np.ndarray = inputs_of(table, ["post_topics"], Reference(topic_vocabulary=vocabulary))["post_topics"].labels.codes
    return codes


@pytest.fixture(scope="module")
def learnt() -> tuple[TopicVocabulary, AccountTable, np.ndarray, np.ndarray]:
    table, subject, language = planted()
    return topics.fit(ordinary(table)), table, subject, language


def test_planted_topics_come_back_in_both_languages(learnt: tuple[TopicVocabulary, AccountTable, np.ndarray, np.ndarray]) -> None:
    vocabulary, table, subject, language = learnt
    found = of_posts(table, vocabulary)
    assert (found > 0).mean() > 0.99
    assert len(vocabulary.topics) == len(SUBJECTS)
    assert adjusted_rand_score(subject, found) > 0.99
    assert mutual_info_score(language, found) < 0.01


def test_words_of_one_subject_point_one_way_whatever_their_language(
    learnt: tuple[TopicVocabulary, AccountTable, np.ndarray, np.ndarray],
) -> None:
    vocabulary, *_ = learnt
    at = {
        name: [int(np.searchsorted(vocabulary.words, word_codes([w])[0])) for w in (own[0], other[0])]
        for name, (own, other) in SUBJECTS.items()
    }
    unit = vocabulary.vectors / np.linalg.norm(vocabulary.vectors, axis=1, keepdims=True)
    for name, (own, other) in at.items():
        # Nearer to the same thing in another language than to another thing in the same one.
        rivals = max(float(unit[own] @ unit[theirs]) for rival, (theirs, _) in at.items() if rival != name)
        assert unit[own] @ unit[other] > rivals + 0.3


def test_little_words_and_names_are_not_learnt(learnt: tuple[TopicVocabulary, AccountTable, np.ndarray, np.ndarray]) -> None:
    vocabulary, *_ = learnt
    assert not set(word_codes(["today", "heute", "the", "und", "for", "ist"]).tolist()) & set(vocabulary.words.tolist())
    assert not set(word_codes([f"ownname{i}" for i in range(240)]).tolist()) & set(vocabulary.words.tolist())


def test_a_word_of_fewer_than_ten_accounts_may_be_a_name() -> None:
    """However often they say it: 9 accounts say 7, 10 accounts say 5, and one says 3 a hundred times."""
    account = np.array([*range(9), *range(10), *[0] * 100])
    codes = np.array([7] * 9 + [5] * 10 + [3] * 100)
    corpus = wording.gather(codes, np.arange(len(codes)), account, np.zeros(len(codes), dtype=np.int64))
    assert corpus.words.tolist() == [5] and corpus.accounts.tolist() == [10]
    assert corpus.posts.shape == (10, 1) and corpus.account.tolist() == list(range(10))


def test_the_same_seed_gives_the_same_vocabulary_and_another_nearly_the_same(
    learnt: tuple[TopicVocabulary, AccountTable, np.ndarray, np.ndarray],
) -> None:
    vocabulary, table, *_ = learnt
    again, other = topics.fit(ordinary(table)), topics.fit(ordinary(table, seed=8))
    for name in ("words", "vectors", "topics"):
        np.testing.assert_array_equal(getattr(vocabulary, name), getattr(again, name))
    assert vocabulary.usual == again.usual
    assert adjusted_rand_score(of_posts(table, vocabulary), of_posts(table, other)) > 0.99


def test_only_chosen_accounts_teach() -> None:
    """Accounts of another side say anything they like: not a number changes."""
    table, *_ = planted()
    chosen = np.arange(table.n) < 160
    captions = table.text("post_caption")
    written = [bytes(captions.data[a:b]).decode() for a, b in zip(captions.offsets[:-1], captions.offsets[1:], strict=True)]
    strange = [text if chosen[i // 12] else f"zebra xylophone {text[::-1]}" for i, text in enumerate(written)]
    posts = {**table.columns["posts"], "caption": Text.from_list(strange, captions.starts)}
    mixed = replace(table, columns={**table.columns, "posts": posts})
    one, two = topics.fit(ordinary(table, chosen)), topics.fit(ordinary(mixed, chosen))
    assert len(one.words) > 0
    for name in ("words", "vectors", "topics"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.usual == two.usual


@pytest.mark.parametrize("accounts", [1, 60])
def test_too_few_accounts_teach_nothing(accounts: int) -> None:
    table, *_ = planted(accounts)
    vocabulary = topics.fit(ordinary(table))
    assert vocabulary.words.size == vocabulary.topics.size == len(vocabulary.usual) == 0


def test_accounts_without_a_post_teach_nothing() -> None:
    table, *_ = planted()
    silent = table.without({"posts": np.ones(table.n, dtype=bool)})
    assert topics.fit(ordinary(silent)).words.size == 0


def test_little_words_tell_the_language() -> None:
    texts = ["the cat and the dog", "der Hund und die Katze", "le chat et les chiens", "ve bir kedi", "xyz", "zyx", "и кот не на мне"]
    words = [word_codes(text.split()) for text in texts]
    post, account = np.repeat(np.arange(7), [len(w) for w in words]), np.array([0, 1, 2, 3, 0, 4, 5])
    found = languages.of_posts(np.concatenate(words), post, account)
    known = list(languages.LITTLE_WORDS)
    # The fifth post has no little word and its account writes English; of the sixth nothing is known.
    assert [known[g] if g < len(known) else None for g in found] == ["en", "de", "fr", "tr", "en", None, "ru"]


def test_the_worlds_topics_are_its_niches_and_not_its_languages(tmp_path: Path) -> None:
    simulate(tmp_path / "world", 900, 4)
    tables = dataset.read(tmp_path / "world")
    table = AccountTable.from_tables(tables)
    vocabulary = topics.fit(ordinary(table))
    written = orjson.dumps(plain.to_json(vocabulary))
    assert len(written) < 1_000_000
    assert written == orjson.dumps(plain.to_json(topics.fit(ordinary(table))))
    found = of_posts(table, vocabulary)
    owner = np.repeat(np.arange(table.n), np.diff(table.starts["posts"]))
    spoken = np.unique(tables["accounts"]["language"].to_numpy(zero_copy_only=False), return_inverse=True)[1][owner]
    # A focused account's category is the topic of most of its posts; nothing else tells the topic of a post.
    niche = np.unique(tables["accounts"]["category"].to_numpy(zero_copy_only=False), return_inverse=True)[1][owner]
    known = found > 0
    assert known.mean() > 0.8
    about_niche, about_language = (mutual_info_score(kind[known], found[known]) for kind in (niche, spoken))
    assert about_niche > 0.5 and about_language < 0.15
    assert {"post_focus", "topic_number", "topic_like_share", "reply_rate", "addressed"} <= set(vocabulary.usual)


def test_climbers_are_more_focused_than_influencers_by_words_learnt_from_others(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "bench"))
    real = importlib.import_module("real_topics")
    table = AccountTable.from_tables(real.influencers(shared_data))
    taught, others = real.halves(table, seed=0)
    vocabulary = real.learnt(table, taught, seed=7)
    usual, niche = real.focus(table, vocabulary), real.focus(real.climbers(shared_data), vocabulary)
    assert np.nanmedian(niche["topic_focus"]) > np.nanmedian(usual["topic_focus"][others]) + 0.04
    assert np.nanmedian(niche["topic_entropy"]) < np.nanmedian(usual["topic_entropy"][others]) - 0.2
