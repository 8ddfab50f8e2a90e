"""Whether accounts are still like those that taught, and which are most worth a label."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from commands.console import BundleOption, Quiet, Workers, chosen_bundle, err, note, out, settings
from training.stages import Bars

if TYPE_CHECKING:
    from models.bundle import Bundle
    from serving.settings import Settings
    from training.drift.today import Today

app = typer.Typer()

# Beside 0 (done), 1 (could not be done) and 2 (wrong usage): done, and something has changed.
DRIFTED = 3


@app.command()
def drift(
    data: Annotated[Path | None, typer.Argument(help="A dataset; without it the accounts that the service has judged.")] = None,
    since: Annotated[str, typer.Option(help="Only accounts observed (or judged) since this day, such as 2026-11-01; UTC.")] = "",
    bundle: BundleOption = None,
    against: Annotated[
        Path | None, typer.Option(help="Another dataset to compare with, instead of the accounts that the bundle remembers.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder for drift.html and drift.json; without it drift under HOME.")
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="End with status 0 even when something has changed.")] = False,
    quiet: Quiet = False,
) -> None:
    """Are today's accounts still like those that the model was checked on? Status 0: yes; 3: something has changed."""
    from training import tracking
    from training.drift import run as drifting
    from training.drift import today as todays

    moment = _moment(since)
    mine, stages = settings(), Bars(err, quiet)
    loaded = chosen_bundle(bundle)
    if against is None:
        loaded.sample()
    with stages("judge the accounts") as advance:
        came = _judged(mine, loaded, moment) if data is None else todays.of_dataset(loaded, data, moment, advance=advance)
        before = None if against is None else todays.of_dataset(loaded, against)
    with stages("compare"):
        report = drifting.check(loaded, came, before)
        html, document = drifting.write(report, output or mine.home / "drift")
    for line in report.lines():
        out.print(escape(line), highlight=False, soft_wrap=True)
    out.print(f"{html}\n{document}", highlight=False, soft_wrap=True, markup=False)
    try:
        out.print(f"run {drifting.record(report, tracking.store(mine.home, mine.tracking_server))}", highlight=False)
    except tracking.TrackingError as fault:
        err.print(f"[yellow]warning:[/] the report is written and not recorded: {escape(str(fault))}", highlight=False, soft_wrap=True)
    raise typer.Exit(DRIFTED if report.look.drifted and not exit_zero else 0)


def _moment(since: str) -> datetime | None:
    if not since:
        return None
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter(f"{since!r} is no day; write it as 2026-11-01 or 2026-11-01T06:00Z", param_hint="--since") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _judged(mine: Settings, bundle: Bundle, since: datetime | None) -> Today:
    """What the service has kept of its judgements."""
    from serving.store import Store
    from training.drift.today import of_judged

    store = Store.of(mine)
    try:
        return of_judged(bundle, store.judged(since), since)
    finally:
        store.close()


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
