"""Where an account stands among accounts of its platform and size."""

import numpy as np
import pytest

from features.schema import PLATFORMS
from models.peers import FEWEST, STEPS, Peers, Standing
from models.tiers import TIERS

INSTAGRAM, X = (PLATFORMS.index(platform) for platform in ("instagram", "x"))
NANO, MICRO = (TIERS.index(tier) for tier in ("nano", "micro"))


@pytest.fixture
def peers() -> Peers:
    """Nano accounts of Instagram have 0 to 100, micro accounts 1,000 to 1,100; of X there are 50 micro accounts at 5,000."""
    steps = np.linspace(0, 100, 400)
    size = np.concatenate([steps, 1_000 + steps, np.full(50, 5_000.0)])
    values = np.column_stack([size, np.full(850, 3.0), np.full(850, np.nan)])
    platforms, tiers = np.repeat([INSTAGRAM, INSTAGRAM, X], [400, 400, 50]), np.repeat([NANO, MICRO, MICRO], [400, 400, 50])
    return Peers.of(("size", "same", "never"), values, platforms, tiers)


def share(peers: Peers, value: float, platform: str = "instagram", tier: str = "nano", name: str = "size") -> float:
    standing = peers.standing(name, platform, tier, value)
    assert standing is not None
    return standing.percentile


def test_the_percentile_is_the_share_of_peers_below(peers: Peers) -> None:
    for value in (0.0, 0.3, 1.7, 25.0, 50.0, 99.0, 99.9, 100.0):
        assert share(peers, value) == pytest.approx(value / 100, abs=0.002)
        assert share(peers, 1_000 + value, tier="micro") == pytest.approx(value / 100, abs=0.002)


def test_it_rises_with_the_value_and_ends_at_nought_and_one(peers: Peers) -> None:
    found = [share(peers, value) for value in np.linspace(-10, 110, 500)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.0, 1.0)


def test_a_tie_counts_half(peers: Peers) -> None:
    assert share(peers, 3.0, name="same") == 0.5
    assert (share(peers, 2.9, name="same"), share(peers, 3.1, name="same")) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("platform", "tier", "who"),
    [
        ("instagram", "nano", "instagram nano"),
        ("x", "nano", "nano"),
        ("x", "micro", "micro"),
        ("x", "mega", "all"),
        ("tiktok", "mid", "all"),
    ],
)
def test_the_narrowest_group_with_enough_accounts_is_asked(peers: Peers, platform: str, tier: str, who: str) -> None:
    standing = peers.standing("size", platform, tier, 1_050.0)
    assert standing is not None and standing.peers == who


def test_a_group_needs_enough_accounts_that_know_the_feature() -> None:
    known = np.arange(2.0 * FEWEST)
    known[FEWEST - 1 : FEWEST] = np.nan
    tiers = np.repeat([NANO, MICRO], FEWEST)
    few = Peers.of(("size",), known[:, None], np.full(2 * FEWEST, X), tiers)
    assert set(few.values["size"]) == {"all", "micro", "x micro"}


def test_what_is_unknown_of_all_peers_has_no_standing(peers: Peers) -> None:
    assert peers.standing("never", "instagram", "nano", 1.0) is None


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(0.97, "instagram micro"), ", higher than for 97 % of Instagram accounts of this size"),
        (Standing(0.03, "micro"), ", lower than for 97 % of accounts of this size"),
        (Standing(0.996, "all"), ", higher than for 99.6 % of accounts"),
        (Standing(1.0, "all"), ", higher than for 99.9 % of accounts"),
        (Standing(0.0, "x mid"), ", lower than for 99.9 % of X accounts of this size"),
        (Standing(0.45, "micro"), ""),
    ],
)
def test_it_is_said_in_words_where_it_stands_out(standing: Standing, words: str) -> None:
    assert standing.said() == words


def test_every_platform_can_be_said() -> None:
    assert len({Standing(0.9, f"{platform} micro").said() for platform in PLATFORMS}) == len(PLATFORMS)


def test_they_survive_being_written(peers: Peers) -> None:
    again = Peers.from_json(peers.to_json())
    assert again.values.keys() == peers.values.keys()
    for name, groups in peers.values.items():
        assert again.values[name].keys() == groups.keys()
        for group, row in groups.items():
            assert row.shape == STEPS.shape
            # Not a digit less: a value that ties with its peers must still tie with them.
            np.testing.assert_array_equal(again.values[name][group], row)
    assert again.whole(("size", "same", "never")) and not again.whole(("size", "other"))
