"""What must hold of every head, whoever adds it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features import dataset
from features.catalog import BY_NAME, FAMILIES, build
from features.schema import EVENT_TABLES
from features.schema import HEADS as CONTRACT
from features.table import AccountTable
from models.bundle import Bundle, load_champion
from models.head import BaseRate, Head
from models.heads import HEADS

ROWS = 100_000
# Where a head holds a feature to the other sign than the one its sentence calls suspicious: bought likes raise what bought followers lower.
TURNED = {("bought_engagement", "engagement_residual")}


@pytest.fixture(scope="module")
def bundle(champion_home: Path) -> Bundle:
    return load_champion(champion_home)


@pytest.fixture(scope="module")
def values(bundle: Bundle, small_world: Path) -> dict[str, np.ndarray]:
    """For each head many accounts: features drawn from real combinations, mixed between accounts, with gaps."""
    tables = {name: rows for name, rows in dataset.read(small_world).items() if name != "labels"}
    matrix = build(AccountTable.from_tables(tables), bundle.reference)
    rng = np.random.default_rng(0)
    made = {}
    for name in bundle.heads:
        known = matrix.only(HEADS[name].features)
        drawn = known[rng.integers(len(known), size=ROWS)]
        mixed = np.column_stack([rng.permutation(column) for column in drawn.T])
        drawn = np.where(rng.random(drawn.shape) < 0.3, mixed, drawn)
        made[name] = np.where(rng.random(drawn.shape) < 0.1, np.nan, drawn)
    return made


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
class TestEveryHead:
    def test_it_is_one_of_the_contract_and_asks_a_question(self, head: Head) -> None:
        assert head.name in CONTRACT and HEADS[head.name] is head
        assert head.question[0].isupper() and head.question.endswith("?")

    def test_it_reads_features_that_exist(self, head: Head) -> None:
        assert head.features and set(head.features) <= set(BY_NAME)
        assert set(head.families) <= {family.name for family in FAMILIES}
        assert not set(head.features) & head.left_out
        assert all(any(BY_NAME[name].family == family for name in head.features) for family in head.families)

    def test_its_directions_are_signs_of_its_own_features(self, head: Head) -> None:
        assert set(head.directions) <= set(head.features)
        assert set(head.directions.values()) <= {1, -1}
        assert head.monotone == tuple(head.directions.get(name, 0) for name in head.features)
        for name, sign in head.directions.items():
            turned = (head.name, name) in TURNED
            assert sign == BY_NAME[name].raises_suspicion * (-1 if turned else 1), (
                f"{name}: its sentence says the opposite of its direction"
            )

    def test_what_speaks_either_way_has_no_direction(self, head: Head) -> None:
        assert head.either_way <= set(head.features) - set(head.directions)
        assert all(BY_NAME[name].raises_suspicion == 0 for name in head.either_way)
        assert [name for name, may in zip(head.features, head.straight, strict=True) if not may] == sorted(head.either_way)

    def test_its_base_rate_says_where_it_comes_from(self, head: Head) -> None:
        assert isinstance(head.base_rate, BaseRate) and 0 < head.base_rate.value < 1
        assert len(head.base_rate.source) > 20
        assert f"AUTHENTICITY_BASE_RATE_{head.name.upper()}" in head.base_rate.source

    def test_its_costs_leave_room_for_all_three_decisions(self, head: Head) -> None:
        assert 0 < head.costs.no < head.costs.yes < 1

    def test_it_needs_evidence_from_which_it_reads_something(self, head: Head) -> None:
        assert head.needs and set(head.needs) <= set(EVENT_TABLES)
        for table in head.needs:
            assert any(table in BY_NAME[name].tables for name in head.features)

    def test_a_label_is_yes_no_or_too_weak(self, head: Head) -> None:
        shares = np.array([np.nan, 0.0, 1e-9, 0.05, 0.0999, 0.1, 0.5, 1.0])
        for value in (0.0, 1.0, np.nan):
            found = head.label(np.full(len(shares), value), shares)
            assert found.shape == shares.shape
            assert np.isin(found[~np.isnan(found)], (0.0, 1.0)).all()
        both = head.label(np.array([1.0, 0.0]), np.array([np.nan, np.nan]))
        assert both.tolist() == [1.0, 0.0], "a person's yes or no is taken where nothing else is known"

    def test_every_direction_holds_whatever_else_is_known(self, head: Head, bundle: Bundle, values: dict[str, Any]) -> None:
        """Exactly, not nearly, for the trees and the sum beside them: leaves never fall and sums of floats keep that order."""
        rng = np.random.default_rng(1)
        trees, rows = bundle.heads[head.name].trees, values[head.name]
        before, moved = trees.margins(rows), 0
        for name, sign in head.directions.items():
            j = head.features.index(name)
            raised = rows.copy()
            known = rows[~np.isnan(rows[:, j]), j]
            spread = (np.std(known) if len(known) else 0.0) or 1.0
            raised[:, j] += spread * rng.exponential(1.0, ROWS)
            gain = sign * (trees.margins(raised) - before)
            moved += int((gain > 0).sum())
            assert (gain >= 0).all(), f"raising {name} moved {int((gain < 0).sum())} of {ROWS} margins the wrong way"
        assert moved > ROWS / 10, "no margin moves, so this shows nothing"

    def test_its_weights_keep_its_signs(self, head: Head, bundle: Bundle) -> None:
        total = bundle.heads[head.name].trees.sum
        assert total is not None and any(total.weight)
        for name, weight in zip(head.features, total.weight, strict=True):
            assert name not in head.either_way or weight == 0
            assert weight * head.directions.get(name, 0) >= 0, f"{name} has the weight {weight}"


def test_weak_shares_teach_nothing_to_bought_followers() -> None:
    found = HEADS["bought_followers"].label(np.ones(6), np.array([0.0, 0.01, 0.05, 0.0999, 0.1, 0.4]))
    np.testing.assert_array_equal(found, [0.0, np.nan, np.nan, np.nan, 1.0, 1.0])


def test_a_head_cannot_name_features_that_do_not_exist() -> None:
    head = HEADS["bought_followers"]
    with pytest.raises(ValueError, match="phase_of_the_moon"):
        Head(**{**{name: getattr(head, name) for name in head.__dataclass_fields__}, "directions": {"phase_of_the_moon": 1}})
