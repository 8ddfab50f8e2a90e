"""Comparing two runs calls noise noise, a real difference one, and names the accounts that flipped."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from training.compare import COLUMNS, Comparison, compare
from training.comparison_page import page
from training.comparison_tables import markdown
from training.comparison_words import finding, flip_finding
from training.headline import worst_vendor
from training.refusals import TrainingRefusal

HEADS = ("bought_followers", "diluted_audience")
SIDES = [[("run", "a <script>alert(1)</script>")], [("run", "b | b")]]


def two_runs(seed: int, noise: tuple[float, float], n: int = 1_500) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two runs on the same accounts, each of which sees the truth through noise of its own."""
    rng = np.random.default_rng(seed)
    frames: tuple[list[pd.DataFrame], list[pd.DataFrame]] = ([], [])
    for head in HEADS:
        y = rng.random(n) < 0.25
        signal = rng.normal(size=n) + 2.6 * y
        for side, sd in enumerate(noise):
            p = expit(2.2 * (signal + sd * rng.normal(size=n)) - 4.0)
            frames[side].append(
                pd.DataFrame(
                    {
                        "account_id": [f"a{i}" for i in range(n)],
                        "head": head,
                        "value": y.astype(float),
                        "probability": p,
                        "decision": np.select([p > 0.9, p < 0.1], ["yes", "no"], "undecided"),
                        "reasons": np.where(p > 0.5, "growth_burst, follower_surplus", "follower_surplus"),
                        "unit": [f"a{i}" for i in range(n)],
                        "tier": np.where(np.arange(n) % 3, "micro", "mid"),
                        "platform": "instagram",
                    }
                )
            )
    return pd.concat(frames[0], ignore_index=True), pd.concat(frames[1], ignore_index=True)


def sold(frame: pd.DataFrame) -> pd.DataFrame:
    """The same accounts, the positive ones of three vendors, the last of which sold to few."""
    number = np.arange(len(frame))
    vendor = np.where(number % 60 == 7, "few", np.where(number % 2, "one", "two"))
    return frame.assign(
        vendor=np.where(frame.value == 1, vendor, ""),
        scenario=np.where(frame.value == 1, "bulk_10", "celebrity"),
        share=np.where(frame.value == 1, 0.3, 0.0),
    )


def of(seed: int, noise: tuple[float, float]) -> Comparison:
    return compare(*two_runs(seed, noise), seed=seed, n=100)


def test_noise_is_called_noise_in_at_least_eighteen_of_twenty_tries() -> None:
    assert sum(not of(seed, (0.35, 0.35)).real for seed in range(20)) >= 18


def test_five_points_are_found_in_at_least_eighteen_of_twenty_tries() -> None:
    found = [of(seed, (0.68, 0.35)) for seed in range(20)]
    sizes = [each.difference.value for one in found for each in one.headline if each.difference.metric == "average_precision"]
    assert 0.045 < np.mean(sizes) < 0.055
    assert sum(any(each.verdict == "B is better" for each in one.real) for one in found) >= 18


def test_slices_are_shown_and_decide_nothing() -> None:
    found = of(1, (0.35, 0.35))
    assert {each.slice for each in found.differences} == {"all", "micro", "mid"}, "a platform that all are of is no slice"
    assert {each.slice for each in found.headline} == {"all"} and all(each in found.headline for each in found.real)
    assert all(each.accounts == 1_500 for each in found.headline)


def test_the_headline_comes_in_the_order_in_which_reviewers_ask() -> None:
    a, b = map(sold, two_runs(1, (0.3, 0.3)))
    shares = pd.DataFrame({"account_id": a.account_id.unique(), "true": 0.3, "low": 0.2, "high": 0.4})
    asked = [each.difference.metric for each in compare(a, b, n=20, shares=(shares, shares)).headline]
    assert asked[:6] == ["recall_worst_vendor", "average_precision", "ece", "coverage", "decided", "interval_width"]


def test_the_worst_vendor_is_the_one_that_the_record_names() -> None:
    a, b = map(sold, two_runs(3, (0.4, 0.2)))
    b.loc[(b.vendor == "two") & (b["head"] == HEADS[0]), "probability"] *= 0.3
    worst = next(each for each in compare(a, b, n=50).headline if each.difference.metric == "recall_worst_vendor")
    for frame, value, whose in ((a, worst.difference.a, worst.whose[0]), (b, worst.difference.b, worst.whose[1])):
        told = worst_vendor(frame)
        assert told is not None and (told.value, told.whose) == (pytest.approx(value), whose)
    assert worst.whose[1] == "two" and worst.verdict == "A is better"


def test_a_slice_that_one_run_does_not_see_is_found() -> None:
    a, b = map(sold, two_runs(4, (0.2, 0.2)))
    b.loc[(b.vendor == "one") & (b["head"] == HEADS[0]), "probability"] *= 0.2
    b.loc[(b.scenario == "celebrity") & (b["head"] == HEADS[1]) & (b.index % 9 == 0), "probability"] = 0.999
    found = {(each.kind, each.slice, each.difference.metric): each.verdict for each in compare(a, b, n=100).real_slices}
    assert found["vendor", "one", "average_precision"] == "A is better" and ("vendor", "two", "average_precision") not in found
    assert ("share", "share ≥ 20 %", "average_precision") in found
    assert not any(name == "few" for _, name, _ in found)


