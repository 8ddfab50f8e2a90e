"""Limits keep what they promise: few honest accounts above, few overlooked ones below, whatever the evidence."""

import math

import numpy as np
import pytest

from features.catalog import NAMES, FeatureMatrix
from models.bundle import HeadModel
from models.decision import FALSE_YES, Seen, false_no
from models.head import Costs
from training.limits import Cases, _by_group, lower_limit, settled, upper_limit


@pytest.mark.parametrize("n", [99, 150, 1_000])
def test_a_new_honest_account_is_above_its_limit_in_one_of_a_hundred(n: int) -> None:
    """Averaged over calibration sets, as the guarantee is: method.md 4."""
    rng = np.random.default_rng(n)
    above = [(rng.standard_normal(400) > upper_limit(rng.standard_normal(n))).mean() for _ in range(1_500)]
    expected = (n + 1 - math.ceil((n + 1) * (1 - FALSE_YES))) / (n + 1)
    assert np.mean(above) == pytest.approx(expected, abs=0.0012) and expected <= FALSE_YES


def test_ninety_eight_honest_accounts_promise_nothing() -> None:
    assert upper_limit(np.arange(98.0)) is None
    assert upper_limit(np.arange(99.0)) == 98.0
    assert upper_limit(np.arange(199.0)) == 197.0


def test_a_new_account_is_overlooked_as_seldom_as_promised() -> None:
    rng = np.random.default_rng(1)
    below = [(rng.standard_normal(400) < lower_limit(rng.standard_normal(80), 0.04)).mean() for _ in range(1_500)]
    assert np.mean(below) == pytest.approx(3 / 81, abs=0.002) and np.mean(below) <= 0.04
    assert lower_limit(np.arange(23.0), 0.04) is None and lower_limit(np.arange(24.0), 0.04) == 0.0


def test_limits_are_set_by_evidence_and_tier_each_account_once_and_by_the_least_conspicuous() -> None:
    rng = np.random.default_rng(2)
    m = 1_000
    y = (np.arange(m) % 2).astype(float)
    share = np.where(y == 1, np.where(np.arange(m) % 4 == 1, 0.15, 0.6), 0.0)
    margins = rng.normal(np.where(share > 0.5, 6.0, np.where(y == 1, 1.0, -2.0)), 1.0)
    sharp, blind = Seen(("history",), None, "micro"), Seen((), None, "micro")
    first = Cases(np.arange(m), margins, y, share, [sharp] * m)
    again = Cases(np.arange(m), margins + 50, y, share, [sharp if i < 10 else blind for i in range(m)])
    overlooked = false_no(Costs())
    yes, no = _by_group([first, again], overlooked)
    assert yes["history"] == yes["micro"] == upper_limit(margins[y == 0]), "an account counts once in each group"
    assert no["history"] == lower_limit(margins[share == 0.15], overlooked) < lower_limit(margins[y == 1], overlooked)
    assert set(yes) == {"history", "micro"}
    unknown = Cases(np.arange(m), margins, y, np.full(m, np.nan), [sharp] * m)
    assert _by_group([unknown], overlooked)[1]["history"] == lower_limit(margins[y == 1], overlooked)


def test_a_trained_head_keeps_its_promise_on_accounts_it_has_not_seen(trained: object) -> None:
    """Of the small training: the limits lie among its margins, and evidence that nobody calibrated has none."""
    models: dict[str, HeadModel] = dict(trained.bundle.heads)  # type: ignore[attr-defined]
    for model in models.values():
        assert all(-15 < value < 15 for limits in (model.limits.yes, model.limits.no) for value in limits.values())
        assert all(0 <= value <= 1 for value in model.limits.decided.values())
        assert "" not in model.limits.yes


def test_nothing_known_sets_no_limit(trained: object) -> None:
    model: HeadModel = trained.bundle.heads["bought_followers"]  # type: ignore[attr-defined]
    n = 200
    nothing = FeatureMatrix([str(i) for i in range(n)], NAMES, np.full((n, len(NAMES)), np.nan))
    y = (np.arange(n) % 2).astype(float)
    found = settled(model, (nothing,), [None] * n, np.ones(n, dtype=np.int64), y, y * 0.3, np.arange(n))
    assert (found.limits.yes, found.limits.no, found.limits.decided, found.limits.detectable) == ({}, {}, {}, 0.0)
