"""Labels of your own, and learning from them again."""

from __future__ import annotations

import typer

app = typer.Typer()
