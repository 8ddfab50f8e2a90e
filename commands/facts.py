"""Make, read, check and describe accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.console import BundleOption, Data, FeaturesFile, Quiet, Workers, chosen_bundle, err, note, out, settings
from features.problems import in_colour
from training.stages import Bars

app = typer.Typer()


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    accounts: Annotated[int, typer.Option(min=1)] = 1_000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    world: str = "high_street",
    only: Annotated[str, typer.Option(help="Accounts of one scenario only, such as viral or drip_3.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="CSV files, to look at or to imitate, instead of Parquet.")] = False,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Write a labelled, synthetic dataset with real follower records."""
    from features import dataset
    from training.worlds import WORLDS
    from training.worlds import simulate as run
    from training.worlds.scenarios import SCENARIOS

    if world not in WORLDS:
        raise typer.BadParameter(f"there is no world {world!r}; there are: {', '.join(WORLDS)}", param_hint="--world")
    if only and only not in SCENARIOS:
        raise typer.BadParameter(f"there is no scenario {only!r}; there are: {', '.join(SCENARIOS)}", param_hint="--only")
    with Bars(err, quiet)(f"simulate {accounts:,} accounts", accounts) as advance:
        run(output, accounts, seed, world, advance, workers, {only: 1.0} if only else None)
    if csv:
        dataset.as_csv(output)
    out.print(f"{accounts:,} synthetic accounts in {output}", highlight=False, soft_wrap=True)


@app.command("import")
def import_(
    platform: Annotated[str, typer.Argument(help="instagram, youtube, x, tiktok, snapchat or csv.")],
    source: Annotated[list[Path], typer.Argument(help="Files and folders of the platform's answers, in any order.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make, or ACCOUNT.json for one account.")],
    observed_at: Annotated[str, typer.Option(help="When the answers were given, if they do not say it themselves.")] = "",
    account: Annotated[str, typer.Option(help="Import this account only: its id or handle.")] = "",
    columns: Annotated[Path | None, typer.Option("--map", help="For csv: which column is which, as TOML.")] = None,
    quiet: Quiet = False,
) -> None:
    """Turn a platform's own answers into a dataset, with strangers in place of followers and commenters."""
    from features import platforms

    with Bars(err, quiet)("read the answers"):
        imported = platforms.load(platform, source, settings().home, observed_at, account, columns)
        imported.write(output)
    for line in in_colour(imported.problems):
        err.print(line, highlight=False, soft_wrap=True)
    out.print(f"{imported.summary} in {output}", highlight=False, soft_wrap=True)


@app.command()
def validate(data: Data, quiet: Quiet = False) -> None:
    """List every problem of a dataset at once: table, row, value, what to do."""
    from features import dataset

    with Bars(err, quiet)("read the dataset"):
        problems = dataset.validate(data)
    errors = [problem for problem in problems if problem.severity == "error"]
    summary = f"{len(errors)} errors, {len(problems) - len(errors)} warnings" if problems else "No problems."
    out.print(*in_colour(problems), summary, sep="\n", highlight=False, soft_wrap=True)
    raise typer.Exit(bool(errors))


@app.command()
def features(data: Data, output: FeaturesFile, bundle: BundleOption = None, workers: Workers = None, quiet: Quiet = False) -> None:
    """Compute the features: one row per account, one column per feature."""
    from features import partitions
    from models.bundle import BundleError

    try:
        reference = chosen_bundle(bundle).reference
    except BundleError:
        if bundle is not None:
            raise
        reference = None
        err.print("[yellow]warning:[/] no champion yet, so features that compare with peers are unknown.", highlight=False)
    with Bars(err, quiet)("compute the features") as advance:
        count = partitions.write_features(data, output, reference, advance, workers, note)
    out.print(f"{count:,} accounts in {output}", highlight=False, soft_wrap=True)


@app.command()
def catalog(markdown: Annotated[bool, typer.Option("--markdown", help="As the page docs/features.md.")] = False) -> None:
    """Print every feature: name, unit, formula, inputs, source, meaning of unknown."""
    from features import described

    sys.stdout.write(described.markdown() if markdown else described.listing())
