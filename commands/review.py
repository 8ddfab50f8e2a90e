"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

import os

import typer
from rich.markup import escape

from commands.console import err, out, settings

app = typer.Typer()


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
