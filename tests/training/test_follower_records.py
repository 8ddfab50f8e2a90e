"""The measurement of single followers: its numbers are right, records never lie on both sides, and what is absent is said."""

from pathlib import Path

import numpy as np
import pytest

from training import pools
from training.benchmark import follower_records, follower_sources
from training.benchmark.follower_numbers import at_threshold, auc, recall
from training.benchmark.step import Size


def test_numbers_of_a_score_are_those_counted_by_hand() -> None:
    purchased = np.array([True] * 4 + [False] * 100)
    scores = np.r_[100.0, 99.0, 50.0, -1.0, np.arange(100.0)]
    assert auc(purchased, scores) == pytest.approx((100 + 99.5 + 50.5 + 0) / 400)
    assert recall(purchased, scores, 0.01) == 0.5, "one false alarm, at 99, lies level with a hit, which counts as above 98"
    assert recall(purchased, scores, 0.0) == 0.25
    found = at_threshold(purchased, scores >= 50, np.random.default_rng(0))
    assert (found["tpr"]["hits"], found["fpr"]["hits"]) == (3, 50)
    assert found["j"]["value"] == pytest.approx(0.25)
    assert found["tpr"]["low"] < 0.75 < found["tpr"]["high"]


def test_a_record_stands_once_and_in_one_half() -> None:
    pool = pools.load("srf")
    once = follower_sources.once(pool)
    assert (len(pool), len(once)) == (975, 974)
    halves = follower_records._halves(once)
    assert sum(map(len, halves)) == len(once)
    assert not set(pools.twins(halves[0])) & set(pools.twins(halves[1]))


def test_without_the_data_that_may_not_ship_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(follower_sources, "SHARED", tmp_path)
    found = follower_records.unseen_sources(Size(True, 1), lambda done, of: None)
    assert found["cells"] == {} and found["worst"] is None
    assert [sentence.split()[0] for sentence in found["left_out"]] == list(follower_sources.ABROAD)
