"""The second way to the share: EMQ as a library has it, and a test of the mixture that calls one account in a hundred foreign."""

import numpy as np
import pytest

from models.second_opinion import FOREIGN_BELOW, Densities, opinion

PURCHASED = (0.02, 0.03, 0.05, 0.10, 0.20, 0.25, 0.35)
OTHERS = (0.22, 0.24, 0.22, 0.18, 0.09, 0.04, 0.01)
ALIKE = 0.01


@pytest.fixture
def densities() -> Densities:
    return Densities((-3.0, -2.0, -1.0, 0.0, 1.0, 2.0), PURCHASED, OTHERS, 10**6, 10**6, ALIKE, 0.05)


def counts(rng: np.random.Generator, share: float, n: int, m: int, rho: float) -> np.ndarray:
    """Bins of m accounts that move about the mixture as a Dirichlet of correlation rho."""
    mixture = share * np.array(PURCHASED) + (1 - share) * np.array(OTHERS)
    return np.stack([rng.multinomial(n, rng.dirichlet(mixture * (1 / rho - 1))) for _ in range(m)])


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_it_is_the_emq_of_quapy(share: float, densities: Densities) -> None:
    """QuaPy gets the posteriors of every follower at even prevalence; we get how many lie in each bin."""
    aggregative = pytest.importorskip("quapy.method.aggregative", reason="quapy, a development dependency, is not installed")
    found = counts(np.random.default_rng(round(100 * share)), share, 400, 5, ALIKE)
    ours = opinion(found, densities).estimate
    bought, others = np.array(PURCHASED), np.array(OTHERS)
    posterior = np.stack([others, bought], axis=1) / (others + bought)[:, None]
    for row, estimate in zip(found, ours, strict=True):
        theirs, _ = aggregative.EMQ.EM(np.array([0.5, 0.5]), np.repeat(posterior, row, axis=0), epsilon=1e-9)
        assert estimate == pytest.approx(theirs[1], abs=1e-3)


def test_its_sd_is_that_of_its_estimates(densities: Densities) -> None:
    found = opinion(counts(np.random.default_rng(1), 0.3, 500, 3_000, 1e-9), densities)
    assert found.estimate.std() == pytest.approx(found.deviation.mean(), rel=0.08)
    assert found.estimate.mean() == pytest.approx(0.3, abs=0.005)


@pytest.mark.parametrize("n", [50, 300, 1_000])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.6])
def test_one_known_account_in_a_hundred_is_called_foreign(n: int, share: float, densities: Densities) -> None:
    """Whatever the size of the sample and the share: the spread of audiences is no misfit. 4,000 accounts: 1 % is known to 0.3 pp."""
    found = opinion(counts(np.random.default_rng([n, round(10 * share)]), share, n, 4_000, ALIKE), densities)
    assert 0.001 <= (found.fit < FOREIGN_BELOW).mean() <= 0.022


def test_a_shape_that_no_mixture_has_is_foreign(densities: Densities) -> None:
    """Everybody in the middle: neither of the two types, nor any of their mixtures."""
    strange = np.array([[0, 0, 0, 300, 0, 0, 0]])
    found = opinion(strange, densities)
    assert found.fit[0] < 1e-6 and found.strange[0] > 3


def test_a_good_fit_speaks_against_a_foreign_population(densities: Densities) -> None:
    expected = np.rint(500 * (0.3 * np.array(PURCHASED) + 0.7 * np.array(OTHERS))).astype(np.int64)[None]
    found = opinion(expected, densities)
    assert found.fit[0] > 0.9 and found.strange[0] < 0


def test_margins_are_counted_where_they_lie(densities: Densities) -> None:
    margins = np.array([-5.0, -3.0, 0.0, 9.0, 1.5])
    found = densities.counts(np.array([0, 0, 1, 1, 1]), margins, 2)
    assert found.tolist() == [[1, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]]


def test_densities_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="2 edges make 3 bins"):
        Densities((0.0, 1.0), (0.5, 0.5), (0.5, 0.5), 10, 10, 0.01, 0.02)
    with pytest.raises(ValueError, match="above 0"):
        Densities((0.0, 1.0), (0.5, 0.5, 0.0), (0.3, 0.3, 0.4), 10, 10, 0.01, 0.02)
