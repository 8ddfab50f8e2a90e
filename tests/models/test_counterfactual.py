"""Counterfactuals: what is said would change the decision does, is plausible, and nothing smaller would."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest

from features.catalog import BY_NAME, build
from features.table import AccountTable
from models import channels
from models.bundle import Bundle
from models.changeable import CHANGEABLE
from models.counterfactual import LEVELS, NOT_PLAUSIBLE, UNDECIDABLE
from models.decision import Answer, Seen, decide
from models.head import Costs
from models.heads import HEADS
from models.kin import kin_of
from models.share import shares
from models.verdict import judge_table

Document = dict[str, Any]
RANK = {"no": 0, "undecided": 1, "yes": 2}


@dataclass(frozen=True)
class Answered:
    """An answer with a counterfactual: the head's values of the account, and what the head would decide at others, all else as it is."""

    verdict: Document
    name: str
    values: np.ndarray
    answer: Document
    decisions: Callable[[np.ndarray], list[str]]


@pytest.fixture(scope="module")
def answers(decisive: Bundle, small_table: AccountTable, explained: list[Document]) -> list[Answered]:
    matrix, of_all = build(small_table, decisive.reference), shares(small_table, decisive.followers, decisive.reference)
    found = []
    for name, model in decisive.heads.items():
        values = matrix.only(model.trees.names)
        seen = channels.seen(model.head, matrix, of_all, [verdict["tier"] for verdict in explained], model.limits.detectable)
        found += [
            Answered(verdict, name, values[i], verdict["heads"][name], partial(decisions, decisive, name, seen[i]))
            for i, verdict in enumerate(explained)
            if verdict["heads"] and verdict["heads"][name]["counterfactual"]
        ]
    return found


def decisions(bundle: Bundle, name: str, seen: Seen, rows: np.ndarray) -> list[str]:
    model = bundle.heads[name]
    margins = model.trees.margins(rows)
    said = zip(margins, *model.calibration.answers(margins, bundle.base_rate(name)), strict=True)
    return [decide(Answer(*map(float, each)), seen, model.head.costs, model.limits)[0] for each in said]


def test_what_is_said_would_change_the_decision_does(small_bundle: Bundle, answers: list[Answered]) -> None:
    assert len(answers) > 300
    for each in answers:
        name, values, answer = each.name, each.values, each.answer
        otherwise, names = answer["counterfactual"], small_bundle.heads[name].trees.names
        row = values.copy()
        for change in otherwise["changes"]:
            assert row[names.index(change["feature"])] == change["from"] != change["to"]
            row[names.index(change["feature"])] = change["to"]
        assert each.decisions(np.stack([values, row])) == [answer["decision"], otherwise["decision"]]
        assert otherwise["decision"] != answer["decision"] and answer["no_counterfactual_because"] is None


def groups_of(name: str, answer: Document) -> set[int]:
    changed = {change["feature"] for change in answer["counterfactual"]["changes"]}
    return {g for g, change in enumerate(CHANGEABLE[name]) if changed & set(change.features)}


def test_at_most_three_things_change_and_each_is_one_that_could(answers: list[Answered]) -> None:
    sizes = set()
    for each in answers:
        name, answer = each.name, each.answer
        could = {feature for change in CHANGEABLE[name] for feature in change.features}
        assert {change["feature"] for change in answer["counterfactual"]["changes"]} <= could
        sizes.add(len(groups_of(name, answer)))
        assert answer["counterfactual"]["sentence"].count(" instead of ") == len(groups_of(name, answer))
    assert sizes <= {1, 2, 3} and len(sizes) > 1


def test_every_new_value_is_one_that_peers_have(small_bundle: Bundle, answers: list[Answered]) -> None:
    for each in answers:
        verdict, name, answer = each.verdict, each.name, each.answer
        lows = {low for change in CHANGEABLE[name] for low in change.low_of or {}}
        for change in answer["counterfactual"]["changes"]:
            if change["feature"] in lows:
                continue
            low, high = small_bundle.peers.values_at(change["feature"], verdict["platform"], verdict["tier"], (0.05, 0.95))
            assert low <= change["to"] <= high


def test_a_share_is_never_below_what_it_is_at_least(small_bundle: Bundle, answers: list[Answered]) -> None:
    seen = 0
    for each in answers:
        name, values, answer = each.name, each.values, each.answer
        row = dict(zip(small_bundle.heads[name].trees.names, values.tolist(), strict=True))
        row |= {change["feature"]: change["to"] for change in answer["counterfactual"]["changes"]}
        for change in CHANGEABLE[name]:
            for low, (share, _) in (change.low_of or {}).items():
                if low in row and {low, share} & {c["feature"] for c in answer["counterfactual"]["changes"]}:
                    seen += 1
                    assert row[low] <= row[share] + 1e-12
        if {"follower_no_posts_share", "follower_few_posts_share"} <= row.keys():
            assert not row["follower_no_posts_share"] > row["follower_few_posts_share"] + 1e-12
    assert seen > 20


def test_the_changes_go_the_way_the_decision_goes(small_bundle: Bundle, answers: list[Answered]) -> None:
    for each in answers:
        name, answer = each.name, each.answer
        way = np.sign(RANK[answer["counterfactual"]["decision"]] - RANK[answer["decision"]])
        for change in answer["counterfactual"]["changes"]:
            (declared,) = (known for known in CHANGEABLE[name] if change["feature"] in known.features)
            sign = declared.direction(change["feature"], small_bundle.heads[name].head.directions)
            assert np.sign(change["to"] - change["from"]) * sign == way, change


