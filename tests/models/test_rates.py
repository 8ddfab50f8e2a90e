"""Rates of flagging: drawn as they are said to spread, written and read as plain JSON, refused when they cannot be."""

import numpy as np
import orjson
import pytest
from scipy.special import logit

from models.bundle import load_champion
from models.draws import evenly
from models.rates import Rate, Rates


def test_draws_have_the_stated_mean_and_spread() -> None:
    drawn = logit(Rate(-3.0, 0.3, 0.4, 5).drawn(evenly()["others"]))
    assert drawn.mean() == pytest.approx(-3.0, abs=0.01) and drawn.std() == pytest.approx(0.5, abs=0.01)


def test_what_a_bundle_holds_comes_back_as_it_was(champion_home) -> None:  # type: ignore[no-untyped-def]
    rates = load_champion(champion_home).followers.rates
    assert Rates.from_json(orjson.loads(orjson.dumps(rates.to_json()))) == rates
    assert rates.elsewhere.purchased.between > rates.known.purchased.between
    assert rates.platforms == ("instagram",)


@pytest.mark.parametrize("broken", [(float("nan"), 0.1, 0.1), (0.0, -0.1, 0.1), (0.0, 0.1, float("inf"))])
def test_a_rate_that_cannot_be_is_refused(broken: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        Rate(*broken, 1)


def test_nobody_is_from_elsewhere_for_sure(champion_home) -> None:  # type: ignore[no-untyped-def]
    document = load_champion(champion_home).followers.rates.to_json() | {"foreign": 1.0}
    with pytest.raises(ValueError, match=r"elsewhere is 1\.0"):
        Rates.from_json(document)


def test_draws_of_two_rates_are_independent() -> None:
    points = evenly()
    assert abs(np.corrcoef(points["purchased"], points["others"])[0, 1]) < 0.03
    assert abs(np.corrcoef(points["foreign"], points["flagged"])[0, 1]) < 0.03
