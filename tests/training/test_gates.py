"""The measures of the gates see what is planted and nothing else; with real sets at hand, the gates answer whole."""

import dataclasses

import numpy as np
import pytest

from training import public
from training.benchmark import gates, likeness, natural, transfer
from training.benchmark.drawn import drawn, last_days, newest, only
from training.benchmark.step import Size
from training.worlds import WORLDS

QUICK = Size(quick=True, seed=3)
RNG = np.random.default_rng(8)
NORMAL = RNG.normal(size=(2, 600))

needs_real_sets = pytest.mark.skipif(not public.FOLDER.is_dir(), reason="needs the folder of public data, which is not at hand")


def test_a_distance_sees_a_shift_and_not_chance():
    alike, shifted = likeness.distance(*NORMAL, seed=1), likeness.distance(NORMAL[0], NORMAL[1] + 1, seed=1)
    assert alike["value"] < 0.1 < 0.3 < shifted["low"] < shifted["value"] < shifted["high"]
    assert likeness.distance(np.full(700, np.nan), NORMAL[0], seed=1) is None
    assert likeness.distance(NORMAL[0][:20], NORMAL[1], seed=1) is None


def test_a_classifier_tells_apart_what_differs_only_together():
    one = RNG.normal(size=(500, 2))
    together = RNG.normal(size=500)
    same_spread = np.column_stack([together, together])
    assert likeness.told_apart(one[:250], one[250:], seed=1)["low"] < 0.5
    assert likeness.told_apart(one, same_spread, seed=1)["low"] > 0.8


def test_precision_kept_is_one_for_the_same_score_and_less_for_a_worse_one():
    y = np.repeat([0, 1], 200)
    good = y + RNG.normal(0, 0.5, 400)
    assert likeness.precision_kept(y, good, good, seed=1)["value"] == 1.0
    assert likeness.precision_kept(y, RNG.normal(size=400), good, seed=1)["high"] < 0.8


def test_accounts_of_one_size_meet_once_each():
    ours, theirs = np.array([100.0, 1000, 1100, 1e6]), np.array([1050.0, 1040, 90, 5e4])
    a, b = gates.alike(ours, theirs)
    assert sorted(b) == [0, 1, 2] and len(set(a)) == 3
    assert (np.abs(np.log10(ours[a] / theirs[b])) < 0.15).all()
    assert len(gates.alike(np.array([]), theirs)[0]) == 0


def test_signs_agree_only_where_real_sources_agree():
    def found(value: float, spread: float = 0.05) -> dict[str, float]:
        return {"value": value, "low": value - spread, "high": value + spread}

    assert transfer._agrees([found(0.7), found(0.8), found(0.6)]) is True
    assert transfer._agrees([found(0.4), found(0.8), found(0.6)]) is False
    assert transfer._agrees([found(0.7), found(0.8), found(0.3)]) is None
    assert transfer._agrees([found(0.7), found(0.51), found(0.49)]) is None


def test_what_is_compared_is_cut_to_what_the_real_sets_hold():
    tables = only(drawn("high_street", 200, 4), "youtube")
    assert set(tables["accounts"]["platform"].to_pylist()) == {"youtube"}
    cut = newest(tables, 17)["posts"].to_pandas()
    whole = tables["posts"].to_pandas().sort_values("posted_at")
    assert cut.groupby("account_id").size().max() == 17
    last = whole.groupby("account_id")["posted_at"].max()
    assert (cut.groupby("account_id")["posted_at"].max() == last).all()
    days = last_days(tables, 30)["history"].to_pandas()["date"]
    assert 28 <= (max(days) - min(days)).days <= 30


def test_a_changed_constant_comes_back():
    where, name = transfer.CONSTANTS[0]
    usual = getattr(where, name)
    with transfer._changed(where, name, 1.3):
        assert getattr(where, name) == pytest.approx(1.3 * usual)
    assert getattr(where, name) == usual


@pytest.mark.parametrize("step", [*gates.STEPS, *natural.STEPS], ids=lambda step: step.name)
def test_without_real_sets_a_step_says_what_it_left_out(step, tmp_path, monkeypatch):
    monkeypatch.setattr(public, "FOLDER", tmp_path)
    if step.name in ("natural", "natural: purges"):
        pytest.skip("needs no real set: it reads published numbers")
    assert step.measure(QUICK, lambda done, of: None)["left_out"]


@needs_real_sets
def test_bought_stars_stand_out_and_the_answer_is_plain():
    answer = natural.stars(QUICK, lambda done, of: None)
    assert answer["features"]["growth_burst"]["value"] > 0.7
    assert answer["features"]["growth_burst"]["suspected"] > 100


@needs_real_sets
def test_marginals_answer_for_every_world(monkeypatch):
    monkeypatch.setattr(Size, "of", lambda self, full, quick: 600)
    answer = gates.marginals(dataclasses.replace(QUICK), lambda done, of: None)
    for world in WORLDS:
        assert answer[world]["cells"] and 0 <= answer[world]["met_share"] <= 1
