"""Features of topics on tiny accounts, against their formulas worked out in plain Python."""

import math
from collections import Counter
from datetime import timedelta
from itertools import combinations, permutations
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from features.topic_overlap import crossing, post_of_each, share_of_variance
from tests.features.accounts import OBSERVED, Document, ago, bare, iso, value
from tests.features.references import SAYS, USUAL

Rows = list[dict[str, Any]]
Vector = tuple[float, ...]
NAN = math.nan


def posts(captions: list[str | None], likes: list[int | None] | None = None, first: float = 10.0, **more: Any) -> Rows:
    """A post a day, newest first."""
    return [
        {"post_id": f"p{i}", "posted_at": ago(first + i), "caption": caption, "likes": likes[i] if likes else None, **more}
        for i, caption in enumerate(captions)
    ]


def comments(places: list[tuple[str, str]], texts: list[str] | None = None, **more: Any) -> Rows:
    """(author, post) of each comment, in the order of time."""
    return [
        {"post_id": post, "comment_id": f"c{i:03}", "author_id": author, "commented_at": ago(9 - i / 100), "text": text, **more}
        for i, ((author, post), text) in enumerate(zip(places, texts or ["so nice"] * len(places), strict=True))
    ]


def biographies(texts: list[str | None]) -> Rows:
    return [{"follower_id": f"f{i}", "rank": i, "bio": text} for i, text in enumerate(texts)]


def direction(words: str) -> Vector | None:
    """Sum of what the different known words say, of length 1; None where they say too little."""
    known = {word.strip("#,.!") for word in words.lower().split()} & set(SAYS)
    total = [sum(SAYS[word][axis] for word in sorted(known)) for axis in range(3)]
    length = math.hypot(*total)
    return tuple(part / length for part in total) if length >= 0.5 else None


