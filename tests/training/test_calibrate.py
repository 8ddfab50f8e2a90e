"""What calibration learns: the same as the published implementations, chosen by groups that a curve was not fitted on."""

import numpy as np
import pytest
import venn_abers
from betacal import BetaCalibration
from scipy.special import expit

from models.venn_abers import FARTHEST, PER_UNIT, VennAbers, on_grid
from training import calibrate
from training.calibrate import beta, calibration, line, log_odds_of, unseen_loss
from training.refusals import TrainingRefusal


def bent(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Margins whose low side is too extreme and whose high side is too timid."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(0, 2, n)
    return margin, rng.random(n) < expit(log_odds_of((0.5, 1.5, -0.4), margin))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_beta_calibration_is_that_of_the_authors(seed: int) -> None:
    margin, y = bent(4_000, seed)
    theirs = BetaCalibration(parameters="abm").fit(expit(margin), y).predict(expit(margin))
    # Our targets are Platt's, a little off 0 and 1.
    np.testing.assert_allclose(expit(log_odds_of(beta(margin, y), margin)), theirs, atol=0.002)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_side_that_would_turn_the_score_round_is_flat(sign: int) -> None:
    rng = np.random.default_rng(4)
    margin = rng.normal(0, 2, 4_000)
    y = rng.random(4_000) < expit(np.where(sign * margin > 0, sign * margin, -0.6 * sign * margin) * sign)
    below, above, _ = beta(margin, y)
    assert min(below, above) == 0 and max(below, above) > 0.3
    theirs = BetaCalibration(parameters="abm").fit(expit(margin), y).predict(expit(margin))
    np.testing.assert_allclose(expit(log_odds_of(beta(margin, y), margin)), theirs, atol=0.002)


def test_beta_stays_finite_when_classes_are_apart_and_never_turns_round() -> None:
    margin = np.linspace(-3, 3, 400)
    assert np.isfinite(beta(margin, margin > 0)).all()
    below, above, _ = beta(margin, margin < 0)
    assert below >= 0 and above >= 0 and below + above > 0


@pytest.mark.parametrize(("n", "seed"), [(30, 1), (400, 2), (2_000, 3)])
def test_the_interval_is_that_of_the_authors(n: int, seed: int) -> None:
    """Inductive Venn-Abers of the same scores, which our table reads on its grid."""
    margin, y = bent(n, seed)
    asked = np.concatenate([np.linspace(-9, 9, 301), margin[:50]])
    scores = expit(on_grid(margin))
    package = venn_abers.VennAbers()
    package.fit(np.column_stack([1 - scores, scores]), y.astype(int))
    there = expit(on_grid(asked))
    _, theirs = package.predict_proba(np.column_stack([1 - there, there]))
    found = calibrate.venn_abers(margin, y)
    np.testing.assert_allclose(np.column_stack(found.at(asked)), theirs, atol=1e-9)
    assert len(found.steps) <= 2 * FARTHEST * PER_UNIT + 1


def test_every_table_that_is_learnt_can_be_read_again() -> None:
    """Of many calibration sets, because a last bit is seldom wrong."""
    for seed in range(60):
        margin, y = bent(200 + 37 * seed, 100 + seed)
        table = calibrate.venn_abers(margin, y)
        assert VennAbers.from_json(table.to_json()).low.tolist() == table.low.tolist()


def test_fewer_accounts_leave_more_open() -> None:
    widths = []
    for n in (40, 400, 4_000):
        low, high = calibrate.venn_abers(*bent(n, 5)).at(np.linspace(-3, 3, 61))
        widths.append(float((high - low).mean()))
    assert widths[0] > 2 * widths[1] > 4 * widths[2] > 0


def test_the_curve_is_bent_where_unseen_vendors_are_told_better_by_it() -> None:
    margin, y = bent(4_000, 6)
    vendors = np.array([f"v{i % 20}" for i in range(4_000)])
    found = calibration(margin, y, vendors)
    assert (found.below, found.above, found.intercept) == beta(margin, y)
    assert found.prevalence == y.mean()
    few = np.concatenate([np.flatnonzero(y)[:199], np.flatnonzero(~y)[:1_000]])
    plain = calibration(margin[few], y[few], vendors[few])
    assert plain.below == plain.above, "199 positives are too few for a third parameter"


def test_a_group_is_never_on_both_sides() -> None:
    """The margin of each account is the number of its vendor, so that a fold tells whom it was fitted on."""
    rng = np.random.default_rng(7)
    vendor = rng.integers(40, size=4_000)
    fitted: list[set[float]] = []

    def spy(margin: np.ndarray, y: np.ndarray, weights: np.ndarray) -> calibrate.Curve:
        fitted.append(set(margin.tolist()))
        return line(margin, y, weights)

    assert np.isfinite(unseen_loss(spy, vendor.astype(float), rng.random(4_000) < 0.4, vendor))
    assert len(fitted) == calibrate.FOLDS
    assert [sum(number in fold for fold in fitted) for number in range(40)] == [calibrate.FOLDS - 1] * 40


def test_groups_that_cannot_be_told_apart_leave_platts_line() -> None:
    margin, y = bent(2_000, 8)
    assert unseen_loss(beta, margin, y, ["one source"] * 2_000) == float("inf")
    found = calibration(margin, y, ["one source"] * 2_000)
    assert found.below == found.above


def test_one_class_and_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(TrainingRefusal, match="at least one of each"):
        beta(np.arange(3.0), np.zeros(3, bool))
    with pytest.raises(TrainingRefusal, match="not finite"):
        calibration(np.array([0, np.nan, 1]), np.array([True, False, True]), ["a", "b", "c"])
