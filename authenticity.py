"""Authenticity: is an influencer's audience real? The command line, and the few public names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from features.problems import InputError, in_colour
from training.stages import Bars

if TYPE_CHECKING:
    from models.bundle import Bundle
    from serving.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
out, err = Console(), Console(stderr=True)

Data = Annotated[Path, typer.Argument(help="A dataset: a folder with accounts.csv, .parquet or .jsonl and its other tables.")]
FeaturesFile = Annotated[Path, typer.Option("--output", "-o", help="The Parquet file to write.")]
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


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    accounts: Annotated[int, typer.Option(min=1)] = 1_000,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    world: str = "high_street",
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Write a labelled, synthetic dataset with real follower records."""
    from training.worlds import WORLDS
    from training.worlds import simulate as run

    if world not in WORLDS:
        raise typer.BadParameter(f"there is no world {world!r}; there are: {', '.join(WORLDS)}", param_hint="--world")
    with Bars(err, quiet)(f"simulate {accounts:,} accounts", accounts) as advance:
        run(output, accounts, seed, world, advance, workers)
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


@app.command()
def train(
    experiment: Annotated[Path, typer.Argument(help="The choices of the run, such as experiments/default.toml.")],
    data: Annotated[Path | None, typer.Option("--data", help="A labelled dataset; without it the experiment's synthetic world.")] = None,
    quiet: Quiet = False,
) -> None:
    """Features, split, fit, calibrate, measure, record, bundle; prints the run id and the card."""
    from training import pipeline
    from training.experiment import read
    from training.report import table

    mine = settings()
    trained = pipeline.train(read(experiment), mine.home, data, mine.tracking_server, Bars(err, quiet))
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
def judge(
    account: Annotated[Path, typer.Argument(help="One account as JSON; - reads standard input.")],
    bundle: BundleOption = None,
) -> None:
    """One verdict as JSON."""
    import orjson

    from features.snapshot import parse
    from models.verdict import judge as judge_snapshots

    content = sys.stdin.buffer.read() if str(account) == "-" else account.read_bytes()
    (verdict,) = judge_snapshots(chosen_bundle(bundle), [parse(content)])
    sys.stdout.buffer.write(orjson.dumps(verdict, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


@app.command()
def score(data: Data, output: VerdictsFile, bundle: BundleOption = None, workers: Workers = None, quiet: Quiet = False) -> None:
    """A verdict row per account, in order, none dropped."""
    from serving.batch import score as run

    loaded = chosen_bundle(bundle)
    with Bars(err, quiet)("score") as advance:
        count = run(loaded, data, output, advance, processes=workers, say=note)
    out.print(f"{count:,} verdicts in {output}", highlight=False, soft_wrap=True)


@app.command()
def serve(port: int = 3000, host: str = "127.0.0.1") -> None:
    """Start the BentoML service; Ctrl-C ends it."""
    from serving.launch import command

    mine = settings()
    try:
        from training import champion
    except ImportError:
        pass  # A serving-only install has no registry: what lies under HOME is served.
    else:
        if reason := champion.bring(mine.home, mine.tracking_server):
            err.print(f"[yellow]warning:[/] the champion in the registry is not used: {escape(reason)}", highlight=False, soft_wrap=True)
    arguments, environment = command(mine, port, host)
    out.print(f"http://{host}:{port}/docs describes the service; Ctrl-C ends it.", highlight=False)
    os.execvpe(arguments[0], arguments, environment)


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
    trained = pipeline.train(read(Path(__file__).parent / "experiments" / "default.toml"), mine.home, stages=Bars(err, quiet))
    # Neither account was seen in training: the seed is another one.
    bought, _, clean, *_ = golden_accounts(seed=2_027)
    with served(mine) as address:
        for title, document in (("An account that bought followers", bought), ("A clean account", clean)):
            said = map(escape, lines(ask(f"{address}/v1/judge", document)))
            out.print(f"\n[bold]{title}[/] (synthetic), asked at {address}/v1/judge", *said, sep="\n  ", highlight=False, soft_wrap=True)
    follows = "`authenticity ui` shows the run, `authenticity serve` answers."
    out.print(f"\nBundle {trained.path.name}, version {trained.version}. Next: {follows}")


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
    return isinstance(fault, InputError | OSError) or type(fault).__name__ in names


def main(run: Callable[[], Any] = app) -> None:
    with told():
        run()


if __name__ == "__main__":
    main()
