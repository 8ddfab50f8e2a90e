"""The benchmark of the share: what is composed has the stated truth, sources are never mixed across platforms, absent ones are named."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from training.benchmark import accounts, follower_sources, shares, sources
from training.benchmark.accounts import Side
from training.benchmark.share_measures import _binomial, _clustered
from training.benchmark.step import Size


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, sources.Source]:
    """What everybody has: SRF alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(follower_sources, "SHARED", tmp_path_factory.mktemp("nothing"))
        found, absent = sources.all_sources()
    assert list(found) == ["srf"] and len(absent) == 4 and all("licence" in sentence for sentence in absent)
    return found


def sides(source: sources.Source) -> tuple[Side, Side]:
    """Margins that say which class a record is of: -1 and 1."""
    rows = np.arange(len(source.pool))
    margins = np.where(source.purchased, 1.0, -1.0)
    return Side.of(source, rows, margins, False), Side.of(source, rows, margins, True)


def test_composed_accounts_have_the_share_they_say(alone: dict[str, sources.Source]) -> None:
    rng = np.random.default_rng(1)
    share, n = np.repeat([0.0, 0.2, 0.9], 300), np.full(900, 100)
    found = accounts.compose(rng, *sides(alone["srf"]), share, n, np.full(900, 10_000))
    flagged = np.bincount(found.samples.account, weights=found.samples.margins > 0, minlength=900) / 100
    for each in (0.0, 0.2, 0.9):
        assert flagged[share == each].mean() == pytest.approx(each, abs=0.01)
        assert (found.truth[share == each] == each).all()


def test_a_census_holds_exactly_its_share(alone: dict[str, sources.Source]) -> None:
    found = accounts.compose(np.random.default_rng(2), *sides(alone["srf"]), np.full(20, 0.3), np.full(20, 500), np.full(20, 200))
    assert (np.bincount(found.samples.account, weights=found.samples.margins > 0) == 60).all()


def test_layers_hold_what_is_true_of_them(alone: dict[str, sources.Source]) -> None:
    m = 400
    found = accounts.ranked(np.random.default_rng(3), *sides(alone["srf"]), np.full(m, 0.2), np.full(m, 200), np.full(m, 10**6))
    place = found.samples.account * 5 + found.samples.layer
    flagged = np.bincount(place, weights=found.samples.margins > 0) / np.bincount(place)
    truth = found.of_layers.reshape(m, 5)
    np.testing.assert_allclose(flagged.reshape(m, 5).mean(axis=0), truth[0], atol=0.02)
    assert truth[0].mean() == pytest.approx(0.2) and truth[0, 4] > truth[0, 0]


def test_twins_lie_on_one_side_of_a_cut(alone: dict[str, sources.Source]) -> None:
    source = alone["srf"]
    parts = source.parts(np.random.default_rng(4), shares.CUT)
    assert sum(map(len, parts)) == len(source.pool)
    twins = [set(source.twin[part].tolist()) for part in parts]
    assert not twins[0] & twins[1] and not twins[1] & twins[2] and not twins[0] & twins[2]


def test_no_cell_mixes_platforms(shared_data: Path) -> None:
    found, absent = sources.all_sources()
    assert not absent
    cells = [cell for name in found for cell in shares.cells(name, found)]
    assert len(cells) > 60
    for cell in cells:
        assert found[cell.others].pool.platform == found[cell.purchased].pool.platform
        assert (cell.kind == "new platform") == (found[cell.learnt].pool.platform != found[cell.others].pool.platform)
        assert cell.kind in ("new vendor", "new audience", "new source", "new platform") or cell.met == cell.learnt


def test_a_held_out_source_says_nothing_of_its_own_spread(shared_data: Path) -> None:
    found, _ = sources.all_sources()
    meetings = shares.meet_all(found, 0)
    changed = {pair: (m if "purba" not in pair else next(iter(meetings.values()))) for pair, m in meetings.items()}
    assert shares.without(meetings, found, "purba") == shares.without(changed, found, "purba")
    assert shares.without(meetings, found, "kaggle") != shares.without(changed, found, "kaggle")


def test_the_step_answers_with_the_records_that_ship(alone: dict[str, sources.Source], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "all_sources", lambda: (alone, ["purba is not at hand"]))
    monkeypatch.setattr(shares, "QUICK_REPLICATES", 2)
    found = dict(shares.measure(Size(True, 5), lambda done, of: None))
    assert json.loads(json.dumps(found))["left_out"] == ["purba is not at hand"]
    assert {cell["learnt"] for cell in found["cells"]} == {"srf"}
    coverages = [cell["coverage"] for cell in found["cells"]]
    assert coverages == sorted(coverages)
    assert "T6 shifted coverage" not in found["targets"]
    again = dict(shares.measure(Size(True, 5), lambda done, of: None))
    assert again["cells"] == found["cells"]


def test_intervals_of_coverage_are_clopper_and_pearsons() -> None:
    assert _binomial(0, 299)[1] == pytest.approx(0.0123, abs=2e-4)
    assert _binomial(95, 100) == pytest.approx((0.8872, 0.9836), abs=1e-3)


def test_the_interval_of_a_mean_is_around_that_mean_however_many_cells_a_model_stands_in() -> None:
    rng = np.random.default_rng(8)
    rows = [
        SimpleNamespace(cell=SimpleNamespace(learnt=name), replicate=replicate, columns={"inside": (rng.random(40) < rate).astype(float)})
        for replicate in range(60)
        for name, rate, cells in (("x", 0.6, 4), ("y", 0.95, 1))
        for _ in range(cells)
    ]
    low, high = _clustered(rows, "inside")  # type: ignore[misc, arg-type]
    mean = np.concatenate([row.columns["inside"] for row in rows]).mean()
    assert low < mean < high and 0.02 < high - low < 0.07
    assert _clustered(rows[:4], "inside") is None  # type: ignore[arg-type]
