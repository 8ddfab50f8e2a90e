"""What a reviewer reads: the finding first, no number without its interval, and nothing hidden that could not be measured."""

import io

import numpy as np
from rich.console import Console
from scipy.special import expit

from training.report import Facts, card, headline, markdown, measure, slices_by, table, worst_slice

rng = np.random.default_rng(2)
Y = rng.random(900) < 0.3
MARGIN = rng.normal(size=900) + 2.5 * Y - 1.5
TIERS = np.r_[np.full(400, "nano"), np.full(480, "micro"), np.full(20, "mega")]
Y[880:] = False
PREDICTIONS = {"model": expit(np.where(TIERS == "micro", MARGIN / 3, MARGIN)), "logistic": expit(MARGIN + rng.normal(0, 3, 900))}
FOUND = measure(Y, PREDICTIONS, slices_by(TIERS), "bought_followers")
FACTS: Facts = {
    "title": "A test",
    "questions": {"bought_followers": "Is a tenth of the followers of a purchased type?"},
    "data": "World `first`",
    "digest": "sha256:abc",
    "synthetic": True,
    "split": "3 sources of follower records, none on two sides",
    "base_rates": {"bought_followers": 0.2},
    "features": 45,
    "versions": {"xgboost": "3.2.0"},
}


def test_every_model_metric_and_slice_is_measured() -> None:
    assert len(FOUND) == 2 * 6 * 4
    assert {each.slice for each in FOUND} == {"all", "nano", "micro", "mega"}
    mega = [each for each in FOUND if each.slice == "mega"]
    assert all(np.isnan(each.value) and each.accounts == 20 and each.positives == 0 for each in mega)


def test_the_headline_starts_with_recall_and_its_best_baseline() -> None:
    short = headline(FOUND, "model")
    assert list(short)[:4] == ["recall_bought", "baseline_recall_bought", "ap_bought", "baseline_ap_bought"]
    assert short["ap_bought"] > short["baseline_ap_bought"]


def test_the_worst_slice_is_worst_whichever_way_is_better() -> None:
    values = {(each.slice, each.metric): each.value for each in FOUND if each.model == "model" and np.isfinite(each.value)}
    for metric, pick in (("recall_at_1pct_fpr", min), ("brier", max)):
        worst = worst_slice(FOUND, "model", "bought_followers", metric)
        assert worst
        assert worst.value == pick(values["nano", metric], values["micro", metric])


def test_the_card_says_the_finding_first_and_what_is_synthetic_and_unmeasured() -> None:
    text = card(FACTS, FOUND, "model")
    assert text.splitlines()[0].startswith("bought followers: finds ")
    assert "**Synthetic accounts**" in text.splitlines()[1]
    assert "cannot be measured (a class is missing): mega" in text
    assert "never says who bought them" in text
    assert "nan" not in text
    assert "**Synthetic" not in card({**FACTS, "synthetic": False}, FOUND, "model")


def test_tables_have_an_interval_beside_each_number_and_a_dash_for_none() -> None:
    lines = markdown(FOUND).splitlines()
    assert len(lines) == 2 + 2 * 4
    assert all(line.count("[") == (0 if "mega" in line else 4) for line in lines[2:])
    assert all(line.count("–\u00a0 |") == 4 for line in lines if "mega" in line)
    screen = io.StringIO()
    Console(file=screen, width=80).print(table(FOUND))
    written = screen.getvalue()
    assert "recall" in written
    assert "…" not in written
    # The number stands on one line and its interval, without leading zeros, on the next.
    assert sum(line.count("–") for line in written.splitlines()) >= 4 * 3
