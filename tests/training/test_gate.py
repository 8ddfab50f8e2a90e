"""A bad challenger is refused by each gate in turn, by that gate alone, with its numbers and what to do; a good one is let through."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from features.catalog import build
from models import booster, golden
from models.booster import SUM, Trees
from models.bundle import Bundle
from models.decision import Limits
from models.head import Head
from training import gate, labelled, planted
from training.calibrate import calibration
from training.experiment import Experiment
from training.gate import Evidence, Finding, Judged
from training.gates import GATES
from training.origin import Origin
from training.refusals import TrainingRefusal
from training.retest import contradictions, retest
from training.stages import Stages

# What a head can have seen of the golden accounts.
GROUPS = ("follower_sample", "history", "follower_sample+history", "comments", "posts", "posts+comments", "comments+posts")


def _first(trees: Trees, rounds: int = 2) -> Trees:
    """The first rounds alone, without the weighted sum that travels with them."""
    booster = trees.booster[:rounds]
    booster.set_attr(**{SUM: None})
    return Trees(booster, trees.names)


def weakened(bundle: Bundle) -> Bundle:
    """The same bundle with its first trees alone, as a training of so few rounds leaves it."""
    heads = {name: replace(model, trees=_first(model.trees)) for name, model in bundle.heads.items()}
    return replace(bundle, heads=heads)


@dataclass(frozen=True)
class Scene:
    """A real small training with its dataset, and what the gates see when it challenges a weaker one."""

    bundle: Bundle
    origin: Origin
    home: Path
    evidence: Evidence


@pytest.fixture(scope="module")
def scene(trained: Any, small_experiment: Experiment) -> Scene:
    home = trained.path.parents[1]
    source = labelled.source_of(small_experiment, home, None, Stages())
    origin = Origin(small_experiment, source.described, source.digest)
    return Scene(trained.bundle, origin, home, retest(trained.bundle, weakened(trained.bundle), origin, home).evidence)


def refusals(evidence: Evidence) -> dict[str, Finding]:
    return {finding.gate.name: finding for finding in gate.refused(gate.judge(GATES, evidence))}


def with_answers(evidence: Evidence, change: Callable[[pd.DataFrame], pd.Series]) -> Evidence:
    """The challenger's probabilities changed."""
    answers = evidence.challenger.answers
    return replace(evidence, challenger=replace(evidence.challenger, answers=answers.assign(probability=change(answers))))


def the_one(evidence: Evidence, name: str, *words: str) -> Finding:
    """The only gate that refuses; it names itself, its numbers and what to do."""
    found = refusals(evidence)
    assert list(found) == [name], {key: str(each) for key, each in found.items()}
    told = str(found[name])
    assert told.startswith(f"{name}: refused.") and "To do: " in told
    assert [word for word in words if word not in told] == []
    assert found[name].failing and any(char.isdigit() for char in told)
    return found[name]


def test_a_better_training_passes_every_gate(scene: Scene) -> None:
    findings = gate.judge(GATES, scene.evidence)
    assert [str(finding) for finding in findings if finding.verdict != "passed"] == []
    assert len(findings) == len(GATES) == 7


def test_the_first_champion_is_asked_only_what_needs_no_champion(scene: Scene) -> None:
    findings = gate.judge(GATES, replace(scene.evidence, champion=None))
    assert {finding.gate.name: finding.verdict for finding in findings} == {
        "better": "not asked",
        "slices": "not asked",
        **dict.fromkeys(("calibration", "coverage", "tree", "golden", "sanity"), "passed"),
    }


def test_an_equal_one_is_no_better(scene: Scene) -> None:
    same = replace(scene.evidence, champion=scene.evidence.challenger)
    finding = the_one(same, "better", "no more than noise", "average precision", "0.000")
    assert not any(number.passed is False for number in finding.outcome.numbers)


