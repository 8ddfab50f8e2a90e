"""The share of purchased-type followers: its interval holds the truth, and it never claims what the sample cannot show."""

import numpy as np
import pytest

from models.bundle import load_champion
from models.followers import FollowerModel
from models.share import DRAWS, FEWEST, LEVEL, detectable, share

TRUE_POSITIVES, FALSE_POSITIVES = 0.8, 0.03


@pytest.fixture(scope="module")
def model(champion_home) -> FollowerModel:  # type: ignore[no-untyped-def]
    """A model whose rates of error are known: 80 % of the purchased-type followers flagged, and 3 % of the others."""
    trees = load_champion(champion_home).followers.trees
    return FollowerModel(trees, 0.0, round(1_000 * TRUE_POSITIVES), 1_000, round(2_000 * FALSE_POSITIVES), 2_000)


def width(flagged: int, n: int, followers: float, model: FollowerModel) -> float:
    found = share(flagged, n, followers, "random", model)
    assert found
    return found.high - found.low


@pytest.mark.parametrize("truth", [0.0, 0.1, 0.4])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float, model: FollowerModel) -> None:
    """Audiences and vendors differ in how their followers look, as method.md 3.4 found, so the rates of error move with them."""
    rng = np.random.default_rng(round(100 * truth))
    inside, trials = 0, 400
    for _ in range(trials):
        shifted = [1 / (1 + np.exp(-(np.log(p / (1 - p)) + 0.6 * rng.standard_normal()))) for p in (TRUE_POSITIVES, FALSE_POSITIVES)]
        flagged = rng.binomial(300, truth * shifted[0] + (1 - truth) * shifted[1])
        found = share(int(flagged), 300, 50_000, "random", model)
        assert found
        inside += found.low <= truth <= found.high
    # 400 trials of a 95 % interval: below 91 % the interval is too narrow; an interval of [0, 1] is caught further down.
    assert inside / trials >= LEVEL - 0.04


def test_the_interval_says_something(model: FollowerModel) -> None:
    assert width(9, 300, 50_000, model) < 0.15
    assert width(100, 300, 50_000, model) < 0.35
    few, many = share(9, 300, 50_000, "random", model), share(100, 300, 50_000, "random", model)
    assert few and many and few.high < many.low


def test_the_estimate_is_the_adjusted_count(model: FollowerModel) -> None:
    for truth in (0.05, 0.2, 0.5):
        flagged = round(100_000 * (truth * TRUE_POSITIVES + (1 - truth) * FALSE_POSITIVES))
        found = share(flagged, 100_000, 10**9, "random", model)
        assert found and found.estimate == pytest.approx(truth, abs=0.02)


def test_it_rises_with_what_was_flagged(model: FollowerModel) -> None:
    found = [share(flagged, 120, 5_000, "random", model) for flagged in range(0, 121, 5)]
    for name in ("estimate", "low", "high"):
        values = [getattr(each, name) for each in found]
        assert values == sorted(values)


def test_a_census_knows_more_than_a_sample(model: FollowerModel) -> None:
    assert width(60, 300, 300, model) < width(60, 300, 600, model) < width(60, 300, 10**7, model)


def test_a_larger_sample_shows_smaller_shares(model: FollowerModel) -> None:
    found = [detectable(n, 1.0, model) for n in (20, 50, 300, 2_000, 100_000)]
    assert found == sorted(found, reverse=True) and found[0] > found[-1]
    assert 0 < found[-1] < found[0] <= 1
    census = share(10, 300, 300, "census", model)
    assert census and census.detectable < found[2]


def test_detectable_holds_what_it_promises(model: FollowerModel) -> None:
    """Simulated: flagged counts of clean audiences reach the limit in 1 %, those of the detectable share in 95 % of cases."""
    rng = np.random.default_rng(1)
    n, smallest = 300, detectable(300, 1.0, model)
    spread = 0.6 * FALSE_POSITIVES * (1 - FALSE_POSITIVES)

    def flagged(truth: float) -> np.ndarray:
        false = np.clip(FALSE_POSITIVES + spread * rng.standard_normal(20_000), 0, 1)
        return rng.binomial(n, truth * TRUE_POSITIVES + (1 - truth) * false) / n

    limit = np.quantile(flagged(0.0), 0.99)
    assert 0.90 <= (flagged(smallest) > limit).mean() <= 0.99


@pytest.mark.parametrize("n", [20, 300, 5_000])
@pytest.mark.parametrize("followers", [0, 1, 20, 300, 10**13])
@pytest.mark.parametrize("method", [None, "census", "newest", "random"])
def test_the_extremes_are_ordered_and_finite(n: int, followers: float, method: str | None, model: FollowerModel) -> None:
    for flagged in (0, 1, n // 2, n):
        found = share(flagged, n, followers, method, model)
        assert found and found.n == n
        assert 0 <= found.low <= found.estimate <= found.high <= 1
        assert 0 < found.detectable <= 1
        assert found.scope == ("newest followers" if method == "newest" else "account")


def test_below_twenty_followers_there_is_no_share(model: FollowerModel) -> None:
    assert FEWEST == 20
    assert [share(0, n, 1_000, "random", model) for n in (0, 1, 19)] == [None] * 3
    assert share(0, 20, 1_000, "random", model)


def test_a_model_that_tells_nothing_apart_gives_no_narrow_interval(model: FollowerModel) -> None:
    blind = FollowerModel(model.trees, 0.0, 30, 1_000, 60, 2_000)
    assert width(9, 300, 50_000, blind) > 0.5
    assert detectable(300, 1.0, blind) == 1.0


def test_the_same_sample_gives_the_same_share(model: FollowerModel) -> None:
    assert DRAWS & (DRAWS - 1) == 0, "Sobol points are even only in powers of two"
    assert share(9, 300, 5_000, "random", model) == share(9, 300, 5_000, "random", model)
