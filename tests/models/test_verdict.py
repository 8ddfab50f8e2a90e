"""What leaves the building: its shape, its finite numbers, and that it never says more than the evidence."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import dataset
from features.catalog import BY_NAME
from features.problems import Problem
from features.snapshot import parse
from features.table import AccountTable
from models.bundle import Bundle, load_champion
from models.evidence import WOULD_HELP
from models.tiers import TIERS, Tiers
from models.verdict import error_verdict, judge, judge_table
from models.why import NOTHING_SEEN, unexplained

Document = dict[str, Any]
TOP = ["account_id", "platform", "observed_at", "status", "tier", "heads", "bought_share", "engagement", "evidence", "bundle"]
WHY = ["reasons", "innocent_explanations", "counterfactual", "no_counterfactual_because"]
HEAD = ["probability", "probability_low", "probability_high", "base_rate", "decision", "undecided_because", *WHY]
MOST = 10**13


@pytest.fixture(scope="module")
def bundle(champion_home: Path) -> Bundle:
    return load_champion(champion_home)


@pytest.fixture(scope="module")
def table(small_world: Path) -> AccountTable:
    return AccountTable.from_tables({name: rows for name, rows in dataset.read(small_world).items() if name != "labels"})


@pytest.fixture(scope="module")
def verdicts(bundle: Bundle, table: AccountTable) -> list[Document]:
    return judge_table(bundle, table)


def account(**more: Any) -> Document:
    return {"account_id": "1", "platform": "instagram", "observed_at": "2026-11-01T00:00:00Z", "followers": 1000, **more}


def posts(likes: int | None, comments: int | None = 3, of: int = 20) -> list[Document]:
    found = [{"post_id": f"p{i}", "posted_at": f"2026-10-{i + 1:02d}T00:00:00Z", "likes": likes, "comments": comments} for i in range(of)]
    return [{key: value for key, value in post.items() if value is not None} for post in found]


def followers(of: int, known: bool = True) -> list[Document]:
    counts = {"followers": 150, "following": 400, "post_count": 30, "has_picture": True}
    return [{"follower_id": f"f{i}", **(counts if known else {})} for i in range(of)]


def one(bundle: Bundle, **more: Any) -> Document:
    (verdict,) = judge(bundle, [parse(account(**more))])
    return verdict


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # The kinds of numbers that JSON knows; NumPy's own would fail in a client's hands.
        assert type(value) in (int, float)
        yield value


def assert_contract(verdict: Document) -> None:
    """Section 3 of the contract, key by key."""
    assert list(verdict) == TOP
    assert verdict["status"] in ("ok", "insufficient_data") and verdict["tier"] in TIERS
    assert verdict["observed_at"].endswith("Z")
    assert all(math.isfinite(number) for number in numbers(verdict))
    assert bool(verdict["heads"]) == (verdict["status"] == "ok")
    for head in verdict["heads"].values():
        assert list(head) == HEAD
        assert 0 < head["probability"] < 1 and 0 < head["base_rate"] < 1 and head["decision"] in ("yes", "no", "undecided")
        assert 0 <= head["probability_low"] <= head["probability"] <= head["probability_high"] <= 1
        assert (head["undecided_because"] is not None) == (head["decision"] == "undecided")
        for reason in head["reasons"]:
            assert list(reason) == ["feature", "sentence", "weight", "value", "unit", "peer_percentile", "evidence"]
            assert reason["unit"] == BY_NAME[reason["feature"]].unit.name
            assert reason["peer_percentile"] is None or 0 <= reason["peer_percentile"] <= 1
    if share := verdict["bought_share"]:
        assert list(share)[:7] == ["estimate", "low", "high", "level", "n", "detectable", "scope"]
        assert share["low"] <= share["likely_low"] <= share["likely_high"] <= share["high"]
        assert 0 <= share["low"] <= share["estimate"] <= share["high"] <= 1 and 0 < share["detectable"] <= 1
        assert share["level"] == 0.95 and share["n"] >= 20 and share["scope"] in ("account", "newest followers")
    if gap := verdict["engagement"]:
        assert list(gap) == ["rate", "expected", "gap_dex", "parts", "note"]
        assert math.isclose(sum(part["dex"] for part in gap["parts"]), gap["gap_dex"], abs_tol=1e-9)
        assert gap["parts"][-1]["cause"] == "unexplained"
        assert all(part["low"] <= part["dex"] <= part["high"] for part in gap["parts"])
    assert list(verdict["evidence"]) == ["seen", "missing"] and verdict["evidence"]["seen"][0] == "profile"
    assert all(
        list(entry) == ["field", "would_help"] and entry["field"] in WOULD_HELP and entry["would_help"]
        for entry in verdict["evidence"]["missing"]
    )
    assert list(verdict["bundle"]) == ["id", "version", "run_id"] and verdict["bundle"]["id"].startswith("sha256:")


def test_every_account_of_a_dataset_gets_what_the_contract_promises(verdicts: list[Document], table: AccountTable, bundle: Bundle) -> None:
    for verdict in verdicts:
        assert_contract(verdict)
        assert verdict["bundle"] == {"id": bundle.id, "version": "1", "run_id": bundle.run_id}
    assert [verdict["account_id"] for verdict in verdicts] == table.account_ids
    assert [verdict["platform"] for verdict in verdicts] == table.platforms
    assert {len(verdict["evidence"]["seen"]) for verdict in verdicts} >= {2, 3, 4, 5}, "the accounts show too few kinds of evidence"


def test_an_account_gets_alone_what_it_gets_among_many(bundle: Bundle, verdicts: list[Document], table: AccountTable) -> None:
    """Bit for bit, reasons and weights included: equality of floats, no tolerance."""
    snapshots = [
        parse(account(account_id=str(i), followers=10 ** (i % 7), posts=posts(i), follower_sample=followers(i * 7))) for i in range(40)
    ]
    snapshots += [parse(golden["document"]) for golden in bundle.golden]
    together = judge(bundle, snapshots)
    assert together == [judge(bundle, [snapshot])[0] for snapshot in snapshots]
    assert together[::-1] == judge(bundle, snapshots[::-1])
    assert judge(bundle, []) == []


def test_without_reasons_only_the_reasons_are_missing(bundle: Bundle) -> None:
    snapshots = [parse(golden["document"]) for golden in bundle.golden]
    full, short = judge(bundle, snapshots), judge(bundle, snapshots, reasons=False)
    assert any(head["reasons"] for verdict in full for head in verdict["heads"].values())
    for verdict in full:
        for head in verdict["heads"].values():
            head |= unexplained()
    assert full == short


@pytest.mark.parametrize(
    "more",
    [{}, {"posts": [], "comments": [], "follower_sample": [], "history": []}, {"follower_sample": followers(1, known=False)}],
    ids=["profile only", "all empty", "a follower of whom nothing is known"],
)
def test_nothing_known_is_no_verdict(bundle: Bundle, more: Document) -> None:
    verdict = one(bundle, **more)
    assert_contract(verdict)
    assert (verdict["status"], verdict["heads"], verdict["bought_share"], verdict["engagement"]) == ("insufficient_data", {}, None, None)
    assert {"follower_sample", "history", "posts", "comments"} <= {entry["field"] for entry in verdict["evidence"]["missing"]}
    assert verdict["evidence"]["seen"] == [
        "profile",
        *(name for name in ("posts", "comments", "follower_sample", "history") if name in more),
    ]


@pytest.mark.parametrize("known", [False, True])
def test_a_head_without_its_evidence_is_undecided_and_the_evidence_named(bundle: Bundle, known: bool) -> None:
    only_posts = one(bundle, posts=posts(50), follower_sample=followers(40, known=False)) if known else one(bundle, posts=posts(50))
    interval = {"probability": 0.2, "probability_low": 0.0, "probability_high": 1.0, "base_rate": 0.2}
    unable = {**interval, "decision": "undecided", **unexplained(NOTHING_SEEN)}
    assert without_because(only_posts, "bought_followers") == unable
    assert only_posts["heads"]["diluted_audience"]["probability"] != 0.2
    assert {"follower_sample", "history"} <= {entry["field"] for entry in only_posts["evidence"]["missing"]}
    only_followers = one(bundle, follower_sample=followers(60))
    assert without_because(only_followers, "diluted_audience") == unable
    assert only_followers["heads"]["bought_followers"]["probability"] != 0.2
    assert "posts" in {entry["field"] for entry in only_followers["evidence"]["missing"]}
    few = one(bundle, follower_sample=followers(10))["evidence"]["missing"]
    wanted = {entry["field"]: entry["would_help"] for entry in few}
    assert "would show a share of purchased-type followers from" in wanted["follower_sample"]


def without_because(verdict: Document, head: str) -> Document:
    """The answer of a head, which says that nothing was seen of what it needs and what that would buy."""
    answer = dict(verdict["heads"][head])
    because = answer.pop("undecided_because")
    assert because["code"] == "no_evidence"
    wanted = {entry["field"]: entry["would_help"] for entry in verdict["evidence"]["missing"]}
    assert any(text[1:] in because["sentence"] for text in wanted.values())
    return answer


def test_too_few_posts_for_a_typical_one_are_named(bundle: Bundle) -> None:
    single = one(bundle, posts=posts(30, of=1))
    assert single["status"] == "insufficient_data" and single["evidence"]["seen"] == ["profile", "posts"]
    assert "posts" in {entry["field"] for entry in single["evidence"]["missing"]}


def test_hidden_likes_are_named(bundle: Bundle) -> None:
    hidden = one(bundle, posts=posts(None))
    assert hidden["engagement"] is None
    assert "likes" in {entry["field"] for entry in hidden["evidence"]["missing"]}
    assert "likes" not in {entry["field"] for entry in one(bundle, posts=posts(5))["evidence"]["missing"]}


def test_the_share_says_what_it_is_a_share_of(bundle: Bundle) -> None:
    few = one(bundle, follower_sample=followers(19))
    assert few["bought_share"] is None
    assert "follower_sample" in {entry["field"] for entry in few["evidence"]["missing"]}
    assert one(bundle, follower_sample=followers(300, known=False))["bought_share"] is None
    for method, scope in (("newest", "newest followers"), ("random", "account"), ("census", "account"), ("unknown", "account")):
        share = one(bundle, follower_sample=followers(60), sample_method=method)["bought_share"]
        assert (share["scope"], share["n"]) == (scope, 60)


@pytest.mark.parametrize("count", [0, 1, MOST])
@pytest.mark.parametrize("likes", [0, 1, MOST])
def test_any_counts_give_finite_numbers(bundle: Bundle, count: int, likes: int) -> None:
    sample = [{"follower_id": f"f{i}", "followers": count, "following": likes, "post_count": count} for i in range(40)]
    days = [{"date": f"2026-10-{i + 1:02d}", "followers": (count, likes)[i % 2]} for i in range(30)]
    verdict = one(
        bundle, followers=count, following=likes, post_count=count, posts=posts(likes, likes), follower_sample=sample, history=days
    )
    assert_contract(verdict)
    assert verdict["status"] == "ok"


def test_every_sentence_is_a_sentence(verdicts: list[Document]) -> None:
    sentences = {reason["sentence"] for verdict in verdicts for head in verdict["heads"].values() for reason in head["reasons"]}
    for sentence in sentences:
        assert sentence[0].isupper() or sentence[0].isdigit() or sentence[0] == "−", sentence
        assert sentence.endswith(".") and not set("{}") & set(sentence) and "nan" not in sentence.split() and "inf" not in sentence.split()


def test_no_decision_is_dearer_than_a_look_by_a_person(bundle: Bundle, verdicts: list[Document]) -> None:
    """Whatever the limits add, they never decide what the costs alone would not."""
    for verdict in verdicts:
        for name, head in verdict["heads"].items():
            costs = bundle.heads[name].head.costs
            assert head["decision"] != "yes" or head["probability"] >= costs.yes
            assert head["decision"] != "no" or head["probability_high"] <= costs.no


@pytest.mark.parametrize("rate", [0.001, 0.02, 0.2])
def test_knowing_little_is_no_no_however_rare_a_yes_is(bundle: Bundle, rate: float) -> None:
    """One ordinary follower more than none: the probability is about the base rate, and a rare thing is not thereby excluded."""
    rare = bundle.configured(dict.fromkeys(bundle.heads, rate), bundle.tiers)
    for more in ({"follower_sample": followers(30)}, {"posts": posts(50, of=4)}, {"history": [{"date": "2026-10-30", "followers": 1000}]}):
        (verdict,) = judge(rare, [parse(account(**more))])
        assert all(head["decision"] == "undecided" for head in verdict["heads"].values())


def test_a_higher_base_rate_raises_the_probability(bundle: Bundle) -> None:
    snapshots = [parse(golden["document"]) for golden in bundle.golden]
    rates = (0.02, 0.2, 0.5, 0.9)
    for name in bundle.heads:
        by_rate = [judge(bundle.configured({name: rate}, bundle.tiers), snapshots, reasons=False) for rate in rates]
        for found in zip(*by_rate, strict=True):
            if not found[0]["heads"]:
                continue
            heads = [verdict["heads"][name] for verdict in found]
            assert [head["base_rate"] for head in heads] == list(rates)
            probabilities = [head["probability"] for head in heads]
            assert all(lower < higher for lower, higher in pairwise(probabilities))
            # The odds move by exactly the odds of the base rates (Elkan 2001), or the head is undecided at the base rate itself.
            odds = [p / (1 - p) * (1 - rate) / rate for p, rate in zip(probabilities, rates, strict=True)]
            assert np.allclose(odds, odds[0], rtol=1e-9)
    others = judge(bundle.configured({"bought_followers": 0.9}, bundle.tiers), snapshots)
    plain = judge(bundle, snapshots)
    assert [v["heads"].get("diluted_audience") for v in others] == [v["heads"].get("diluted_audience") for v in plain]


def test_tiers_are_the_users_own(bundle: Bundle) -> None:
    mine = bundle.configured({}, Tiers.of((10, 20, 30, 40)))
    sizes = [9, 10, 20, 21, 30, 31, 40, 41]
    found = judge(mine, [parse(account(account_id=str(size), followers=size)) for size in sizes])
    assert [verdict["tier"] for verdict in found] == ["nano", "micro", "micro", "mid", "mid", "macro", "macro", "mega"]
    assert one(bundle, followers=41)["tier"] == "nano"


def test_the_wording_accuses_nobody(bundle: Bundle, verdicts: list[Document]) -> None:
    from models.wording import lines

    said = "\n".join(line for verdict in verdicts for line in lines(verdict))
    assert not {"fake", "fraud", "cheat", "guilty", "liar"} & set(said.lower().replace(".", " ").split())
    assert "purchased-type followers" in said


def test_an_account_that_could_not_be_read_keeps_its_row() -> None:
    problems = [Problem("likes is -4; counts are never negative.", pointer="/posts/3/likes"), Problem("no id", "accounts.csv", 7)]
    assert error_verdict("1", problems) == {
        "account_id": "1",
        "status": "error",
        "heads": {},
        "errors": [
            {"pointer": "/posts/3/likes", "detail": "likes is -4; counts are never negative."},
            {"pointer": "", "detail": "accounts.csv row 7: no id"},
        ],
    }


def test_the_gap_is_between_todays_rate_and_what_peers_get(trained: Any, small_world: Path) -> None:
    tables = dataset.read(small_world)
    followers = dict(zip(tables["accounts"]["account_id"].to_pylist(), tables["accounts"]["followers"].to_pylist(), strict=True))
    posts = tables["posts"].to_pandas()
    seen = 0
    for verdict in judge_table(trained.bundle, AccountTable.from_tables(tables), reasons=False):
        if not (gap := verdict["engagement"]):
            continue
        seen += 1
        mine = posts[posts["account_id"] == verdict["account_id"]].sort_values("posted_at")
        old = mine[mine["posted_at"] <= pd.Timestamp(verdict["observed_at"]) - pd.Timedelta(days=3)].tail(36)
        both = (old["likes"] + old["comments"]).dropna().astype(float)
        assert gap["rate"] == pytest.approx(both.median() / followers[verdict["account_id"]])
        assert gap["gap_dex"] == pytest.approx(max(np.log10(gap["rate"] / gap["expected"]) if gap["rate"] else -2.0, -2.0))
        assert sum(part["dex"] for part in gap["parts"]) == pytest.approx(gap["gap_dex"])
    assert seen > 100
