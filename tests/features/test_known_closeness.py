"""Features of answers and of address, against their formulas worked out in plain Python."""

import math
from datetime import timedelta
from statistics import median
from typing import Any

import pytest

from tests.features.accounts import OBSERVED, Document, bare, iso, value
from tests.features.test_known_values import comments

NAN = math.nan
Rows = list[dict[str, Any]]


def talk(answers: list[tuple[str, float]], asked: str = "abcdefghijabc", **owner: Any) -> Document:
    """A comment an hour by each of `asked` (c0, c1 …), and the owner's answers: what it answers, at which hour."""
    begin = OBSERVED - timedelta(days=50)
    rows = [
        {
            "post_id": "p",
            "comment_id": f"c{i}",
            "author_id": author,
            "commented_at": iso(begin + timedelta(hours=i)),
            "text": "hm",
            "by_owner": False,
        }
        for i, author in enumerate(asked)
    ]
    rows += [
        {
            "post_id": "p",
            "comment_id": f"o{i}",
            "author_id": "1",
            "commented_at": iso(begin + timedelta(hours=hour)),
            "text": "ja",
            "reply_to": to,
            "by_owner": True,
            **owner,
        }
        for i, (to, hour) in enumerate(answers)
    ]
    return bare(comments=rows)


def without(document: Document, *fields: str) -> Document:
    return {**document, "comments": [{key: kept for key, kept in row.items() if key not in fields} for row in document["comments"]]}


def spoken(*texts: str) -> Document:
    """The texts and as many that address nobody, at least ten in all."""
    return bare(name="Mira Öz", handle="mira.travels_99", comments=comments([*texts, *["no word"] * max(10 - len(texts), 0)]))


# c0 after 2 hours (its second answer does not count), c1 after 1, c10 (also by a) after 20, an answer to nobody seen, one to oneself.
ANSWERS = [("c0", 2.0), ("c0", 9.0), ("c1", 2.0), ("c10", 30.0), ("gone", 5.0), ("o0", 40.0)]
# Before what it answers: clocks differ between exports.
EARLY = [*ANSWERS, ("c12", 3.5)]

CASES: list[tuple[str, Document, float]] = [
    ("owner_reply_hours", talk(ANSWERS), median([2.0, 1.0, 20.0])),
    ("owner_reply_hours", talk(EARLY), 2.0),
    ("owner_reply_hours", talk(ANSWERS[:3]), NAN),
    ("owner_reply_hours", without(talk(ANSWERS), "reply_to"), NAN),
    # a and b of ten people.
    ("answered_commenter_share", talk(ANSWERS), 2 / 10),
    ("answered_commenter_share", without(talk(ANSWERS), "by_owner"), 2 / 10),
    ("answered_commenter_share", talk([]), 0.0),
    ("answered_commenter_share", talk(ANSWERS, asked="abcdefghi"), NAN),
    # The owner says something, but nobody can see to whom.
    ("answered_commenter_share", without(talk(ANSWERS), "reply_to"), NAN),
    ("answered_commenter_share", without(talk(ANSWERS, author_id="x"), "by_owner"), NAN),
    ("owner_reply_rate", without(talk(ANSWERS), "by_owner"), 6 / 13),
    ("owner_reply_rate", without(talk(ANSWERS, author_id="x"), "by_owner"), NAN),
    ("owner_reply_rate", talk(ANSWERS, author_id="x"), 6 / 13),
    # "du" is German for you and French for of the: it counts where the language is known.
    ("address_share", spoken("ich glaube dass du und wir das sind", "la photo du jour est dans le journal", "soleil du matin"), 0.1),
    ("address_share", spoken("thanks", "TEŞEKKÜRLER", "merci beaucoup", "Usted sabe", "your's", "çok güzelsin"), 0.6),
    ("address_share", spoken("mira!", "MIRA look", "öz", "travels well", "mira_99", "admiral"), 0.3),
    ("address_share", spoken(*["you"] * 9), 0.9),
    ("address_share", bare(comments=comments(["you"] * 9)), NAN),
    # A word of the subject, of any language, or of two letters is no name.
    ("address_share", bare(name="The Travel Life of Jo", handle="official", comments=comments(["the travel life of jo"] * 10)), 0.0),
    ("address_share", bare(name="𝓜𝓲𝓻𝓪", comments=comments(["mira"] * 10)), 1.0),
    ("address_share", bare(handle="mira_2003", comments=comments(["mira is here"] * 5 + ["back in 2003"] * 5)), 0.5),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_many_names_are_found_like_few() -> None:
    names = [f"{chr(97 + i)}{chr(105 + i)}{chr(98 + i)}q" for i in range(12)]
    document = bare(name=" ".join(names), comments=comments([*names[:6], *["no word"] * 6]))
    assert value("address_share", document) == 0.5
