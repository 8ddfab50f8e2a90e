"""The benchmark's own steps: small real runs, and the arithmetic beside them on planted numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from training import public, real_accounts
from training.benchmark import answers, attacks, composed, drawings, drip_aged, hard_negatives, intervals, limits, prices, worlds
from training.benchmark.composed import KNOWN, STRANGERS
from training.benchmark.examiner import BOUGHT, Examiner, Sheet, simulated
from training.benchmark.limits import Cloud, Limit
from training.benchmark.run import plain
from training.benchmark.step import Size
from training.learning import MODEL
from training.worlds.scenarios import ATTACKS, HARD_NEGATIVES


@dataclass(frozen=True)
class Tiny(Size):
    """Even less than quick."""

    def of(self, full: int, quick: int) -> int:
        return max(quick // 4, 1)


TINY = Tiny(quick=True, seed=11)


def told(done: int, of: int) -> None:
    assert 0 <= done <= of


@pytest.fixture(scope="module")
def one_way() -> Iterator[pytest.MonkeyPatch]:
    """One direction instead of both, so that one training is enough for all steps."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (worlds, drip_aged, hard_negatives, attacks):
            patch.setattr(module, "DIRECTIONS", worlds.DIRECTIONS[:1])
        yield patch


@pytest.fixture(scope="module")
def teacher(one_way: pytest.MonkeyPatch) -> Examiner:
    return worlds.examiner(TINY, 0)


def sheet(y: Any, score: Any, **other: Any) -> Sheet:
    n = len(y)
    plain_columns = {"vendor": np.repeat("v", n), "scenario": np.repeat("s", n), "tier": np.repeat("micro", n)}
    numbers = {"share": np.where(np.asarray(y) == 1, 0.3, 0.0), "followers": np.full(n, 1_000.0), "whole": np.ones(n, bool)}
    return Sheet(np.asarray(y, float), **{**numbers, **plain_columns, **other}, scores={MODEL: np.asarray(score, float)})


# Arithmetic on planted numbers


def test_the_threshold_lets_one_in_a_hundred_clean_accounts_through() -> None:
    scores = np.arange(1, 1_000) / 1_000
    assert (scores > intervals.threshold(scores)).mean() <= 0.01
    assert intervals.threshold(np.arange(1, 100) / 100) == 0.99
    assert intervals.threshold(np.arange(1, 99) / 100) == np.inf
    fresh = np.random.default_rng(0).random((2_000, 500))
    alarms = [(row[250:] > intervals.threshold(row[:250])).mean() for row in fresh]
    assert 0.005 < np.mean(alarms) < 0.011


def test_a_proportion_has_clopper_and_pearsons_interval() -> None:
    # method.md 7.3: 38 of 5,000 is the most that still certifies 1 %.
    assert intervals.proportion(38, 5_000)["high"] < 0.0105 < intervals.proportion(41, 5_000)["high"]
    assert intervals.proportion(0, 0)["value"] is None and "why" in intervals.proportion(0, 0)


def test_the_worst_is_the_worst_and_is_named() -> None:
    found = {"a": {"value": 0.4}, "b": {"value": 0.2}, "c": {"value": None, "why": "nobody"}}
    assert intervals.worst(found)["whose"] == "b"
    assert intervals.worst(found, lowest=False)["whose"] == "a"
    assert intervals.worst({"here": intervals.worst(found)})["whose"] == "b, here"
    assert intervals.worst({"c": found["c"]}) == {"value": None, "why": "nobody"}


def test_gains_are_paired() -> None:
    rng = np.random.default_rng(3)
    y = rng.random(600) < 0.3
    strong, weak = (np.clip(y * gap + rng.normal(0, 0.2, 600), 0, 1) for gap in (0.8, 0.2))
    same = intervals.gain(y, strong, strong)
    assert (same["value"], same["low"], same["high"]) == (0, 0, 0)
    found = intervals.gain(y, strong, weak)
    assert 0.3 < found["low"] < found["value"] < found["high"]


