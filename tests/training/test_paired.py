"""A difference between two models is called one when it is one, and noise when it is noise."""

import numpy as np
import pytest
from scipy.special import expit

from training.metrics import METRICS, interval
from training.paired import differences

HEADLINES = ("average_precision", "recall_at_1pct_fpr", "ece", "brier")


def crowd(seed: int, n: int = 3_000) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Labels, and a signal that two models see through noise of their own."""
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.25
    return y, rng.normal(size=n) + 2.5 * y, rng


def model(signal: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    return expit(2.2 * (signal + noise * rng.normal(size=len(signal))) - 4.0)


def test_two_models_of_equal_worth_are_not_told_apart() -> None:
    wrong = 0
    for seed in range(40):
        y, signal, rng = crowd(seed)
        (found,) = differences(y, model(signal, 0.4, rng), model(signal, 0.4, rng), ["average_precision"], seed=seed, n=200)
        wrong += found.beyond(0.0)
    # One in twenty by construction; seven of forty would be a chance of 1 in 400.
    assert wrong <= 6


def test_a_better_model_is_found() -> None:
    for seed in range(10):
        y, signal, rng = crowd(seed)
        (found,) = differences(y, model(signal, 0.9, rng), model(signal, 0.2, rng), ["average_precision"], seed=seed, n=200)
        assert found.beyond(0.0) and found.better > 0 and found.low <= found.value <= found.high


def test_the_pair_is_less_noisy_than_two_intervals() -> None:
    y, signal, rng = crowd(3)
    a, b = model(signal, 0.30, rng), model(signal, 0.35, rng)
    (found,) = differences(y, a, b, ["average_precision"])
    alone = [interval("average_precision", y, p) for p in (a, b)]
    assert found.high - found.low < 0.8 * (sum((each.high - each.low) ** 2 for each in alone) ** 0.5)


def test_values_are_those_of_the_metrics() -> None:
    y, signal, rng = crowd(5, 400)
    a, b = model(signal, 0.3, rng), model(signal, 0.3, rng)
    for found in differences(y, a, b, HEADLINES, n=20):
        assert found.a == METRICS[found.metric](y, a) and found.b == METRICS[found.metric](y, b)
        assert found.value == pytest.approx(found.b - found.a)


@pytest.mark.parametrize(("metric", "sign"), [("average_precision", 1), ("ece", -1), ("brier", -1)])
def test_better_knows_which_way_is_better(metric: str, sign: int) -> None:
    y, signal, rng = crowd(7)
    (found,) = differences(y, np.full(len(y), 0.6), model(signal, 0.1, rng), [metric], n=20)
    assert found.better > 0 and np.sign(found.value) == sign


def test_the_same_model_twice_differs_by_nothing_and_one_class_by_nothing_known() -> None:
    y, signal, rng = crowd(9, 300)
    p = model(signal, 0.3, rng)
    assert all((found.low, found.value, found.high) == (0, 0, 0) for found in differences(y, p, p, HEADLINES, n=30))
    assert all(np.isnan(found.low) and np.isnan(found.value) for found in differences(np.zeros(300, bool), p, p, HEADLINES[:2], n=30))


def test_copies_of_an_account_are_drawn_together() -> None:
    y, signal, rng = crowd(11, 200)
    a, b = model(signal, 0.5, rng), model(signal, 0.2, rng)
    (apart,) = differences(y, a, b, ["brier"], seed=1)
    many = [np.tile(each, 9) for each in (y, a, b)]
    (together,) = differences(*many, ["brier"], groups=np.tile(np.arange(200), 9).astype(str), seed=1)
    (alone,) = differences(*many, ["brier"], seed=1)
    assert (alone.high - alone.low) < 0.5 * (apart.high - apart.low) < (together.high - together.low)
