"""All steps of the benchmark, in the order of their levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.benchmark import (
    attacks,
    causes,
    composed,
    decisions,
    drip_aged,
    follower_records,
    gates,
    hard_negatives,
    insertions,
    natural,
    share_sizes,
    shares,
    subsets,
    worlds,
)
from training.benchmark.step import Step

# A new file with steps is named here, and nowhere else; its bars stand in table.py.
MODULES = (
    *(follower_records, composed, shares, share_sizes),
    *(worlds, drip_aged, hard_negatives, attacks, subsets, insertions, decisions, causes, gates),
    natural,
)
STEPS: tuple[Step, ...] = tuple(sorted((step for module in MODULES for step in module.STEPS), key=lambda step: step.level))
# What the steps have fixed besides their size; it stands in protocol.json for a reader, as the code's hash stands for a machine.
CHOICES: Mapping[str, Any] = {module.__name__.rpartition(".")[2]: module.CHOICES for module in MODULES if hasattr(module, "CHOICES")}
