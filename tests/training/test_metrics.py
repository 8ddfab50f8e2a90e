"""The numbers that results are quoted by, against scikit-learn and against counting by hand."""

import time

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_curve

from training.metrics import METRICS, Ranked, interval, intervals

rng = np.random.default_rng(11)
MARGIN = rng.normal(-1.5, 2, 3000)
P = expit(MARGIN)
Y = rng.random(3000) < P


@pytest.mark.parametrize("p", [P, np.round(P, 1), np.full(3000, 0.3)], ids=["distinct", "ties", "one tie"])
def test_scikit_learn_gives_the_same(p: np.ndarray) -> None:
    assert METRICS["average_precision"](Y, p) == pytest.approx(average_precision_score(Y, p))
    assert METRICS["brier"](Y, p) == pytest.approx(brier_score_loss(Y, p))
    false, true, _ = roc_curve(Y, p, drop_intermediate=False)
    assert METRICS["recall_at_1pct_fpr"](Y, p) == pytest.approx(true[false <= 0.01].max())


def test_weighted_resamples_are_what_scikit_learn_calls_sample_weights() -> None:
    p, weights = np.round(P, 2), rng.integers(0, 4, 3000).astype(float)
    ranked = Ranked.of(Y, p)
    mine = METRICS["average_precision"].compute(ranked, weights[None, ranked.order])
    assert mine[0] == pytest.approx(average_precision_score(Y, p, sample_weight=weights))


def test_recall_at_one_percent_counts_whole_ties_only() -> None:
    y = np.r_[np.ones(10, bool), np.zeros(200, bool)]
    two_above = np.r_[np.full(10, 0.9), np.full(2, 0.9), np.zeros(198)]
    assert METRICS["recall_at_1pct_fpr"](y, two_above) == 1
    assert METRICS["recall_at_1pct_fpr"](y, np.r_[np.full(10, 0.9), np.full(3, 0.9), np.zeros(197)]) == 0
    assert METRICS["recall_at_1pct_fpr"](y, np.r_[np.full(4, 0.95), np.full(6, 0.9), np.full(3, 0.9), np.zeros(197)]) == 0.4


def test_recall_does_not_depend_on_the_prevalence_and_precision_does() -> None:
    assert METRICS["recall_at_1pct_fpr"](Y, P, prevalence=0.05) == pytest.approx(METRICS["recall_at_1pct_fpr"](Y, P))
    thinned = [np.concatenate([np.flatnonzero(~Y), np.flatnonzero(Y)[start::4]]) for start in range(4)]
    restated = METRICS["average_precision"](Y, P, prevalence=float(Y[thinned[0]].mean()))
    assert restated == pytest.approx(np.mean([METRICS["average_precision"](Y[rows], P[rows]) for rows in thinned]), abs=0.02)
    assert restated < METRICS["average_precision"](Y, P) - 0.05


def test_calibration_error_is_near_zero_when_right_and_the_gap_when_wrong() -> None:
    draws = [rng.random(600) < P[:600] for _ in range(60)]
    bins = np.array_split(np.argsort(-P[:600]), 15)
    plain = np.mean([np.mean([abs(P[:600][part].mean() - y[part].mean()) for part in bins]) for y in draws])
    assert np.mean([METRICS["ece"](y, P[:600]) for y in draws]) < 0.7 * plain
    large = expit(rng.normal(-1.5, 2, 20_000))
    assert METRICS["ece"](rng.random(20_000) < large, large) < 0.01
    assert METRICS["ece"](rng.random(5000) < 0.3, np.full(5000, 0.5)) == pytest.approx(0.2, abs=0.02)


def test_calibration_slope_is_that_of_a_logistic_regression() -> None:
    too_extreme = expit(MARGIN * 2)
    reference = LogisticRegression(C=np.inf, tol=1e-10).fit(2 * MARGIN[:, None], Y).coef_[0, 0]
    assert METRICS["calibration_slope"](Y, too_extreme) == pytest.approx(reference, rel=0.02)
    assert np.isnan(METRICS["calibration_slope"](Y, np.full(3000, 0.5)))


def test_skill_of_the_base_rate_is_zero() -> None:
    assert METRICS["brier_skill"](Y, np.full(3000, Y.mean())) == pytest.approx(0, abs=1e-12)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth = METRICS["brier"](rng.random(400_000) < (p := expit(rng.normal(-1.5, 2, 400_000))), p)
    hits = 0
    for seed in range(60):
        m = expit(rng.normal(-1.5, 2, 300))
        found = interval("brier", rng.random(300) < m, m, n=150, seed=seed)
        hits += found.low <= truth <= found.high
    assert hits >= 50


def test_accounts_of_one_source_widen_the_interval() -> None:
    source = np.repeat(np.arange(100), 30)
    shifted = expit(MARGIN + rng.normal(0, 2, 100)[source])
    alone, together = interval("brier", Y, shifted), interval("brier", Y, shifted, groups=source)
    assert together.high - together.low > 1.3 * (alone.high - alone.low)
    few = interval("brier", Y, shifted, groups=source % 3)
    assert np.isnan(few.low)
    assert few.value == alone.value


def test_a_missing_class_has_no_value() -> None:
    found = intervals(np.zeros(50, bool), P[:50])
    assert all(np.isnan([each.value, each.low, each.high]).all() for each in found.values())
    assert all(np.isnan(each.value) for each in intervals(np.zeros(0, bool), np.zeros(0)).values())


def test_scores_that_are_no_probabilities_are_refused() -> None:
    with pytest.raises(ValueError, match=r"3 probabilities lie outside \[0, 1\]"):
        intervals(Y[:5], np.array([0.1, -0.2, 1.5, np.nan, 0.3]))
    with pytest.raises(ValueError, match="both must be"):
        intervals(Y[:5], P[:4])


def test_four_models_with_all_metrics_take_seconds() -> None:
    began = time.perf_counter()
    for seed in range(4):
        intervals(Y, P, seed=seed)
    assert time.perf_counter() - began < 10
