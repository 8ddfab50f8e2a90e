"""Train, and measure what was trained."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from commands.console import BundleOption, Quiet, chosen_bundle, err, out, settings
from training.stages import Bars

app = typer.Typer()


@app.command()
def train(
    experiment: Annotated[Path, typer.Argument(help="The choices of the run, such as experiments/default.toml.")],
    data: Annotated[Path | None, typer.Option("--data", help="A labelled dataset; without it the experiment's synthetic world.")] = None,
    pool: Annotated[
        list[str] | None,
        typer.Option("--pool", help="Labelled single followers instead of the experiment's: srf, FILE.parquet or FILE.parquet:SOURCE."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Features, split, fit, calibrate, measure, record, bundle; prints the run id and the card."""
    from training import pipeline
    from training.experiment import read, with_pools
    from training.report import table

    mine = settings()
    choices = read(experiment)
    trained = pipeline.train(with_pools(choices, pool) if pool else choices, mine.home, data, mine.tracking_server, Bars(err, quiet))
    out.print(trained.card, markup=False, highlight=False, soft_wrap=True)
    out.print(table(trained.measurements))
    out.print(f"run {trained.run_id}\nversion {trained.version}\nbundle {trained.path}", highlight=False, soft_wrap=True)


@app.command()
def evaluate(
    bundle: BundleOption = None,
    data: Annotated[Path | None, typer.Option("--data", help="A labelled dataset; without it fresh synthetic accounts.")] = None,
    quiet: Quiet = False,
) -> None:
    """Measure a bundle on labelled accounts whose follower records it has not seen."""
    from training import evaluation, labelled
    from training.experiment import Experiment, World
    from training.report import table

    stages, fresh = Bars(err, quiet), Experiment(world=World(accounts=2_000, seed=20_261_123))
    loaded = chosen_bundle(bundle)
    source = labelled.source_of(fresh, settings().home, data, stages)
    with stages("evaluate"):
        found = evaluation.evaluate(loaded, source)
    out.print(table(found.measurements))
    left_out = f"{found.left_out:,} left out, because the bundle has learnt from their follower records"
    out.print(f"{found.accounts:,} {source.kind}; {left_out}", highlight=False)


@app.command()
def ui(port: int = 5000) -> None:
    """Open the MLflow UI on the same store; Ctrl-C ends it."""
    from training import board, tracking

    mine = settings()
    store = tracking.store(mine.home, mine.tracking_server)
    arguments, environment = tracking.ui_command(store, port)
    for name, identity in tracking.experiments(store).items():
        out.print(f"{name}: {board.review_page(port, identity)}", highlight=False, soft_wrap=True)
    out.print(f"http://127.0.0.1:{port} shows all runs, once the server has started; Ctrl-C ends it.", highlight=False)
    os.execvpe(arguments[0], arguments, environment)


@app.command()
def demo(quiet: Quiet = False) -> None:
    """Simulate, train, serve, ask over HTTP about two accounts, print both verdicts, end."""
    from models.wording import lines
    from serving.local import ask, served
    from training import pipeline
    from training.experiment import read
    from training.worlds.documents import golden_accounts

    mine = settings()
    trained = pipeline.train(read(Path(__file__).parent.parent / "experiments" / "default.toml"), mine.home, stages=Bars(err, quiet))
    # Neither account was seen in training: the seed is another one.
    bought, _, clean, *_ = golden_accounts(seed=2_027)
    with served(mine) as address:
        for title, document in (("An account that bought followers", bought), ("A clean account", clean)):
            said = map(escape, lines(ask(f"{address}/v1/judge", document)))
            out.print(f"\n[bold]{title}[/] (synthetic), asked at {address}/v1/judge", *said, sep="\n  ", highlight=False, soft_wrap=True)
    follows = "`authenticity ui` shows the run, `authenticity serve` answers."
    out.print(f"\nBundle {trained.path.name}, version {trained.version}. Next: {follows}")
