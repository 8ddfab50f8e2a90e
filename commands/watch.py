"""Whether accounts are still like those that taught, and which are most worth a label."""

from __future__ import annotations

import typer

app = typer.Typer()
