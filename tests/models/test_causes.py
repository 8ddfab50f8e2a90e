"""The engagement gap and its parts: they sum to the gap, each with an interval that holds, and none is made up."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.causes import HIDDEN, Causes, Effect, engagement

EFFECTS = Causes({"diluted_audience": Effect(-0.2, 0.05), "depersonalised_audience": Effect(-0.1, 0.0)})
SHARE: Any = SimpleNamespace(estimate=0.31, low=0.24, high=0.39)


def parts(document: dict[str, Any] | None) -> dict[str, dict[str, float]]:
    assert document is not None
    return {part["cause"]: part for part in document["parts"]}


def test_the_share_explains_what_followers_who_never_engage_take_away() -> None:
    """The numbers of the contract's example."""
    found = parts(engagement(0.011, 0.034, SHARE, {}, Causes()))["bought_followers"]
    assert [round(found[key], 2) for key in ("dex", "low", "high")] == [-0.16, -0.21, -0.12]


@pytest.mark.parametrize("share", [None, SHARE, SimpleNamespace(estimate=1.0, low=0.9, high=1.0)])
@pytest.mark.parametrize("probability", [0.001, 0.3, 0.999])
@pytest.mark.parametrize("rate", [0.0, 0.001, 0.034, 3.0])
def test_the_parts_sum_to_the_gap_and_lie_in_their_intervals(share: Any, probability: float, rate: float) -> None:
    known = {"diluted_audience": probability, "depersonalised_audience": 1 - probability, "bought_followers": 0.5}
    document = engagement(rate, 0.034, share, known, EFFECTS)
    assert document is not None
    assert math.isclose(sum(part["dex"] for part in document["parts"]), document["gap_dex"], abs_tol=1e-12)
    for part in document["parts"]:
        assert part["low"] <= part["dex"] <= part["high"] and all(math.isfinite(part[key]) for key in ("dex", "low", "high"))
    for part in document["parts"][:-1]:
        assert part["high"] <= 0, "a cause takes engagement away"
    assert document["parts"][-1]["cause"] == "unexplained"


def test_a_cause_is_expected_as_likely_as_its_head_says() -> None:
    found = parts(engagement(0.02, 0.034, None, {"diluted_audience": 0.5}, EFFECTS))
    assert set(found) == {"diluted_audience", "unexplained"}, "a head without evidence explains nothing"
    assert found["diluted_audience"]["dex"] == pytest.approx(-0.1)
    assert found["diluted_audience"]["high"] == 0, "as likely as not it is not there"
    sure, unlikely = (parts(engagement(0.02, 0.034, None, {"diluted_audience": p}, EFFECTS))["diluted_audience"] for p in (0.999, 0.01))
    assert sure["high"] < -0.08 and sure["low"] > -0.32
    assert unlikely["low"] == unlikely["dex"] == pytest.approx(-0.002)


def test_the_interval_holds_as_many_as_it_says() -> None:
    """Accounts drawn as the part says they are: with the cause or without, and with it to different degrees."""
    rng = np.random.default_rng(3)
    for probability in (0.1, 0.5, 0.9):
        found = parts(engagement(0.02, 0.034, None, {"diluted_audience": probability}, EFFECTS))["diluted_audience"]
        drawn = np.where(rng.random(100_000) < probability, np.minimum(rng.normal(-0.2, 0.05, 100_000), 0.0), 0.0)
        inside = ((drawn >= found["low"]) & (drawn <= found["high"])).mean()
        assert inside >= 0.945 and (drawn < found["low"]).mean() == pytest.approx(0.025, abs=0.003), "and is no wider than it says"
        assert drawn.mean() == pytest.approx(found["dex"], abs=0.002)


def test_the_unexplained_part_is_as_open_as_the_others_together() -> None:
    found = parts(engagement(0.011, 0.034, SHARE, {"diluted_audience": 0.5}, EFFECTS))
    widths = [found[name]["high"] - found[name]["low"] for name in ("bought_followers", "diluted_audience")]
    rest = found["unexplained"]["high"] - found["unexplained"]["low"]
    assert max(widths) < rest <= sum(widths)
    alone = parts(engagement(0.011, 0.034, None, {}, EFFECTS))["unexplained"]
    assert alone["low"] == alone["dex"] == alone["high"]


def test_bought_likes_are_said_to_hide_a_gap() -> None:
    for probability, note in ((0.9, HIDDEN), (0.1, None)):
        document = engagement(0.05, 0.034, SHARE, {"bought_engagement": probability}, EFFECTS)
        assert document is not None and document["note"] == note
    assert parts(engagement(0.05, 0.034, SHARE, {}, EFFECTS))["unexplained"]["dex"] > 0


def test_without_likes_there_is_no_gap() -> None:
    assert engagement(math.nan, 0.034, SHARE, {}, EFFECTS) is None
    assert engagement(0.01, math.nan, SHARE, {}, EFFECTS) is None


def test_effects_come_back_and_what_is_none_is_refused() -> None:
    assert Causes.from_json(EFFECTS.to_json()) == EFFECTS
    for wrong in ({"weather": {"dex": -0.1, "spread": 0.1}}, {"diluted_audience": {"dex": 0.1, "spread": 0.1}}):
        with pytest.raises(ValueError, match="no effect"):
            Causes.from_json(wrong)
