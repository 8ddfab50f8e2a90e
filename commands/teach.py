"""Labels of your own, and learning from them again."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from commands.console import Quiet, err, out, settings
from training.stages import Bars

if TYPE_CHECKING:
    import pyarrow as pa

    from serving.settings import Settings
    from training.retrain import Judged

app = typer.Typer()

LabelFiles = Annotated[list[Path], typer.Argument(help="CSV files with account_id, head and value, or an audit's with `corrected`.")]


def _say(lines: list[str] | tuple[str, ...]) -> None:
    out.print(*map(escape, lines), sep="\n", highlight=False, soft_wrap=True)


@app.command()
def label(files: LabelFiles) -> None:
    """Keep the labels of files in the database, with who gave them; all of them or, when anything is wrong, none."""
    from serving.store import Label, Store
    from training import own_labels

    found = own_labels.read(files)
    names = ("account_id", "head", "value", "share", "source", "by", "at")
    store = Store.of(settings())
    kept = store.keep([Label(**{name: row[name] for name in names}) for row in found.select(names).to_pylist()])
    _say([f"{len(kept):,} labels are kept; `authenticity labels -o FILE.csv` writes all that are"])


@app.command()
def labels(
    output: Annotated[Path, typer.Option("--output", "-o", help="The CSV file to write.")],
) -> None:
    """Write every label that the database keeps, and say how far reviewers agree."""
    from training import own_labels
    from training.settling import settle

    found = _kept(settings(), None)
    own_labels.write(found, output)
    told = settle(found).lines() if found.num_rows else []
    _say([*told, f"{found.num_rows:,} labels in {output}"])


@app.command()
def retrain(
    experiment: Annotated[Path, typer.Argument(help="The choices of the run, such as experiments/default.toml.")],
    data: Annotated[Path | None, typer.Option("--data", help="Your dataset; without it the experiment's synthetic world.")] = None,
    label_files: Annotated[list[Path] | None, typer.Option("--labels", help="A file of labels; several times for several.")] = None,
    promote: Annotated[bool, typer.Option("--promote", help="Make it the champion if every gate lets it through.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Train even if nothing is new since last time.")] = False,
    quiet: Quiet = False,
) -> None:
    """Collect labels from files and database, train a challenger, and ask the gates about it.

    Status 0: done, or nothing new; 1: it could not be done; 3: a gate refused; 4: another retraining is at work.
    """
    import pyarrow as pa

    from training import own_labels, retrain
    from training.experiment import read

    mine, choices = settings(), read(experiment)
    own = pa.concat_tables([own_labels.read(label_files or []), _kept(mine, data)])
    try:
        place = (data, mine.tracking_server)
        found = retrain.retrain(choices, mine.home, own, partial(_gates, mine), *place, promote, anyway, Bars(err, quiet))
    except retrain.RetrainBusy as fault:
        err.print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} retrain: {fault}, status {retrain.BUSY}", highlight=False, soft_wrap=True)
        raise typer.Exit(retrain.BUSY) from None
    if found.trained is not None:
        _say([f"run {found.trained.run_id}", f"version {found.trained.version}"])
    _say([*found.told, found.line(datetime.now(UTC))])
    raise typer.Exit(found.status)


def _kept(mine: Settings, data: Path | None) -> pa.Table:
    """The database's labels; accounts that it knows by pseudonym alone are known again among those of the dataset."""
    from features import dataset
    from serving.store import Store
    from training import own_labels

    store = Store.of(mine)
    ids = dataset.read(data, ("accounts",))["accounts"]["account_id"].to_pylist() if data is not None else []
    return own_labels.exported(store.labels(), ids, store.pseudonym)


def _gates(mine: Settings, run: str, moves: bool) -> Judged | None:
    """What `promote` says of a run; None when it is the champion already, because there was none."""
    from models.bundle import load_champion
    from training import promotion
    from training.retrain import Judged

    if load_champion(mine.home).run_id == run:
        return None
    found = promotion.promote(run, mine.home, mine.tracking_server, check=not moves)
    if isinstance(found, promotion.Served):
        return Judged(True, True, "promoted")
    refusing = [str(each) for each in promotion.gate.refused(found.findings)]
    words = found.headline if not refusing else "; ".join([found.headline, *refusing])
    return Judged(not refusing, found.moved, words)
