"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

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
