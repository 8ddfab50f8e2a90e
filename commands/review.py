"""Compare trainings, make one the champion, bring records to their server."""

from __future__ import annotations

import typer

app = typer.Typer()
