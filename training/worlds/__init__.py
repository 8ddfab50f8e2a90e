"""Simulated worlds: labelled datasets in which every share is known, because somebody drew it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from features import dataset, workers
from features.machine import usable_cores
from training.mixtures import Tables
from training.pools import FollowerPool
from training.worlds import high_street, village
from training.worlds.scenarios import SCENARIOS
from training.worlds.truth import NAME as TRUTH_TABLE
from training.worlds.truth import read_truth, write_truth

__all__ = ["PART", "WORLDS", "World", "read_truth", "simulate"]


class World(Protocol):
    """A simulator: what all parts of one world share, and one part of its accounts.

    `scenarios` weighs the scenarios to draw (scenarios.SCENARIOS); None is the world's natural mixture. A part holds the contract's
    tables and the table "truth".
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802

    def setting(
        self, seed: np.random.SeedSequence, pool: FollowerPool | None = None, scenarios: Mapping[str, float] | None = None
    ) -> Any: ...

    def part(self, scene: Any, seed: np.random.SeedSequence, first: int, n: int, /) -> Tables: ...


WORLDS: dict[str, World] = {high_street.NAME: high_street, village.NAME: village}
PART = 2_500
# A process takes as long to start as so many accounts take to draw.
WORTH_A_PROCESS = 5_000


@dataclass(frozen=True)
class Drawn:
    """One part to draw: its seed is its own, so it is the same whoever draws it and when."""

    number: int | None
    first: int
    size: int
    seed: np.random.SeedSequence

    def __str__(self) -> str:
        return f"accounts {self.first:,} to {self.first + self.size:,}"


@dataclass(frozen=True)
class _Drawing:
    world: str
    street: np.random.SeedSequence
    folder: Path
    scenarios: Mapping[str, float] | None

    def warm(self) -> None:
        """Nothing is compiled to draw."""

    def begin(self) -> workers.Act:
        scene = WORLDS[self.world].setting(self.street, scenarios=self.scenarios)

        def draw(part: Drawn, tell: workers.Tell) -> None:
            tables = WORLDS[self.world].part(scene, part.seed, part.first, part.size)
            write_truth(self.folder, tables.pop(TRUTH_TABLE), part.number)
            dataset.write(self.folder, tables, part=part.number)

        return draw


def simulate(
    out: Path,
    accounts: int,
    seed: int,
    world: str = "high_street",
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
    scenarios: Mapping[str, float] | None = None,
) -> None:
    """Write a labelled dataset of `accounts` accounts to the folder `out`: one file per table up to 2,500 accounts, numbered parts above.

    `scenarios` weighs the kinds of account to draw; None is the world's natural mixture. Beside the dataset's own tables lies what is
    true of each account (`read_truth`). The same world, seed, scenarios and number of accounts give the same bytes, in one process and
    in many. `progress(done, accounts)` is called after each part. Raises ValueError for an unknown world or scenario, fewer than 1
    account or a negative seed, DatasetError when `out` holds anything.
    """
    if world not in WORLDS:
        raise ValueError(f"there is no world {world!r}; there are: {', '.join(WORLDS)}")
    if unknown := sorted(set(scenarios or {}) - set(SCENARIOS)):
        raise ValueError(f"there is no scenario {', '.join(map(repr, unknown))}; there are: {', '.join(SCENARIOS)}")
    if accounts < 1 or seed < 0:
        raise ValueError(f"{accounts} accounts with seed {seed}: expected at least 1 account and a seed of 0 or more")
    sizes = [min(PART, accounts - first) for first in range(0, accounts, PART)]
    street, *children = np.random.SeedSequence([seed, *world.encode()]).spawn(1 + len(sizes))
    drawn = [
        Drawn(number if len(sizes) > 1 else None, number * PART, size, child)
        for number, (size, child) in enumerate(zip(sizes, children, strict=True))
    ]
    done = 0

    def tell(part: Drawn, _: float) -> None:
        nonlocal done
        done += part.size
        if progress is not None:
            progress(done, accounts)

    with dataset.writing(out) as draft:
        worth = min(usable_cores(), 1 + accounts // WORTH_A_PROCESS)
        workers.run(_Drawing(world, street, draft, scenarios), drawn, processes or worth, tell)
