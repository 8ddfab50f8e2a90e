"""What tests of bundles share."""

import shutil
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(trained: Any, tmp_path: Path) -> Path:
    """A copy of a whole bundle, to be damaged."""
    return Path(shutil.copytree(trained.path, tmp_path / "bundle"))
