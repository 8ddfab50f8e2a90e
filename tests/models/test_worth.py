"""What is most worth a label: each of the three parts alone, all together, and the same answer every time."""

import time

import numpy as np
import pytest

from models.worth import Asked, choose, influential, uncertain

HEAD = "bought_followers"


def asked(probability: object, width: object = 0.2, decided: object = False, labelled: object = False) -> Asked:
    p = np.atleast_1d(np.asarray(probability, float))
    half = 0.5 * np.broadcast_to(np.asarray(width, float), p.shape)
    low, high = np.clip(p - half, 0.0, 1.0), np.clip(p + half, 0.0, 1.0)
    return Asked(p, low, high, np.broadcast_to(np.asarray(decided), p.shape), np.broadcast_to(np.asarray(labelled), p.shape))


def far_apart(n: int, k: int = 8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, k))


def rows(features: np.ndarray, followers: object, one: Asked, most: int = 10) -> list[int]:
    known = np.broadcast_to(np.asarray(followers, float), len(features))
    return [choice.row for choice in choose(features, known, {HEAD: one}, most)]


def test_the_open_answer_comes_before_the_plain_ones() -> None:
    assert rows(far_apart(5), 1_000, asked([0.02, 0.5, 0.98, 0.9, 0.1]), 1) == [1]


def test_of_equal_probabilities_the_wider_interval_is_more_open() -> None:
    assert rows(far_apart(3), 1_000, asked([0.3, 0.3, 0.3], [0.1, 0.5, 0.2]), 1) == [1]


def test_an_answer_that_was_given_all_the_same_counts_half() -> None:
    open_, given = uncertain(asked([0.4, 0.4], decided=[False, True]))
    assert given == pytest.approx(0.5 * open_)


def test_uncertainty_lies_between_nothing_and_one() -> None:
    values = uncertain(asked([0.0, 1.0, 0.5, np.nan, 0.5], [0.0, 0.0, 1.0, 0.2, 0.0]))
    assert values.tolist() == pytest.approx([0.0, 0.0, 1.0, 0.0, 0.5])


def test_the_account_with_more_followers_comes_first() -> None:
    assert rows(far_apart(4), [900, 90_000, 9_000_000, 9_000], asked([0.5] * 4), 1) == [2]


def test_influence_grows_with_the_order_of_magnitude_and_unknown_is_typical() -> None:
    reach = influential(np.array([0.0, 99.0, 9_999.0, 1e12, np.nan]))
    assert reach.tolist() == pytest.approx([0.0, 0.25, 0.5, 1.0, 0.375])
    assert influential(np.array([np.nan, np.nan])).tolist() == [0.5, 0.5]


def test_a_second_account_of_a_kind_waits_until_each_kind_had_one() -> None:
    """Four tight groups of ten: a reviewer's first four labels are one of each."""
    group = np.repeat(np.arange(4), 10)
    features = far_apart(4)[group] + 0.01 * far_apart(40, seed=1)
    first = rows(features, 1_000, asked(np.full(40, 0.5)), 4)
    assert sorted(group[first]) == [0, 1, 2, 3]


def test_what_resembles_a_labelled_account_comes_last() -> None:
    features = np.vstack([far_apart(4), far_apart(4)[:1] + 0.001])
    labelled = np.array([True, False, False, False, False])
    found = rows(features, 1_000, asked(np.full(5, 0.5), labelled=labelled))
    assert 0 not in found
    assert found[-1] == 4


def test_an_outlier_is_no_more_diverse_than_an_account_that_is_merely_unlike() -> None:
    features = far_apart(50)
    features[7] *= 1e6
    found = choose(features, np.full(50, 1_000.0), {HEAD: asked(np.full(50, 0.5))}, 50)
    assert found[0].row == 0, "the first of equals, whatever lies far out"
    assert all(choice.diversity <= 1.0 for choice in found)


def test_each_head_is_asked_for_by_itself() -> None:
    heads = {"bought_followers": asked([0.5, 0.1]), "diluted_audience": asked([0.1, 0.5], labelled=[True, False])}
    found = [(choice.row, choice.head) for choice in choose(far_apart(2), np.full(2, 1e4), heads, 9)]
    assert sorted(found) == [(0, "bought_followers"), (1, "bought_followers"), (1, "diluted_audience")]


def test_accounts_of_which_nothing_was_seen_are_not_asked_for() -> None:
    assert rows(far_apart(3), 1_000, asked([np.nan, 0.3, np.nan])) == [1]


def test_hostile_numbers_change_nothing_for_the_others() -> None:
    features = far_apart(30)
    features[3], features[4, 2], features[:, 5] = np.nan, np.inf, np.nan
    found = choose(features.astype(np.float32), np.full(30, np.nan), {HEAD: asked(np.full(30, 0.5))}, 30)
    assert sorted(choice.row for choice in found) == list(range(30))
    assert np.isfinite([choice.worth for choice in found]).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_accounts_are_enough(n: int) -> None:
    assert len(rows(far_apart(n), 1_000, asked(np.full(n, 0.5)))) == n


def test_equal_accounts_are_all_chosen_only_once() -> None:
    assert rows(np.zeros((3, 4)), 1_000, asked([0.5] * 3)) == [0], "a copy of a chosen account teaches nothing"


def test_the_choice_is_the_same_every_time() -> None:
    features, one = far_apart(300), asked(np.random.default_rng(1).random(300))
    reach = 10 ** np.random.default_rng(2).uniform(2, 7, 300)
    assert choose(features, reach, {HEAD: one}, 40) == choose(features.copy(), reach.copy(), {HEAD: one}, 40)


def test_ten_times_the_accounts_take_some_ten_times_as_long() -> None:
    def seconds(n: int) -> float:
        features, one = far_apart(n, 100).astype(np.float32), asked(np.random.default_rng(1).random(n), labelled=np.arange(n) % 2 == 0)
        began = time.process_time()
        choose(features, np.full(n, 1e4), {HEAD: one}, 10)
        return time.process_time() - began

    # Comparing each account with each labelled one would take a hundred times as long.
    assert seconds(20_000) < 40 * max(seconds(2_000), 0.1)
