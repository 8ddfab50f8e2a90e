"""What is missing is named with what it would buy, in numbers that are computed and not written."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from models.bundle import load_champion
from models.decision import Because
from models.evidence import WORTH, larger_sample, told
from models.head import Head
from models.heads import HEADS
from models.rates import Population, Rate, Rates
from models.share import visible


@pytest.fixture(scope="module")
def sharp(champion_home: Any) -> Rates:
    """Rates that tell followers well apart and hardly move, so that a larger sample shows what is asked."""
    rates = load_champion(champion_home).followers.rates
    apart = Population(Rate(4.0, 0.05, 0.05, 9), Rate(-5.0, 0.05, 0.05, 9))
    return replace(rates, known=apart, elsewhere=apart)


@pytest.fixture(scope="module")
def blunt(champion_home: Any) -> Rates:
    return load_champion(champion_home).followers.rates


def least(n: int, followers: float, rates: Rates) -> float:
    return visible([n], followers, 0.0, rates)[0]


def share(n: int, followers: float, rates: Rates, scope: str = "account") -> Any:
    return SimpleNamespace(n=n, detectable=least(n, followers, rates), scope=scope, in_reference=True)


def percents(text: str | None) -> list[int]:
    assert text is not None
    return [int(found) for found in re.findall(r"(\d+) %|(\d+)%", text.replace(" %", "%")) for found in found if found]


def test_a_small_sample_is_told_what_a_larger_one_would_show(sharp: Rates) -> None:
    said = larger_sample(share(25, 50_000, sharp), 50_000, False, sharp)
    now, then = least(25, 50_000, sharp), least(300, 50_000, sharp)
    assert said and said.startswith("300 followers drawn at random would lower the smallest visible share from")
    assert percents(said) == [round(100 * now), round(100 * then)] and then < 0.10 < now


def test_the_numbers_follow_the_model(sharp: Rates, blunt: Rates) -> None:
    assert percents(larger_sample(None, 50_000, False, sharp))[-1] < percents(larger_sample(None, 50_000, False, blunt))[-1]


def test_of_few_followers_all_are_asked_for_and_of_fewer_none(sharp: Rates) -> None:
    assert (larger_sample(None, 120, False, sharp) or "").startswith("all 120 followers would show")
    assert "only 7 followers" in (larger_sample(None, 7, False, sharp) or "")


def test_a_sample_that_shows_enough_asks_for_nothing(sharp: Rates) -> None:
    assert larger_sample(share(300, 50_000, sharp), 50_000, False, sharp) is None
    assert larger_sample(share(120, 120, sharp), 120, False, sharp) is None, "all of them were seen"


def test_the_newest_followers_do_not_stand_for_all(sharp: Rates) -> None:
    assert "drawn at random would show" in (larger_sample(share(300, 50_000, sharp, "newest followers"), 50_000, False, sharp) or "")


def test_a_blunt_model_is_not_promised_more_than_it_can(blunt: Rates) -> None:
    """Where no sample shows a tenth, the best one is named only if it shows more than the one at hand."""
    now, then = least(25, 1_000_000, blunt), least(3_000, 1_000_000, blunt)
    assert now > then > 0.10
    if now - then < WORTH:
        assert larger_sample(share(25, 1_000_000, blunt), 1_000_000, False, blunt) is None
    assert larger_sample(share(3_000, 1_000_000, blunt), 1_000_000, False, blunt) is None


@pytest.mark.parametrize("head", HEADS.values(), ids=lambda head: head.name)
def test_a_head_names_what_would_help_it(head: Head) -> None:
    missing = [{"field": "created_at", "would_help": "its age"}, *({"field": name, "would_help": f"the {name}"} for name in head.needs)]
    said = told(Because("x", "Too little."), head, missing)
    assert said["code"] == "x" and said["sentence"].startswith("Too little. The ") and said["sentence"].endswith(".")
    assert "age" not in said["sentence"]
    assert told(Because("x", "Too little."), head, [])["sentence"] == "Too little."
