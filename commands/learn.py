"""Train, and measure what was trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from commands.console import BundleOption, Data, Quiet, chosen_bundle, err, note, out, settings
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
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="Labels that people gave, to lay over the dataset's; several times for several files."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Features, split, fit, calibrate, measure, record, bundle; prints the run id and the card."""
    from training import own_labels, pipeline
    from training.experiment import read, with_pools
    from training.report import table

    mine = settings()
    choices = read(experiment)
    choices, own = with_pools(choices, pool) if pool else choices, own_labels.read(labels) if labels else None
    trained = pipeline.train(choices, mine.home, data, mine.tracking_server, Bars(err, quiet), own)
    out.print(trained.card, markup=False, highlight=False, soft_wrap=True)
    out.print(table(trained.measurements))
    out.print(f"run {trained.run_id}\nversion {trained.version}\nbundle {trained.path}", highlight=False, soft_wrap=True)
    stands = "is the first champion, and served" if trained.champion else f"challenges the champion: authenticity promote {trained.version}"
    out.print(f"It {stands}", highlight=False, soft_wrap=True)


@app.command()
def tune(
    experiment: Annotated[Path, typer.Argument(help="Where the search begins, and in [search] what it may try.")],
    trials: Annotated[int, typer.Option("--trials", help="How many trials shall have finished in all, earlier calls included.")],
    data: Annotated[Path | None, typer.Option("--data", help="A labelled dataset; without it the experiment's synthetic world.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", help="Trials side by side, a core each.")] = 1,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Begin no trial after so many seconds.")] = None,
    quiet: Quiet = False,
) -> None:
    """Search for better settings without a look at the test accounts; goes on where it was interrupted."""
    from training import tune as tuning
    from training.experiment import read

    if faults := tuning.faults(trials, jobs, timeout):
        raise typer.BadParameter("; ".join(faults))
    mine = settings()
    choices, more = (mine.home, trials, data, mine.tracking_server, jobs, timeout), (Bars(err, quiet), note)
    try:
        found = tuning.tune(experiment, read(experiment), *choices, *more)
    except KeyboardInterrupt:
        raise typer.Exit(1) from None
    out.print(found.card, markup=False, highlight=False, soft_wrap=True)
    out.print(f"\n{found.path.read_text(encoding='utf-8')}", markup=False, highlight=False, soft_wrap=True)
    out.print(f"run {found.run_id}\nstudy {found.study}: {found.finished} trials", highlight=False, soft_wrap=True)
    follows = f"authenticity train {found.path}" + ("" if data is None else f" --data {data}")
    out.print(f"Next: {follows}", highlight=False, soft_wrap=True)


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
def audit(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV file to write; with --corrected the dataset to make.")],
    experiment: Annotated[Path | None, typer.Option("--experiment", help="The choices of the model; without it the default ones.")] = None,
    corrected: Annotated[Path | None, typer.Option("--corrected", help="A file that audit wrote, with `corrected` filled in.")] = None,
    quiet: Quiet = False,
) -> None:
    """List the labels that a person should look at again; or put the corrected ones in place."""
    from training import corrections
    from training.audit_run import record
    from training.experiment import Experiment, read

    if corrected is not None:
        labels = corrections.read(corrected)
        changed = corrections.apply(data, labels, output)
        out.print(f"{labels.num_rows:,} labels looked at again, {changed:,} of them changed, in {output}", highlight=False, soft_wrap=True)
        return
    mine, chosen = settings(), Experiment() if experiment is None else read(experiment)
    found = record(chosen, mine.home, data, output, mine.tracking_server, Bars(err, quiet))
    out.print(found.table)
    out.print(f"{found.listed:,} labels in {output}; run {found.run_id}", highlight=False, soft_wrap=True)
    out.print("Fill in the column `corrected` with 0 or 1 where you disagree, then:", highlight=False)
    out.print(f"  authenticity audit {data} --corrected {output} -o CORRECTED", highlight=False, soft_wrap=True)


@app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Few accounts: ten minutes on two cores, wide intervals, not scored.")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="A step to run, several times for several; without it all.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Say what the steps measure, and end.")] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Other test accounts than the usual ones.")] = None,
    write_docs: Annotated[bool, typer.Option("--write-docs", help="Also put the table into docs/results.md.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run the whole benchmark, or go on with it: targets T1 to T13, each measured with its interval, met or not."""
    from training.benchmark import page, protocol, record, run
    from training.benchmark.steps import CHOICES, STEPS

    if listed:
        out.print(*(f"{step.level} {step.name}: {step.says}" for step in STEPS), sep="\n", highlight=False, soft_wrap=True)
        return
    mine, fixed = settings(), protocol.fixed(STEPS, CHOICES, quick, seed)
    found = run.run(fixed, STEPS, mine.home, Bars(err, quiet), note, only or ())
    command = "authenticity bench" + " --quick" * quick + "".join(f" --only {name}" for name in only or ())
    card = page.markdown(found, command + ("" if seed is None else f" --seed {seed}"))
    run_id = record.record(found, fixed, mine.home, mine.tracking_server, card)
    out.print(*map(escape, page.headline(found)), page.table(found), sep="\n")
    if write_docs:
        page.write(page.SECTION, card, page.RESULTS)
        page.keep_figures(found, page.RESULTS.parent / "figures")
    out.print(f"run {run_id}\n{found.evaluation}\nanswers {found.folder}", highlight=False, soft_wrap=True)
    raise typer.Exit(bool(found.failed))


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
