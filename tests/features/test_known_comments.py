"""Features of what comments say, against their formulas worked out in plain Python."""

import math
from statistics import mean, stdev
from typing import Any

import numpy as np
import pytest

from features.reference import PeerComments, Reference
from tests.features.accounts import Document, bare, value
from tests.features.references import folded_codes
from tests.features.test_known_values import captioned, comments, entropy

NAN = math.nan


def factors(words: list[str]) -> float:
    """McCarthy & Jarvis 2010, with exact fractions of 100 instead of a division."""
    whole, types, length = 0, set(), 0
    for word in words:
        length += 1
        types.add(word)
        if 100 * len(types) < 72 * length:
            whole, types, length = whole + 1, set(), 0
    if whole == 0 and len(types) == length:
        return (1 - length / (length + 1)) / 0.28
    return whole + ((1 - len(types) / length) / 0.28 if length else 0)


def mtld(words: list[str]) -> float:
    return mean([len(words) / factors(words), len(words) / factors(words[::-1])])


def words(seed: int, size: int, many: int) -> list[str]:
    return [word(number) for number in np.random.default_rng(seed).zipf(1.4, size) % many]


def word(number: int) -> str:
    """A word for each number below 400, none with a letter three times in a row, which would be read as twice."""
    return f"{chr(97 + number // 20)}{chr(97 + number % 20)}z"


def cut(stream: list[str], into: int) -> list[str]:
    return [" ".join(stream[i : i + into]) for i in range(0, len(stream), into)]


def in_languages(**more: Any) -> Document:
    """Six English comments, three German, two Japanese, one Arabic, and some that nobody can tell."""
    texts = [
        *["this is what I was looking for", "where did you get it?", "Thank you for the recipe"] * 2,
        *["das ist aber wirklich schön", "Ich freue mich auf morgen", "woher hast du das"],
        *["素敵な写真ですね", "とても綺麗です", "هذا جميل جدا"],
        *["super Foto", "ok", "😍😍 wow", "haha", "@anna_k", ""],
    ]
    return bare(comments=comments(texts), **more)


SPOKEN = ["en"] * 6 + ["de"] * 3 + ["ja"] * 2 + ["ar"]
STREAM, EVER_NEW = words(1, 400, 60), [word(i) for i in range(120)]
TURNED = [*words(2, 150, 20), *words(3, 150, 300)]
# One comment by the owner and one by an author without a text; neither is the audience's.
OWN = {"post_id": "1", "comment_id": "own", "author_id": "1", "commented_at": "2026-01-01T00:00:00Z", "text": "nice one"}
STOCK = ["Nice one!", "nice ONE", "so schön 😍", "@anna nice one", "nice", "something else", "great day", "a b", "c d", "e f"]
PROMOTED = ["my content", "content friend", "content content", "FRIEND, look!", "look"] + ["nothing here"] * 5

