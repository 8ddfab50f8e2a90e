"""Whether accounts are still like those that taught, and which are most worth a label."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.console import Quiet, Workers, chosen_bundle, err, note, out, settings
from training.stages import Bars

app = typer.Typer()


@app.command()
def queue(
    data: Annotated[Path | None, typer.Argument(help="A dataset; without it the accounts that the service has judged.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many labels are asked for.")] = 50,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The CSV file to write; without it standard output.")] = None,
    head: Annotated[str | None, typer.Option("--head", help="One question only; without it all of them.")] = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Say which accounts are most worth a label next: uncertain, followed by many, unlike those that have one."""
    from features.whole import whole_file
    from models.heads import HEADS
    from serving import candidates
    from serving import queue as waiting
    from serving.store import Store

    if head is not None and head not in HEADS:
        raise typer.BadParameter(f"expected one of {', '.join(HEADS)}; got {head!r}", param_hint="--head")
    mine = settings()
    store = Store.of(mine)
    if data is None:
        judged, labelled = store.judged(), waiting.labelled(store)
    else:
        with Bars(err, quiet)("judge the dataset") as advance:
            judged = candidates.of_dataset(chosen_bundle(None), data, advance, workers, note)
        labelled = candidates.labelled(data, judged["account_id"].to_pylist(), store)
    rows = waiting.ranked(judged, labelled, n, head)
    if output is None:
        waiting.write(rows, sys.stdout)
    else:
        with whole_file(output) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            waiting.write(rows, file)
    told = f"{len(rows):,} of {judged.num_rows:,} judged accounts" + (f" in {output}" if output else "")
    (out if output else err).print(told, highlight=False, soft_wrap=True)
    if not rows and data is None:
        err.print(_nothing(mine.remember_days), highlight=False, soft_wrap=True)


def _nothing(days: int) -> str:
    if not days:
        return "AUTHENTICITY_REMEMBER_DAYS is 0, so the service remembers no account: name a dataset, or set it to a number of days."
    return f"The service has judged no account in the last {days} days that has no label yet: name a dataset instead."
