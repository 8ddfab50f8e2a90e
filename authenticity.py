"""Authenticity: is an influencer's audience real? The command line, and the few public names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Any

import typer
from rich.markup import escape

from commands import ask, facts, learn, review, teach, watch
from commands.console import err, out
from features.problems import InputError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for group in (facts, learn, review, teach, watch, ask):
    app.add_typer(group.app)


def _version(shown: bool) -> None:
    if shown:
        out.print(version("authenticity"), highlight=False)
        raise typer.Exit


@app.callback()
def options(show: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False) -> None:
    """Is an influencer's audience real? How likely, how much, how sure, why, and what evidence is missing."""


@contextmanager
def told() -> Iterator[None]:
    """What the user can mend ends with one clear message and status 1; only our own faults show a trace."""
    try:
        yield
    except Exception as fault:
        if not expected(fault):
            raise
        # The system's own wording begins with a number that says nothing to a person.
        text = f"{fault.filename}: {fault.strerror}." if isinstance(fault, OSError) and fault.filename else str(fault)
        err.print(f"[red]error:[/] {escape(text)}", highlight=False, soft_wrap=True)
        sys.exit(1)


def expected(fault: Exception) -> bool:
    """Faults of what came from outside, as opposed to faults of ours."""
    names = {"BundleError", "SettingsError", "LaunchError", "OutputError", "TrainingRefusal", "TrackingError", "PoolError", "WorkerLost"}
    names |= {"BenchmarkRefusal", "DriftRefusal", "NoAnswer", "PromotionRefused", "StoreError"}
    return isinstance(fault, InputError | OSError) or type(fault).__name__ in names


def main(run: Callable[[], Any] = app) -> None:
    with told():
        run()


if __name__ == "__main__":
    main()
