"""Progress of long work, told stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[int, int | None], None]
# Where no bar can be drawn, a line this often says how far long work is.
PLAIN_EVERY_S = 30.0


class Stages:
    """Says when a stage begins, how far it is and how long it took. This one keeps silent; Bars draws."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def plan(self, weights: Mapping[str, float]) -> None:
        """The stages to come and about how long each takes, in any unit."""

    @contextmanager
    def __call__(self, name: str, of: int | None = None) -> Iterator[Advance]:
        """A stage; what is yielded takes (done, of)."""
        began = time.monotonic()
        self.begin(name, of)
        try:
            yield lambda done, total: self.advance(name, done, total)
        finally:
            self.seconds[name] = time.monotonic() - began
            self.end(name, self.seconds[name])

    def begin(self, name: str, of: int | None) -> None:
        """A stage begins."""

    def advance(self, name: str, done: int, of: int | None) -> None:
        """A stage has done so much."""

    def end(self, name: str, seconds: float) -> None:
        """A stage ends, well or not."""


class Bars(Stages):
    """Stages as bars with the time left on a terminal, as plain lines anywhere else."""

    def __init__(self, console: Console, quiet: bool = False):
        super().__init__()
        self.console, self.drawn = console, console.is_terminal and not quiet
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        self.bars = Progress(*columns, console=console, disable=not self.drawn, transient=True)
        self.open: dict[str, TaskID] = {}
        self.weights: Mapping[str, float] = {}
        self.whole: TaskID | None = None
        self.began: dict[str, float] = {}
        self.told = 0.0

    def plan(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self.whole = self.bars.add_task("in all", total=sum(weights.values()))

    def begin(self, name: str, of: int | None) -> None:
        self.bars.start()
        if not self.drawn:
            self.console.print(f"{name} …", highlight=False)
        self.open[name] = self.bars.add_task(name, total=of)
        self.began[name] = self.told = time.monotonic()

    def advance(self, name: str, done: int, of: int | None) -> None:
        self.bars.update(self.open[name], completed=done, total=of)
        now = time.monotonic()
        if not self.drawn and of and 0 < done < of and now - self.told >= PLAIN_EVERY_S:
            left = (now - self.began[name]) * (of - done) / done
            self.console.print(f"{name}: {done / of:.0%}, about {max(left / 60, 1):,.0f} min left", highlight=False)
            self.told = now

    def end(self, name: str, seconds: float) -> None:
        self.bars.remove_task(self.open.pop(name))
        if self.whole is not None:
            self.bars.advance(self.whole, self.weights.get(name, 0))
        if seconds >= 1:
            self.console.print(f"{name}: {seconds:.1f} s", highlight=False)
        if not self.open:
            self.bars.stop()
