"""From a margin to a probability at a base rate, with the interval that the calibration accounts leave open."""

import numpy as np
import pytest

from models.calibration import Calibration, restated
from models.venn_abers import FARTHEST, MOST_STEPS, VennAbers

MARGINS = np.linspace(-8, 8, 101)
OPEN = VennAbers(np.array([-FARTHEST, 0.0]), np.array([0.0, 0.4]), np.array([0.5, 1.0]))


def curve(below: float, above: float, intercept: float, prevalence: float, interval: VennAbers = OPEN) -> Calibration:
    return Calibration(below, above, intercept, prevalence, interval)


def test_with_equal_slopes_it_is_plain_platt() -> None:
    found = curve(1.3, 1.3, -0.4, 0.3).probabilities(MARGINS, 0.3)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-(1.3 * MARGINS - 0.4))), rtol=1e-9)


def test_it_is_beta_calibration_of_the_raw_score() -> None:
    """In the form of Kull et al. 2017: 1 / (1 + 1 / (e^c s^a / (1 - s)^b))."""
    a, b, c = 0.7, 1.6, -0.3
    score = 1 / (1 + np.exp(-MARGINS))
    expected = 1 / (1 + 1 / (np.exp(c) * score**a / (1 - score) ** b))
    np.testing.assert_allclose(curve(a, b, c, 0.3).probabilities(MARGINS, 0.3), expected, rtol=1e-9)


@pytest.mark.parametrize("rate", [0.01, 0.2, 0.7])
def test_another_base_rate_gives_what_bayes_gives(rate: float) -> None:
    """Elkan 2001, theorem 2, in its own form; for the bounds as for the probability."""
    p, b = curve(1.3, 0.9, -0.4, 0.3).probabilities(MARGINS, 0.3), 0.3
    elkan = rate * (p - p * b) / (b - p * b + rate * p - b * rate)
    np.testing.assert_allclose(curve(1.3, 0.9, -0.4, b).probabilities(MARGINS, rate), elkan, rtol=1e-9)
    np.testing.assert_allclose(restated(p, b, rate), elkan, rtol=1e-9)
    assert restated(np.array([0.0, 1.0]), b, rate).tolist() == [0.0, 1.0]
    even = VennAbers(np.array([-FARTHEST]), np.array([b]), np.array([b]))
    flat = curve(1e-9, 1e-9, float(np.log(b / (1 - b))), b, even).answers(MARGINS, rate)
    for bound in flat:
        np.testing.assert_allclose(bound, rate, rtol=1e-6)


def test_restating_the_prior_keeps_simulated_accounts_calibrated() -> None:
    """Of accounts whose true rate is another than the calibration's, as many are a yes as the probabilities say."""
    rng = np.random.default_rng(0)
    y = rng.random(200_000) < 0.1
    margins = rng.normal(np.where(y, 1.0, -1.0), np.sqrt(2.0))
    # For two normals of variance 2 around -1 and 1 the log odds at even classes are the margin itself.
    p = curve(1.0, 1.0, 0.0, 0.5).probabilities(margins, 0.1)
    for low, high in ((0.0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 1.0)):
        chosen = (p >= low) & (p < high)
        assert y[chosen].mean() == pytest.approx(p[chosen].mean(), abs=0.01)


def test_it_rises_with_the_margin_and_with_the_base_rate() -> None:
    calibration = curve(0.7, 0.4, 0.2, 0.4)
    assert (np.diff(calibration.probabilities(MARGINS, 0.2)) > 0).all()
    assert (calibration.probabilities(MARGINS, 0.3) > calibration.probabilities(MARGINS, 0.2)).all()
    for bound in calibration.answers(MARGINS, 0.2)[1:]:
        assert (np.diff(bound) >= 0).all()


def test_no_margin_makes_it_certain_and_many_give_what_one_gives() -> None:
    margins = np.array([-1e300, -40.0, -1.5, 0.3, 40.0, 1e300])
    calibration = curve(1.0, 1.4, 0.0, 0.5)
    found = calibration.answers(margins, 0.2)
    assert ((found.probability > 0) & (found.probability < 1)).all()
    for i in range(6):
        alone = calibration.answers(margins[i : i + 1], 0.2)
        assert [float(each[0]) for each in alone] == [float(each[i]) for each in found]


def test_the_interval_reaches_to_the_probability_where_the_two_disagree() -> None:
    doubtful = VennAbers(np.array([-FARTHEST]), np.array([0.45]), np.array([0.55]))
    found = curve(1.0, 1.0, 0.0, 0.5, doubtful).answers(np.array([-4.0, 0.0, 4.0]), 0.5)
    assert (found.low <= found.probability).all() and (found.probability <= found.high).all()
    assert found.low[0] == found.probability[0] and found.high[0] == 0.55
    assert (found.low[1], found.high[1]) == (0.45, 0.55)
    assert found.low[2] == 0.45 and found.high[2] == found.probability[2]


def test_it_is_plain_numbers_that_come_back_bit_for_bit() -> None:
    calibration = curve(0.7, 1.1, -0.123456789, 0.3)
    again = Calibration.from_json(calibration.to_json())
    for mine, theirs in zip(calibration.answers(MARGINS, 0.2), again.answers(MARGINS, 0.2), strict=True):
        assert mine.tolist() == theirs.tolist()


@pytest.mark.parametrize(
    "fault",
    [{"below": -0.1}, {"below": 0.0, "above": 0.0}, {"above": float("inf")}, {"prevalence": 1.0}, {"intercept": float("nan")}],
    ids=str,
)
def test_a_curve_that_would_turn_the_score_round_is_refused(fault: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no calibration has"):
        Calibration.from_json(curve(1.0, 1.0, 0.0, 0.5).to_json() | fault)


def test_a_table_has_a_few_hundred_steps_at_most() -> None:
    assert MOST_STEPS == 257
    rows = {"steps": np.linspace(-8, 8, 258).tolist(), "low": [0.0] * 258, "high": [1.0] * 258}
    with pytest.raises(ValueError, match="Venn-Abers"):
        VennAbers.from_json(rows)
