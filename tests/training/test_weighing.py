"""A weight of two is the label twice; only ratios count; and no learner can tell yes from no by telling people from a simulator."""

import numpy as np
import pytest

from models import booster
from training import linear, together, weighing
from training.calibrate import as_many, calibration, platt
from training.refusals import TrainingRefusal
from training.splits import Split
from training.weighing import Weighed, weighed

N, K = 400, 5


@pytest.fixture(scope="module")
def accounts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (N, K) with gaps, labels (N,), and a weight of 1 or 2 for each."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(N, K)).round(2)
    values[rng.random(values.shape) < 0.2] = np.nan
    y = (np.nan_to_num(values[:, 0]) + rng.normal(size=N) > 0).astype(float)
    return values, y, np.where(rng.random(N) < 0.4, 2.0, 1.0)


def twice(weights: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(weights)), weights.astype(int))


def test_a_weighted_sum_is_that_of_the_rows_twice(accounts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    values, y, weights = accounts
    rows, signs = twice(weights), [1, 0, 0, 0, -1]
    one, two = linear.fit(values, y, signs, counts=weights), linear.fit(values[rows], y[rows], signs)
    for name in ("centre", "spread", "weight", "offset", "unknown", "constant"):
        assert np.allclose(getattr(one, name), getattr(two, name), rtol=1e-9, atol=1e-9), name
    assert linear.fit(values, y, signs, counts=np.ones(N)) == linear.fit(values, y, signs)


def test_weighted_trees_are_those_of_the_rows_twice(accounts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    values, y, weights = accounts
    rows, names = twice(weights), tuple("abcde")
    settings = {"rounds": 30, "max_depth": 3, "eta": 0.1, "subsample": 1.0, "colsample_bytree": 1.0, "min_child_weight": 5.0}
    one = booster.fit(values, y, (values, y), names, [0] * K, settings, 1, (weights, weights))
    two = booster.fit(values[rows], y[rows], (values[rows], y[rows]), names, [0] * K, settings, 1)
    plain = booster.fit(values, y, (values, y), names, [0] * K, settings, 1)
    assert np.abs(one.trees.margins(values) - two.trees.margins(values)).max() < 1e-3
    assert np.abs(one.trees.margins(values) - plain.trees.margins(values)).max() > 0.01


def test_a_calibration_line_is_that_of_the_rows_twice(accounts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    values, y, weights = accounts
    margin, rows = np.nan_to_num(values[:, 0]), twice(weights)
    assert platt(margin, y == 1, weights) == pytest.approx(platt(margin[rows], y[rows] == 1), rel=1e-6)


def test_no_weight_makes_an_interval_narrower_than_the_accounts_bear(accounts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    values, y, weights = accounts
    assert as_many(np.full(N, 7.0)).sum() == pytest.approx(N) and as_many(weights).sum() < N
    margin = np.nan_to_num(values[:, 0])
    same, heavy = calibration(margin, y == 1, None), calibration(margin, y == 1, None, np.full(N, 7.0))
    assert heavy.interval.to_json() == same.interval.to_json()


def sides(n: int) -> Split:
    fit, calibrate, test = np.split(np.arange(n), [n // 2, 3 * n // 4])
    return Split(fit, calibrate, test, "account", "")


def test_only_the_ratio_of_weights_counts() -> None:
    y, real = np.tile([0.0, 1.0], 40), np.arange(80) % 4 < 2
    one, same = (weighed(y, real, {True: 3.0 * by, False: by}, sides(80)) for by in (1.0, 5.0))
    rows = np.arange(40)
    assert np.allclose(one.teaching(rows), same.teaching(rows)) and one.teaching(rows).mean() == pytest.approx(1.0)  # type: ignore[union-attr, arg-type]
    assert weighed(y, real, {True: 2.0, False: 2.0}, sides(80)).weights is None
    assert weighed(y, np.ones(80, bool), {True: 3.0, False: 1.0}, sides(80)).weights is None


def test_the_world_beside_says_yes_as_often_as_the_dataset() -> None:
    """Nine in ten of the dataset's labels are yes, one in ten of the world's: who can tell the two apart learns nothing from that."""
    beside = np.arange(400) % 2 == 1
    rng = np.random.default_rng(1)
    y = (rng.random(400) < np.where(beside, 0.1, 0.9)).astype(float)
    split = sides(400)
    found = weighed(y, ~beside, {True: 1.0, False: 1.0}, split, beside)
    learners = np.concatenate([split.fit, split.calibrate])
    rates = [np.average(y[rows], weights=found.weights[rows]) for rows in (learners[beside[learners]], learners[~beside[learners]])]  # type: ignore[index]
    assert rates[0] == pytest.approx(rates[1])
    assert found.weights[learners[beside[learners]]].sum() == pytest.approx(beside[learners].sum())  # type: ignore[index]


@pytest.mark.parametrize("part", [0, 1])
def test_neither_part_may_have_one_class_only(part: int) -> None:
    beside = np.arange(300) >= 150
    y = np.where(beside == bool(part), 1.0, np.arange(300) % 2)
    ids = [str(i) for i in range(300)]
    named = ("the dataset", "the simulated world beside it")[part]
    with pytest.raises(TrainingRefusal, match=f"{named}: bought_followers: 0 accounts with value 0"):
        together.split_each([""] * 300, {"bought_followers": y}, beside, (0.4, 0.3, 0.3), 1, ids)


def test_a_probability_is_settled_on_real_labels_where_there_are_enough() -> None:
    y, rows = np.tile([0.0, 1.0], 300), np.arange(600)
    few, many = (Weighed(None, rows < count) for count in (2 * weighing.ENOUGH_REAL - 1, 2 * weighing.ENOUGH_REAL))
    assert len(few.calibrating(rows, y)) == 600 and len(many.calibrating(rows, y)) == 2 * weighing.ENOUGH_REAL
    assert many.settled_on(rows, y) == "what a probability means is settled on 200 real labels"
    assert few.settled_on(rows, y) == "what a probability means is settled on 199 real labels and 401 simulated labels"
