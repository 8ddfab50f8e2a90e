"""Yes, no, or undecided: what costs least, what could have been seen, and why not more is said."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from features.catalog import BY_NAME, NAMES, FeatureMatrix
from features.snapshot import parse
from models import channels
from models.bundle import Bundle
from models.channels import STRONG
from models.decision import WIDEST, Answer, Because, Limits, Seen, decide, false_no
from models.head import Costs
from models.heads import HEADS
from models.verdict import judge

HERE = "follower_sample+history"
SEEN = Seen(("follower_sample", "history"), None, "micro")
LIMITS = Limits({HERE: 2.0}, {HERE: -2.0})
COSTS = Costs()


def answer(probability: float, margin: float, width: float = 0.0) -> Answer:
    return Answer(margin, probability, max(probability - width / 2, 0.0), min(probability + width / 2, 1.0))


def code(*of: Any) -> str | None:
    decision, because = decide(*of)
    assert (because is None) == (decision != "undecided")
    return decision if because is None else because.code


def test_a_decision_is_what_costs_least_on_average() -> None:
    """Of certain probabilities on evidence that sees everything."""
    for costs in (Costs(), Costs(wrong_yes=8.0, wrong_no=8.0, review=2.0)):
        for probability in np.linspace(0.001, 0.999, 333):
            price = {"yes": (1 - probability) * costs.wrong_yes, "no": probability * costs.wrong_no, "undecided": costs.review}
            free = Limits({HERE: -math.inf}, {HERE: math.inf})
            assert price[decide(answer(float(probability), 0.0), SEEN, costs, free)[0]] <= min(price.values()) + 1e-9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (answer(0.95, 2.1), "yes"),
        (answer(0.9499, 2.1), "between"),
        (answer(0.95, 2.0), "honest_accounts_reach_as_high"),
        (answer(0.99, 5.0, WIDEST + 0.05), "yes"),
        (answer(0.5, 5.0, WIDEST + 0.01), "interval_too_wide"),
        (answer(0.2, -2.1), "no"),
        (answer(0.2, -2.1, 0.02), "between"),
        (answer(0.1, -2.0), "would_overlook"),
        (answer(0.1, 0.0), "would_overlook"),
    ],
)
def test_both_the_costs_and_the_limits_must_agree(given: Answer, said: str) -> None:
    assert code(given, SEEN, COSTS, LIMITS) == said


def test_a_tier_may_ask_for_more_and_never_for_less() -> None:
    stricter, laxer = (replace(LIMITS, yes={HERE: 2.0, "micro": limit}) for limit in (3.0, 1.0))
    assert code(answer(0.97, 2.5), SEEN, COSTS, stricter) == "honest_accounts_reach_as_high"
    assert code(answer(0.97, 1.5), SEEN, COSTS, laxer) == "honest_accounts_reach_as_high"
    assert code(answer(0.97, 2.5), SEEN, COSTS, laxer) == "yes"


def test_the_base_rate_is_never_a_no() -> None:
    """A head that knows nothing says the base rate, which is also where a no begins."""
    for head in HEADS.values():
        nothing = answer(head.base_rate.value, 0.0, 0.1)
        assert decide(nothing, SEEN, head.costs, LIMITS)[0] == "undecided"


def test_without_evidence_that_could_show_it_nothing_is_decided() -> None:
    nothing = Because("share_not_visible", "…")
    for probability, margin in product((0.001, 0.5, 0.999), (-9.0, 9.0)):
        assert code(answer(probability, margin), Seen((), nothing, "micro"), COSTS, LIMITS) == "share_not_visible"
        assert code(answer(probability, margin), Seen(("posts",), None, "micro"), COSTS, LIMITS) == "too_few_alike"
        assert decide(answer(probability, margin), SEEN, COSTS, Limits())[0] == "undecided"


def test_a_share_that_could_not_be_seen_forbids_a_no_and_not_a_yes() -> None:
    alone = Seen(("follower_sample",), Because("share_not_visible", "…"), "micro")
    limits = Limits({"follower_sample": 2.0}, {"follower_sample": -2.0})
    assert code(answer(0.01, -5.0), alone, COSTS, limits) == "share_not_visible"
    assert code(answer(0.99, 5.0), alone, COSTS, limits) == "yes"


def test_errors_of_the_two_kinds_may_cost_the_same() -> None:
    assert false_no(COSTS) * COSTS.wrong_no == pytest.approx(0.01 * COSTS.wrong_yes)


def test_limits_come_back_and_what_is_none_is_refused() -> None:
    assert Limits.from_json(LIMITS.to_json()) == LIMITS
    with pytest.raises(ValueError, match="finite"):
        Limits.from_json(Limits({"micro": math.nan}).to_json())


def test_channels_are_features_of_their_table() -> None:
    for head, named in STRONG.items():
        for channel, names in named.items():
            assert set(names) <= set(NAMES), f"{head} {channel} names features that do not exist: {set(names) - set(NAMES)}"
            assert all(channel in BY_NAME[name].tables for name in names)
    for head in HEADS.values():
        assert all(channels.channels(head).values())


def share(**more: Any) -> Any:
    return SimpleNamespace(**({"estimate": 0.05, "low": 0.0, "high": 0.09, "n": 300, "detectable": 0.08, "scope": "account"} | more))


@pytest.mark.parametrize(
    ("found", "with_history", "alone", "why"),
    [
        (share(), HERE, "follower_sample", None),
        (share(detectable=0.15), HERE, "follower_sample", "share_not_visible"),
        (share(detectable=0.15, low=0.3, estimate=0.5, high=0.7), HERE, "follower_sample", None),
        (share(detectable=0.31), "history", "", "share_not_visible"),
        (share(high=0.4), "history", "", "share_too_wide"),
        (share(scope="newest followers", low=0.5, high=0.6), "history", "", "newest_only"),
        (None, "history", "", "no_strong_evidence"),
    ],
)
def test_a_sample_is_a_channel_if_it_shows_what_is_asked(found: Any, with_history: str, alone: str, why: str | None) -> None:
    values = np.full((2, len(NAMES)), np.nan)
    values[:, NAMES.index("purchased_type_share")] = 0.1
    values[0, NAMES.index("growth_burst")] = 0.0
    first, second = channels.seen(HEADS["bought_followers"], FeatureMatrix(["a", "b"], NAMES, values), [found] * 2, ["micro"] * 2, 0.2)
    assert (first.group, second.group) == (with_history, alone)
    assert first.blind is None and (second.blind.code if second.blind else None) == why


def account(**more: Any) -> dict[str, Any]:
    return {"account_id": "1", "platform": "instagram", "observed_at": "2026-11-01T00:00:00Z", "followers": 1000, **more}


def followers(of: int, **counts: Any) -> list[dict[str, Any]]:
    counts = counts or {"followers": 150, "following": 400, "post_count": 30, "has_picture": True}
    return [{"follower_id": f"f{i}", **counts} for i in range(of)]


def bought(of: int) -> list[dict[str, Any]]:
    return followers(of, followers=3, following=4_000, post_count=0, has_picture=False)


def sentences(verdict: dict[str, Any]) -> Iterator[str]:
    for head in verdict["heads"].values():
        if head["undecided_because"]:
            yield head["undecided_because"]["sentence"]
    yield from (entry["would_help"] for entry in verdict["evidence"]["missing"])


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({}, "insufficient_data", "300 followers drawn at random"),
        ({"followers": 5, "follower_sample": followers(5)}, "insufficient_data", "only 5 followers"),
        ({"follower_sample": followers(300, private=True)}, "insufficient_data", "300 followers drawn at random"),
        ({"follower_sample": followers(300, has_picture=True)}, "ok", "300 followers drawn at random"),
        ({"followers": 250, "follower_sample": followers(250), "sample_method": "census"}, "ok", "could have been seen"),
        ({"follower_sample": followers(300), "sample_method": "newest"}, "ok", "Only the newest followers"),
        ({"followers": 50_000, "follower_sample": bought(40), "sample_method": "newest"}, "ok", "Only the newest followers"),
    ],
    ids=["everything missing", "5 followers", "all private", "all hidden counts", "250 of 250", "newest first", "newest first, all bought"],
)
def test_little_known_is_said_and_decides_nothing(decisive: Bundle, more: dict[str, Any], status: str, says: str) -> None:
    (verdict,) = judge(decisive, [parse(account(**more))])
    assert verdict["status"] == status
    assert any(says in sentence for sentence in sentences(verdict)), list(sentences(verdict))
    if status == "ok":
        head = verdict["heads"]["bought_followers"]
        assert head["decision"] == "undecided" and head["undecided_because"]["sentence"].endswith(".")


def test_a_share_of_all_is_not_lost_in_caution(decisive: Bundle) -> None:
    """Every follower of the purchased type: the share says so, and what is undecided is not for want of a share."""
    (verdict,) = judge(decisive, [parse(account(follower_sample=bought(300), sample_method="random"))])
    assert verdict["bought_share"]["low"] > 0.3 and verdict["bought_share"]["high"] == 1.0
    because = verdict["heads"]["bought_followers"]["undecided_because"]
    assert because is None or because["code"] in ("between", "interval_too_wide", "honest_accounts_reach_as_high")


def test_every_undecided_says_why_and_every_decision_does_not(decisive: Bundle) -> None:
    documents = [golden["document"] for golden in decisive.golden]
    said = [head for verdict in judge(decisive, [parse(d) for d in documents]) for head in verdict["heads"].values()]
    for head in said:
        assert (head["decision"] == "undecided") == (head["undecided_because"] is not None)
        assert 0 <= head["probability_low"] <= head["probability"] <= head["probability_high"] <= 1
    assert {head["decision"] for head in said} >= {"no", "undecided"}
