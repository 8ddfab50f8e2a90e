"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

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
