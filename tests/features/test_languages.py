"""The language of a comment is told only where it leaves no doubt."""

import numpy as np
import pytest

from features.languages import LANGUAGES, TOLD, languages, owner_languages
from features.text import Text
from features.words import ADDRESS, ADDRESS_ELSEWHERE, FUNCTION_WORDS, OTHER_FUNCTION_WORDS


def texts(*values: str | None) -> Text:
    return Text.from_list(values, np.array([0, len(values)], dtype=np.int64))


def told(*values: str | None) -> list[str | None]:
    return [TOLD[code - 1] if code else None for code in languages(texts(*values)).codes.tolist()]


@pytest.mark.parametrize(
    "text",
    [
        "super Foto",
        "ok",
        "OK!!",
        "😍",
        "😍😍 wow",
        "wow",
        "top",
        "mega",
        "haha",
        "lol",
        "que lindo",
        "bello",
        "amazing",
        "so nice",
        "love",
        "hola guapa",
        "",
        " ",
        "123",
        "www.example.org",
        "#love #art",
        "@the_and_of_it",
        "no no no no",
        "what what what",
        "a",
        "de la",
        "in",
        "die",
        "te amo",
        "lindo",
        "merci",
        "(ツ)",
        "ʕ•ᴥ•ʔ",
        "´・ω・`",
        "♥",
        "Ω",
        "в",
        "ლ(ಠ益ಠლ)",
    ],
)
def test_what_is_too_little_is_unknown(text: str) -> None:
    assert told(text) == [None]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "woher hast du das denn"),
        ("de", "GENAU DAS HABE ICH GESUCHT"),
        ("en", "where did you get it?"),
        ("en", "I don’t know what to say"),
        ("es", "me encanta, eres la mejor de todas"),
        ("es", "¿dónde está eso?"),
        ("fr", "c'est trop beau, merci beaucoup"),
        ("fr", "J’adore cette photo"),
        ("it", "non vedo l'ora, grazie mille"),
        ("it", "è sempre così bello"),
        ("pt", "você é muito especial"),
        ("pt", "não sei o que dizer, obrigada"),
        ("tr", "bu çok güzel olmuş"),
        ("tr", "İYİ Kİ VARSIN, NASIL BU KADAR GÜZEL"),
        ("Arabic", "ما شاء الله"),
        ("Cyrillic", "очень красиво 😍"),
        ("Greek", "πολύ ωραίο"),
        ("Hebrew", "יפה מאוד"),
        ("Kana and Han", "素敵な写真"),
        ("Kana and Han", "太好看了"),
        ("Hangul", "너무 예뻐요"),
        ("Thai", "สวยมาก"),
        ("Devanagari", "बहुत सुंदर"),
        ("Cyrillic", "@a_very_long_handle.of_somebody красиво"),
    ],
)
def test_what_leaves_no_doubt_is_told(language: str, text: str) -> None:
    assert told(text) == [language]


@pytest.mark.parametrize(
    "text",
    [
        "dit is echt een heel mooie foto",
        "bagus banget kak fotonya",
        "bardzo ładne zdjęcie",
        "det är så fint",
        "això és molt bonic",
        "foarte frumos",
        "det er så flot",
        "nagyon szép kép",
        "tuo on kyllä hieno kuva",
        "ang ganda naman po",
    ],
)
def test_other_languages_are_not_taken_for_one_of_the_seven(text: str) -> None:
    assert told(text) == [None]


def test_a_name_in_another_script_does_not_make_the_language() -> None:
    assert told("I love this song by Кино so much", "Кино и ты", "the word 美") == ["en", "Cyrillic", None]


def test_two_languages_in_one_comment_are_unknown() -> None:
    assert told("das ist aber schön, this is what it is") == [None]


def test_each_text_is_told_by_itself() -> None:
    assert told(None, "where did you get it?", "", "das ist aber schön", None) == [None, "en", None, "de", None]


def test_a_text_without_end_is_told_by_its_first_words() -> None:
    assert told("that is what you were for " * 50_000) == ["en"]
    assert told("bu çok güzel " * 50_000) == ["tr"]


@pytest.mark.parametrize("broken", [b"\xed\xa0\x80", b"\xff\xfe\xd0", b"\xd0", b"\xe0\xa4", b"\xf0\x9f"])
def test_broken_bytes_are_stepped_over(broken: bytes) -> None:
    data = np.frombuffer(broken + b" where did you get it?" + broken, np.uint8)
    text = Text(data, np.array([0, len(data)]), np.ones(1, bool), np.array([0, 1]))
    assert TOLD[languages(text).codes[0] - 1] == "en"


@pytest.mark.parametrize(
    ("named", "language"),
    [
        ("de", "de"),
        ("PT-br", "pt"),
        ("en_GB", "en"),
        ("zh-Hant", "Kana and Han"),
        ("fa", "Arabic"),
        ("german", None),
        ("d", None),
        ("", None),
        ("12", None),
        ("de.", None),
        (None, None),
    ],
)
def test_the_language_an_account_names(named: str | None, language: str | None) -> None:
    codes = owner_languages(texts(named), Text.from_list([], np.zeros(2, dtype=np.int64)))
    assert [TOLD[code - 1] if code else None for code in codes.tolist()] == [language]


def test_a_language_that_cannot_be_told_is_not_guessed_from_captions() -> None:
    captions = texts(*["This is what I was looking for"] * 5)
    assert owner_languages(texts("sv"), captions)[0] < 0
    assert TOLD[owner_languages(texts(None), captions)[0] - 1] == "en"


def test_lists_say_each_word_once_and_in_lower_case() -> None:
    for words in (*FUNCTION_WORDS.values(), OTHER_FUNCTION_WORDS, *ADDRESS.values(), ADDRESS_ELSEWHERE):
        assert words == words.lower()
        assert len(words.split()) == len(set(words.split()))
    assert set(ADDRESS) == set(LANGUAGES)
    assert set(ADDRESS_ELSEWHERE.split()) <= {word for words in ADDRESS.values() for word in words.split()}
