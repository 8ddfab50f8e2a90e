"""What every command shares: the two consoles, the user's settings, the bundle in question, and the options that recur."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from models.bundle import Bundle
    from serving.settings import Settings

out, err = Console(), Console(stderr=True)

Data = Annotated[Path, typer.Argument(help="A dataset: a folder with accounts.csv, .parquet or .jsonl and its other tables.")]
FeaturesFile = Annotated[Path, typer.Option("--output", "-o", help="The Parquet file to write.")]
FollowersFile = Annotated[Path, typer.Option("--output", "-o", help="The Parquet file to write, a row per sampled follower.")]
VerdictsFile = Annotated[Path, typer.Option("--output", "-o", help="The file to write: .parquet, .csv or .jsonl.")]
BundleOption = Annotated[Path | None, typer.Option("--bundle", help="A bundle folder; without it the champion under HOME.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes that share the parts; without it one a core.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Plain lines instead of progress bars.")]


def note(text: str) -> None:
    err.print(escape(text), highlight=False, soft_wrap=True)


def settings() -> Settings:
    """What the user has chosen, with a warning for names that are no setting."""
    from serving.settings import Settings

    chosen = Settings.load()
    for hint in chosen.unknown:
        err.print(f"[yellow]warning:[/] {escape(hint)}", highlight=False)
    return chosen


def chosen_bundle(path: Path | None) -> Bundle:
    """The bundle at `path`, or the champion, with the user's own base rates and tiers."""
    from models.bundle import Bundle, load_champion
    from models.tiers import Tiers

    mine = settings()
    bundle = load_champion(mine.home) if path is None else Bundle.load(path)
    return bundle.configured(mine.base_rates, bundle.tiers if mine.tiers is None else Tiers.of(mine.tiers))
