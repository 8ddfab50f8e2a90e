"""Counts that a platform rounds to three digits: a step of the last digit is no burst, a burst of several is one."""

import csv
import math
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.accounts import OBSERVED, Document, bare, from_documents, value

CHANNELS = Path(__file__).resolve().parents[3] / "shared" / "data" / "youtube_daily_2026" / "youtube_daily_snapshots.csv"


def shown(count: float) -> int:
    """As YouTube's API tells it: rounded down to three digits."""
    step = 10 ** max(math.floor(math.log10(count)) - 2, 0)
    return int(count // step * step)


def seen(counts: list[float]) -> Document:
    rows = [{"date": str((OBSERVED - timedelta(days=len(counts) - i)).date()), "followers": shown(count)} for i, count in enumerate(counts)]
    return bare(platform="youtube", followers=rows[-1]["followers"], history=rows)


@settings(max_examples=200, deadline=None)
@given(st.floats(3.2, 7), st.floats(-4, -2), st.booleans(), st.integers(25, 120))
def test_steady_growth_never_bursts(size: float, rate: float, falls: bool, days: int) -> None:
    """Sizes from 1,600 to ten million, 0.01 % to 1 % more a day, or half as much less."""
    step = 10.0**rate * (-0.5 if falls else 1.0)
    document = seen([10.0**size * (1 + step * i) for i in range(days)])
    assert value("growth_burst", document) < 5
    assert value("growth_burst_share", document) == 0


def test_a_burst_of_many_steps_is_seen() -> None:
    counts = [41_000 + 30 * i + (3_000 if i >= 40 else 0) for i in range(80)]
    assert value("growth_burst", seen(counts)) > 10
    assert value("growth_burst_share", seen(counts)) == pytest.approx(3_000 / 46_300, abs=200 / 46_300)


def test_a_step_of_the_last_digit_after_silence_is_none() -> None:
    assert value("growth_burst", seen([446_500 + i // 60 * 1_000 for i in range(120)])) == 0


def test_two_steps_on_neighbouring_days_are_none() -> None:
    """The first may have been a follower away and the second one past: together they tell of one step and no more."""
    counts = [446_500 + 1_000 * (i >= 30) + 1_000 * (i >= 31) for i in range(60)]
    assert value("growth_burst", seen(counts)) < 5
    assert value("growth_burst_share", seen(counts)) == 0


def test_steps_tell_of_all_days_since_the_one_before() -> None:
    """430 followers a day are shown as a step of a thousand every two or three days."""
    counts = [446_000 + 430 * i for i in range(90)]
    assert value("growth_gini", seen(counts)) < 0.2
    assert value("growth_top_days_share", seen(counts)) < 0.05


def test_exact_counts_stay_as_they_are() -> None:
    """One count that shows all its digits makes them all exact."""
    exact = bare(
        history=[{"date": str((OBSERVED - timedelta(days=60 - i)).date()), "followers": 115_000 + 1_000 * (i >= 30)} for i in range(60)]
    )
    assert value("growth_burst", exact) == 0
    exact["history"][0]["followers"] = 114_999
    assert value("growth_burst", exact) == pytest.approx(1_000)


@pytest.mark.skipif(not CHANNELS.is_file(), reason="the public counts of channels lie in ../shared/data, which is absent here")
def test_real_channels_hardly_burst() -> None:
    """227 channels of January 2026, of whom 130 were seen for 21 days and more: when steps counted, 71 % of them were bursts."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    with CHANNELS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts[row["channel_id"]][row["date_utc"]] = int(row["subscribers"])
    matrix = from_documents(
        [
            bare(
                channel,
                platform="youtube",
                observed_at="2026-02-16T00:00:00Z",
                history=[{"date": date, "followers": count} for date, count in days.items()],
            )
            for channel, days in counts.items()
        ]
    )
    score = matrix.column("growth_burst")
    known = score[~np.isnan(score)]
    assert len(known) == 130
    assert 0.02 < np.mean(known > 5) < 0.10
