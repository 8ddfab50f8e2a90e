"""No follower's record may lie on two sides of a split."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.refusals import TrainingRefusal
from training.splits import leaks, split

rng = np.random.default_rng(7)
HEADS = {"bought_followers": (rng.random(1000) < 0.3).astype(float), "diluted_audience": (rng.random(1000) < 0.2).astype(float)}


def sources(sizes: list[int]) -> list[str]:
    return [f"srf/{number}" for number, size in enumerate(sizes) for _ in range(size)]


@given(sizes=st.lists(st.integers(20, 200), min_size=3, max_size=30), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_source_lies_on_one_side_and_every_side_has_both_classes(sizes: list[int], seed: int) -> None:
    groups = np.array(sources(sizes))
    y = np.arange(groups.size) % 3 == 0
    found = split(groups.tolist(), {"bought_followers": y.astype(float)}, seed=seed)
    assert found.group_kind == "source"
    rows = [found.fit, found.calibrate, found.test]
    assert sorted(np.concatenate(rows).tolist()) == list(range(groups.size))
    for side, others in ((0, (1, 2)), (1, (0, 2)), (2, (0, 1))):
        assert y[rows[side]].any()
        assert not y[rows[side]].all()
        for other in others:
            assert not set(groups[rows[side]]) & set(groups[rows[other]])


@pytest.mark.parametrize("seed", range(5))
def test_of_three_shards_the_largest_teaches(seed: int) -> None:
    groups = sources([300, 400, 300])
    found = split(groups, HEADS, seed=seed)
    assert {groups[row] for row in found.fit} == {"srf/1"}


def test_many_sources_give_the_shares_that_were_asked_for() -> None:
    found = split([f"pool/{number % 300}" for number in range(1000)], HEADS, (0.6, 0.1, 0.3))
    assert [round(rows.size / 1000, 1) for rows in (found.fit, found.calibrate, found.test)] == [0.6, 0.1, 0.3]


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    groups = [f"pool/{number % 300}" for number in range(1000)]
    first, again, other = (split(groups, HEADS, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.sides(), again.sides())
    assert not np.array_equal(first.sides(), other.sides())


def test_two_sources_are_split_by_account_and_the_note_says_so() -> None:
    found = split(sources([500, 500]), HEADS)
    assert found.group_kind == "account"
    assert "nothing about an unseen source" in found.note
    for label in HEADS.values():
        assert np.ptp([label[rows].mean() for rows in (found.fit, found.calibrate, found.test)]) < 0.02


def test_unlabelled_accounts_of_one_head_still_serve_the_other() -> None:
    half = HEADS["bought_followers"].copy()
    half[::2] = np.nan
    found = split(sources([400, 300, 300]), {**HEADS, "bought_followers": half})
    assert found.fit.size == 400


def test_a_test_side_without_a_class_is_noted() -> None:
    value = np.r_[np.arange(200) % 2, np.arange(200) % 2, np.zeros(200)].astype(float)
    assert "the test side has no account with value 1" in split(sources([200, 200, 200]), {"diluted_audience": value}).note


def test_a_refusal_tells_every_reason_at_once() -> None:
    with pytest.raises(TrainingRefusal) as refused:
        split(["a"] * 6, {"one_class": np.ones(6), "odd": np.array([0, 1, 2, np.nan, 0, 1])}, account_ids=["x", "x", "y", "z", "v", "w"])
    text = str(refused.value)
    for reason in ("at least 60", "occur more than once (x", "one_class: 0 accounts with value 0", "odd: 1 labels are neither 0 nor 1"):
        assert reason in text
    assert len(refused.value.reasons) >= 4


def test_classes_that_follow_the_source_are_refused() -> None:
    value = np.r_[np.ones(200), np.zeros(200), np.zeros(200)]
    with pytest.raises(TrainingRefusal, match="side has no account with value 1"):
        split(sources([200, 200, 200]), {"bought_followers": value})


def test_a_follower_on_two_sides_is_found_and_named() -> None:
    found = split(sources([400, 300, 300]), HEADS)
    ids = [f"account-{row}" for row in range(1000)]
    owners = [ids[found.fit[0]], ids[found.test[0]], ids[found.fit[0]], ids[found.fit[1]], "somebody else"]
    table = pa.table({"account_id": owners, "follower_id": ["shared", "shared", "own", "own", "shared"]})
    leak = leaks(found, table, ids)
    assert (leak.share, leak.shared, leak.examples) == (0.5, 1, ("shared",))
    offsets = np.zeros(1001, int)
    offsets[found.fit[0] + 1 :] += 2
    offsets[found.test[0] + 1 :] += 1
    by_offset = ["shared", "own", "shared"] if found.fit[0] < found.test[0] else ["shared", "shared", "own"]
    assert leaks(found, (offsets, by_offset)) == leak


def test_nothing_shared_is_no_leak() -> None:
    found = split(sources([400, 300, 300]), HEADS)
    ids = [f"account-{row}" for row in range(1000)]
    assert leaks(found, pa.table({"account_id": ids, "follower_id": [f"f{row}" for row in range(1000)]}), ids).shared == 0
    assert leaks(found, pa.table({"account_id": pa.array([], pa.string()), "follower_id": pa.array([], pa.string())}), ids).share == 0
