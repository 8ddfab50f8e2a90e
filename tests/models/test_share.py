"""The share of purchased-type followers: its interval holds the truth, and it never claims what the sample cannot show."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import beta, norm

from features.reference import Reference
from features.table import AccountTable
from models.bundle import load_champion
from models.draws import DRAWS, evenly, flagged_share
from models.followers import FollowerModel
from models.rates import Population, Rate, Rates
from models.second_opinion import Densities
from models.share import FEWEST, Estimates, Samples, estimate, shares

PURCHASED, OTHERS = Rate(1.4, 0.1, 0.4, 8), Rate(-3.3, 0.1, 0.4, 40)
CENTRE = {True: float(norm.ppf(1 / (1 + np.exp(-PURCHASED.mean)))), False: float(norm.ppf(1 / (1 + np.exp(-OTHERS.mean))))}
EDGES = np.array([-2.5, -2.0, -1.5, -1.0, 0.0, 0.5, 1.0, 1.5])


def density(purchased: bool) -> tuple[float, ...]:
    cumulative = norm.cdf(np.append(EDGES, np.inf), CENTRE[purchased])
    return tuple(np.diff(cumulative, prepend=0.0).tolist())


DENSITIES = Densities(tuple(EDGES.tolist()), density(True), density(False), 5_000, 20_000, 0.017, 0.05)
RATES = Rates(Population(PURCHASED, OTHERS), Population(Rate(1.1, 0.3, 0.7, 4), Rate(-2.9, 0.3, 0.6, 4)), 0.02, ("instagram",), DENSITIES)


def drawn(rng: np.random.Generator, n: np.ndarray, share: np.ndarray, followers: np.ndarray, move: float = 1.0) -> Samples:
    """Accounts whose rates lie as RATES.known says: margins are normal, and the account's place of each type moves in log odds."""
    m = len(n)
    bought = np.rint(share * followers).astype(np.int64)
    kinds = rng.hypergeometric(bought, followers - bought, np.minimum(n, followers))
    account = np.repeat(np.arange(m), np.minimum(n, followers))
    turn = np.arange(len(account)) - np.repeat(np.cumsum(np.minimum(n, followers)) - np.minimum(n, followers), np.minimum(n, followers))
    purchased = turn < kinds[account]
    spread = move * np.hypot(0.1, 0.4)
    centre = np.where(
        purchased,
        norm.ppf(1 / (1 + np.exp(-(PURCHASED.mean + spread * rng.standard_normal(m)))))[account],
        norm.ppf(1 / (1 + np.exp(-(OTHERS.mean + spread * rng.standard_normal(m)))))[account],
    )
    one, nobody = np.ones(m, dtype=np.int64), np.zeros(m, dtype=bool)
    return Samples(account, centre + rng.standard_normal(len(account)), 0 * account, one, followers.astype(float), nobody)


def flagged(hits: int, n: int, population: float, rates: Rates = RATES, abroad: bool = False) -> Estimates:
    """One account of n judged followers, `hits` of them flagged, with margins as the mixture of both types spreads them."""
    true, false = (float(norm.cdf(CENTRE[kind])) for kind in (True, False))
    bought = round(float(np.clip((hits / n - false) / (true - false), 0, 1)) * n)
    seen = min(hits, round(bought * true))
    counts = ((True, seen, bought - seen), (False, hits - seen, n - bought - (hits - seen)))
    margins = []
    for kind, above, below in counts:
        edge = norm.cdf(-CENTRE[kind])
        at = np.concatenate([edge + (1 - edge) * (np.arange(above) + 0.5) / max(above, 1), edge * (np.arange(below) + 0.5) / max(below, 1)])
        margins.append(norm.ppf(at, CENTRE[kind]))
    found = np.concatenate(margins)
    zeros = np.zeros(len(found), dtype=np.int64)
    return estimate(Samples(zeros, found, zeros, np.ones(1, np.int64), np.array([population]), np.array([abroad])), 0.0, rates)


def width(found: Estimates) -> float:
    return float(found.quantiles[0, 4] - found.quantiles[0, 0])