def test_no_single_change_of_the_others_would_have_been_enough(small_bundle: Bundle, answers: list[Answered]) -> None:
    """Where more than one thing changes, each feature without kin is set to every level alone, and none flips the decision."""
    seen = 0
    for each in answers:
        verdict, name, values, answer = each.verdict, each.name, each.values, each.answer
        if len(groups_of(name, answer)) == 1 or seen > 2000:
            continue
        names, target = small_bundle.heads[name].trees.names, answer["counterfactual"]["decision"]
        rows = []
        for change, level in product(CHANGEABLE[name], LEVELS):
            (feature, *others) = change.features
            if others or feature not in names or np.isnan(values[names.index(feature)]):
                continue
            row, now = values.copy(), values[names.index(feature)]
            row[names.index(feature)] = small_bundle.peers.values_at(feature, verdict["platform"], verdict["tier"], (level,))[0]
            way = RANK[target] - RANK[answer["decision"]]
            if (row[names.index(feature)] - now) * change.direction(feature, small_bundle.heads[name].head.directions) * way > 0:
                rows.append(row)
        if rows:
            seen += len(rows)
            assert target not in each.decisions(np.stack(rows))
    assert seen > 100


def test_no_nearer_single_change_would_have_been_enough(small_bundle: Bundle, answers: list[Answered]) -> None:
    """Where one thing changes, no feature without kin reaches the decision at a level that is fewer peers away."""
    seen = 0
    for each in answers:
        verdict, name, values, answer = each.verdict, each.name, each.values, each.answer
        if len(groups_of(name, answer)) > 1 or seen > 100:
            continue
        names, target, peers = small_bundle.heads[name].trees.names, answer["counterfactual"]["decision"], small_bundle.peers
        of = (verdict["platform"], verdict["tier"])

        def away(feature: str, to: float, of: tuple[str, str] = of, peers: Any = peers, values: Any = values, names: Any = names) -> float:
            now = peers.standing(feature, *of, float(values[names.index(feature)])).percentile
            near = [share for share in (*LEVELS, 0.9, 0.95) if peers.values_at(feature, *of, (share,))[0] == to]
            return min((abs(share - now) for share in near), default=np.inf)

        (group,) = groups_of(name, answer)
        leader = next(c for f in CHANGEABLE[name][group].features for c in answer["counterfactual"]["changes"] if c["feature"] == f)
        taken = away(leader["feature"], leader["to"])
        way = RANK[target] - RANK[answer["decision"]]
        for change, step in product(CHANGEABLE[name], LEVELS):
            (feature, *others) = change.features
            sign = change.direction(feature, small_bundle.heads[name].head.directions)
            level = step if sign * way < 0 else 1.0 - step
            if others or feature not in names or np.isnan(values[names.index(feature)]) or not np.isfinite(taken):
                continue
            row = values.copy()
            row[names.index(feature)] = to = float(peers.values_at(feature, *of, (level,))[0])
            if (to - values[names.index(feature)]) * sign * way > 0 and each.decisions(row[None]) == [target]:
                seen += 1
                assert taken <= away(feature, to) + 1e-9
    assert seen > 20


def test_the_sentence_names_what_is_what_would_be_and_what_is_usual(answers: list[Answered]) -> None:
    for each in answers:
        name, answer = each.name, each.answer
        otherwise = answer["counterfactual"]
        assert otherwise["sentence"].startswith(f"The decision would be {otherwise['decision']} if the ")
        assert otherwise["sentence"].endswith("has " + otherwise["sentence"].rsplit("has ", 1)[-1])
        for change in otherwise["changes"]:
            unit = BY_NAME[change["feature"]].unit
            assert change["unit"] == unit.name
        leaders = [c for c in otherwise["changes"] if any(c["feature"] == next(iter(k.features)) for k in CHANGEABLE[name])]
        for change in leaders:
            unit = BY_NAME[change["feature"]].unit
            assert f"were {unit.write(change['to'])} instead of {unit.write(change['from'])}" in otherwise["sentence"]


def test_without_one_the_reason_is_told(explained: list[Document]) -> None:
    without = [head for verdict in explained for head in verdict["heads"].values() if head["counterfactual"] is None]
    assert without
    for head in without:
        assert head["no_counterfactual_because"].endswith(".")
    assert NOT_PLAUSIBLE in {head["no_counterfactual_because"] for head in without}


def test_where_nothing_could_decide_it_says_so(decisive: Bundle, small_table: AccountTable) -> None:
    never = {name: replace(model, head=replace(model.head, costs=Costs(1e12, 1e12))) for name, model in decisive.heads.items()}
    verdicts = judge_table(replace(decisive, heads=never), small_table.block(0, 20))
    answered = [head for verdict in verdicts for head in verdict["heads"].values() if head["reasons"]]
    assert answered and {head["no_counterfactual_because"] for head in answered} == {UNDECIDABLE}


def test_what_is_declared_exists_once_and_keeps_kin_together() -> None:
    assert set(CHANGEABLE) >= set(HEADS)
    for changes in CHANGEABLE.values():
        told = [feature for change in changes for feature in change.features]
        assert len(told) == len(set(told)) and set(told) <= set(BY_NAME)
        for change in changes:
            # Kin that could move may not be left behind in another change, or the account would contradict itself.
            for feature in change.features:
                assert not (set(kin_of(feature)) & (set(told) - set(change.features)))
            assert all(change.direction(feature, {}) for feature in change.features)
