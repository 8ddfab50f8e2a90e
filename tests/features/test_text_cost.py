"""What hostile and copied comments cost, and which comments count as copies."""

import time

import numpy as np
import pytest

from features.text import Text
from tests.features.accounts import ago, bare, value


def texts(*values: str) -> Text:
    return Text.from_list(values, np.array([0, len(values)], dtype=np.int64))


def seconds(text: str) -> float:
    """The quickest of three readings of one comment, copies and hashtags included."""
    taken = []
    for _ in range(3):
        comment, began = texts(text, text), time.perf_counter()
        comment.copied_share(texts("a", "b").labels, 1)
        _ = comment.hashtags
        taken.append(time.perf_counter() - began)
    return min(taken)


HOSTILE = {
    "letters": "a",
    "words": "ab ",
    "hashtags": "#",
    "tags": "#a",
    "mentions": "@a ",
    "emoji": "😍",
    "family": "👨\u200d",
    "flags": "🇩",
    "keycaps": "1\ufe0f\u20e3",
    "zalgo": "\u0301\u0316",
    "stacks": "a" + "\u0301\u0316" * 15,
    "hangul": "\u1112\u1161\u11ab",
    "ligatures": "\ufdfa",
    "thai": "ส",
    "turkish": "İ",
    "apostrophes": "'",
    "questions": "?",
    "blanks": " ",
    "nothing": "\u200b",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_a_million_characters_take_linear_time(piece: str) -> None:
    seconds("x" + piece)
    many = 1_000_000 // len(piece)
    whole, tenth = seconds("x" + piece * many), seconds("x" + piece * (many // 10))
    # Quadratic time would be 100 times the tenth's; the floor keeps a busy machine from being called slow.
    assert whole < max(25 * tenth, 0.5), f"{whole:.2f} s for the whole, {tenth:.3f} s for a tenth"


def test_a_long_name_costs_no_more_than_its_length() -> None:
    text = " ".join(f"andere{j}y" for j in range(5_000))
    comments = [{"post_id": "p", "author_id": f"u{i}", "commented_at": ago(1), "text": text} for i in range(10)]
    # The first call may have to compile.
    value("address_share", bare(name="Mira", comments=comments))
    began = time.perf_counter()
    assert value("address_share", bare(name=" ".join(f"wort{i}x" for i in range(50_000)), comments=comments)) == 0.0
    assert time.perf_counter() - began < 5.0


def test_more_marks_than_a_script_stacks_are_left_as_they_are() -> None:
    tall = "e" + "\u0301" * 31
    assert texts(tall, "e\u0301").composed.data.tobytes() == tall.encode() + "é".encode()


@pytest.mark.parametrize(
    ("values", "authors", "copied"),
    [
        (("great content keep it up", "GREAT content keep it up!!! 😍"), "ab", 1.0),
        (("great content keep it up", "great content keep it up"), "aa", 0.0),
        (("great content keep it up my friend", "great content keep it up my friends"), "ab", 1.0),
        (("great content keep it up", "which camera is that one"), "ab", 0.0),
        (("素敵な写真ですね本当に", "素敵な写真ですね本当に！"), "ab", 1.0),
    ],
)
def test_copies_are_another_authors_nearly_equal_words(values: tuple[str, ...], authors: str, copied: float) -> None:
    assert texts(*values).copied_share(texts(*authors).labels, 2).values.tolist() == [copied]


def test_copies_agree_with_jaccard_worked_out_by_sets() -> None:
    chance = np.random.default_rng(7)
    base = [" ".join(chance.choice(["alpha", "beta", "gamma", "delta", "omega"], 6)) for _ in range(30)]
    values = [text + " x" * int(chance.integers(0, 3)) for text in base]
    sets = [{f" {text} "[i : i + 3] for i in range(len(text))} for text in values]
    near = [any(i != j and len(a & b) / len(a | b) >= 0.8 for j, b in enumerate(sets)) for i, a in enumerate(sets)]
    assert 0 < sum(near) < 30
    assert texts(*values).copied_share(texts(*[f"u{i}" for i in range(30)]).labels, 2).values.tolist() == [sum(near) / 30]
