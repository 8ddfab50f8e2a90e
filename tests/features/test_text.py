"""Comments come in every script: what is a word, an emoji, a question, a hashtag, and what hostile text costs."""

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.text import Reading, Text, word_codes
from features.words import ADDRESS, codes


def texts(*values: str | None) -> Text:
    return Text.from_list(values, np.array([0, len(values)], dtype=np.int64))


def raw(*values: bytes) -> Text:
    """Texts as a file may hold them, whether or not they are UTF-8."""
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values])]).astype(np.int64)
    return Text(np.frombuffer(b"".join(values), np.uint8), offsets, np.ones(len(values), bool), np.array([0, len(values)], dtype=np.int64))


def read(*values: str | None) -> Reading:
    return texts(*values).reading


def words(text: str) -> list[int]:
    return list(read(text).words.codes)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("GROẞ", "groß"),
        ("müde Ärzte", "MÜDE ÄRZTE"),
        ("caf\u00e9", "cafe\u0301"),
        ("u\u0308ber", "über"),
        ("İstanbul", "istanbul"),
        ("ISPARTA", "ısparta"),
        ("I\u0307zmir", "izmir"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ｆｕｌｌ", "full"),
        ("oﬃce", "office"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("sooooooo", "soo"),
        ("don't", "dont"),
        ("don’t", "dont"),
        ("l’été", "lété"),
        ("мир", "МИР"),
        ("nice!!!", "nice"),
        ("nice😍one", "nice one"),
        ("hi @some.one_9 there", "hi there"),
        ("हिन्दी", "हिन्दी."),
    ],
)
def test_two_spellings_are_one(one: str, other: str) -> None:
    assert words(one) == words(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("schon", "schön"), ("so", "soo"), ("a b", "b a"), ("ab", "a b"), ("şen", "sen"), ("١", "٢"), ("мир", "mup"), ("日", "本")],
)
def test_two_words_are_two(one: str, other: str) -> None:
    assert words(one) != words(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one", 1),
        ("one two  three\nfour", 4),
        ("well-known", 2),
        ("www.example.org/a?b=c", 6),
        ("@you", 0),
        ("@you, hi", 1),
        ("mail me@example.org", 2),
        ("素敵な写真", 5),
        ("สวย", 3),
        ("한국 사람", 2),
        ("😍", 0),
        ("1️⃣", 0),
        ("10 a", 2),
        ("fit_life", 1),
        ("'", 0),
        ("rock 'n' roll", 3),
        ("#tag", 1),
        ("ça va très bien", 4),
        ("\u200b", 0),
        ("\x00\x01", 0),
    ],
)
def test_words_are_counted(text: str, count: int) -> None:
    assert read(text).word_count.values.tolist() == [count]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("😍", 1),
        ("😍😍", 2),
        ("👨‍👩‍👧‍👦", 1),
        ("🇩🇪", 1),
        ("🇩🇪🇹🇷", 2),
        ("👍🏽", 1),
        ("👍🏽👍🏿", 2),
        ("❤️", 1),
        ("❤", 1),
        ("1️⃣2️⃣", 2),
        ("#️⃣", 1),
        ("🏳️‍🌈", 1),
        ("👩🏾‍🚀", 1),
        ("☺️ ok", 1),
        ("ok", 0),
        ("10", 0),
        (":-)", 0),
        ("©", 0),
        ("🔟", 1),
        ("⭐", 1),
        ("🫶🏼", 1),
        ("‼", 0),
    ],
)
def test_emoji_are_counted_as_people_see_them(text: str, count: int) -> None:
    assert read(text).emoji.values.tolist() == [count]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("why?", 1),
        ("لماذا؟", 1),
        ("本当\uff1f", 1),
        ("¿qué", 1),
        ("ok; thanks", 0),
        ("τι;", 0),
        ("τι\u037e", 1),
        ("no", 0),
        ("⁉", 1),
        ("?", 1),
        ("", 0),
    ],
)
def test_questions_of_every_script(text: str, asks: int) -> None:
    assert read(text).asks.values.tolist() == [asks]


