"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from commands.console import Quiet, err, out, settings
from training.stages import Bars

app = typer.Typer()


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="A run: its id or six signs of it, champion, challenger, previous, a version, or its name.")],
    b: Annotated[str, typer.Argument(help="The run to hold against it.")],
    html: Annotated[Path | None, typer.Option("--html", help="Also write it as a page, one file that needs nothing else.")] = None,
    quiet: Quiet = False,
) -> None:
    """What differs between two trainings by more than noise, on the accounts that both were tested on."""
    from features.whole import whole_file
    from training.comparison_run import record
    from training.comparison_tables import terminal

    mine = settings()
    found = record((a, b), mine.home, mine.tracking_server, Bars(err, quiet))
    if html is not None:
        with whole_file(html) as draft:
            draft.write_text(found.page, "utf-8")
    out.print(terminal(found.comparison, found.sides))
    page = "comparison.html" if html is None else f"comparison.html and {html}"
    out.print(f"run {found.run_id}, all of it in its {page}; every flip in its flips.csv", highlight=False, soft_wrap=True)


@app.command()
def promote(
    run: Annotated[str | None, typer.Argument(help="A run's id or name, a version, or `challenger`.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="The dataset that the run learnt from, if it lies elsewhere now.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only tell what every gate says.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Exchange the champion and the one before it.")] = False,
    quiet: Quiet = False,
) -> None:
    """Make a run the champion if it passes every gate, or go back to the champion before."""
    from training import promotion

    if rollback == (run is not None) or (rollback and (check or data is not None)):
        raise typer.BadParameter("name a RUN to promote, or give --rollback alone")
    mine = settings()
    if rollback:
        out.print(promotion.rollback(mine.home, mine.tracking_server), highlight=False, soft_wrap=True)
        return
    found = promotion.promote(str(run), mine.home, mine.tracking_server, data, check, Bars(err, quiet))
    if isinstance(found, promotion.Served):
        out.print(f"The promotion that was interrupted is finished: {found} is served.", highlight=False, soft_wrap=True)
        return
    out.print(*(escape(f"{each.gate.name}: {each.verdict}") for each in found.findings), f"run {found.run_id}", sep="\n", highlight=False)
    found.refuse()
    out.print(escape(found.headline), highlight=False, soft_wrap=True)


@app.command()
def sync() -> None:
    """Bring the runs that wait under HOME to the tracking server: it was down when they ended, or they were killed."""
    from training import tracking

    mine = settings()
    store = tracking.store(mine.home, mine.tracking_server, patience=tracking.UNHURRIED_S)
    done = tracking.sync(store, lambda line: out.print(escape(line), highlight=False, soft_wrap=True))
    for run_id, reason in done.kept.items():
        err.print(f"[yellow]warning:[/] run {run_id} stays under HOME: {escape(reason)}", highlight=False, soft_wrap=True)
    out.print(f"{len(done.ids):,} runs uploaded, {len(done.kept):,} still wait", highlight=False)
    raise typer.Exit(bool(done.kept))


@app.command()
def ui(port: int = 5000) -> None:
    """Open the MLflow UI on the same store, with a link to what a reviewer compares; Ctrl-C ends it."""
    from training import board, pages, tracking

    mine = settings()
    store = tracking.store(mine.home, mine.tracking_server)
    arguments, environment = pages.ui_command(store, port)
    for name, identity in pages.experiments(store).items():
        out.print(f"[bold]{name}[/]\n  runs    {board.review_page(port, identity)}", highlight=False, soft_wrap=True)
        out.print(f"  charts  {board.review_page(port, identity, charts=True)}", highlight=False, soft_wrap=True)
    told = f"The pages answer once the server has started; Ctrl-C ends it. Where {board.HOST} is not found: http://127.0.0.1:{port}"
    out.print(told, highlight=False, soft_wrap=True)
    os.execvpe(arguments[0], arguments, environment)
