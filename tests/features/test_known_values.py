"""Each feature on a tiny account, against its formula worked out in plain Python."""

import importlib
import math
from collections import Counter
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest

from features.catalog import NAMES
from tests.features.accounts import Document, ago, bare, value

Rows = list[dict[str, Any]]
NAN = math.nan


def posts(likes: list[int | None], first: float = 10.0, step: float = 1.0, **more: Any) -> Rows:
    """Posts, newest first, from `first` days ago on, every `step` days."""
    return [{"post_id": str(i), "posted_at": ago(first + step * i), "likes": count, **more} for i, count in enumerate(likes)]


def captioned(captions: list[str], first: float = 10.0) -> Rows:
    return [{**post, "caption": caption} for post, caption in zip(posts([1] * len(captions), first), captions, strict=True)]


def comments(texts: list[str], by: list[str] | None = None, **more: Any) -> Rows:
    """Comments in the order of time, each by another author unless told."""
    authors = by or [f"u{i}" for i in range(len(texts))]
    return [
        {"post_id": "1", "comment_id": f"c{i}", "author_id": author, "commented_at": ago(50 - i / 100), "text": text, **more}
        for i, (text, author) in enumerate(zip(texts, authors, strict=True))
    ]


def followers(columns: dict[str, list[Any]]) -> Rows:
    """Sampled followers, one for each place of the columns."""
    size = len(next(iter(columns.values())))
    return [{"follower_id": f"f{i}", "rank": i, **{name: column[i] for name, column in columns.items()}} for i in range(size)]


def entropy(things: list[str]) -> float:
    """Shannon entropy in nats with Miller and Madow's correction."""
    counts, n = Counter(things).values(), len(things)
    return -sum(c / n * math.log(c / n) for c in counts) + (len(counts) - 1) / (2 * n)


def simpson(things: list[str]) -> float:
    n = len(things)
    return sum(c * (c - 1) for c in Counter(things).values()) / (n * (n - 1))


SIXTY = [f"word{i % 40}" for i in range(60)]
WORDS = [" ".join(SIXTY[i : i + 5]) for i in range(0, 60, 5)]
NUMBERED = [f"w{i % 37} x{i % 41}" for i in range(60)]
FLAT = " ".join(NUMBERED).split()
TEN = ["nice", "so so nice", "Nice!", "NICE 😍", "what a day", "love it", "😍😍", "🔥", "wow wow wow", "top"]
FOLDED = ["nice", "so so nice", "nice", "nice", "what a day", "love it", "", "", "wow wow wow", "top"]
LENGTHS = [math.log(1 + len(text)) for text in TEN]
AUTHORS = ["a"] * 4 + ["b"] * 3 + ["c", "d", "e"]
COPIED = ["great content keep it up", "Great content, keep it up!!", "i was there last summer", "which camera is that one"] + [
    f"wholly other words {word} and {word[::-1]}" for word in ("alps", "bread", "coffee", "dance", "earth", "flute")
]
ADDRESSED = ["I like your hair", "für dich immer", "Mira is back", "so good"] + ["no word here"] * 6
ASKED = ["where?", "هل هذا؟", "本当？", "yes."] + ["ok"] * 6

DRIFTED = bare(posts=captioned(["#a #b"] * 6, 5) + [{**post, "post_id": f"o{post['post_id']}"} for post in captioned(["#b #c"] * 5, 95)])

CASES: list[tuple[str, Document, float]] = [
    ("comment_distinct_words", bare(comments=comments(NUMBERED)), len(set(FLAT[-100:])) / 100),
    ("comment_distinct_words", bare(comments=comments(NUMBERED[:49])), NAN),
    # Within a comment "a b a b" there are the pairs ab, ba, ab.
    ("comment_distinct_pairs", bare(comments=comments(["a b a b"] * 40)), 2 / 100),
    ("comment_mattr", bare(comments=comments(WORDS)), sum(len(set(SIXTY[i : i + 50])) for i in range(11)) / (11 * 50)),
    ("comment_mattr", bare(comments=comments(WORDS[:9])), NAN),
    ("comment_evenness", bare(comments=comments(TEN)), min(entropy(FOLDED) / math.log(10), 1.0)),
    ("comment_evenness", bare(comments=comments(["so nice"] * 12)), 0.0),
    ("comment_near_duplicate_share", bare(comments=comments(COPIED)), 0.2),
    ("comment_near_duplicate_share", bare(comments=comments(COPIED, ["a"] * 2 + list("bcdefghi"))), 0.0),
    ("comment_emoji_only_share", bare(comments=comments(TEN)), 0.2),
    ("comment_brief_share", bare(comments=comments(TEN)), 0.5),
    ("comment_length", bare(comments=comments(TEN)), sum(LENGTHS) / 10),
    ("comment_length_spread", bare(comments=comments(TEN)), stdev(LENGTHS)),
    ("commenter_concentration", bare(comments=comments(TEN, AUTHORS)), simpson(AUTHORS)),
    (
        "owner_reply_rate",
        bare(
            comments=comments(TEN, by_owner=False)
            + [dict(c, comment_id=f"o{i}") for i, c in enumerate(comments(["hi"] * 5, by_owner=True))]
        ),
        0.5,
    ),
    ("owner_reply_rate", bare(comments=comments(TEN)), NAN),
    ("address_share", bare(name="Mira Öz", comments=comments(ADDRESSED)), 0.3),
    ("address_share", bare(comments=comments(ADDRESSED)), 0.2),
    ("question_share", bare(comments=comments(ASKED)), 0.3),
    ("question_share", bare(comments=comments([*ASKED, "why?"], [*"abcdefghij", "own"])), 4 / 11),
    ("sponsored_share", bare(posts=captioned(["#ad", "#Werbung", "plain", "#alps"])), 0.5),
    (
        "sponsored_share",
        bare(posts=[*posts([1] * 4, step=27, sponsored=False), {"post_id": "old", "posted_at": ago(95), "sponsored": True}]),
        0.0,
    ),
    ("hashtag_novelty", DRIFTED, 1 / 6),
    ("posts_seen", bare(posts=posts([1, None, 3])), 3.0),
    ("comments_seen", bare(comments=[*comments(["hi"] * 4), {**comments(["own"], by_owner=True)[0], "comment_id": "o"}]), 4.0),
    ("followers_sampled", bare(follower_sample=followers({"following": [5, None, 0]})), 2.0),
    ("days_seen", bare(history=[{"date": f"2026-10-0{day}", "followers": 10 * day} for day in (1, 2, 3)]), 3.0),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_every_feature_has_a_known_value() -> None:
    """Here or in a file of its own subject beside this one."""
    files = sorted(path.stem for path in Path(__file__).parent.glob("test_known_*.py"))
    cases = [case for name in files for case in importlib.import_module(f"tests.features.{name}").CASES]
    assert {name for name, _, expected in cases if not math.isnan(expected)} == set(NAMES)
