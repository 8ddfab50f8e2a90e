"""Features of who comments where and when, against their formulas worked out in plain Python."""

import math
from itertools import combinations, pairwise
from math import comb
from statistics import fmean, pstdev
from typing import Any

import numpy as np
import pytest

from tests.features.accounts import Document, ago, bare, value

NAN = math.nan
Rows = list[dict[str, Any]]


def crowds(groups: list[str], first: float = 90.0, text: str = "ok") -> Rows:
    """Comments under consecutive posts: who comments under each, a letter a person."""
    return [
        {"post_id": f"p{post}", "author_id": author, "commented_at": ago(first - post - place / 100), "text": text}
        for post, group in enumerate(groups)
        for place, author in enumerate(group)
    ]


def overlap(groups: list[str]) -> float:
    """z of the mean Jaccard similarity of consecutive groups under draws of the same sizes from everybody."""
    sets, people = [set(group) for group in groups[-64:]], len(set().union(*groups[-64:]))
    beyond, variance = 0.0, 0.0
    for one, other in pairwise(sets):
        a, b = len(one), len(other)
        chances = {x: comb(a, x) * comb(people - a, b - x) / comb(people, b) for x in range(max(0, a + b - people), min(a, b) + 1)}
        expected = sum(p * x / (a + b - x) for x, p in chances.items())
        beyond += len(one & other) / len(one | other) - expected
        variance += sum(p * (x / (a + b - x)) ** 2 for x, p in chances.items()) - expected**2
    return beyond / math.sqrt(variance)


def together(groups: list[str]) -> float:
    """Share of comments by people in a pair that is under more posts than a hypergeometric draw brings together."""
    groups, m = groups[-64:], len(groups[-64:])
    attended = {who: {p for p, group in enumerate(groups) if who in group} for who in sorted(set("".join(groups)))}
    best: list[str] = []
    # The most testable come first; of two equally testable numbers of posts the larger does, and who has one number is taken together.
    eligible = [who for who in attended if 2 <= len(attended[who]) < m]
    ranked = sorted(eligible, key=lambda who: (abs(2 * len(attended[who]) - m), -len(attended[who])))
    for count in range(1, len(ranked) + 1):
        taken = ranked[:count]
        whole = count == len(ranked) or len(attended[ranked[count]]) != len(attended[taken[-1]])
        if whole and comb(m, len(attended[taken[-1]])) * 0.05 >= count * (count - 1) / 2 and count <= 256:
            best = taken
    found = set()
    for one, other in combinations(best, 2):
        j, k, w = len(attended[one]), len(attended[other]), len(attended[one] & attended[other])
        tail = sum(comb(j, x) * comb(m - j, k - x) for x in range(w, min(j, k) + 1)) / comb(m, k)
        if tail * len(best) * (len(best) - 1) / 2 <= 0.05:
            found |= {one, other}
    return sum(group.count(who) for group in groups for who in found) / sum(map(len, groups))


def burstiness(groups: list[list[float]]) -> float:
    """Kim & Jo 2016, mean over posts with three gaps or more."""
    found = []
    for times in groups:
        gaps = [later - earlier for earlier, later in pairwise(sorted(times))]
        if len(gaps) >= 3 and sum(gaps) > 0:
            n, r = len(gaps), pstdev(gaps) / fmean(gaps)
            found.append((math.sqrt(n + 1) * r - math.sqrt(n - 1)) / ((math.sqrt(n + 1) - 2) * r + math.sqrt(n - 1)))
    return fmean(found)


def timed(groups: list[list[float]]) -> Document:
    """A comment at each moment (days ago) under each post, each by another."""
    rows = [(post, at) for post, times in enumerate(groups) for at in times]
    return bare(
        comments=[{"post_id": f"p{post}", "author_id": f"u{i}", "commented_at": ago(at), "text": "ok"} for i, (post, at) in enumerate(rows)]
    )


def at_random(seed: int, posts: int, people: int, size: int) -> list[str]:
    chance = np.random.default_rng(seed)
    return ["".join(chr(0x4E00 + who) for who in chance.choice(people, size, replace=False)) for _ in range(posts)]


REGULARS = ["abcd", "abce", "abfg", "ahij", "abck", "lmno"]
# People of the first posts only, which are too many to count.
LONG = [*["opqrst"] * 10, *at_random(1, 70, 40, 6)]
# x, y and z come together under every other of twelve posts, among 30 people who come as they like.
COMPANY = [group + ("xyz" if post % 2 else "") for post, group in enumerate(at_random(2, 12, 30, 4))]
LOOSE = at_random(3, 12, 30, 6)
MANY = [group + ("xy" if post % 3 == 0 else "") for post, group in enumerate(at_random(4, 70, 300, 9))]
FULL = [group + ("xy" if post % 2 else "") for post, group in enumerate(at_random(6, 40, 300, 150))]
UNEVEN = [[90.0, 89.9, 89.89, 80.0, 79.0], [60.0, 59.0, 57.9, 57.0], [50.0, 49.999, 49.998, 20.0], [10.0, 9.0]]
CLOCK = [[90.0 - post * 10 - 0.5 * i for i in range(6)] for post in range(4)]


