"""What tests of bundles share."""

import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from features import dataset
from features.table import AccountTable
from models.bundle import Bundle, load_champion
from models.decision import Limits
from models.verdict import judge_table


@pytest.fixture
def folder(trained: Any, tmp_path: Path) -> Path:
    """A copy of a whole bundle, to be damaged."""
    return Path(shutil.copytree(trained.path, tmp_path / "bundle"))


@pytest.fixture(scope="session")
def small_bundle(champion_home: Path) -> Bundle:
    return load_champion(champion_home)


@pytest.fixture(scope="session")
def small_table(small_world: Path) -> AccountTable:
    return AccountTable.from_tables({name: rows for name, rows in dataset.read(small_world).items() if name != "labels"})


@pytest.fixture(scope="session")
def decisive(small_bundle: Bundle) -> Bundle:
    """The small champion with limits that let its probabilities through: the few accounts that taught it set none."""
    tables = ("follower_sample", "history", "posts", "comments")
    groups = ["+".join(some) for size in range(1, len(tables) + 1) for some in combinations(tables, size)]
    free = Limits(dict.fromkeys(groups, -99.0), dict.fromkeys(groups, 99.0), {}, small_bundle.heads["bought_followers"].limits.detectable)
    return replace(small_bundle, heads={name: replace(model, limits=free) for name, model in small_bundle.heads.items()})


@pytest.fixture(scope="session")
def explained(decisive: Bundle, small_table: AccountTable) -> list[dict[str, Any]]:
    """Verdicts on hundreds of simulated accounts, with all that is said of their reasons."""
    return judge_table(decisive, small_table)