def test_bands_and_kinds_of_a_sheet() -> None:
    mine = sheet([0] * 20 + [1] * 20, [0.1] * 20 + [0.9] * 10 + [0.2] * 10, vendor=np.repeat(["none", "good", "sly"], [20, 10, 10]))
    shares = np.repeat([0.0, 0.15, 0.4], [20, 10, 10])
    mine = replace(mine, share=shares)
    assert answers.band(mine, 0.20, 1.01).y.sum() == 10 and len(answers.band(mine, 0.20, 1.01).y) == 30
    assert answers.worst_of(mine, 0.5, mine.vendor)["whose"] == "sly"
    said = answers.model(mine, 0.5, MODEL)
    assert said["recall_at_threshold"]["value"] == 0.5 and said["false_alarms_at_threshold"]["value"] == 0
    assert said["recall"]["value"] == 1.0


def test_the_limit_is_that_of_the_method() -> None:
    """method.md 7.2: with J = .74 and tau = 2 pp, 11.2 % is seen with power .95 at n = 1,000."""
    assert Limit(0.037, 0.737, 0.02).recall(0.112, 1_000) == pytest.approx(0.95, abs=0.01)
    assert Limit(0.037, 0.737, 0.0).recall(0.071, 300) == pytest.approx(0.95, abs=0.01)


def test_the_spread_between_audiences_is_found_again() -> None:
    rng, clouds = np.random.default_rng(1), {}
    for n in (100, 1_000):
        share = np.repeat([0.0, 0.2, 0.4], 3_000)
        rate = np.clip(0.1 + 0.6 * share + (1 - share) * rng.normal(0, 0.03, share.size), 0, 1)
        clouds[n] = Cloud(share, rng.binomial(n, rate) / n, np.full(share.size, n))
    found = limits.fitted(clouds)
    assert found is not None
    assert (found.alarms, found.gap, found.tau) == pytest.approx((0.1, 0.6, 0.03), abs=0.004)
    assert found.recall(0.2, 10**9) == pytest.approx(norm.cdf((0.12 - 2.326 * found.tau) / (0.8 * found.tau)), abs=0.05)
    assert limits.fitted({100: replace(clouds[100], flagged=np.full(9_000, np.nan))}) is None


def test_prices_are_those_of_the_panels() -> None:
    assert prices.extra("drip", 3) == prices.extra("topic_pod", 1) == 0
    assert prices.extra("cheap_reach", 1) is None
    assert all(prices.extra(attack, 1) is None or prices.extra(attack, 1) <= prices.extra(attack, 3) for attack in ATTACKS)  # type: ignore[operator]
    assert 0.05 < prices.COMMENT < 0.08


# Small real runs


def test_no_account_is_asked_whose_followers_have_taught(teacher: Examiner) -> None:
    with simulated("high_street", 200, 3) as folder:
        asked = teacher.ask(folder)
    assert "srf/0" in teacher.seen and 0 < len(asked.y) < 120


def test_the_other_world_is_asked_and_the_worst_named(teacher: Examiner) -> None:
    found = plain(worlds.measure(TINY, told))
    assert found["T1"]["recall"]["of"] > 10 and found["T1"]["false_alarms"]["of"] > 50
    assert set(found["T12"]) >= {"logistic", "depth2_tree", "engagement_rule"}
    crossed = next(cell for name, cell in found["cells"].items() if "itself" not in name)[BOUGHT]
    assert set(crossed["models"]) == {MODEL, *found["T12"]}
    assert (
        crossed["by_share"][">= 20 %"][MODEL]["average_precision"]["value"]
        > crossed["by_share"]["5-10 %"][MODEL]["average_precision"]["value"]
    )


def test_drip_fed_aged_followers_are_decided_on_the_same_at_each_asking(teacher: Examiner) -> None:
    found, again = (plain(drip_aged.measure(TINY, told)) for _ in range(2))
    assert found == again
    (cell,) = found["cells"].values()
    assert cell["found"]["hits"] + cell["undecided"]["hits"] + cell["confident_wrong"]["hits"] == cell["recall_at_threshold"]["of"] > 5
    assert found["T4"]["recall"]["value"] is not None


