"""The estimates of rates find what made the counts, and one source says nothing of the spread between sources."""

import numpy as np
import pytest

from training import rates
from training.rates import FOREIGN, SHIPPED, WITHIN, Learnt


def test_many_audiences_tell_their_own_spread() -> None:
    """Thirty audiences of 400 followers whose rates spread by 0.8 in log odds about 4 %."""
    rng = np.random.default_rng(2)
    true = 1 / (1 + np.exp(3.2 - 0.8 * rng.standard_normal(30)))
    found = rates.hierarchical(rng.binomial(400, true).tolist(), [400] * 30)
    assert found.between == pytest.approx(0.8, abs=0.2)
    assert found.mean == pytest.approx(-3.2, abs=0.3) and found.sources == 30


def test_one_audience_leaves_what_was_believed_before() -> None:
    found = rates.hierarchical([30], [1_000])
    assert found.between == pytest.approx(WITHIN, abs=0.02)
    assert found.mean == pytest.approx(np.log(30 / 970), abs=0.1)
    # Its own deviation from the mean of all is as unknown as the spread.
    assert found.uncertainty == pytest.approx(np.hypot(WITHIN, 30**-0.5), abs=0.08)
    # Ten audiences in one heap lie nearer to the mean of all, and still tell nothing of their spread.
    heap = rates.hierarchical([30], [1_000], mixed=10)
    assert heap.uncertainty == pytest.approx(np.hypot(WITHIN / 10**0.5, 30**-0.5), abs=0.03)
    assert heap.between == pytest.approx(WITHIN, abs=0.02) and heap.sources == 10


def test_pairs_of_few_sources_count_as_few() -> None:
    """Six pairs of three sources say no more than three observations would."""
    pairs = rates.move([1.0, -1.0, 0.5, -0.5, 1.5, 0.2], [0.01] * 6, sources=3)
    alone = rates.move([1.0, -1.0, 0.5, -0.5, 1.5, 0.2], [0.01] * 6, sources=6)
    assert pairs.uncertainty > alone.uncertainty and pairs.between > alone.between
    assert pairs.sources == 3


def learnt(rng: np.random.Generator, shift: float = 0.0) -> Learnt:
    purchased = np.arange(3_000) < 1_000
    margins = np.where(purchased, 1.0, -2.5) + shift + rng.standard_normal(3_000)
    return Learnt(margins, purchased, 0.0)


def test_a_source_like_ours_moves_nothing_and_a_shifted_one_both_rates() -> None:
    rng = np.random.default_rng(3)
    ours, same, shifted = learnt(rng), learnt(rng), learnt(rng, shift=-1.0)
    still, moved = (rates.meet(ours, other.margins, other.purchased) for other in (same, shifted))
    assert abs(still.purchased[0]) < 0.3 and abs(still.others[0]) < 0.8
    assert moved.purchased[0] < -1.2 and moved.others[0] < -1.2
    assert moved.unlike > 10 * still.unlike


def test_elsewhere_is_further_than_the_next_audience() -> None:
    found = rates.fit(learnt(np.random.default_rng(4)), ("instagram",))
    assert found.foreign == FOREIGN and found.platforms == ("instagram",)
    for here, there, step in (
        (found.known.purchased, found.elsewhere.purchased, SHIPPED.purchased),
        (found.known.others, found.elsewhere.others, SHIPPED.others),
    ):
        assert there.mean == pytest.approx(here.mean + step.mean)
        assert there.between == pytest.approx(np.hypot(here.between, step.between))


def test_audiences_that_are_told_apart_are_counted_apart() -> None:
    rng = np.random.default_rng(5)
    one = learnt(rng)
    many = rates.fit(Learnt(one.margins, one.purchased, 0.0, rng.integers(0, 10, 3_000), (1, 1)), ("instagram",))
    assert many.known.others.sources == 10
    assert many.known.others.between < rates.fit(one, ("instagram",)).known.others.between


def test_densities_are_whole_and_never_empty() -> None:
    found = rates.densities(learnt(np.random.default_rng(6)), 0.05)
    assert 0.0 in found.edges and sum(found.purchased) == pytest.approx(1) == sum(found.others)
    assert min(*found.purchased, *found.others) > 0
    # A model with two levels of margin, as a single cut has.
    flat = rates.densities(Learnt(np.repeat([-1.0, 1.0], 50), np.repeat([False, True], 50), 0.0), 0.05)
    assert len(flat.edges) >= 2