CASES: list[tuple[str, Document, float]] = [
    ("comment_mtld", bare(comments=comments(cut(STREAM, 7))), mtld(STREAM)),
    ("comment_mtld", bare(comments=comments(cut(TURNED, 10))), mtld(TURNED)),
    ("comment_mtld", bare(comments=comments(cut(EVER_NEW, 6))), 0.28 * 120 * 121),
    ("comment_mtld", bare(comments=comments(["same"] * 120)), mtld(["same"] * 120)),
    ("comment_mtld", bare(comments=comments(cut(STREAM[:99], 9))), NAN),
    ("comment_stock_share", bare(comments=comments(STOCK)), 0.4),
    # Emoji alone is no phrase, and what the owner says is not said by the audience.
    ("comment_stock_share", bare(comments=[*comments([*STOCK, "😍", "🔥🔥"]), OWN]), 0.4),
    ("comment_stock_share", bare(comments=comments([*STOCK[:9], "😍"])), NAN),
    # Every word weighs 1 once, and more than 1.5 promotes.
    ("comment_promotion_share", bare(comments=comments(PROMOTED)), 0.2),
    ("comment_promotion_share", bare(comments=comments(PROMOTED[:9])), NAN),
    ("comment_language_entropy", in_languages(), entropy(SPOKEN)),
    ("comment_language_entropy", bare(comments=comments(["ok", "super Foto", "😍"] * 20)), NAN),
    ("comment_other_language_share", in_languages(language="de-CH"), 9 / 12),
    ("comment_other_language_share", in_languages(language="EN"), 6 / 12),
    ("comment_other_language_share", in_languages(language="fa_IR"), 11 / 12),
    # Swedish is none of the languages that can be told, and its captions are not asked.
    ("comment_other_language_share", in_languages(language="sv", posts=captioned(["This is what I was looking for"] * 3)), NAN),
    ("comment_other_language_share", in_languages(language="German", posts=captioned(["Das ist aber wirklich schön"] * 3)), 9 / 12),
    ("comment_other_language_share", in_languages(posts=captioned(["Das ist aber wirklich schön"] * 3)), 9 / 12),
    ("comment_other_language_share", in_languages(posts=captioned(["Das ist aber wirklich schön"] * 2)), NAN),
    (
        "comment_other_language_share",
        in_languages(posts=captioned(["Das ist aber wirklich schön"] * 3 + ["This is what I was looking for"] * 3)),
        NAN,
    ),
    ("comment_other_language_share", in_languages(), NAN),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_more_repetition_means_less_diversity() -> None:
    """Also where a text never repeats a word, for which the published measure has no value."""
    once = [*EVER_NEW[:119], word(0)]
    found = [value("comment_mtld", bare(comments=comments(cut(stream, 6)))) for stream in (EVER_NEW, once, TURNED[:120])]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[1] > found[2]


@pytest.mark.parametrize("window", [1, 10, 50])
def test_the_moving_ratio_is_the_mean_over_all_windows(window: int) -> None:
    """Covington & McFall 2010: the window moves by one word, and every window counts the same."""
    from features import recurrence
    from features.text import Text

    text = Text.from_list(cut(STREAM, 7), np.array([0, len(cut(STREAM, 7))], dtype=np.int64)).reading.words.flat
    back = recurrence.earlier_places(text.codes, text.starts)
    ratios = [len(set(STREAM[i : i + window])) / window for i in range(len(STREAM) - window + 1)]
    assert recurrence.moving_type_token_ratio(back, text.starts, window)[0] == pytest.approx(mean(ratios), rel=1e-12)


def test_lengths_and_shares_of_one_pass_are_those_of_the_formulas() -> None:
    texts = ["😍", "wow", "so nice", "what a day it was", "", "...", "🔥 hot", "a", "b c", "d e f", "?"]
    document = bare(comments=comments(texts))
    lengths = [math.log(1 + len(text)) for text in texts]
    assert value("comment_length", document) == pytest.approx(mean(lengths))
    assert value("comment_length_spread", document) == pytest.approx(stdev(lengths))
    assert value("comment_emoji_only_share", document) == pytest.approx(1 / 11)
    assert value("comment_brief_share", document) == pytest.approx(5 / 11)


COPIES = [
    ("this looks really great, keep going", "This looks really great, keep going!!! 🔥🔥", True),
    ("this looks really great, keep going", "this looks realy great, keep going", True),
    ("this looks really great, keep going", "@anna this looks really great keep going", True),
    ("this looks really great, keep going", "that was a really great talk, keep going", False),
    ("love the colours of this place so much", "love the flavours of this plate so much", False),
    ("çok güzel olmuş ellerine sağlık", "Çok güzel olmuş ellerine sağlık", True),
    ("wow wow", "wow wow", False),
]


@pytest.mark.parametrize(("one", "other", "near"), COPIES)
def test_planted_copies_are_found_and_others_are_not(one: str, other: str, near: bool) -> None:
    """Two copies among twelve comments of which no two are alike, by two people and by one."""
    subjects = ["alps", "bread", "coffee", "dance", "earth", "flute", "grape", "house"]
    filling = [f"wholly other words about {subject} and about {subject[::-1]}" for subject in subjects]
    filling += ["which camera is that one then", "my sister talks of nothing else"]
    # A comment of two words is not compared at all.
    compared = 12 if len(one.split()) > 2 else 10
    document = bare(comments=comments([one, *filling, other]))
    assert value("comment_near_duplicate_share", document) == pytest.approx(2 / compared if near else 0.0)
    by_one = bare(comments=comments([one, *filling, other], ["a", *(f"u{i}" for i in range(10)), "a"]))
    assert value("comment_near_duplicate_share", by_one) == 0.0


def test_only_the_newest_256_are_compared_with_each_other() -> None:
    chance = np.random.default_rng(1)
    lines = [" ".join("".join(chance.choice(list("abcdefghijklmnop"), 6)) for _ in range(4)) for _ in range(300)]
    assert value("comment_near_duplicate_share", bare(comments=comments([*lines, lines[40]]))) == 0.0
    assert value("comment_near_duplicate_share", bare(comments=comments([*lines, lines[60]]))) == pytest.approx(2 / 256)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"stock_phrases": np.array([2, 1])}, "stock_phrases of the reference must be different codes in rising order"),
        ({"stock_phrases": np.array([0, 1])}, "none of them 0"),
        ({"promotion_words": np.array([1, 1]), "promotion_weights": np.ones(2)}, "promotion_words of the reference"),
        ({"promotion_words": np.array([1, 2]), "promotion_weights": np.ones(1)}, "expected a finite number for each word"),
        ({"promotion_words": np.array([1]), "promotion_weights": np.array([math.inf])}, "expected a finite number for each word"),
        ({"promotion_threshold": math.nan}, "promotion_threshold of the reference is nan"),
        ({"promotion_threshold": "1"}, "promotion_threshold of the reference is '1'"),
    ],
)
def test_a_part_made_wrong_by_hand_is_refused(part: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PeerComments(**part)


def test_the_part_comes_back_from_json_as_it_was() -> None:
    part = PeerComments(folded_codes("nice one", "top"), np.array([-(2**62), 5]), np.array([0.1, -2.0]), 1.25)
    again = Reference.from_json(Reference(peer_comments=part).to_json()).peer_comments
    for name in ("stock_phrases", "promotion_words", "promotion_weights"):
        np.testing.assert_array_equal(getattr(again, name), getattr(part, name))
        assert getattr(again, name).dtype == getattr(part, name).dtype
    assert again.promotion_threshold == 1.25