def test_a_worse_one_is_refused_with_what_is_worse(scene: Scene) -> None:
    noise = np.random.default_rng(0).normal(size=len(scene.evidence.challenger.answers))
    noisy = with_answers(
        replace(scene.evidence, champion=scene.evidence.challenger),
        lambda answers: pd.Series(expit(logit(answers["probability"]) + 4 * noise)),
    )
    failing = refusals(noisy)["better"].failing
    assert any(number.about.startswith("bought_followers, average precision") and number.bar == "worse" for number in failing)


def test_a_head_that_is_no_longer_answered_is_refused(scene: Scene) -> None:
    answers = scene.evidence.challenger.answers
    fewer = replace(scene.evidence.challenger, answers=answers[answers["head"] != "diluted_audience"])
    the_one(replace(scene.evidence, challenger=fewer), "better", "diluted_audience, which the champion answers")


def test_a_spoilt_slice_is_refused_though_everybody_else_gains(scene: Scene) -> None:
    """Champion and challenger are the same two bundles, but on one slice they have changed places."""
    assert scene.evidence.champion is not None
    strong, weak = scene.evidence.challenger.answers, scene.evidence.champion.answers
    here = (strong["tier"] == "mid") & (strong["head"] == "bought_followers")
    spoilt = strong.assign(probability=strong["probability"].where(~here, 1 - strong["probability"]))
    before = weak.assign(probability=weak["probability"].where(~here, strong["probability"]))
    evidence = replace(scene.evidence, challenger=replace(scene.evidence.challenger, answers=spoilt))
    found = refusals(replace(evidence, champion=replace(scene.evidence.champion, answers=before)))
    print({key: str(each) for key, each in found.items()})
    assert "bought_followers, tier mid" in str(found["slices"])


def test_probabilities_that_are_too_sure_are_refused(scene: Scene) -> None:
    sharp = with_answers(scene.evidence, lambda answers: pd.Series(expit(4 * logit(answers["probability"]))))
    finding = the_one(sharp, "calibration", "slope", "allowed is")
    assert all(math.isfinite(number.value) for number in finding.failing)


def test_intervals_that_are_too_narrow_are_refused(scene: Scene) -> None:
    shares = scene.evidence.challenger.shares
    narrow = shares.assign(**{name: shares["estimate"] + 0.1 * (shares[name] - shares["estimate"]) for name in ("low", "high")})
    narrow = replace(scene.evidence, challenger=replace(scene.evidence.challenger, shares=narrow))
    the_one(narrow, "coverage", "true shares inside", "lies below 0.9")


def test_intervals_that_say_nothing_are_refused(scene: Scene) -> None:
    wide = replace(scene.evidence.challenger, shares=scene.evidence.challenger.shares.assign(low=0.0, high=1.0))
    the_one(replace(scene.evidence, challenger=wide), "coverage", "median width: 1.000")


def test_stumps_that_no_tree_fears_are_refused(scene: Scene) -> None:
    """One question each, learnt and calibrated on the same accounts."""
    source = labelled.source_of(scene.origin.experiment, scene.home, None, Stages())
    learning = labelled.read(source, scene.origin.experiment.heads)
    split = labelled.split(scene.origin.experiment, learning)
    matrix = build(learning.table, scene.bundle.reference)
    settings = {**scene.origin.experiment.trees, "max_depth": 1, "rounds": 1}
    answers = scene.evidence.challenger.answers.copy()
    for name, model in scene.bundle.heads.items():
        y, values = learning.values[name], matrix.only(model.trees.names)
        taught, calibrate = (side[~np.isnan(y[side])] for side in (split.fit, split.calibrate))
        rows = (values[taught], y[taught])
        stump = booster.fit(*rows, rows, model.trees.names, model.head.monotone, settings, seed=0).trees
        curve = calibration(stump.margins(values[calibrate]), y[calibrate] == 1, None)
        answers.loc[answers["head"] == name, "probability"] = curve.probabilities(stump.margins(values[split.test]), curve.prevalence)
    stumps = replace(scene.evidence, challenger=replace(scene.evidence.challenger, answers=answers), champion=None)
    the_one(stumps, "tree", "bought_followers, average precision, tree 0.586 to", "above 0 beyond noise")