@pytest.mark.parametrize("followers", [1_000_000, 300], ids=["sample", "census"])
@pytest.mark.parametrize("truth", [0.0, 0.1, 0.4, 0.9])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float, followers: int) -> None:
    """Rates that move as the model believes: 95 % and 50 % of 1,500 intervals hold the truth, and at 0 the interval reaches 0."""
    rng = np.random.default_rng([round(100 * truth), followers])
    m = 1_500
    samples = drawn(rng, np.full(m, 300), np.full(m, truth), np.full(m, followers))
    found = estimate(samples, 0.0, replace(RATES, foreign=0.0)).quantiles
    truth = round(truth * followers) / followers
    inside = ((found[:, 0] <= truth) & (truth <= found[:, 4])).mean()
    assert inside >= 0.93
    if truth > 0:
        assert inside <= 0.99
        assert 0.44 <= ((found[:, 1] <= truth) & (truth <= found[:, 3])).mean() <= 0.62
        assert (truth < found[:, 0]).mean() <= 0.04


def test_a_census_knows_how_many_are_of_either_type_not_how_many_are_flagged() -> None:
    """120 of 300 flagged: seeing all of them shortens the interval, but never to the width that the rates alone would leave."""
    still = replace(RATES, known=Population(Rate(1.4, 0.0, 0.0, 8), Rate(-3.3, 0.0, 0.0, 40)), foreign=0.0)
    census, some, few = (width(flagged(120, 300, population, still)) for population in (300, 600, 10**9))
    assert 0.3 * few < census < 0.9 * few
    assert census < some < few


def test_the_interval_says_something() -> None:
    home = replace(RATES, foreign=0.0)
    assert width(flagged(10, 300, 50_000, home)) < 0.12
    assert width(flagged(100, 300, 50_000, home)) < 0.35
    assert flagged(9, 300, 50_000, home).quantiles[0, 4] < flagged(100, 300, 50_000, home).quantiles[0, 0]


def test_the_estimate_is_the_adjusted_count() -> None:
    true, false = (float(1 / (1 + np.exp(-rate.mean))) for rate in (PURCHASED, OTHERS))
    for share in (0.05, 0.2, 0.5, 0.9):
        hits = round(20_000 * (share * true + (1 - share) * false))
        assert flagged(hits, 20_000, 10**9, replace(RATES, foreign=0.0)).quantiles[0, 2] == pytest.approx(share, abs=0.02)


def test_it_rises_with_what_was_flagged() -> None:
    found = np.stack([flagged(hits, 120, 5_000).quantiles[0] for hits in range(0, 121, 10)])
    assert (np.diff(found, axis=0) >= -1e-9)[:, [0, 2, 4]].all()


def test_draws_are_jeffreys_beta() -> None:
    """The quantiles of the drawn flagged share against those of the Beta itself."""
    for hits, n in ((0, 50), (3, 300), (60, 300), (50, 50)):
        one = np.ones(1)
        found = np.quantile(flagged_share(hits * one, n * one, 0 * one, np.zeros(1, np.int64))[0], (0.025, 0.5, 0.975))
        assert found == pytest.approx(beta(hits + 0.5, n - hits + 0.5).ppf((0.025, 0.5, 0.975)), abs=0.006)
    assert {len(points) for points in evenly().values()} == {DRAWS}


def test_a_population_that_was_never_labelled_leaves_more_open() -> None:
    home, open_, unlabelled = (
        flagged(60, 300, 50_000, replace(RATES, foreign=0.0)),
        flagged(60, 300, 50_000, replace(RATES, foreign=0.05)),
        flagged(60, 300, 50_000, replace(RATES, foreign=0.0), abroad=True),
    )
    assert width(home) < width(open_) < width(unlabelled)
    assert home.in_reference[0] and open_.in_reference[0] and not unlabelled.in_reference[0]


def test_a_larger_sample_shows_smaller_shares() -> None:
    found = [float(flagged(round(0.04 * n), n, 10**9).detectable[0]) for n in (25, 50, 300, 2_000)]
    assert found == sorted(found, reverse=True) and found[0] > found[-1] > 0


