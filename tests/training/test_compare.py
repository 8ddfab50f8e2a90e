"""Comparing two runs calls noise noise, a real difference one, and names the accounts that flipped."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from training.compare import COLUMNS, Comparison, compare
from training.refusals import TrainingRefusal

HEADS = ("bought_followers", "diluted_audience")


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


def of(seed: int, noise: tuple[float, float]) -> Comparison:
    return compare(*two_runs(seed, noise), seed=seed, n=300)


def test_noise_is_called_noise_in_at_least_eighteen_of_twenty_tries() -> None:
    assert sum(not of(seed, (0.35, 0.35)).real for seed in range(20)) >= 18


def test_five_points_are_found_in_at_least_eighteen_of_twenty_tries() -> None:
    sizes = [
        np.mean([each.difference.value for each in of(seed, (0.68, 0.35)).headline if each.difference.metric == "average_precision"])
        for seed in range(3)
    ]
    assert 0.045 < np.mean(sizes) < 0.055
    assert sum(any(each.verdict == "B is better" for each in of(seed, (0.68, 0.35)).real) for seed in range(20)) >= 18


def test_slices_are_shown_and_decide_nothing() -> None:
    found = of(1, (0.35, 0.35))
    assert {each.slice for each in found.differences} == {"all", "micro", "mid", "instagram"}
    assert {each.slice for each in found.headline} == {"all"} and all(each in found.headline for each in found.real)
    assert all(each.accounts == 1_500 for each in found.headline)


def test_flips_name_the_account_and_the_reasons_that_changed() -> None:
    a, b = two_runs(2, (0.1, 0.1), n=200)
    b.loc[0, ["decision", "probability", "reasons"]] = ["yes", 0.99, "growth_burst"]
    a.loc[0, ["decision", "probability", "reasons"]] = ["no", 0.01, "follower_surplus"]
    found = compare(a, b, n=20)
    first = found.flips[0]
    assert (first.account_id, first.head, first.a, first.b) == ("a0", "bought_followers", "no", "yes")
    assert (first.only_a, first.only_b) == (("follower_surplus",), ("growth_burst",))
    merged = a.merge(b, on=["account_id", "head"])
    assert len(found.flips) == (merged.decision_x != merged.decision_y).sum()


def test_what_was_set_otherwise_is_named() -> None:
    a, b = two_runs(3, (0.1, 0.1), n=100)
    found = compare(a, b, settings=({"seed": "1", "pool": "srf"}, {"seed": "2", "pool": "srf", "dropout": "0.3"}), n=20)
    assert found.settings == {"seed": ("1", "2"), "dropout": ("–", "0.3")}


def test_only_accounts_of_both_are_compared() -> None:
    a, b = two_runs(4, (0.1, 0.1), n=120)
    found = compare(a[a.account_id != "a0"], b, n=20)
    assert (found.accounts, found.left_out) == (119, 1)


def test_runs_with_nothing_in_common_and_with_other_labels_are_refused() -> None:
    a, b = two_runs(5, (0.1, 0.1), n=60)
    with pytest.raises(TrainingRefusal, match="A was tested on 60 accounts and B on 60, none of them the same"):
        compare(a, b.assign(account_id="x" + b.account_id))
    with pytest.raises(TrainingRefusal, match="1 accounts have another label in B than in A"):
        compare(a, b.assign(value=np.where(np.arange(len(b)) == 0, 1 - b.value, b.value)))
    with pytest.raises(TrainingRefusal, match="run A lacks decision"):
        compare(a.drop(columns="decision"), b)
    assert set(COLUMNS) == set(a.columns)