def test_an_edited_golden_account_is_refused(scene: Scene) -> None:
    first, *others = scene.bundle.golden
    probability = first["probabilities"]["bought_followers"]
    edited = {**first, "probabilities": {**first["probabilities"], "bought_followers": probability - 0.01}}
    said = golden.differences(replace(scene.bundle, golden=(edited, *others)))
    the_one(replace(scene.evidence, golden=said), "golden", f"bought_followers of {first['document']['account_id']}", f"{probability:.6f}")


def test_a_contradiction_of_the_champion_on_a_golden_account_is_refused(scene: Scene) -> None:
    """Both bundles are as free to decide as they can be, or so small a training decides nothing."""
    free = Limits(dict.fromkeys(GROUPS, -np.inf), dict.fromkeys(GROUPS, np.inf), detectable=1.0)
    heads = {name: replace(model, limits=free) for name, model in scene.bundle.heads.items()}
    challenger = replace(scene.bundle, heads=heads)
    documents = [each["document"] for each in scene.bundle.golden]
    champion = replace(challenger, golden=golden.record(backwards(challenger, "bought_followers"), documents))
    said = contradictions(challenger, champion)
    assert said and all("bought_followers" in each for each in said)
    assert contradictions(challenger, replace(challenger, golden=golden.record(challenger, documents))) == []
    the_one(
        replace(scene.evidence, contradictions=said), "golden", "contradict the champion, such as bought_followers of", ": 2.000; none may"
    )


@pytest.fixture(scope="module")
def accounts() -> planted.Planted:
    from training import pools

    return planted.planted(pools.load("srf"))


def backwards(bundle: Bundle, name: str) -> Bundle:
    """One head with every weight of its sum turned round, and far heavier than its trees."""
    model = bundle.heads[name]
    assert model.trees.sum is not None
    turned = replace(model.trees.sum, weight=tuple(-5 * weight for weight in model.trees.sum.weight))
    return replace(bundle, heads={**bundle.heads, name: replace(model, trees=replace(model.trees, sum=turned))})


@pytest.mark.parametrize("head", ["bought_followers", "bought_engagement"])
def test_what_was_learnt_backwards_is_refused(scene: Scene, accounts: planted.Planted, head: str) -> None:
    wrong = backwards(scene.bundle, head)
    evidence = replace(scene.evidence, pairs=planted.pairs(wrong, accounts), directions=planted.directions(wrong, accounts))
    finding = the_one(evidence, "sanity", head, "score higher", "moved against its direction")
    assert all(head in number.about for number in finding.failing)


def test_a_test_side_that_taught_the_champion_cannot_compare(scene: Scene) -> None:
    taught = replace(scene.bundle, facts={**scene.bundle.facts, "seen": ["srf/0", "srf/1", "srf/2"]})
    with pytest.raises(TrainingRefusal, match="only 0 of 149 test accounts taught neither"):
        retest(scene.bundle, taught, scene.origin, scene.home)


def test_another_dataset_is_refused_by_its_digest(scene: Scene) -> None:
    with pytest.raises(TrainingRefusal, match=r"sha256:0000.*name the dataset of that digest with --data DIR"):
        retest(scene.bundle, None, replace(scene.origin, digest="sha256:0000"), scene.home)


def test_all_gates_stand_in_the_table(scene: Scene) -> None:
    table = gate.table(gate.judge(GATES, scene.evidence))
    assert list(dict.fromkeys(table["gate"])) == [each.name for each in GATES]
    assert set(table["passed"]) <= {"yes", "no", ""} and table.notna().all(axis=None) is not None


def test_every_head_of_the_small_training_has_a_direction(scene: Scene) -> None:
    heads: list[Head] = [model.head for model in scene.bundle.heads.values()]
    assert {each.head for each in scene.evidence.directions} == {head.name for head in heads if head.directions}
    assert isinstance(scene.evidence.challenger, Judged)
