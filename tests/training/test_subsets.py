"""Every subset of the evidence is judged, and what a head needs but has not seen is no alarm."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from features import dataset
from features.schema import EVENT_TABLES
from features.table import AccountTable
from models.bundle import load_champion
from training.subsets import SUBSETS, by_subset, exact_interval, threshold, whole


def test_there_are_fifteen_subsets_the_fullest_first() -> None:
    assert len(SUBSETS) == len(set(SUBSETS)) == 15
    assert SUBSETS[0] == tuple(EVENT_TABLES) and all(SUBSETS)


def test_the_threshold_keeps_its_promise_or_makes_none() -> None:
    """Averaged over samples, a new clean account exceeds it with at most 1 %; 98 clean accounts cannot promise that."""
    rng = np.random.default_rng(1)
    assert threshold(rng.normal(size=98)) == float("inf")
    assert threshold(np.arange(99.0)) == 98.0
    exceeded = [(rng.normal(size=500) > threshold(rng.normal(size=300))).mean() for _ in range(400)]
    assert 0.004 < np.mean(exceeded) <= 0.0105


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10), (7, 300)])
def test_the_interval_is_clopper_and_pearsons(hits: int, of: int) -> None:
    theirs = binomtest(hits, of).proportion_ci(method="exact")
    assert exact_interval(hits, of) == pytest.approx((theirs.low, theirs.high))


def test_nothing_was_seen_of_nothing() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)


def test_heads_are_measured_on_every_subset(champion_home: Path, small_world: Path) -> None:
    bundle = load_champion(champion_home)
    table = AccountTable.from_tables({name: rows for name, rows in dataset.read(small_world).items() if name != "labels"})
    full = whole(table)
    assert 0.4 < full.mean() < 0.9
    y = {name: np.where(full, np.arange(table.n) % 2, np.nan) for name in bundle.heads}
    told: list[tuple[int, int]] = []
    rates = by_subset(table, bundle.reference, bundle.heads, y, dict.fromkeys(bundle.heads, 0.0), lambda *at: told.append(at))
    assert told == [(done, 15) for done in range(1, 16)]
    assert any(row.newly for rows in rates.values() for row in rows), "no table that is deleted raises anything, so this shows nothing"
    for name, rows in rates.items():
        needs = set(bundle.heads[name].head.needs)
        assert [row.seen for row in rows] == list(SUBSETS)
        assert rows[0].newly == 0
        for row in rows:
            assert (row.clean, row.positives) == ((y[name] == 0).sum(), (y[name] == 1).sum())
            assert row.newly <= row.alarms <= row.clean
            if not needs & set(row.seen):
                assert row.alarms == row.hits == 0, f"{name} was alarmed by {row.seen}, which is nothing that it needs"
