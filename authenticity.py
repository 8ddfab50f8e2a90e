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

from features.problems import InputError
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


@app.command()
def validate(data: Data, quiet: Quiet = False) -> None:
    """List every problem of a dataset at once: table, row, value, what to do."""
    from features import dataset

    with Bars(err, quiet)("read the dataset"):
        problems = dataset.validate(data)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in sorted(problems, key=lambda p: p.severity):
        colour = "red" if problem.severity == "error" else "yellow"
        out.print(f"[{colour}]{problem.severity}[/] {escape(str(problem))}", highlight=False, soft_wrap=True)
    out.print(f"{len(errors)} errors, {len(problems) - len(errors)} warnings" if problems else "No problems.", highlight=False)
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
def catalog() -> None:
    """Print every feature: name, unit, formula, inputs, source, meaning of unknown."""
    from features.catalog import CATALOG

    for feature in CATALOG:
        sign = {1: "high is suspicious", -1: "low is suspicious", 0: "no sign of its own"}[feature.raises_suspicion]
        out.print(f"\n[bold]{feature.name}[/] · {feature.family} · {feature.unit.name} · {sign}", highlight=False)
        for title, text in (("formula", feature.meaning), ("inputs", ", ".join(feature.inputs)), ("source", feature.source)):
            out.print(f"  {title}: {escape(text)}", highlight=False, soft_wrap=True)
        out.print(f"  unknown when {escape(feature.unknown)}", highlight=False, soft_wrap=True)
    out.print(f"\n{len(CATALOG)} features", highlight=False)


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
    out.print(
        f"{found.accounts:,} {source.kind}; {found.left_out:,} left out, because the bundle has learnt from their follower records",
        highlight=False,
    )


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
    bring_champion(mine)
    arguments, environment = command(mine, port, host)
    out.print(f"http://{host}:{port}/docs describes the service; Ctrl-C ends it.", highlight=False)
    os.execvpe(arguments[0], arguments, environment)


def bring_champion(mine: Settings) -> None:
    """Copy the registry's champion under HOME, so that no request ever waits for a registry; keep what is there if it is out of reach."""
    try:
        from training import tracking
    except ImportError:
        return  # A serving-only install has no registry: what lies under HOME is served.
    from models.bundle import BundleError, publish

    if mine.tracking_server is None and not (mine.home / "mlflow.db").exists():
        return
    try:
        path, number, run_id = tracking.fetch_champion(tracking.store(mine.home, mine.tracking_server), mine.home / "fetched")
        publish(path, mine.home, number, run_id)
    except (tracking.TrackingError, BundleError) as fault:
        err.print(f"[yellow]warning:[/] the champion in the registry is not used: {escape(str(fault))}", highlight=False, soft_wrap=True)


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
            verdict = ask(f"{address}/v1/judge", document)
            out.print(f"\n[bold]{title}[/] (synthetic), asked at {address}/v1/judge", highlight=False, soft_wrap=True)
            for line in lines(verdict):
                out.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    out.print(
        f"\nBundle {trained.path.name}, version {trained.version}. Next: `authenticity ui` shows the run, `authenticity serve` answers."
    )


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
