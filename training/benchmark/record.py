"""A benchmark in the record of trainings: its numbers to compare, its protocol and answers to look up."""

from __future__ import annotations

from pathlib import Path

from training import tracking
from training.benchmark import drawings
from training.benchmark.protocol import Protocol
from training.benchmark.reading import judged, status
from training.benchmark.run import Outcome

EXPERIMENT = "benchmark"


def record(outcome: Outcome, protocol: Protocol, home: Path, uri: str | None, card: str) -> str:
    """One run with a metric for each bar (T1_1, T1_2 …; T1_met), the figures, and every file of the folder; gives the run's id."""
    size = "quick" if protocol.quick else "full"
    store = tracking.store(home, uri)
    tracking.sweep(store)
    tags = {"change": outcome.evaluation, "size": size, "protocol": protocol.hash, "mlflow.source.name": "authenticity bench"}
    params = {"size": size, "seed": protocol.seed, "code": protocol.code, "data": protocol.data or "none beyond what ships"}
    with tracking.run(store, EXPERIMENT, f"{size} {protocol.hash[:12]}", params, tags) as run:
        readings = judged(outcome.results)
        run.log_metrics({f"{name}_{i + 1}": each.value for name, mine in readings.items() for i, each in enumerate(mine) if not each.why})
        known = {name: status(mine) for name, mine in readings.items() if status(mine) != "not measured"}
        run.log_metrics({f"{name}_met": float(said == "met") for name, said in known.items()})
        for name, figure in drawings.drawn(outcome.results).items():
            run.log_figure(figure, name)
        run.describe(card)
        for file in sorted(outcome.folder.glob("*.json")):
            run.log_file(file)
    return run.id
