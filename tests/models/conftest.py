"""What tests of bundles share."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from features import dataset
from features.table import AccountTable
from models.bundle import Bundle, load_champion
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
def explained(small_bundle: Bundle, small_table: AccountTable) -> list[dict[str, Any]]:
    """Verdicts on hundreds of simulated accounts, with all that is said of their reasons."""
    return judge_table(small_bundle, small_table)
