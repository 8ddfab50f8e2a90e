"""The numbers that decide: the worst vendor, coverage, decided, and slices; each in the order in which it is read."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from training import tracking
from training.headline import coverage, decided, family, headline, recalls, slices, spelt, worst_vendor
from training.labelled import BANDS
from training.report import measure
from training.told import told
from training.worlds.scenarios import SCENARIOS

FIRST = ["recall_worst_vendor", "ap_bought", "ece_bought", "coverage", "decided_bought"]


def evaluation() -> pd.DataFrame:
    """1,000 clean accounts, of which ten come out at .9; all 40 buyers of vendor a are found, 10 of the 40 of b, none of the 19 of c."""
    clean = pd.DataFrame({"value": 0.0, "probability": np.r_[np.full(10, 0.9), np.linspace(0.0, 0.5, 990)], "vendor": "", "share": 0.0})
    sold = [("a", 0.95, 40), ("b", 0.95, 10), ("b", 0.3, 30), ("c", 0.1, 19)]
    bought = [pd.DataFrame({"value": 1.0, "probability": p, "vendor": name, "share": 0.25}, index=range(n)) for name, p, n in sold]
    rows = pd.concat([clean, *bought], ignore_index=True)
    rows["decision"] = np.where(rows["probability"] > 0.8, "yes", np.where(rows["probability"] < 0.2, "no", "undecided"))
    fixed = {"head": "bought_followers", "tier": "micro", "platform": "x", "scenario": np.where(rows["value"] == 1, "drip_2", "viral")}
    return rows.assign(**fixed, account_id=[f"a{i}" for i in range(len(rows))])


def test_the_worst_vendor_is_the_one_whose_buyers_are_found_least() -> None:
    found = worst_vendor(evaluation())
    assert found is not None
    assert (found.whose, found.value, found.accounts) == ("b", 0.25, 40)
    low, high = binomtest(10, 40).proportion_ci(method="wilson")
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_vendor_with_fewer_than_twenty_buyers_is_not_called_the_worst() -> None:
    rows = evaluation()
    assert [each.whose for each in recalls(rows, "vendor", 5)] == ["c", "b", "a"]
    assert worst_vendor(rows[rows["vendor"] != "b"]).whose == "a"  # type: ignore[union-attr]
    assert worst_vendor(rows[rows["vendor"].isin(["", "c"])]) is None


def test_an_alarm_is_above_what_one_in_a_hundred_clean_accounts_reach() -> None:
    rows = evaluation()
    rows.loc[rows["value"] == 1, "probability"] = 0.9
    # Ten of the thousand clean ones share this probability, so that no threshold parts them from the buyers.
    assert worst_vendor(rows).value == 1.0  # type: ignore[union-attr]
    rows.loc[rows.index[10], "probability"] = 0.9
    assert worst_vendor(rows).value == 0.0  # type: ignore[union-attr]


def test_coverage_counts_true_shares_inside_the_interval() -> None:
    shares = pd.DataFrame({"true": [0.1, 0.5, np.nan, 0.3, 0.9], "low": [0.0, 0.6, 0.0, 0.3, 0.1], "high": [0.2, 0.9, 1.0, 0.4, 0.8]})
    found = coverage(shares)
    assert (found.value, found.accounts) == (pytest.approx(2 / 4), 4)
    assert math.isnan(coverage(shares[shares["true"].isna()]).value)


def test_decided_counts_a_yes_and_a_no_alike() -> None:
    rows = evaluation()
    assert decided(rows).value == pytest.approx((rows["decision"] != "undecided").mean())


def test_the_headline_comes_first_and_in_its_order() -> None:
    rows = evaluation()
    measurements = measure(rows["value"].to_numpy() == 1, {"xgboost": rows["probability"].to_numpy()}, {}, "bought_followers")
    shares = pd.DataFrame({"true": [0.1], "low": [0.0], "high": [0.2]})
    found = headline(rows, shares, measurements)
    assert list(found)[:5] == FIRST and found["recall_worst_vendor"] == 0.25 and found["coverage"] == 1.0
    assert "brier_bought" in found and len(found) == len(set(found))


def test_slices_have_thirty_accounts_both_classes_and_names_that_are_taken() -> None:
    found = slices(evaluation())
    names = {name.split("/")[1] for name in found}
    assert names == {"micro", "x", "drip", "a", "b", "share from 20 pct"}
    assert found["slice/a/recall_bought"] == 1.0 and found["slice/b/recall_bought"] == 0.25
    few = slices(evaluation().groupby("value").head(12))
    assert few == {}


def test_every_scenario_is_of_a_family_and_every_name_can_be_a_metric() -> None:
    assert all(family(name) for name in SCENARIOS) and family("") == "" and family("nobody knows") == ""
    assert spelt("high_street-srf/0/vendor-3") == "high_street-srf 0 vendor-3"
    allowed = set("_-. ")
    for name in [*(band for *_, band in BANDS), "a<b>&\"'", "ü/@"]:
        assert all(sign.isalnum() or sign in allowed for sign in spelt(name))


def test_nothing_measured_has_no_interval() -> None:
    assert math.isnan(told(0, 0).value) and told(0, 5).low == 0.0 and told(5, 5).high == 1.0


def test_the_run_logs_them_first(trained: Any, champion_home: Any) -> None:
    run = tracking.store(champion_home).client.get_run(trained.run_id)
    # 150 test accounts hold no vendor with twenty buyers, which is said instead of measured.
    assert "recall_worst_vendor" in run.data.tags["metrics without a value"]
    assert set(FIRST[1:]) <= set(run.data.metrics)
    assert "coverage" in trained.card.lower() or "covers the true one" in trained.card
    assert [name for name in run.data.metrics if name.startswith("slice/micro/")]
    assert trained.bundle.facts["measures"]["decided_bought"] == pytest.approx(run.data.metrics["decided_bought"], abs=1e-4)
