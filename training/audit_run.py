"""An audit of labels from a dataset to a file and a run that reviewers find beside the trainings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from features import dataset
from models.heads import HEADS
from training import corrections, labelled, tracking
from training.audit import ALWAYS_AGAIN, Audited, audit
from training.experiment import Experiment
from training.refusals import TrainingRefusal
from training.stages import Stages

EXPERIMENT = "label audit"


@dataclass(frozen=True)
class Recorded:
    """What an audit leaves behind: its table for people, how many labels are in the file, and the run."""

    table: Table
    listed: int
    run_id: str


def record(experiment: Experiment, home: Path, data: Path, file: Path, uri: str | None, stages: Stages) -> Recorded:
    """Audit every head that the dataset has labels for; write the file, and keep it in MLflow.

    Raises DatasetError or TrainingRefusal when there is nothing to audit.
    """
    labels = dataset.read(data, ("accounts", "labels")).get("labels")
    if labels is None:
        raise TrainingRefusal([f"{data} has no labels table, so there is nothing to audit"])
    heads = [name for name in HEADS if name in labels["head"].to_pylist()]
    if not heads:
        raise TrainingRefusal([f"{data} has labels of none of {', '.join(HEADS)}"])
    source = labelled.source_of(experiment, home, data, stages)
    with stages("read the dataset"):
        learning = labelled.read(source, heads)
    audited = audit(learning, experiment, stages)
    listed = corrections.write(audited, learning.table.account_ids, labels, file)
    store = tracking.store(home, uri)
    tracking.sweep(store)
    suspected = sum(each.suspected for each in audited)
    title = f"{source.described}: {suspected:,} of {sum(each.labels for each in audited):,} labels suspected"
    with tracking.run(store, EXPERIMENT, title[:80], experiment.params(), {"data": source.described}) as run:
        run.log_metrics({f"suspected_{each.head}": float(each.suspected) for each in audited})
        run.log_metrics({f"ap_{each.head}": each.ap for each in audited})
        run.log_metrics({f"ap_without_suspected_{each.head}": each.ap_without for each in audited})
        run.log_dataset(source.described, source.digest, source.place, learning.table.n, "audit")
        run.log_file(file)
        run.describe(_described(title, audited))
    return Recorded(_table(audited), listed, run.id)


def _table(audited: list[Audited]) -> Table:
    table = Table("question", "labels", "suspected", "listed", "AP of all", "AP without suspected")
    for each in audited:
        ap = (f"{each.ap:.3f}", f"{each.ap_without:.3f}")
        table.add_row(each.head, f"{each.labels:,}", f"{each.suspected:,}", f"{len(each.doubts):,}", *ap)
    table.caption = f"each account judged by a model that saw none of its source ({audited[0].folds})"
    return table


def _described(title: str, audited: list[Audited]) -> str:
    rows = [
        f"| {each.head} | {each.labels:,} | {each.suspected:,} | {len(each.doubts):,} | {each.ap:.3f} | {each.ap_without:.3f} "
        f"| {each.folds} |"
        for each in audited
    ]
    lines = [
        f"**{title}.** Each account was judged by a model that saw none of its source.",
        "",
        "| question | labels | suspected | listed | AP of all | AP without suspected | judged by |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"Listed are the suspected labels and the least likely {ALWAYS_AGAIN:.0%}. A suspected label is one that the evidence speaks "
        "against, not a wrong one: where the evidence cannot tell, right labels are suspected too. Leaving them out always raises AP; "
        "only a person's second look says whether that is deserved.",
    ]
    return "\n".join(lines)