def test_characters_are_characters_not_bytes() -> None:
    assert read("abc", "äöü", "日本語", "😍").characters.values.tolist() == [3, 3, 3, 1]


def test_unknown_is_not_empty() -> None:
    reading = read(None, "")
    assert np.isnan(reading.word_count.values).tolist() == [True, False]
    assert np.isnan(reading.emoji.values).tolist() == [True, False]
    assert reading.folded.codes[0] == 0
    assert reading.folded.codes[1] != 0


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("#Alps and #alps", ["alps", "alps"]),
        ("#straße#STRASSE", ["straße", "straße"]),
        ("#日本 x", ["日本"]),
        ("#fit_life!", ["fit_life"]),
        ("# no", []),
        ("##two", ["two"]),
        ("a#b", ["b"]),
        ("#cafe\u0301", ["café"]),
        ("#", []),
        ("#2026", ["2026"]),
        ("plain", []),
    ],
)
def test_hashtags_of_a_caption(caption: str, tags: list[str]) -> None:
    assert texts(caption).hashtags.codes.tolist() == texts(*[f"#{tag}" for tag in tags]).hashtags.codes.tolist()
    assert texts(caption).hashtags.inner.tolist() == [0, len(tags)]


@pytest.mark.parametrize(
    "text", ["Ist das DEIN Ernst", "i love you", "teşekkürler!", "Usted sabe", "merci", "your's", "SENİN", "puoi dirmi"]
)
def test_address_in_seven_languages(text: str) -> None:
    assert np.isin(read(text).words.codes, codes(" ".join(ADDRESS.values()))).any()


def test_no_address() -> None:
    assert not np.isin(read("what a day", "youth").words.codes, codes(" ".join(ADDRESS.values()))).any()
    assert len(word_codes(["one", "One", "two"])) == 2


BROKEN = [
    b"\xff\xfe",
    b"caf\xc3",
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"a\x80b",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_bytes_are_stepped_over(broken: bytes) -> None:
    reading = raw(broken + b" fine day").reading
    assert reading.words.codes[-2:].tolist() == words("fine day")
    assert raw(broken).copied_share(texts("x").labels, 1).values.shape == (1,)


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_bytes_leave_their_neighbours_alone(broken: bytes) -> None:
    decomposed = "cafe\u0301 Straße".encode()
    reading = raw(decomposed, broken + "e\u0301".encode(), decomposed).reading
    first, last = reading.words.inner[1], reading.words.inner[2]
    assert reading.words.codes[:first].tolist() == reading.words.codes[last:].tolist() == words("café strasse")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes_are_read_to_their_end(pieces: list[bytes]) -> None:
    reading, tags = raw(*pieces).reading, raw(*pieces).hashtags
    assert (reading.words.codes != 0).all()
    assert (reading.characters.values <= [2 * len(piece) + 20 * len(piece) for piece in pieces]).all()
    assert tags.inner[-1] == len(tags.codes)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_text_alone_reads_as_among_others(values: list[str]) -> None:
    many = read(*values)
    for j, one in enumerate(values):
        assert many.words.codes[many.words.inner[j] : many.words.inner[j + 1]].tolist() == words(one)
        assert many.emoji.values[j] == read(one).emoji.values[0]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_spelling_of_one_text_reads_the_same(text: str) -> None:
    if not any(unicodedata.combining(c) for c in unicodedata.normalize("NFKD", text)):
        return
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


def test_text_of_a_sliced_column_is_that_slice() -> None:
    column = pa.array(["zero", "one two", None, "cafe\u0301"], pa.large_string())[1:]
    reading = Text.from_arrow(column, np.array([0, 3], dtype=np.int64)).reading
    assert reading.words.codes.tolist() == words("one two café")
    assert reading.words.known.tolist() == [True, False, True]
