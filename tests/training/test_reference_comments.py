"""What is learnt of comments: planted phrases come back, promotion is told apart, and languages are right where they are told."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features import utterances
from features.languages import TOLD, languages
from features.lexicon import Lexicon
from features.reference import Reference
from features.table import AccountTable
from features.text import Text
from tests.features.accounts import Document, bare, tables
from tests.features.references import folded_codes
from tests.features.test_known_values import comments
from training import reference
from training.reference import comments as learnt
from training.worlds.phrases import KINDS, LANGUAGES, NICHES, phrases


def scamspot(shared_data: Path) -> list[dict[str, str]]:
    with gzip.open(shared_data / "comments" / "comments_extracted.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def texts(values: list[str]) -> Text:
    return Text.from_list(values, np.array([0, len(values)], dtype=np.int64))


def promoted(values: list[str]) -> np.ndarray:
    """1 for each text that counts as promotion."""
    codes, weights, threshold = learnt.promotion()
    words, found, each = texts(values).reading.words, Lexicon.of(codes, np.arange(1, len(codes) + 1)), np.arange(len(values) + 1)
    return utterances.outweighing_share(words.codes, words.inner, words.known, each, found.keys, found.notes, weights, threshold, 1)


def under(number: int, said: list[str], author: str | None = None) -> Document:
    rows = comments([*said, *(f"only here {number} {i}" for i in range(10))])
    if author:
        rows = [{**row, "author_id": author} for row in rows]
    return bare(str(number), comments=rows)


def test_phrases_under_many_accounts_are_stock_phrases() -> None:
    """Not those under few, those of one account said often, those of the owners, those without words, or those of accounts that bought."""
    documents = [under(i, ["Nice one!", "😍😍", *["again and again"] * (20 if i == 0 else 0), *["rare"] * (i < 4)]) for i in range(20)]
    documents += [under(i, ["bought phrase"]) for i in range(20, 40)]
    documents += [under(i, ["thank you all"], author=str(i)) for i in range(40, 60)]
    documents += [under(i, ["not of those who teach"]) for i in range(60, 80)]
    table = AccountTable.from_tables(tables(documents))
    bought = np.isin(np.arange(80), np.arange(20, 40)).astype(float)
    part = reference.fit(table, np.arange(60), bought, seed=1).peer_comments
    assert part.stock_phrases.tolist() == folded_codes("nice one").tolist()
    again = Reference.from_json(Reference(peer_comments=part).to_json()).peer_comments
    np.testing.assert_array_equal(again.promotion_weights, part.promotion_weights)
    np.testing.assert_array_equal(again.stock_phrases, part.stock_phrases)


def test_no_more_phrases_are_kept_than_fit_a_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt, "MOST_PHRASES", 2)
    documents = [under(i, ["everywhere", *["often"] * (i < 9), *["less often"] * (i < 6)]) for i in range(10)]
    part = reference.fit(AccountTable.from_tables(tables(documents)), np.arange(10), np.zeros(10), seed=1).peer_comments
    assert part.stock_phrases.tolist() == folded_codes("everywhere", "often").tolist()


def test_a_world_without_comments_knows_no_phrases() -> None:
    table = AccountTable.from_tables({"accounts": tables([bare(str(i)) for i in range(5)])["accounts"]})
    assert len(reference.fit(table, np.arange(5), np.zeros(5), seed=1).peer_comments.stock_phrases) == 0


def test_the_pool_holds_words_and_nobody() -> None:
    """Words in the order of the alphabet, each in five comments or more; no handles, no rare words, no sentences."""
    pool = learnt.pool_of_comments()
    bags = pool["words"].to_pylist()
    assert pool.column_names == ["words", "scam", "campaign"]
    assert all(words == sorted(set(words)) for words in bags)
    often = defaultdict(int)
    for words in bags:
        for word in words:
            often[word] += 1
    assert min(often.values()) >= 5
    assert not any("@" in word or "_" in word or "." in word for word in often)
    assert (len(bags), int(np.sum(pool["scam"].to_numpy()))) == (3444, 1150)


def test_promotion_is_told_apart_in_campaigns_never_seen() -> None:
    X, y, campaign, _ = learnt.examples()
    scores = learnt.out_of_fold(X, y, campaign)
    assert roc_auc_score(y, scores) > 0.93
    line = np.quantile(scores[~y], 1 - learnt.FALSE_ALARMS, method="higher")
    assert (scores[~y] > line).mean() <= learnt.FALSE_ALARMS
    assert (scores[y] > line).mean() > 0.4


def test_a_planted_word_of_promotion_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt.promotion.cache_clear()
    pool = learnt.pool_of_comments().slice(0, 2000)
    rows = [{"words": ["zebra", f"filler{i % 7}"], "scam": i % 2 == 0, "campaign": i} for i in range(400)]
    for row in rows:
        row["words"] = sorted([*row["words"][1:], *(["zebra"] if row["scam"] else [])])
    monkeypatch.setattr(learnt, "pool_of_comments", lambda: type(pool).from_pylist(rows, schema=pool.schema))
    codes, weights, threshold = learnt.promotion()
    learnt.promotion.cache_clear()
    best = codes[np.argmax(weights)]
    assert texts(["zebra"]).reading.words.codes.tolist() == [best]
    assert weights.max() > threshold > np.sort(weights)[-2]


def test_what_fans_say_is_seldom_called_promotion() -> None:
    """The worlds' phrases of ordinary comments, in seven languages."""
    said = phrases().texts.to_pylist()
    assert promoted(said).mean() < 0.01
    assert promoted(["I invested $500 with her and got a return of $7,500 in 5 days, contact the trader to withdraw your profit"]) == [1.0]


def test_languages_of_phrases_that_carry_their_language_are_right() -> None:
    """At least 98 of 100 that are answered, in each language; more than a third of all are answered."""
    all_of, asked, answered, right = phrases(), defaultdict(int), defaultdict(int), defaultdict(int)
    codes = languages(texts(all_of.texts.to_pylist())).codes
    for kind in range(len(KINDS)):
        for place, language in enumerate(LANGUAGES):
            for topic in range(len(NICHES)):
                first = all_of.start[kind, place, topic]
                mine = codes[first : first + all_of.size[kind, place, topic]]
                asked[language] += len(mine)
                answered[language] += np.sum(mine != 0)
                right[language] += np.sum(mine == TOLD.index(language) + 1)
    assert {language for language in LANGUAGES if right[language] < 0.98 * answered[language]} == set()
    assert {language for language in LANGUAGES if answered[language] < 0.33 * asked[language]} == set()


def test_real_comments_under_english_pages_are_english_or_unknown(shared_data: Path) -> None:
    """4,470 comments of 37 finance pages; the fifteen that were called something else were read, and all are what they were called."""
    said = sorted({row["text"] for row in scamspot(shared_data) if row["text"]})
    codes = languages(texts(said)).codes
    english = TOLD.index("en") + 1
    assert np.mean(codes != 0) > 0.6
    assert np.sum((codes != 0) & (codes != english) & (codes <= len(LANGUAGES))) <= 15


def test_the_pool_is_what_its_notice_says(shared_data: Path) -> None:
    labels, pool = [row["type"] for row in scamspot(shared_data)], learnt.pool_of_comments()
    assert labels.count("scam") == int(np.sum(pool["scam"].to_numpy()))
    assert labels.count("real") == int(np.sum(~pool["scam"].to_numpy()))
