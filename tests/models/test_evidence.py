"""What is missing is named with what it would buy, in numbers that are computed and not written."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from models.bundle import load_champion
from models.decision import Because
from models.evidence import larger_sample, told, visible
from models.followers import FollowerModel
from models.head import Head
from models.heads import HEADS


@pytest.fixture(scope="module")
def sharp(champion_home: Any) -> FollowerModel:
    """A model that tells followers well apart, so that a larger sample shows what is asked."""
    trees = load_champion(champion_home).followers.trees
    return FollowerModel(trees, 0.0, 980, 1_000, 10, 2_000)


def share(n: int, followers: float, model: FollowerModel, scope: str = "account") -> Any:
    return SimpleNamespace(n=n, detectable=visible(n, followers, model), scope=scope)


def percents(text: str | None) -> list[int]:
    assert text is not None
    return [int(found) for found in re.findall(r"(\d+) %|(\d+)%", text.replace(" %", "%")) for found in found if found]


def test_a_small_sample_is_told_what_a_larger_one_would_show(sharp: FollowerModel) -> None:
    said = larger_sample(share(25, 50_000, sharp), 50_000, sharp)
    now, then = visible(25, 50_000, sharp), visible(300, 50_000, sharp)
    assert said and said.startswith("300 followers drawn at random would lower the smallest visible share from")
    assert percents(said) == [round(100 * now), round(100 * then)] and then < 0.10 < now


def test_the_numbers_follow_the_model(sharp: FollowerModel, champion_home: Any) -> None:
    blunt = load_champion(champion_home).followers
    assert percents(larger_sample(None, 50_000, sharp))[-1] < percents(larger_sample(None, 50_000, blunt))[-1]


def test_of_few_followers_all_are_asked_for_and_of_fewer_none(sharp: FollowerModel) -> None:
    assert (larger_sample(None, 120, sharp) or "").startswith("all 120 followers would show")
    assert "only 7 followers" in (larger_sample(None, 7, sharp) or "")


def test_a_sample_that_shows_enough_asks_for_nothing(sharp: FollowerModel) -> None:
    assert larger_sample(share(300, 50_000, sharp), 50_000, sharp) is None
    assert larger_sample(share(120, 120, sharp), 120, sharp) is None, "all of them were seen"


def test_the_newest_followers_do_not_stand_for_all(sharp: FollowerModel) -> None:
    assert "drawn at random would show" in (larger_sample(share(300, 50_000, sharp, "newest followers"), 50_000, sharp) or "")


def test_a_blunt_model_is_not_promised_more_than_it_can(champion_home: Any) -> None:
    """Where no sample shows a tenth, the best one is named as long as it shows more than the one at hand."""
    blunt = load_champion(champion_home).followers
    said = larger_sample(share(25, 1_000_000, blunt), 1_000_000, blunt)
    now, then = percents(said)
    assert now > then > 10
    assert larger_sample(share(3_000, 1_000_000, blunt), 1_000_000, blunt) is None


@pytest.mark.parametrize("head", HEADS.values(), ids=lambda head: head.name)
def test_a_head_names_what_would_help_it(head: Head) -> None:
    missing = [{"field": "created_at", "would_help": "its age"}, *({"field": name, "would_help": f"the {name}"} for name in head.needs)]
    said = told(Because("x", "Too little."), head, missing)
    assert said["code"] == "x" and said["sentence"].startswith("Too little. The ") and said["sentence"].endswith(".")
    assert "age" not in said["sentence"]
    assert told(Because("x", "Too little."), head, [])["sentence"] == "Too little."
