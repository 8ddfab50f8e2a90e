"""Drawings of what the benchmark found; each title says the finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure


def drawn(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """Figures by name, of the answers that are there."""
    return {}
