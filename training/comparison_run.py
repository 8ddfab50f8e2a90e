"""Two recorded trainings held against each other, and the run that keeps what came out for reviewers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from training import comparison_tables, comparison_words, differing, tracking
from training.compare import compare
from training.compared import Compared, Comparison
from training.comparison_page import page
from training.experiment import Experiment
from training.report import SHORT, SHORT_HEADS
from training.stages import Stages
from training.tracking import Found, TrackingError, TrackingStore

EXPERIMENT = "comparisons"
# Tags that say what a run was made of; the others are of how it was recorded.
TAGS = ("data", "data_hash", "code", "features", "labels")
LONGEST = 36


@dataclass(frozen=True)
class Recorded:
    """A comparison with the two runs, what identifies each, its page, and the run that keeps it."""

    comparison: Comparison
    a: Found
    b: Found
    sides: list[list[tuple[str, str]]]
    page: str
    run_id: str


def record(wanted: tuple[str, str], home: Path, uri: str | None = None, stages: Stages | None = None) -> Recorded:
    """Compare two runs, each by its id, a prefix of it, an alias, a version or its name, and keep the result in MLflow.

    Raises TrackingError when a run cannot be found or keeps no evaluation, TrainingRefusal when the two cannot be compared.
    """
    stages = stages or Stages()
    if uri is None and not (home / "mlflow.db").exists():
        raise TrackingError(f"{home} holds no record of trainings yet; run `authenticity train` twice, then compare the two")
    store = tracking.store(home, uri)
    tracking.sweep(store)
    with stages("read both runs"):
        a, b = _two(store, wanted)
        tables = _tables(store, a, b, "evaluation")
        assert tables is not None
        shares, importances = (_tables(store, a, b, name, needed=False) for name in ("shares", "importance"))
    with stages("compare"):
        found = compare(*tables, names=_names(a, b), settings=(_choices(a, b), _choices(b, a)), shares=shares, importances=importances)
    with stages("record"):
        sides = [_identity(store, run) for run in (a, b)]
        drawn = page(found, sides)
        return Recorded(found, a, b, sides, drawn, _write(store, found, a, b, sides, drawn))


def _two(store: TrackingStore, wanted: tuple[str, str]) -> tuple[Found, Found]:
    """Both runs; all that is wrong with either is told at once."""
    found: list[Found] = []
    faults: list[str] = []
    for each in wanted:
        try:
            found.append(tracking.find(store, each))
        except TrackingError as fault:
            faults.append(str(fault))
    if faults:
        raise TrackingError("\n".join(dict.fromkeys(faults)))
    a, b = found
    if a.id == b.id:
        named = f"{wanted[0]} and {wanted[1]} are both" if wanted[0] != wanted[1] else f"{wanted[0]} is on both sides:"
        raise TrackingError(f"{named} run {a.id} ({a.name}); name two different runs, `authenticity ui` shows them, or train another first")
    return a, b


def _tables(store: TrackingStore, a: Found, b: Found, name: str, needed: bool = True) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """A table of each run; None when it is not needed and one of them has none."""
    tables, faults = [], []
    for run in (a, b):
        try:
            tables.append(tracking.read_table(store, run.id, name))
        except TrackingError as fault:
            faults.append(f"{_lacking(run)} ({fault})")
    if faults and needed:
        raise TrackingError("\n".join(faults))
    return None if faults else (tables[0], tables[1])


def _lacking(run: Found) -> str:
    kind = run.tags.get("kind", "training")
    if kind != "training":
        return f"run {run.id} ({run.name}) is a {kind}, and only trainings can be compared; name a training"
    if run.status != "FINISHED":
        return f"run {run.id} ({run.name}) is {run.status} and left no answers; compare a training that ended well"
    return f"run {run.id} ({run.name}) keeps no answers on its test accounts; train it again with this version: `authenticity train`"


def _names(a: Found, b: Found) -> tuple[str, str]:
    """What each run does differently; where that is the same, what tells them apart."""
    one, two = (run.tags.get("change") or run.name for run in (a, b))
    if one == two:
        one, two = (f"{name} ({'version ' + run.version if run.version else run.id[:8]})" for name, run in ((one, a), (two, b)))
    return one, two


def _choices(run: Found, other: Found) -> dict[str, str]:
    """Parameters and what the run was made of. A run records no parameter that is as usual, so the usual one stands in for it."""
    usual = differing.flat(Experiment())
    params = {name: run.params.get(name, str(usual.get(name, "not set"))) for name in (*run.params, *other.params)}
    return params | {name.replace("_", " "): run.tags[name] for name in TAGS if name in run.tags}


def _identity(store: TrackingStore, run: Found) -> list[tuple[str, str]]:
    """What a reviewer knows a run by."""
    aliases = [alias for alias, version in tracking.aliases(store).items() if version == run.version]
    version = "not registered" if run.version is None else ", ".join([run.version, *aliases])
    return [
        ("run", run.name),
        ("change", run.tags.get("change", "–")),
        ("trained", run.started_at or "–"),
        ("data", run.tags.get("data", "–")),
        ("version", version),
        ("id", run.id),
    ]


def _write(store: TrackingStore, found: Comparison, a: Found, b: Found, sides: list[list[tuple[str, str]]], drawn: str) -> str:
    said = comparison_words.finding(found)
    name = " against ".join(each if len(each) <= LONGEST else each[: LONGEST - 1] + "…" for each in (found.a, found.b))
    tags = {"change": said.partition(":")[0].partition(".")[0], "run_a": a.id, "run_b": b.id, "name_a": a.name, "name_b": b.name}
    with tracking.run(store, EXPERIMENT, name, {}, tags, kind="comparison") as run:
        run.log_metrics({f"{_short(each)}_difference": round(each.difference.value, 4) for each in found.headline})
        run.log_metrics(
            {"beyond_noise": len(found.real), "flips": len(found.flips), "accounts": found.accounts, "left_out": found.left_out}
        )
        run.log_html(drawn, "comparison")
        run.log_json(document(found, sides), "comparison")
        flips = flips_table(found)
        run.log_table(flips, "flips")
        with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
            file = Path(folder) / "flips.csv"
            flips.to_csv(file, index=False)
            run.log_file(file)
        run.describe(comparison_tables.markdown(found, sides))
    return run.id


def _short(each: Compared) -> str:
    """A metric's name as trainings record it: ap_bought, recall_worst_vendor."""
    metric = each.difference.metric
    if metric in SHORT or metric == "decided":
        return f"{SHORT.get(metric, metric)}_{SHORT_HEADS.get(each.head, each.head)}"
    return metric


def flips_table(found: Comparison) -> pd.DataFrame:
    """A row per account and head that is answered differently, the largest change first."""
    columns = ["account_id", "head", "true", "a", "b", "right", "probability_a", "probability_b", "only_a", "only_b"]
    rows = [
        (
            each.account_id,
            each.head,
            comparison_words.TRUTH.get(each.value, ""),
            each.a,
            each.b,
            each.right,
            round(each.probability_a, 4),
            round(each.probability_b, 4),
            ", ".join(each.only_a),
            ", ".join(each.only_b),
        )
        for each in found.flips
    ]
    return pd.DataFrame(rows, columns=columns)


def document(found: Comparison, sides: list[list[tuple[str, str]]]) -> Mapping[str, Any]:
    """All of it as plain JSON, the finding first."""
    whole = asdict(found)
    for each, plain in zip(found.differences, whole["differences"], strict=True):
        plain["verdict"] = each.verdict
    return {"finding": comparison_words.finding(found), "runs": {"a": dict(sides[0]), "b": dict(sides[1])}, **whole}