def test_every_honest_family_has_its_own_rate(teacher: Examiner) -> None:
    found = plain(hard_negatives.measure(TINY, told))
    (cell,) = found["cells"].values()
    assert set(cell) == set(HARD_NEGATIVES)
    assert all(cell[family]["of"] >= TINY.of(1_000, 20) for family in set(HARD_NEGATIVES) - {"rival_attack"})
    assert found["T7"]["worst"]["value"] == max(each["value"] for each in cell.values() if each["value"] is not None)


def test_attacks_are_measured_against_their_twin(teacher: Examiner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attacks, "ATTACK_LEVELS", (3,))
    found = plain(attacks.measure(TINY, told))
    (cell,) = found["cells"].values()
    assert [name for name in cell if name[-1].isdigit()] == [f"{attack}_3" for attack in ATTACKS]
    assert found["T10"]["violations"] == 0
    assert cell["drip_3"]["cost_eur"] == cell["median lot, EUR"] and cell["cheap_reach_3"]["cost_eur"] is None


def test_an_insertion_that_lowers_the_score_is_counted(teacher: Examiner) -> None:
    head = teacher.bundle.heads[BOUGHT]
    turned = replace(head, head=replace(head.head, directions={name: -sign for name, sign in head.head.directions.items()}))
    wrong = replace(teacher, bundle=replace(teacher.bundle, heads={**teacher.bundle.heads, BOUGHT: turned}))
    assert attacks._violations(wrong, "village", TINY) > 0


# Real accounts with real followers


def test_without_public_data_it_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(public, "FOLDER", tmp_path / "absent")
    assert "may not be shipped" in composed.measure(TINY, told)["left_out"]
    assert drawings.drawn({"composed": composed.measure(TINY, told)}) == {}


def test_accounts_that_teach_are_not_asked_and_followers_of_x_make_accounts_of_x(shared_data: Path) -> None:
    teaching, asked = composed._accounts(TINY)
    names = [set(each["accounts"]["account_id"].to_pylist()) for each in (teaching, asked)]
    assert names[0] and names[1] and not names[0] & names[1]
    pool = real_accounts.pool_of("cresci2015", public.FOLDER)
    found = real_accounts.together(composed._asked(asked, pool, 20, 1))
    assert set(found["accounts"]["platform"].to_pylist()) == {"x"}
    assert {source.rpartition("/")[0] for source in found["labels"]["source"].to_pylist()} == {"cresci2015/1", "cresci2015/2"}
    own = composed._unlabelled(teaching, pool, 1)
    assert own["labels"].num_rows == 0 and own["follower_sample"].num_rows > 0


def cell(recall: float, tau: float) -> Mapping[str, Any]:
    by = {"0.2": {"recall": {"value": recall}}, "0.4": {"recall": {"value": min(1.0, recall + 0.1)}}}
    samples = ("50", "100", "300", "1000")
    limit = Limit(0.1, 0.6, tau).to_json([0.2, 0.4], [int(n) for n in samples])
    found = {"by_sample": dict.fromkeys(samples, by), "by_size": {"micro": by, "mega": by}, "limit": limit}
    return found | {"at_least_20": {MODEL: {"recall": {"value": recall}}}}


def test_limits_are_drawn_with_the_worst_source_in_the_title() -> None:
    cells = {STRANGERS: {"good": cell(0.95, 0.02), "sly": cell(0.3, 0.04)}, KNOWN: {}}
    figure = drawings.drawn({"composed": {"cells": cells}})["detection_limits"]
    assert "Worst source sly" in figure._suptitle.get_text() and "no share" in figure._suptitle.get_text()  # type: ignore[attr-defined]
    left, right = figure.axes
    assert max(line.get_ydata().max() for line in right.lines) == pytest.approx(0.4)  # type: ignore[union-attr]
    assert "followers sampled" in left.get_xlabel()