def test_detectable_holds_what_it_promises() -> None:
    """Composed: flagged shares of clean accounts reach the limit in 1 %, those of the detectable share in 95 % of cases."""
    rng = np.random.default_rng(1)
    m = 8_000
    smallest = float(flagged(10, 300, 10**6, replace(RATES, foreign=0.0)).detectable[0])

    def hits(share: float) -> np.ndarray:
        samples = drawn(rng, np.full(m, 300), np.full(m, share), np.full(m, 10**6))
        return np.bincount(samples.account, weights=samples.margins >= 0) / 300

    limit = np.quantile(hits(0.0), 0.99)
    assert 0.90 <= (hits(smallest) > limit).mean() <= 0.99


def test_one_account_alone_is_what_it_is_among_many() -> None:
    rng = np.random.default_rng(4)
    n = rng.integers(FEWEST, 400, 200)
    samples = drawn(rng, n, rng.random(200), rng.integers(400, 10**6, 200))
    found = estimate(samples, 0.0, RATES)
    for i in (0, 63, 199):
        own = samples.account == i
        alone = Samples(
            np.zeros(own.sum(), np.int64),
            samples.margins[own],
            samples.layer[own],
            samples.layers[[i]],
            samples.population[[i]],
            samples.abroad[[i]],
        )
        single = estimate(alone, 0.0, RATES)
        np.testing.assert_array_equal(single.quantiles[0], found.quantiles[i])
        np.testing.assert_array_equal(single.above[0], found.above[i])
        assert single.detectable[0] == found.detectable[i] and single.second.estimate[0] == found.second.estimate[i]


def test_a_layer_that_was_bought_is_seen_as_one() -> None:
    """Five layers, all of the third bought: its interval stands above the others', and the account's share is a fifth."""
    rng = np.random.default_rng(5)
    layer = np.repeat(np.arange(5), 100)
    margins = np.where(layer == 2, CENTRE[True], CENTRE[False]) + rng.standard_normal(500)
    samples = Samples(0 * layer, margins, layer, np.array([5]), np.array([1e6]), np.zeros(1, bool))
    found = estimate(samples, 0.0, replace(RATES, foreign=0.0))
    others = [0, 1, 3, 4]
    assert found.of_layers[2, 0] > found.of_layers[others, 4].max()
    assert found.quantiles[0, 0] < 0.2 < found.quantiles[0, 4]


# What people send: what there is to know of it, in words of the contract.

# What a bundle knows of nobody's ordinary followers: those of the pool stand in.
NOBODY = Reference()


@pytest.fixture(scope="module")
def model(champion_home) -> FollowerModel:  # type: ignore[no-untyped-def]
    return load_champion(champion_home).followers


