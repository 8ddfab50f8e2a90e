"""Hostile comments and crowds: a value or unknown, in time that grows with their size, whatever the bytes."""

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import answers, arrivals, attendance, companions, names, recurrence, utterances
from features.alphabet import alphabet
from features.catalog import CATALOG, inputs_of
from features.closeness import owner_names
from features.languages import TOLD, languages
from features.lexicon import Lexicon, note_of
from features.table import AccountTable
from features.text import Text
from tests.features.accounts import REFERENCE, Document, ago, bare, tables

COMMENTS = [feature for feature in CATALOG if feature.family == "comments"]


def texts(*values: str) -> Text:
    return Text.from_list(values, np.array([0, len(values)], dtype=np.int64))


def raw(*values: bytes) -> Text:
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values])]).astype(np.int64)
    return Text(np.frombuffer(b"".join(values), np.uint8), offsets, np.ones(len(values), bool), np.array([0, len(values)], dtype=np.int64))


def all_of(document: Document) -> dict[str, float]:
    """Every feature of the comments of one account."""
    table = AccountTable.from_tables(tables([document]))
    facts = inputs_of(table, sorted({name for feature in COMMENTS for name in feature.inputs}), REFERENCE)
    return {feature.name: float(feature.formula(*(facts[name] for name in feature.inputs)).values[0]) for feature in COMMENTS}


def within_units(values: dict[str, float]) -> bool:
    allowed = {feature.name: feature.unit for feature in COMMENTS}
    return all(math.isnan(v) or (math.isfinite(v) and allowed[name].low <= v <= allowed[name].high) for name, v in values.items())


