"""The loops over days, posts and numbers of an account, against slower ways to say the same."""

import math
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import bursts, gains, joins, rhythm, together

often = settings(max_examples=60, deadline=None)


@often
@given(st.lists(st.integers(-20, 60), min_size=1, max_size=90), st.sampled_from([29, 58, 5]))
def test_the_sliding_median_is_the_median(won: list[int], width: int) -> None:
    n, window = len(won), min(width, len(won))
    lows = [max(0, min(j - window // 2, n - window)) for j in range(n)]
    expected = [float(np.median(won[low : low + window])) for low in lows]
    assert bursts.rolling_median(np.array(won, dtype=float), width).tolist() == expected


@often
@given(st.lists(st.tuples(st.integers(0, 80), st.integers(1, 10**5)), min_size=2, max_size=60, unique_by=lambda row: row[0]))
def test_gains_share_gaps_evenly_and_add_up(rows: list[tuple[int, int]]) -> None:
    rows = sorted((at, count * 10 + 1) for at, count in rows)
    days, counts = np.array(rows, dtype=float).T
    won, when, span, starts, rounding, level = gains.daily(days + 20_000, counts, np.array([0, len(rows)]))
    if not len(won):
        # Too far apart to tell, or the last count stands alone behind a gap.
        kept = [rows[-1][0]]
        for at, _ in rows[-2::-1]:
            if kept[-1] - at > 31:
                break
            kept.append(at)
        assert kept[0] - kept[-1] > 7 * (len(kept) - 1) or len(kept) == 1
        return
    first = when[0] - 1 - 20_000
    inside = days >= first
    np.testing.assert_allclose(
        np.interp(when - 20_000, days[inside], counts[inside]) - won, np.interp(when - 20_001, days[inside], counts[inside]), atol=1e-6
    )
    assert span.sum() == len(won) == starts[1] == days[-1] - first
    assert (rounding[0], level[0]) == (1.0, counts[-1])


@often
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.lists(st.booleans(), min_size=4, max_size=4), st.integers(0, 10**6))
def test_innovations_are_conditional_residuals(numbers: list[float], hidden: list[bool], seed: int) -> None:
    chance = np.random.default_rng(seed)
    root = chance.normal(size=(4, 4))
    covariance, centre = root @ root.T + 0.5 * np.eye(4), chance.normal(size=(1, 4))
    order = chance.permutation(4)
    values = np.where(hidden, np.nan, numbers)
    got = together.innovations(values[:, None], centre, np.zeros(1, dtype=np.int64), order, covariance)[:, 0]
    before: list[int] = []
    for place, own in enumerate(order):
        if hidden[own]:
            assert math.isnan(got[place])
            continue
        weights = np.linalg.solve(covariance[np.ix_(before, before)], covariance[before, own]) if before else np.zeros(0)
        left = values[own] - centre[0, own] - weights @ (values[before] - centre[0, before])
        assert got[place] == pytest.approx(left / math.sqrt(covariance[own, own] - weights @ covariance[before, own]), abs=1e-8)
        before.append(int(own))


def test_the_chance_of_a_lot_is_the_share_of_sizes_as_near() -> None:
    """Sizes spread evenly over a decade of logarithms, each against the nearest of 1, 2.5, 5 and 10 or up to a tenth above it."""

    def distance(sizes: np.ndarray) -> np.ndarray:
        lots = np.array([1.0, 2.5, 5.0, 10.0])[:, None]
        return (np.maximum(np.maximum(lots - sizes, sizes - 1.1 * lots), 0) / lots).min(axis=0)

    every = distance(10 ** np.linspace(0, 1, 200_001))
    for size in (500.0, 523.0, 140.0, 1_900.0, 70_000.0, 399.0, 10_000.0, 9_999.0):
        own = distance(np.array([size / 10 ** math.floor(math.log10(size))]))[0]
        assert bursts.lot_chance(size) == pytest.approx(np.mean(every <= own + 1e-12), abs=1e-4)


@often
@given(
    st.lists(st.lists(st.integers(0, 6), max_size=8), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(0, 6), max_size=8), min_size=4, max_size=4),
)
def test_comments_find_the_first_post_of_their_account(keys: list[list[int]], events: list[list[int]]) -> None:
    events = events[: len(keys)]
    starts, key_starts = (np.cumsum([0, *map(len, rows)]) for rows in (events, keys))
    flat, flat_keys = (np.array([*chain.from_iterable(rows)], dtype=np.int64) for rows in (events, keys))
    expected = [
        int(key_starts[i]) + keys[i].index(code) if code and code in keys[i] else -1 for i, codes in enumerate(events) for code in codes
    ]
    assert joins.rows_of(flat, starts, flat_keys, key_starts).tolist() == expected


def test_of_many_posts_with_one_id_the_first_counts() -> None:
    keys = np.repeat(np.array([7, 3, 9, 5]), 30)
    assert joins.rows_of(np.array([3, 9, 5, 7]), np.array([0, 4]), keys, np.array([0, 120])).tolist() == [30, 60, 90, 0]


@pytest.mark.parametrize("every", [2, 5, 7])
def test_days_seen_every_few_days_have_the_spread_of_days(every: int) -> None:
    """Variance over mean is twenty by the day; fewer looks tell the same."""
    days = 400
    counts = np.cumsum(np.random.default_rng(9).negative_binomial(40 / 19, 1 / 20, days))
    at = np.arange(20_000.0, 20_000.0 + days)
    found = []
    for step in (1, every):
        n = 350 // step * step + 1
        won, _, span, _, _, _ = gains.daily(at[:n:step], counts[:n:step] + 0.0, np.array([0, len(at[:n:step])]))
        found.append(bursts.dispersion(won, np.full(len(won), 40.0), span, 0.0))
    assert found[0] == pytest.approx(20, rel=0.35)
    assert found[1] == pytest.approx(20, rel=0.5)


def test_meters_and_people_differ() -> None:
    """Gains that vary as little as chance, and twenty times as much."""
    chance = np.random.default_rng(5)
    starts = np.array([0, 5_000])
    for gain, low, high in ((chance.poisson(40, 5_000), 0.95, 1.05), (chance.negative_binomial(40 / 19, 1 / 20, 5_000), 18, 22)):
        fano, _ = rhythm.quiet(gain.astype(float), np.arange(5_000.0), np.ones(5_000), np.zeros(5_000), np.ones(1), starts)
        assert low < fano[0] < high
