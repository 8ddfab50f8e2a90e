"""Drift is silent while nothing changes and speaks when something has."""

import numpy as np
import pytest

from training.drift import FEWEST, Drift, by_slice, drift, psi

NAMES = tuple(f"feature_{j}" for j in range(40))


def accounts(rng: np.random.Generator, n: int) -> np.ndarray:
    """Features as they are: some bound to each other, some skewed, some whole numbers, some often unknown."""
    values = rng.normal(size=(n, len(NAMES)))
    values[:, 1:10] += values[:, :1]
    values[:, 10:20] = np.exp(values[:, 10:20])
    values[:, 20:25] = np.rint(values[:, 20:25])
    values[:, 30:][rng.random((n, 10)) < 0.4] = np.nan
    return values


def looked(seed: int, shift: float = 0.0, gone: float = 0.0) -> Drift:
    rng = np.random.default_rng(seed)
    then, now = accounts(rng, 800), accounts(rng, 500)
    now[:, 3] += shift * np.sqrt(2.0)
    now[rng.random(len(now)) < gone, 5] = np.nan
    return drift(NAMES, then, now, seed)


@pytest.fixture(scope="module")
def unchanged() -> list[Drift]:
    return [looked(seed) for seed in range(100)]


def test_an_unchanged_sample_alarms_in_at_most_five_of_a_hundred_draws(unchanged: list[Drift]) -> None:
    assert sum(bool(found.alarms) for found in unchanged) <= 5


def test_the_classifier_alone_stays_at_its_own_level(unchanged: list[Drift]) -> None:
    p = np.array([found.together_p for found in unchanged])
    assert (p < 0.2).mean() < 0.35 and (p < 0.5).mean() > 0.3


def test_half_a_standard_deviation_in_one_feature_is_found_and_named() -> None:
    found = [looked(seed, shift=0.5) for seed in range(100, 140)]
    assert sum(any(text.startswith("feature_3:") for text in each.alarms) for each in found) >= 38
    assert all(each.shifts[0].name == "feature_3" for each in found)


def test_a_feature_that_vanishes_is_told() -> None:
    (only,) = [text for text in looked(7, gone=0.2).alarms if text.startswith("feature_5")]
    assert "unknown for" in only and "instead of 0%" in only


def test_a_shift_that_no_feature_shows_alone_is_seen_by_the_classifier() -> None:
    rng = np.random.default_rng(0)
    then, now = (rng.normal(size=(1_500, 4)) for _ in range(2))
    now[:, 1] = np.where(rng.random(1_500) < 0.9, now[:, 0], now[:, 1])
    found = drift(NAMES[:4], then, now)
    assert not any(each.shifted for each in found.shifts) and found.together_auc > 0.8
    assert found.alarms == [f"all features together: a classifier tells today's accounts from the reference (AUC {found.together_auc:.2f})"]


def test_psi_is_that_of_the_textbook() -> None:
    then = np.arange(1_000.0)
    assert psi(then, then) == pytest.approx(0.0, abs=1e-4)
    half = psi(then, np.concatenate([np.arange(500.0), np.arange(500.0)]))
    # Five parts double, five empty to half an account of a thousand.
    share = 0.5 / 1_005
    assert half == pytest.approx(5 * (0.1 * np.log(2)) + 5 * (share - 0.1) * np.log(share / 0.1), rel=0.02)


@pytest.mark.parametrize("n", [0, 1, FEWEST - 1])
def test_too_few_accounts_raise_no_alarm(n: int) -> None:
    rng = np.random.default_rng(1)
    assert drift(NAMES, accounts(rng, 200), accounts(rng, n) + 9.0).alarms == []


def test_slices_are_compared_with_their_own_past() -> None:
    rng = np.random.default_rng(2)
    then, now = accounts(rng, 400), accounts(rng, 400)
    first = np.arange(400) < 200
    now[first, 0] += 2.0
    found = by_slice(NAMES, then, now, {"x": (first, first), "tiktok": (~first, ~first), "few": (first, np.arange(400) < 5)})
    assert set(found) == {"x", "tiktok"} and found["x"].alarms and not found["tiktok"].alarms