HOSTILE = {
    "nothing": "",
    "a million letters": "a" * 1_000_000,
    "a million words": "ab cd " * 170_000,
    "zalgo": "Z" + "\u0335\u0321\u0316" * 100_000,
    "blanks": " " * 1_000_000,
    "nulls": "\x00" * 10_000,
    "right to left": "\u202e" * 10_000,
    "one family": "👨\u200d" * 50_000,
    "all scripts": "aяא한日ก" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_comment_gives_values_or_unknown(text: str) -> None:
    rows = [
        {"post_id": f"p{i % 9}", "author_id": f"u{i % 5}", "commented_at": ago(30 - i / 9), "text": text if i < 2 else "ok"}
        for i in range(40)
    ]
    document = bare(
        name=text[:200_000], handle=text[:1000], comments=rows, posts=[{"post_id": "p1", "posted_at": ago(31), "caption": text}]
    )
    assert within_units(all_of(document))


def test_empty_comments_and_captions_say_nothing_of_words() -> None:
    rows = [{"post_id": f"p{i % 9}", "author_id": f"u{i}", "commented_at": ago(30 - i / 9), "text": ""} for i in range(40)]
    found = all_of(bare(comments=rows, posts=[{"post_id": f"p{i}", "posted_at": ago(31), "caption": ""} for i in range(5)]))
    assert within_units(found)
    assert {name for name, value in found.items() if math.isnan(value)} >= {
        "comment_mtld",
        "comment_mattr",
        "comment_stock_share",
        "comment_language_entropy",
        "comment_other_language_share",
        "comment_near_duplicate_share",
    }
    assert found["comment_emoji_only_share"] == found["address_share"] == found["comment_promotion_share"] == 0.0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_have_a_language_or_none_and_names_or_none(pieces: list[bytes]) -> None:
    """Also halves of characters and lone surrogates, which files may hold."""
    codes = languages(raw(*pieces)).codes
    assert ((codes >= 0) & (codes <= len(TOLD))).all()
    each = Text(raw(*pieces).data, raw(*pieces).offsets, np.ones(len(pieces), bool), np.arange(len(pieces) + 1))
    found = owner_names(each, each)
    assert found.starts[-1] == len(found.codes)
    assert (found.codes != 0).all()


@pytest.mark.parametrize("lone", [b"\xed\xa0\xbd", b"\xed\xb8\x8d", b"\xff", b"\xf0\x9f\x98"])
def test_a_broken_name_keeps_its_other_words(lone: bytes) -> None:
    broken, whole = raw(lone + b" mira " + lone + b"zoe"), texts("mira zoe")
    nothing = texts("")
    assert owner_names(broken, nothing).codes.tolist() == owner_names(whole, nothing).codes.tolist()
    assert len(owner_names(whole, nothing).codes) == 2


def seconds(run: Callable[[], object]) -> float:
    """The quickest of three runs."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken)


def spread(numbers: np.ndarray) -> np.ndarray:
    """As codes are: all bits in play."""
    return (numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)).astype(np.int64)


def loops(m: int, authors: int, posts: int, width: int) -> Callable[[], object]:
    """Every loop over m comments of one account by so many authors under so many posts, the words among `width` different ones."""
    chance = np.random.default_rng(1)
    starts, one = np.array([0, m]), np.ones(m)
    who, where, words = (spread(chance.integers(1, most + 1, m)) for most in (authors, posts, width))
    ids, at = spread(np.arange(1, m + 1)), np.sort(chance.random(m))
    own = (chance.random(m) < 0.3).astype(float)

    def run() -> None:
        post_of, many, people, begin, marks, said = attendance.attend(where, who, one, starts)
        attendance.overlap(marks, begin, many, 4)
        companions.companions(marks, said, begin, many, 8, 10)
        arrivals.burstiness(at, post_of, starts, many)
        attendance.followers_met(people, begin, ids, starts, np.array([float(m)]), 5.0)
        answers.answers(ids, np.roll(ids, 1), who, at, own, one, starts, 10)
        back = recurrence.earlier_places(words, starts)
        recurrence.textual_diversity(back, starts, 100)
        recurrence.moving_type_token_ratio(back, starts, 50)

    return run


@pytest.mark.parametrize(
    ("authors", "posts", "width"),
    [(1, 1, 1), (1, 50, 10), (50, 50, 1000), (10**9, 10**9, 10**9), (300, 20, 2), (10**9, 2, 10**9), (2, 10**9, 3)],
)
def test_a_hundred_thousand_comments_take_linear_time(authors: int, posts: int, width: int) -> None:
    loops(100, authors, posts, width)()
    whole, tenth = seconds(loops(100_000, authors, posts, width)), seconds(loops(10_000, authors, posts, width))
    # Quadratic time would be 100 times the tenth's; the floor keeps a busy machine from being called slow.
    assert whole < max(25 * tenth, 0.5), f"{whole:.2f} s for the whole, {tenth:.3f} s for a tenth"


def test_ids_made_to_collide_take_linear_time() -> None:
    """A hundred thousand codes whose low bits, which choose their place in a table, are the same."""

    def run(m: int) -> Callable[[], object]:
        alike = (np.random.default_rng(1).integers(1, 2**43, m) << 20) | 7
        return lambda: attendance.attend(np.ones(m, dtype=np.int64), alike, np.ones(m), np.array([0, m]))

    run(100)()
    whole, tenth = seconds(run(100_000)), seconds(run(10_000))
    assert whole < max(25 * tenth, 0.5), f"{whole:.2f} s for the whole, {tenth:.3f} s for a tenth"


def test_a_hundred_thousand_comments_by_one_author_have_values() -> None:
    rows = [
        {"post_id": f"p{i % 40}", "author_id": "u", "commented_at": ago(60 - i / 2000), "text": "you look great"} for i in range(100_000)
    ]
    found = all_of(bare(comments=rows))
    assert within_units(found)
    assert found["commenter_concentration"] == found["address_share"] == 1.0
    assert found["co_commenter_share"] == 0.0
    assert math.isnan(found["commenter_overlap"])


def test_long_names_cost_no_more_than_their_length() -> None:
    kind, *_ = alphabet()
    long, short = texts("mira " * 200_000), texts("mira " * 20_000)
    whole = seconds(lambda: names.long_words(long.data, long.offsets, long.data, long.offsets, kind))
    tenth = seconds(lambda: names.long_words(short.data, short.offsets, short.data, short.offsets, kind))
    assert whole < max(25 * tenth, 0.5)


def test_a_lexicon_knows_its_words_and_no_others() -> None:
    """Also where all codes fall into one slot."""
    codes = np.concatenate([np.arange(1, 500) * 1024, -np.arange(1, 500)])
    found = Lexicon.of(codes, np.arange(1, len(codes) + 1))
    assert [note_of(found.keys, found.notes, code) for code in codes.tolist()] == list(range(1, len(codes) + 1))
    assert [note_of(found.keys, found.notes, code) for code in (500 * 1024, -500, 7)] == [0, 0, 0]
    nothing = Lexicon.of(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert note_of(nothing.keys, nothing.notes, 5) == 0
    assert Lexicon.of_words({"Straße": 1, "STRASSE": 2, "weg": 4}).notes.max() == 4
    assert 3 in Lexicon.of_words({"Straße": 1, "STRASSE": 2, "weg": 4}).notes


def test_a_word_repeated_within_a_comment_weighs_once() -> None:
    words, lexicon = texts("promo promo promo", "promo").reading.words, Lexicon.of_words({"promo": 1})
    weigh = utterances.outweighing_share
    each = np.arange(3)
    found = weigh(words.codes, words.inner, words.known, each, lexicon.keys, lexicon.notes, np.array([1.0]), 1.5, 1)
    assert found.tolist() == [0.0, 0.0]