def met(**more: Any) -> Document:
    """Forty commenters of whom half follow; 100 of 500 followers were sampled, 8 of those who follow and comment among them."""
    sample = [{"follower_id": f"u{i}"} for i in range(8)] + [{"follower_id": f"f{i}"} for i in range(92)]
    rows = [{"post_id": "p", "author_id": f"u{i % 40}", "commented_at": ago(50 - i / 10), "text": "ok"} for i in range(80)]
    return bare(**{"followers": 500, "comments": rows, "follower_sample": sample, **more})


CASES: list[tuple[str, Document, float]] = [
    ("commenter_overlap", bare(comments=crowds(REGULARS)), overlap(REGULARS)),
    ("commenter_overlap", bare(comments=crowds(LONG)), overlap(LONG)),
    # Somebody who comments twice under a post is there once.
    ("commenter_overlap", bare(comments=crowds([group + group[:2] for group in REGULARS])), overlap(REGULARS)),
    ("commenter_overlap", bare(comments=crowds(REGULARS[:3])), NAN),
    # Always the same: there is nobody else whom chance could have brought.
    ("commenter_overlap", bare(comments=crowds(["abcd"] * 6)), NAN),
    ("co_commenter_share", bare(comments=crowds(COMPANY)), together(COMPANY)),
    ("co_commenter_share", bare(comments=crowds(LOOSE)), together(LOOSE)),
    ("co_commenter_share", bare(comments=crowds(MANY)), together(MANY)),
    ("co_commenter_share", bare(comments=crowds(COMPANY[:7])), NAN),
    ("co_commenter_share", bare(comments=crowds(list("abcdefghi"))), NAN),
    # Once is no company, however unlikely.
    ("co_commenter_share", bare(comments=crowds(["abxy", *["ab"] * 23])), 0.0),
    # More people than are compared: those under half of the posts come first.
    ("co_commenter_share", bare(comments=crowds(FULL)), together(FULL)),
    # Those who are under all posts are in nobody's company more than anybody must be.
    ("co_commenter_share", bare(comments=crowds([group + "xy" for group in at_random(5, 12, 30, 4)])), 0.0),
    ("comment_burstiness", timed(UNEVEN), burstiness(UNEVEN)),
    ("comment_burstiness", timed([*UNEVEN, [5.0] * 6]), burstiness(UNEVEN)),
    ("comment_burstiness", timed(CLOCK), -1.0),
    ("comment_burstiness", timed(UNEVEN[:2]), NAN),
    ("comment_burstiness", timed([[50.0] * 6] * 4), NAN),
    ("commenter_follower_ratio", met(), 8 / (40 * 100 / 500)),
    ("commenter_follower_ratio", met(sample_method="random"), 1.0),
    ("commenter_follower_ratio", met(sample_method="newest"), NAN),
    # 40 x 100 / 900 = 4.4 would be in the sample at most.
    ("commenter_follower_ratio", met(followers=900), NAN),
    ("commenter_follower_ratio", met(followers=0), 8 / 40),
    # No commenter among the followers: their ids may be of another kind.
    ("commenter_follower_ratio", met(follower_sample=[{"follower_id": f"f{i}"} for i in range(100)]), NAN),
]


@pytest.mark.parametrize(("name", "document", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_the_value_is_the_formula(name: str, document: Document, expected: float) -> None:
    assert value(name, document) == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_planted_company_is_found_and_no_other() -> None:
    """Three people under six posts each; the other 48 comments are chance."""
    assert together(COMPANY) == 18 / 66
    assert together(LOOSE) == 0.0
    assert 0 < together(MANY) < 1
    assert together(FULL) > 0


def test_company_without_ties_is_seldom_found() -> None:
    """The level is 5 % per account; the test is conservative, because counts are whole numbers."""
    found = [value("co_commenter_share", bare(comments=crowds(at_random(seed, 20, 25, 6)))) > 0 for seed in range(100, 160)]
    assert sum(found) <= 6


@pytest.mark.parametrize("name", ["commenter_overlap", "co_commenter_share", "comment_burstiness", "commenter_concentration"])
def test_the_owner_is_nobody_of_the_audience(name: str) -> None:
    """Neither where the export says whose a comment is nor where only the author's id does."""
    own = [{"post_id": f"p{post}", "author_id": "1", "commented_at": ago(89.995 - post), "text": "thanks"} for post in range(12)]
    without = value(name, bare(comments=crowds(COMPANY)))
    assert not math.isnan(without)
    assert value(name, bare(comments=[*crowds(COMPANY), *own])) == without
    said = [{**row, "author_id": "somebody", "by_owner": True} for row in own]
    assert value(name, bare(comments=[*crowds(COMPANY), *said])) == without
    counted = [{**row, "author_id": "somebody"} for row in own]
    assert value(name, bare(comments=[*crowds(COMPANY), *counted])) != without


def test_the_expected_overlap_of_large_groups_is_hypergeometric() -> None:
    """Where factorials overflow, against a normal approximation of the overlap that is good to a thousandth there."""
    from features.attendance import _expected_overlap

    a, b, people = 40_000, 30_000, 100_000
    mean, variance = _expected_overlap(a, b, people)
    both, spread = a * b / people, math.sqrt(a * b * (people - a) * (people - b) / people**2 / (people - 1))
    draws = np.random.default_rng(1).normal(both, spread, 200_000)
    similar = draws / (a + b - draws)
    assert mean == pytest.approx(similar.mean(), rel=1e-4)
    assert variance == pytest.approx(similar.var(), rel=0.02)