def test_an_interval_that_holds_more_often_is_found_and_its_width_told() -> None:
    a, b = two_runs(5, (0.2, 0.2))
    rng = np.random.default_rng(5)
    true = rng.random(1_500) / 2
    middle = true + rng.normal(scale=0.05, size=1_500)
    shares = [
        pd.DataFrame({"account_id": [f"a{i}" for i in range(1_500)], "true": true, "low": middle - half, "high": middle + half})
        for half in (0.06, 0.16)
    ]
    told = {each.difference.metric: each for each in compare(a, b, n=100, shares=(shares[0], shares[1])).headline}
    assert told["coverage"].verdict == "B is better" and told["interval_width"].verdict == "A is better"
    assert told["coverage"].difference.a == pytest.approx(np.mean(np.abs(middle - true) <= 0.06))


def test_flips_name_the_account_and_the_reasons_that_changed() -> None:
    a, b = two_runs(2, (0.1, 0.1), n=200)
    b.loc[0, ["decision", "probability", "reasons"]] = ["yes", 0.99, "growth_burst"]
    a.loc[0, ["decision", "probability", "reasons"]] = ["no", 0.01, "follower_surplus"]
    found = compare(a, b, n=20)
    first = found.flips[0]
    assert (first.account_id, first.head, first.a, first.b) == ("a0", "bought_followers", "no", "yes")
    assert (first.only_a, first.only_b) == (("follower_surplus",), ("growth_burst",))
    assert first.right == ("B" if a.value[0] == 1 else "A")
    merged = a.merge(b, on=["account_id", "head"])
    assert len(found.flips) == (merged.decision_x != merged.decision_y).sum()
    assert flip_finding(found.flips).startswith(f"{len(found.flips)} answers")


def test_what_was_set_otherwise_is_named() -> None:
    a, b = two_runs(3, (0.1, 0.1), n=100)
    found = compare(a, b, settings=({"seed": "1", "pool": "srf"}, {"seed": "2", "pool": "srf", "dropout": "0.3"}), n=20)
    assert found.settings == {"seed": ("1", "2"), "dropout": ("–", "0.3")}


def test_features_that_one_run_alone_uses_come_first() -> None:
    a, b = two_runs(3, (0.1, 0.1), n=100)
    one = pd.DataFrame({"head": HEADS[0], "feature": ["growth_burst", "like_gini"], "contribution": [1.0, 0.2]})
    two = pd.DataFrame({"head": HEADS[0], "feature": ["growth_burst", "churn_share"], "contribution": [0.1, 0.3]})
    weights = compare(a, b, n=20, importances=(one, two)).weights
    assert [each.feature for each in weights] == ["churn_share", "like_gini", "growth_burst"]
    assert np.isnan(weights[0].a) and weights[0].b == 0.3


def test_only_accounts_of_both_are_compared_and_few_are_said_to_tell_little() -> None:
    a, b = two_runs(4, (0.1, 0.1), n=120)
    found = compare(a[a.account_id != "a0"], b, n=20)
    assert (found.accounts, found.left_out, found.few) == (119, 1, False)
    assert any("1 test accounts are of B alone and left out" in note for note in found.notes)
    few = compare(a[a.account_id.str.len() < 3], b, n=20)
    assert few.accounts == 10 and finding(few).startswith("Little can be told: only 10 test accounts")


def test_other_labels_are_told_and_those_of_b_count() -> None:
    a, b = two_runs(5, (0.1, 0.1), n=200)
    b.loc[:5, "value"] = 1 - b.value[:6]
    found = compare(a, b, n=20)
    assert "6 accounts have another label for bought_followers in B than in A; B's labels count here." in found.notes
    assert found.headline[0].positives == (b.value[b["head"] == HEADS[0]] == 1).sum()


def test_runs_with_nothing_in_common_are_refused() -> None:
    a, b = two_runs(5, (0.1, 0.1), n=60)
    with pytest.raises(TrainingRefusal, match="A was tested on 60 accounts and B was tested on 60 accounts, none of them the same"):
        compare(a, b.assign(account_id="x" + b.account_id))
    with pytest.raises(TrainingRefusal, match="they are other accounts, as when a world is simulated with another seed"):
        compare(a, b.assign(tier=b.tier.to_numpy()[::-1]))
    with pytest.raises(TrainingRefusal, match="run A lacks decision"):
        compare(a.drop(columns="decision"), b)
    assert set(COLUMNS) == set(a.columns)


def test_the_page_and_the_card_say_the_finding_and_let_nothing_out() -> None:
    a, b = map(sold, two_runs(6, (0.7, 0.2)))
    found = compare(a, b, names=("<b>as usual</b>", "other"), n=50)
    assert finding(found).startswith("B is better: ")
    drawn, card = page(found, SIDES), markdown(found, SIDES)
    assert finding(found).replace("`", "`") in drawn and finding(found) in card
    assert "<script" not in drawn and "<b>as usual" not in drawn and "://" not in drawn and len(drawn.encode()) < 2_000_000
    assert "<script" not in card and "b / b" in card
