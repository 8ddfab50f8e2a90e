"""What must hold of every metric, whoever adds it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.metrics import METRICS, Metric, interval

rng = np.random.default_rng(3)
MARGIN = rng.normal(-1, 1.5, 800)
P = 1 / (1 + np.exp(-MARGIN))
Y = rng.random(800) < P
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
accounts = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.01, 0.2, 0.5, 0.9, 1.0])), min_size=2, max_size=60)


@every_metric
def test_it_says_what_it_is(metric: Metric) -> None:
    assert metric.unit
    assert metric.source
    assert len(metric.doc) > 60


@every_metric
@given(accounts=accounts)
@settings(max_examples=40, deadline=None)
def test_a_value_or_nan_whatever_comes_and_nan_without_both_classes(metric: Metric, accounts: list[tuple[bool, float]]) -> None:
    y, p = np.array([a for a, _ in accounts]), np.array([b for _, b in accounts])
    value = metric(y, p)
    assert isinstance(value, float)
    assert not np.isinf(value)
    if y.all() or not y.any():
        assert np.isnan(value)


@every_metric
def test_the_order_of_accounts_changes_nothing(metric: Metric) -> None:
    p, order = np.round(P, 1), rng.permutation(Y.size)
    assert metric(Y[order], p[order]) == pytest.approx(metric(Y, p), abs=1e-12)


@every_metric
def test_knowing_beats_guessing(metric: Metric) -> None:
    known, guessed = metric(Y, P), metric(Y, 1 / (1 + np.exp(-rng.permutation(MARGIN) * 3)))
    if metric.better == "one":
        assert abs(known - 1) < abs(guessed - 1)
    else:
        assert (known > guessed) == (metric.better == "higher")


@every_metric
def test_an_interval_holds_the_value_and_the_seed_decides_it(metric: Metric) -> None:
    first = interval(metric, Y, P, seed=1)
    assert first.low <= first.value <= first.high
    assert first == interval(metric, Y, P, seed=1) != interval(metric, Y, P, seed=2)


@every_metric
def test_its_own_prevalence_restates_nothing(metric: Metric) -> None:
    assert metric(Y, P, prevalence=float(Y.mean())) == pytest.approx(metric(Y, P), abs=1e-3)