def cosine(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def topic(words: str) -> int:
    """The axis on which the direction lies most, counted from 1; 0 for none."""
    found = direction(words)
    return 0 if found is None or max(found) <= 0.4 else 1 + max(range(3), key=lambda axis: found[axis])


def agreement(captions: list[str]) -> float:
    found = [each for each in map(direction, captions) if each is not None]
    return math.sqrt(max(fmean(cosine(a, b) for a, b in combinations(found, 2)), 0.0))


def entropy(things: list[Any]) -> float:
    counts, n = Counter(things).values(), len(things)
    return -sum(c / n * math.log(c / n) for c in counts) + (len(counts) - 1) / (2 * n)


def simpson(things: list[Any]) -> float:
    return fmean(a == b for a, b in combinations(things, 2))


def divergence(one: list[int], other: list[int]) -> float:
    mass = 0.0
    for kind in {*one, *other}:
        p, q = one.count(kind) / len(one), other.count(kind) / len(other)
        mass += sum(0.5 * x * math.log(2 * x / (p + q)) for x in (p, q) if x)
    return mass


def eta(values: list[float], kinds: list[int]) -> float:
    groups = [[v for v, k in zip(values, kinds, strict=True) if k == kind] for kind in sorted(set(kinds))]
    middle = fmean(values)
    return sum(len(g) * (fmean(g) - middle) ** 2 for g in groups) / sum((v - middle) ** 2 for v in values)


CAPTIONS = [
    "alps",
    "Food, bread!",
    "travel #Alps",
    "look",
    "fit_life hair",
    "food",
    "alps food #Alps",
    "alps alps",
    "travel",
    "#food",
    "alps",
]
KNOWN = [caption for caption in CAPTIONS if direction(caption)]
TOPICS = [topic(caption) for caption in KNOWN]
NEWER, OLDER = KNOWN[:5], KNOWN[5:]
DRIFT = divergence([topic(c) for c in NEWER], [topic(c) for c in OLDER]) - (len(set(TOPICS)) - 1) / (2 * len(TOPICS))

LIKES = [90, 300, 80, 5, 20, 410, 150, 70, 100, 350, 95]
LIKED = bare(posts=posts(CAPTIONS, LIKES))
TRENDLESS = [math.log(count + 1) for count in LIKES]
SLOPE, LEVEL = np.polyfit(range(11), TRENDLESS, 1)
RESIDUALS = [v - LEVEL - SLOPE * i for i, v in enumerate(TRENDLESS)]
TOLD = [i for i, caption in enumerate(CAPTIONS) if topic(caption)]
VARIANCE = eta([RESIDUALS[i] for i in TOLD], [topic(CAPTIONS[i]) for i in TOLD]) - (len(set(TOPICS)) - 1) / (len(TOLD) - 1)

DIRECTIONS = {i: direction(caption) for i, caption in enumerate(CAPTIONS)}
LIKENESS = {i: fmean(cosine(mine, other) for j, other in DIRECTIONS.items() if other and j != i) for i, mine in DIRECTIONS.items() if mine}
X, Y = [LIKENESS[i] for i in LIKENESS], [TRENDLESS[i] for i in LIKENESS]
LINE = sum((x - fmean(X)) * (y - fmean(Y)) for x, y in zip(X, Y, strict=True)) / (0.3 + sum((x - fmean(X)) ** 2 for x in X))
LOSS = LINE * (max(X) - fmean(X))

# Posts p0 and p1 are about mountains and food; a comes to both, b and c come back to one, d speaks twice under one.
UNDER = ["alps", "food", "travel", "bread food", "fit_life"]
VISITS = [("a", "p0"), ("a", "p1"), ("b", "p0"), ("b", "p2"), ("c", "p1"), ("c", "p3"), ("c", "p4"), ("d", "p0"), ("d", "p0"), ("e", "p4")]


def overlap(visits: list[tuple[str, str]], captions: list[str]) -> float:
    """Pairs of visits of one person on two topics, weighted by visits - 1, over all pairs of visits to different posts."""
    about = {f"p{i}": topic(caption) for i, caption in enumerate(captions)}
    seen = sorted({visit for visit in visits if about.get(visit[1])})
    people = {author: [post for who, post in seen if who == author] for author, _ in seen}
    crossed = sum(
        (len(found) - 1) * fmean(about[x] != about[y] for x, y in combinations(found, 2)) for found in people.values() if len(found) > 1
    )
    chance = fmean(about[x[1]] != about[y[1]] for x, y in permutations(seen, 2) if x[1] != y[1])
    return crossed / (chance * sum(len(found) - 1 for found in people.values()))


BIOGRAPHIES = ["Alps & travel"] * 6 + ["food, bread"] * 8 + ["hair"] * 7 + ["nothing", "look"]
INTERESTS = [topic(text) for text in BIOGRAPHIES if topic(text)]
COMMON = [sum(found[axis] for found in DIRECTIONS.values() if found) for axis in range(3)]
CENTRE = tuple(part / math.hypot(*COMMON) for part in COMMON)
MATCH = fmean(cosine(found, CENTRE) for found in map(direction, BIOGRAPHIES) if found)

SAID = ["the alps!", "food please", "so good", "which bread?", "fit_life", "travel more", "🔥", "alps food", "hair", "food", "nothing"]
PLACES = [("a", f"p{i % 5}") for i in range(len(SAID))]


def topicality(texts: list[str], places: list[tuple[str, str]], captions: list[str]) -> float:
    found = []
    for text, (_, post) in zip(texts, places, strict=True):
        own, mine = direction(text.strip("!?")), int(post[1:])
        others = [direction(caption) for i, caption in enumerate(captions) if i != mine]
        found.append(cosine(own, direction(captions[mine])) - fmean(cosine(own, each) for each in others if each) if own else 0.0)  # type: ignore[arg-type]
    return fmean(found)


BOUTIQUE = bare(posts=posts(CAPTIONS, LIKES), follower_sample=biographies(BIOGRAPHIES))
Z = [
    (agreement(CAPTIONS) - USUAL["post_focus"].mean) / USUAL["post_focus"].spread,
    (MATCH - USUAL["audience_match"].mean) / USUAL["audience_match"].spread,
    -(1 / simpson(TOPICS) - USUAL["topic_number"].mean) / USUAL["topic_number"].spread,
    -(VARIANCE - USUAL["topic_like_share"].mean) / USUAL["topic_like_share"].spread,
]
SPONSORED = [
    {**post, "sponsored": True} for post in posts(["with @Acme and @bolt.co.", "@acme again, @ACME!", "mail me@zeta.org", "@zeta"])
]

CASES: list[tuple[str, Document, float]] = [
    ("topic_entropy", bare(posts=posts(CAPTIONS)), entropy(TOPICS)),
    ("topic_entropy", bare(posts=posts(["alps"] * 5)), 0.0),
    ("topic_entropy", bare(posts=posts(["alps"] * 4 + ["look", None])), NAN),
    # A list of hashtags is read beside the caption.
    (
        "topic_entropy",
        bare(
            posts=posts(["alps"] * 3, hashtags=["alps"])
            + [{**p, "post_id": f"x{i}"} for i, p in enumerate(posts([None] * 3, hashtags=["#Food"]))]
        ),
        entropy([1, 1, 1, 2, 2, 2]),
    ),
    ("effective_topics", bare(posts=posts(CAPTIONS)), 1 / simpson(TOPICS)),
    ("effective_topics", bare(posts=posts(["alps"] * 6)), 1.0),
    # Two, two and one: chance would call it five topics, the vocabulary has three.
    ("effective_topics", bare(posts=posts(["alps", "alps", "food", "food", "fit_life"])), 3.0),
    ("topic_focus", bare(posts=posts(CAPTIONS)), agreement(CAPTIONS)),
    ("topic_focus", bare(posts=posts(["travel"] * 5)), 1.0),
    ("topic_focus", bare(posts=posts(["alps", "food", "fit_life", "alps", "look"])), NAN),
    ("topic_focus_trend", bare(posts=posts(CAPTIONS)), agreement(NEWER) - agreement(OLDER)),
    ("topic_drift", bare(posts=posts(CAPTIONS)), max(DRIFT, 0.0)),
    ("topic_drift", bare(posts=posts(["alps"] * 6 + ["food"] * 6)), math.log(2) - 1 / 24),
    ("topic_drift", bare(posts=posts(["alps", "food"] * 6)), 0.0),
    ("topic_drift", bare(posts=posts(["alps", "food"] * 4)), NAN),
    ("topic_like_variance", LIKED, VARIANCE),
    ("topic_like_variance", bare(posts=posts(CAPTIONS, [7] * 11)), NAN),
    ("topic_like_variance", bare(posts=posts(["alps"] * 11, LIKES)), NAN),
    ("topic_like_variance", bare(posts=posts(CAPTIONS, [None] * 4 + LIKES[4:])), NAN),
    ("like_loss_off_topic", LIKED, LOSS),
    ("like_loss_off_topic", bare(posts=posts(CAPTIONS, [7] * 11)), 0.0),
    ("like_loss_off_topic", bare(posts=posts(CAPTIONS)), NAN),
    ("topic_audience_overlap", bare(posts=posts(UNDER), comments=comments(VISITS)), overlap(VISITS, UNDER)),
    # Nobody is alone with one topic, so nobody can be said to stay away from another.
    ("topic_audience_overlap", bare(posts=posts(["alps"] * 5), comments=comments(VISITS)), NAN),
    ("topic_audience_overlap", bare(posts=posts(UNDER), comments=comments([(a, f"x{p}") for a, p in VISITS])), NAN),
    ("topic_audience_overlap", bare(posts=posts(UNDER), comments=comments(VISITS, by_owner=True)), NAN),
    ("topic_audience_overlap", bare(posts=posts(UNDER), comments=comments([(f"u{i}", f"p{i % 5}") for i in range(40)])), NAN),
    ("audience_interest_entropy", bare(follower_sample=biographies(BIOGRAPHIES)), entropy(INTERESTS)),
    ("audience_interest_entropy", bare(follower_sample=biographies(["alps"] * 19 + ["look", None])), NAN),
    ("audience_content_match", BOUTIQUE, MATCH),
    ("audience_content_match", bare(posts=posts(CAPTIONS[:3]), follower_sample=biographies(BIOGRAPHIES)), NAN),
    ("comment_topicality", bare(posts=posts(UNDER), comments=comments(PLACES, SAID)), topicality(SAID, PLACES, UNDER)),
    ("comment_topicality", bare(posts=posts(UNDER), comments=comments(PLACES, ["so good"] * 11)), NAN),
    ("comment_topicality", bare(posts=posts(UNDER), comments=comments(PLACES[:9], SAID[:9])), NAN),
    ("boutique_index", BOUTIQUE, fmean(Z)),
    ("boutique_index", bare(posts=posts(CAPTIONS)), NAN),
    (
        "sponsored_trend",
        bare(posts=posts(["#ad", "x", "y", "z"]) + [{**p, "post_id": f"o{i}"} for i, p in enumerate(posts(["#ad", "#ad", "x"], first=95))]),
        1 / 4 - 2 / 3,
    ),
    ("sponsored_trend", bare(posts=posts(["#ad", "x", "y", "z"])), NAN),
    ("brand_entropy", bare(posts=SPONSORED), entropy(["acme", "bolt.co", "acme", "zeta"])),
    ("brand_entropy", bare(posts=posts(["with @a @b @c @d"] * 4, sponsored=False)), NAN),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_topics_dealt_at_random_explain_nothing_of_the_likes() -> None:
    """The mean over every way to deal them is what is taken off."""
    values, kinds = np.array([0.3, -1.2, 0.8, 2.0, 0.1, -0.7]), (1, 1, 2, 2, 2, 3)
    starts = np.array([0, 6], dtype=np.int64)
    found = [share_of_variance(values, np.array(dealt, dtype=np.int64), starts, 3, 2)[0] for dealt in permutations(kinds)]
    assert fmean(found) == pytest.approx(0.0, abs=1e-12)
    assert max(found) > 0.3


def test_visits_dealt_at_random_cross_topics_as_expected() -> None:
    """Over many deals of posts to people the ratio is 1 on average, however unequal topics and posts are."""
    rng = np.random.default_rng(5)
    topics = np.array([1, 1, 1, 1, 2, 2, 3], dtype=np.int64)
    starts, found = np.array([0, 40], dtype=np.int64), []
    for _ in range(3000):
        under = np.concatenate([rng.choice(7, 2, replace=False) for _ in range(20)])
        authors = np.repeat(np.arange(1, 21), 2)
        found.append(crossing(authors, under, starts, topics, np.array([0, 7], dtype=np.int64), 3, 1.0)[0])
    assert fmean(found) == pytest.approx(1.0, abs=0.02)


def test_a_post_is_found_by_its_id_within_its_account_alone() -> None:
    ids = np.array([7, 5, 5, 9], dtype=np.int64)
    starts, wanted = np.array([0, 2, 4], dtype=np.int64), np.array([5, 9, 0, 5, 9, 7], dtype=np.int64)
    assert post_of_each(wanted, np.array([0, 3, 6], dtype=np.int64), ids, starts).tolist() == [1, -1, -1, 2, 3, -1]


def test_a_post_of_1970_and_one_post_alone_do_no_harm() -> None:
    old = [{"post_id": "p", "posted_at": "1970-01-01T00:00:00Z", "caption": "alps", "likes": 3}]
    for document in (bare(posts=old), bare(followers=0, posts=posts(["alps"], [0]))):
        for name in ("topic_entropy", "topic_focus", "topic_like_variance", "like_loss_off_topic", "boutique_index"):
            assert math.isnan(value(name, document))
    assert value("topic_entropy", bare(posts=old + posts(["alps"] * 4))) == 0.0


def test_later_posts_do_not_join_the_newer_half() -> None:
    late = {"post_id": "late", "posted_at": iso(OBSERVED + timedelta(days=1)), "caption": "food"}
    assert value("topic_drift", bare(posts=[late, *posts(CAPTIONS)])) == value("topic_drift", bare(posts=posts(CAPTIONS)))
