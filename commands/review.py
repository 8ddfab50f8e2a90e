"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

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