def account(n: int, followers: int, method: str | None = "random", kind: str = "plain", ranks: np.ndarray | None = None) -> AccountTable:
    """One account with n sampled followers: `plain` people, `purchased` types, or people whose counts are `hidden`."""
    rng = np.random.default_rng(n)
    moment = pa.array([datetime(2026, 11, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    accounts = {
        "account_id": pa.array(["a"], pa.large_string()),
        "platform": ["instagram"],
        "observed_at": moment,
        "followers": pa.array([followers], pa.int64()),
    }
    hidden = kind == "hidden"
    bought = kind == "purchased"
    counts = {
        "followers": rng.integers(5, 30, n) if bought else rng.integers(150, 900, n),
        "following": rng.integers(3_000, 7_000, n) if bought else rng.integers(150, 700, n),
        "post_count": rng.integers(0, 2, n) if bought else rng.integers(40, 400, n),
    }
    texts = {"account_id": ["a"] * n, "follower_id": [f"{i:05d}" for i in range(n)], "handle": ["anna.lena"] * n}
    sample = {name: pa.array(values, pa.large_string()) for name, values in texts.items()}
    sample |= {name: pa.nulls(n, pa.int64()) if hidden else pa.array(values, pa.int64()) for name, values in counts.items()}
    sample |= {"has_picture": pa.array([not bought] * n, pa.bool_()), "private": pa.array([True] * n, pa.bool_())}
    sample["rank"] = pa.nulls(n, pa.int64()) if ranks is None else pa.array(ranks, pa.int64())
    table = pa.table(accounts | {"sample_method": pa.array([method], pa.large_string())})
    return AccountTable.from_tables({"accounts": table, "follower_sample": pa.table(sample)})


def test_twenty_followers_say_little_and_five_nothing(model: FollowerModel) -> None:
    found = shares(account(20, 20, "census"), model, NOBODY)[0]
    assert found and found.n == 20 and found.low == 0.0 and found.high > 0.15 and found.detectable > 0.3
    assert shares(account(19, 19, "census"), model, NOBODY) == shares(account(5, 5, "census"), model, NOBODY) == [None]


def test_private_followers_are_judged_by_their_counts_and_hidden_counts_by_nothing(model: FollowerModel) -> None:
    found = shares(account(300, 50_000), model, NOBODY)[0]
    assert found and found.n == 300 and found.low == 0.0
    assert shares(account(300, 50_000, kind="hidden"), model, NOBODY) == [None]


def test_all_of_the_purchased_type_is_no_certainty(model: FollowerModel) -> None:
    found = shares(account(300, 50_000, kind="purchased"), model, NOBODY)[0]
    assert found and found.high == 1.0 and 0.5 < found.low < 1.0 and found.probability_above["0.20"] > 0.99


def test_a_census_of_250_is_about_the_account(model: FollowerModel) -> None:
    said_newest = shares(account(250, 250, "newest"), model, NOBODY)[0]
    assert said_newest and said_newest.scope == "account" and said_newest.n == 250
    assert said_newest == shares(account(250, 250, "census"), model, NOBODY)[0]


def test_only_the_newest_say_nothing_of_the_account(model: FollowerModel) -> None:
    newest = shares(account(300, 50_000, "newest"), model, NOBODY)[0]
    assert newest and newest.scope == "newest followers" and newest.strata is None
    # Whatever was said of the sample: three hundred followers of whom none came in the first half are no random sample.
    by_rank = shares(account(300, 50_000, "random", ranks=np.arange(49_700, 50_000)), model, NOBODY)[0]
    assert by_rank and by_rank.scope == "newest followers"


def test_ranks_make_strata_that_cover_the_account(model: FollowerModel) -> None:
    ranks = np.sort(np.random.default_rng(6).choice(50_000, 300, replace=False))
    found = shares(account(300, 50_000, "stratified", ranks=ranks), model, NOBODY)[0]
    assert found and found.scope == "account" and found.strata
    assert [each["from_rank"] for each in found.strata] == [0, 10_000, 20_000, 30_000, 40_000]
    assert found.strata[-1]["to_rank"] == 49_999
    assert all(0 <= each["low"] <= each["estimate"] <= each["high"] <= 1 for each in found.strata)
    # Places within the sample are no places among the followers.
    placed = shares(account(300, 50_000, "random", ranks=np.arange(300)), model, NOBODY)[0]
    assert placed and placed.scope == "account" and placed.strata is None


@pytest.mark.parametrize("n", [20, 21, 300, 3_000])
@pytest.mark.parametrize("followers", [0, 1, 20, 300, 10**13])
@pytest.mark.parametrize("method", [None, "census", "newest", "random", "stratified"])
@pytest.mark.parametrize("kind", ["plain", "purchased"])
def test_the_extremes_are_ordered_and_finite(n: int, followers: int, method: str | None, kind: str, model: FollowerModel) -> None:
    found = shares(account(n, followers, method, kind), model, NOBODY)[0]
    assert found and found.n == n
    document = found.to_json()
    assert 0 <= found.low <= found.likely_low <= found.estimate <= found.likely_high <= found.high <= 1
    assert 0 < found.detectable <= 1
    assert found.probability_above["0.05"] >= found.probability_above["0.10"] >= found.probability_above["0.20"] >= 0
    assert list(document)[:7] == ["estimate", "low", "high", "level", "n", "detectable", "scope"]
    assert set(document["second_opinion"]) == {"method", "estimate", "agrees"}


def test_nobody_is_judged_where_nobody_was_sampled(model: FollowerModel) -> None:
    assert shares(account(0, 1_000), model, NOBODY) == [None]


def test_a_model_that_tells_nothing_apart_gives_no_narrow_interval() -> None:
    blind = replace(RATES, known=Population(Rate(-3.3, 0.3, 0.4, 1), OTHERS), foreign=0.0)
    assert width(flagged(9, 300, 50_000, blind)) > 0.5
    assert flagged(9, 300, 50_000, blind).detectable[0] == 1.0
