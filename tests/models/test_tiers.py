"""The sizes of accounts: the contract's bounds, and bounds of one's own."""

import numpy as np
import pytest

from models.tiers import Tiers


@pytest.mark.parametrize(
    ("followers", "tier"),
    [
        (0, "nano"),
        (249, "nano"),
        (250, "micro"),
        (5_000, "micro"),
        (5_001, "mid"),
        (100_000, "mid"),
        (100_001, "macro"),
        (1_000_000, "macro"),
        (1_000_001, "mega"),
        (10**13, "mega"),
    ],
)
def test_the_bounds_of_the_contract(followers: int, tier: str) -> None:
    assert Tiers().names(np.array([followers], dtype=np.float64)) == [tier]


def test_places_are_for_many_accounts_at_once() -> None:
    assert Tiers().places(np.array([3.0, 3e3, 3e4, 3e5, 3e6])).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("bounds", [(), (1, 2, 3), (1, 2, 3, 4, 5), (4, 3, 2, 1), (1, 1, 2, 3), (0, 1, 2, 3), (-5, 1, 2, 3)])
def test_bounds_that_do_not_rise_are_refused(bounds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="four rising bounds"):
        Tiers.of(bounds)
