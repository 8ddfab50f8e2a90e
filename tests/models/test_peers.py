"""Where an account stands among accounts of its size."""

import numpy as np
import pytest

from models.peers import FEWEST, POINTS, Peers
from models.tiers import TIERS


@pytest.fixture
def peers() -> Peers:
    """Nano accounts have 0 to 100, micro accounts 1,000 to 1,100, of the others there are too few; a third feature is never known."""
    steps = np.linspace(0, 100, 400)
    values = np.column_stack([np.concatenate([steps, 1_000 + steps]), np.full(800, 3.0), np.full(800, np.nan)])
    return Peers.of(("size", "same", "never"), values, np.repeat([0, 1], 400))


def test_the_percentile_is_the_share_of_peers_below(peers: Peers) -> None:
    for value in (0.0, 1.7, 25.0, 50.0, 99.0, 100.0):
        assert peers.percentile("size", 0, value) == pytest.approx(value / 100, abs=0.002)
        assert peers.percentile("size", 1, 1_000 + value) == pytest.approx(value / 100, abs=0.002)


def test_it_rises_with_the_value_and_ends_at_nought_and_one(peers: Peers) -> None:
    found = [peers.percentile("size", 0, value) for value in np.linspace(-10, 110, 500)]
    assert found == sorted(found, key=lambda p: -1.0 if p is None else p)
    assert (found[0], found[-1]) == (0.0, 1.0)


def test_a_tie_counts_half(peers: Peers) -> None:
    assert peers.percentile("same", 0, 3.0) == 0.5
    assert (peers.percentile("same", 0, 2.9), peers.percentile("same", 0, 3.1)) == (0.0, 1.0)


def test_a_tier_with_few_accounts_borrows_from_all(peers: Peers) -> None:
    assert peers.percentile("size", 4, 500.0) == pytest.approx(0.5, abs=0.01)
    few = Peers.of(("size",), np.arange(FEWEST - 1.0)[:, None], np.zeros(FEWEST - 1, dtype=int))
    assert few.percentile("size", 0, 49.0) == few.percentile("size", 3, 49.0) == 0.5


def test_what_is_unknown_of_all_peers_has_no_percentile(peers: Peers) -> None:
    assert peers.percentile("never", 0, 1.0) is None


def test_they_survive_being_written(peers: Peers) -> None:
    again = Peers.from_json(peers.to_json())
    for name, values in peers.values.items():
        assert values.shape == (len(TIERS), POINTS)
        # Not a digit less: a value that ties with its peers must still tie with them.
        np.testing.assert_array_equal(again.values[name], values)
    assert again.whole(("size", "same", "never")) and not again.whole(("size", "other"))
