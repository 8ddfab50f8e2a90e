"""From a margin to a probability at a base rate, and from a probability to a decision."""

import numpy as np
import pytest

from models.calibration import Calibration, decide
from models.head import Costs

MARGINS = np.linspace(-8, 8, 101)


def test_at_the_prevalence_it_is_plain_platt() -> None:
    found = Calibration(1.3, -0.4, 0.3).probabilities(MARGINS, 0.3)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-(1.3 * MARGINS - 0.4))), rtol=1e-12)


@pytest.mark.parametrize("rate", [0.01, 0.2, 0.7])
def test_another_base_rate_gives_what_bayes_gives(rate: float) -> None:
    """Elkan 2001, theorem 2, in its own form."""
    p, b = Calibration(1.3, -0.4, 0.3).probabilities(MARGINS, 0.3), 0.3
    elkan = rate * (p - p * b) / (b - p * b + rate * p - b * rate)
    np.testing.assert_allclose(Calibration(1.3, -0.4, b).probabilities(MARGINS, rate), elkan, rtol=1e-9)


def test_restating_the_prior_keeps_simulated_accounts_calibrated() -> None:
    """Of accounts whose true rate is another than the calibration's, as many are a yes as the probabilities say."""
    rng = np.random.default_rng(0)
    y = rng.random(200_000) < 0.1
    margins = rng.normal(np.where(y, 1.0, -1.0), np.sqrt(2.0))
    # For two normals of variance 2 around -1 and 1 the log odds at even classes are the margin itself.
    p = Calibration(1.0, 0.0, 0.5).probabilities(margins, 0.1)
    for low, high in ((0.0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 1.0)):
        chosen = (p >= low) & (p < high)
        assert y[chosen].mean() == pytest.approx(p[chosen].mean(), abs=0.01)


def test_it_rises_with_the_margin_and_with_the_base_rate() -> None:
    calibration = Calibration(0.7, 0.2, 0.4)
    assert (np.diff(calibration.probabilities(MARGINS, 0.2)) > 0).all()
    assert (calibration.probabilities(MARGINS, 0.3) > calibration.probabilities(MARGINS, 0.2)).all()


def test_no_margin_makes_it_certain_and_many_give_what_one_gives() -> None:
    margins = np.array([-1e300, -40.0, -1.5, 0.3, 40.0, 1e300])
    found = Calibration(1.0, 0.0, 0.5).probabilities(margins, 0.2)
    assert ((found > 0) & (found < 1)).all()
    assert [Calibration(1.0, 0.0, 0.5).probabilities(margins[i : i + 1], 0.2)[0] for i in range(6)] == found.tolist()


def test_a_decision_is_what_costs_least_on_average() -> None:
    for costs in (Costs(), Costs(wrong_yes=8.0, wrong_no=8.0, review=2.0)):
        for probability in np.linspace(0.001, 0.999, 333):
            price = {"yes": (1 - probability) * costs.wrong_yes, "no": probability * costs.wrong_no, "undecided": costs.review}
            assert price[decide(float(probability), costs)] <= min(price.values()) + 1e-9


@pytest.mark.parametrize(
    ("probability", "decision"), [(0.0, "no"), (0.2, "no"), (0.2001, "undecided"), (0.9499, "undecided"), (0.95, "yes")]
)
def test_the_usual_costs_decide_at_a_fifth_and_at_nineteen_twentieths(probability: float, decision: str) -> None:
    assert decide(probability, Costs()) == decision
