"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

import os

import typer

from commands.console import out, settings

app = typer.Typer()


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
