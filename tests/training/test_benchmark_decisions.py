"""The numbers about probabilities, decisions and causes: known answers on accounts made by hand."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

from training.benchmark import causes, decisions
from training.benchmark.reliability import measured, proportion, reliability, selective


def test_a_proportion_has_the_interval_of_clopper_and_pearson() -> None:
    """method.md 7.3: 38 of 5,000 are the most that certify 1 %."""
    assert proportion(np.arange(5_000) < 38)["high"] <= 0.0105 < proportion(np.arange(5_000) < 45)["high"]
    assert (proportion(np.zeros(10, bool))["low"], proportion(np.ones(10, bool))["high"]) == (0.0, 1.0)
    assert proportion(np.zeros(0, bool))["value"] is None


def test_what_is_calibrated_measures_so_and_what_is_shifted_says_by_how_much() -> None:
    rng = np.random.default_rng(1)
    p = expit(rng.normal(-1, 2, 8_000))
    yes = rng.random(8_000) < p
    right, shifted = measured(yes, p), measured(yes, expit(logit(p) - 0.7))
    assert right["ece"]["value"] < 0.01 and right["slope"]["value"] == pytest.approx(1, abs=0.08)
    assert right["intercept"]["low"] < 0 < right["intercept"]["high"]
    assert shifted["intercept"]["value"] == pytest.approx(0.7, abs=0.1) and shifted["ece"]["low"] > 0.03
    inside = [row["low"] <= row["probability"] <= row["high"] for row in reliability(yes, p)]
    assert len(inside) == 10 and sum(inside) >= 8


def test_leaving_the_doubtful_out_lowers_the_risk() -> None:
    rng = np.random.default_rng(2)
    p = expit(rng.normal(0, 3, 4_000))
    found = selective(rng.random(4_000) < p, p, 0.01)
    risk = list(found["risk_at_coverage"].values())
    assert risk == sorted(risk) and risk[0] < 0.25 * risk[-1]
    assert 0.2 < found["coverage"]["value"] < 0.9
    assert found["aurc_of_a_perfect_order"] < found["aurc"]["value"] < risk[-1]
    perfect = selective(p > 0.5, p, 0.01)
    assert perfect["coverage"]["value"] == 1 and perfect["aurc"]["value"] == 0


def answer(decision: str, probability: float) -> dict[str, Any]:
    return {"decision": decision, "probability": probability}


def test_decisions_are_counted_with_and_without_the_right_to_say_nothing() -> None:
    said = [answer("yes", 0.97), answer("yes", 0.96), answer("no", 0.02), answer("undecided", 0.6), answer("undecided", 0.4), None]
    found = decisions._decisions(said, np.array([True, False, True, False, True, True]))
    assert found["decided"]["value"] == 0.5 and found["confident_wrong"]["value"] == pytest.approx(2 / 6)
    assert found["found"]["value"] == 0.25 and found["false_no"]["value"] == 0.25 and found["false_yes"]["value"] == 0.5
    assert found["without_abstention"]["false_yes"]["value"] == 1.0 and found["without_abstention"]["wrong"]["value"] == pytest.approx(
        5 / 6
    )


def test_the_worst_cell_is_the_one_farthest_from_its_bar() -> None:
    """A slope of 0.6 is worse than one of 1.5."""

    def cell(slope: float, ece: float) -> dict[str, Any]:
        numbers = {"slope": {"value": slope}, "ece": {"value": ece}, "brier_skill": {"value": None, "why": "few"}}
        return {"calibration": {"in use": numbers}, "by_tier": {}}

    found = decisions._t8({"a": cell(1.5, 0.01), "b": cell(0.6, 0.03)})
    assert (found["slope"]["whose"], found["ece"]["whose"]) == ("b, all", "b, all")
    assert found["brier_skill"]["value"] is None


def sheet(parts: np.ndarray, truth: np.ndarray) -> Any:
    """Accounts whose parts and true causes are given in the order of causes.CAUSES; both (n, 3)."""
    names = list(causes.CAUSES)
    verdicts = [
        {
            "engagement": {
                "parts": [{"cause": name, "dex": dex, "low": dex - 0.05, "high": dex + 0.05} for name, dex in zip(names, row, strict=True)]
            }
        }
        for row in parts.tolist()
    ]
    return SimpleNamespace(verdicts=verdicts, truth=dict(zip(causes.CAUSES.values(), truth.T, strict=True)))


def test_attribution_is_of_accounts_that_lack_enough_and_by_the_largest_cause() -> None:
    rng = np.random.default_rng(3)
    truth = -0.3 * np.eye(3)[rng.integers(3, size=300)]
    truth[:50] *= 0.3
    right = causes._attribution(sheet(truth - 0.01, truth))
    assert right["macro_f1"]["value"] == 1 and right["right"]["n"] == 250
    turned = causes._attribution(sheet(np.roll(truth, 1, axis=1), truth))
    assert turned["macro_f1"]["value"] == 0
    blind = causes._attribution(sheet(np.tile([-0.3, 0.0, 0.0], (300, 1)), truth))
    assert blind["macro_f1"]["value"] == pytest.approx(1 / 6, abs=0.03), "always saying the same is right for a third"
    assert causes._attribution(sheet(truth, truth * 0))["macro_f1"]["value"] is None


def test_a_part_is_measured_against_what_was_taken() -> None:
    truth = np.tile([-0.2, 0.0, 0.0], (100, 1))
    found = causes._part(sheet(truth + 0.04, truth), "bought_followers", "bought_dex")
    assert found["error_dex"]["value"] == pytest.approx(0.04) and found["bias_dex"]["value"] == pytest.approx(0.04)
    assert found["covered"]["value"] == 1.0
    assert causes._part(sheet(truth + 0.06, truth), "bought_followers", "bought_dex")["covered"]["value"] == 0.0


def test_answers_are_plain_json_without_nan() -> None:
    rng = np.random.default_rng(4)
    p = rng.random(60)
    yes = rng.random(60) < p
    json.dumps([measured(yes, p), reliability(yes, p), selective(yes, p, 0.01), measured(np.ones(5, bool), p[:5])], allow_nan=False)
