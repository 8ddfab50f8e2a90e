"""The rules that a model has to beat must themselves be done well."""

import numpy as np
import pytest
from scipy.special import expit

from training.baselines import BASELINES, calibrated, fit
from training.calibrate import platt
from training.metrics import METRICS
from training.refusals import TrainingRefusal

rng = np.random.default_rng(5)
NAMES = ("engagement_rate", "engagement_residual", "followers_per_post", "hidden")
Y = rng.random(1500) < 0.4
RESIDUAL = rng.normal(0, 0.3, 1500) - 0.3 * Y
VALUES = np.column_stack([10 ** (RESIDUAL - 1.5), RESIDUAL, rng.normal(size=1500) + 1.5 * Y, np.full(1500, np.nan)])
VALUES[rng.random(VALUES.shape) < 0.15] = np.nan
FIT, CALIBRATE, TEST = np.split(np.arange(1500), [700, 1000])


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_gives_sound_probabilities_and_knows_something(name: str) -> None:
    p = calibrated(name, VALUES, NAMES, Y, FIT, CALIBRATE)(VALUES[TEST])
    assert p.shape == TEST.shape
    assert ((p >= 0) & (p <= 1)).all()
    assert METRICS["average_precision"](Y[TEST], p) > Y[TEST].mean() + 0.1
    assert METRICS["ece"](Y[TEST], p) < 0.08


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_answers_when_nothing_is_known(name: str) -> None:
    assert np.isfinite(fit(name, VALUES, NAMES, Y, FIT)(np.full((3, 4), np.nan))).all()


@pytest.mark.parametrize("name", BASELINES)
def test_accounts_outside_the_rows_teach_nothing(name: str) -> None:
    changed, answers = VALUES.copy(), Y.copy()
    changed[TEST], answers[TEST] = 99.0, ~Y[TEST]
    assert np.array_equal(fit(name, changed, NAMES, answers, FIT)(VALUES[:50]), fit(name, VALUES, NAMES, Y, FIT)(VALUES[:50]))


def test_the_engagement_rule_uses_the_residual_then_the_rate_then_the_middle() -> None:
    score = fit("engagement_rule", VALUES, NAMES, Y, FIT)
    unknown = np.nan
    rows = [[0.001, 0.4, 0, 0], [0.001, unknown, 0, 0], [0.1, unknown, 0, 0], [0.0, unknown, 0, 0], [unknown, unknown, 0, 0]]
    low_residual, low_rate, high_rate, no_engagement, middle = score(np.array(rows))
    assert low_residual == -0.4
    assert no_engagement > low_rate > middle > high_rate
    assert np.ptp(fit("engagement_rule", VALUES[:, 2:], NAMES[2:], Y, FIT)(VALUES[:, 2:])) == 0


def test_an_unknown_baseline_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"'oracle' is not known; there are: .*logistic"):
        fit("oracle", VALUES, NAMES, Y, FIT)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_platt_finds_the_curve_whatever_the_unit(scale: float) -> None:
    margin = rng.normal(size=20_000)
    slope, intercept = platt(margin * scale, rng.random(20_000) < expit(1.7 * margin - 0.8))
    assert slope * scale == pytest.approx(1.7, abs=0.1)
    assert intercept == pytest.approx(-0.8, abs=0.06)


def test_platt_stays_finite_when_classes_are_apart_and_never_turns_round() -> None:
    margin = np.r_[np.linspace(-2, -1, 50), np.linspace(1, 2, 50)]
    slope, _ = platt(margin, margin > 0)
    assert 0 < slope < 20
    slope, intercept = platt(-margin, margin > 0)
    assert 0 < slope < 0.01
    assert expit(intercept) == pytest.approx(0.5, abs=0.01)


def test_platt_refuses_one_class_and_numbers_that_are_none() -> None:
    with pytest.raises(TrainingRefusal, match="0 positive and 3 negative"):
        platt(np.arange(3.0), np.zeros(3, bool))
    with pytest.raises(TrainingRefusal, match="1 of 3 scores are not finite"):
        platt(np.array([0, np.nan, 1]), np.array([True, False, True]))
