"""The weighted sum is logistic regression as everybody knows it, with signs kept, and says the same of an account alone."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from models.linear import FURTHEST, WeightedSum
from training.linear import C, fit

rng = np.random.default_rng(4)
VALUES = rng.normal(size=(3_000, 6)) * (1, 10, 0.01, 1, 1, 1) + (0, 5, 0, 0, 0, 0)
VALUES[:, 1] = np.clip(VALUES[:, 1], -30, 40)
Y = (rng.random(3_000) < expit(VALUES[:, 0] - 0.1 * (VALUES[:, 1] - 5) + 0.5 * VALUES[:, 3])).astype(float)
FREE = (0,) * 6


def test_without_signs_and_gaps_it_is_logistic_regression() -> None:
    found = fit(VALUES, Y, FREE)
    z = np.clip((VALUES - VALUES.mean(0)) / VALUES.std(0), -FURTHEST, FURTHEST)
    theirs = LogisticRegression(C=C, tol=1e-8, max_iter=1_000).fit(z, Y)
    np.testing.assert_allclose(found.weight, theirs.coef_[0], atol=2e-3)
    np.testing.assert_allclose(found.margins(VALUES), theirs.decision_function(z), atol=0.01)


def test_a_weight_never_turns_against_its_sign() -> None:
    found = fit(VALUES, Y, (-1, 1, 1, 1, -1, 0))
    assert found.weight[0] == 0 == found.weight[1] and found.weight[3] > 0.3
    assert found.weight[2] >= 0 >= found.weight[4]


def test_its_terms_are_centred_and_add_up() -> None:
    gaps = np.where(rng.random(VALUES.shape) < 0.3, np.nan, VALUES)
    found = fit(gaps, Y, FREE)
    np.testing.assert_allclose(found.terms(gaps).mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(found.constant + found.terms(gaps).sum(axis=1), found.margins(gaps))


def test_what_is_unknown_can_speak() -> None:
    gaps = VALUES.copy()
    gaps[(Y == 1) & (rng.random(3_000) < 0.5), 2] = np.nan
    found = fit(gaps, Y, FREE)
    assert found.unknown[2] > 0.5 > abs(found.unknown[4])


def test_a_feature_that_is_never_known_or_never_differs_has_no_weight() -> None:
    odd = VALUES.copy()
    odd[:, 4], odd[:, 5] = np.nan, 7.0
    found = fit(odd, Y, FREE)
    assert found.weight[4:] == (0.0, 0.0) and np.isfinite(found.margins(odd)).all()


def test_a_feature_that_speaks_either_way_has_no_weight_and_its_absence_has_one() -> None:
    gaps = VALUES.copy()
    gaps[(Y == 1) & (rng.random(3_000) < 0.5), 0] = np.nan
    found, without = fit(gaps, Y, FREE, straight=(False, *[True] * 5)), fit(gaps, Y, FREE)
    assert found.weight[0] == 0 < without.weight[0] and found.unknown[0] > 0.5
    assert found.weight[3] > 0.3


def test_an_account_alone_and_absurd_numbers() -> None:
    found = fit(VALUES, Y, FREE)
    many = found.margins(VALUES)
    assert all(found.margins(VALUES[i : i + 1])[0] == many[i] for i in range(50))
    largest = np.abs(found.terms(np.array([[1e308, -1e308, np.inf, -np.inf, 1e30, np.nan]])))
    assert largest.max() <= FURTHEST * np.abs(found.weight).max() + np.abs(found.offset).max()


def test_it_is_read_back_to_the_last_bit_and_nonsense_is_refused() -> None:
    found = fit(VALUES, Y, FREE)
    assert np.array_equal(WeightedSum.from_text(found.to_text()).margins(VALUES), found.margins(VALUES))
    for wrong in (
        "[]",
        "{}",
        "nonsense",
        found.to_text().replace('"constant"', '"other"'),
        found.to_text().replace('"spread": [', '"spread": [0, '),
    ):
        with pytest.raises((ValueError, TypeError, KeyError)):
            WeightedSum.from_text(wrong)
    with pytest.raises(ValueError, match="not finite"):
        WeightedSum((0.0,), (1.0,), (float("nan"),), (0.0,), (0.0,), 0.0)
    with pytest.raises(ValueError, match="not above 0"):
        WeightedSum((0.0,), (0.0,), (1.0,), (0.0,), (0.0,), 0.0)
