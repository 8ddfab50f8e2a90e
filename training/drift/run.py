"""A whole drift check: look, write the page and the JSON, and record both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson

from features.whole import whole_file
from models.bundle import Bundle
from models.remembered import Remembered
from training import tracking
from training.drift.looking import look
from training.drift.page import page
from training.drift.report import Report
from training.drift.today import Today

EXPERIMENT = "drift"
SYNTHETIC = (
    "The bundle has learnt from synthetic accounts and remembers such. Real ones differ from them in any case: hold them against real ones "
    "of an earlier time with --against."
)


def check(bundle: Bundle, today: Today, against: Today | None = None, seed: int = 0) -> Report:
    """Hold today's accounts against those that the bundle remembers, or against other ones judged by it. Raises BundleError when it
    remembers none, DriftRefusal when there are too few."""
    then: Remembered = bundle.sample() if against is None else against.accounts
    found = look(then, today.accounts, bundle.tiers, seed)
    notes = [SYNTHETIC] if against is None and bundle.facts.get("synthetic") else []
    source = today.source if against is None else f"{today.source} against {against.source}"
    return Report(found, replace(today, source=source, notes=[*today.notes, *notes]), bundle.id)


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """drift.html and drift.json in the folder, each whole or not at all; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "drift.html", folder / "drift.json"
    contents = page(report).encode(), orjson.dumps(report.document(), option=orjson.OPT_INDENT_2)
    for file, content in zip(files, contents, strict=True):
        with whole_file(file) as draft:
            draft.write_bytes(content)
    return files


def record(report: Report, store: tracking.TrackingStore) -> str:
    """A run of the experiment `drift`, its name saying what was found; returns its id."""
    alarms = int(report.metrics["alarms"])
    name = f"{report.today.source}: " + ("no drift" if not alarms else f"{alarms} alarm{'s' * (alarms != 1)}")
    params = {"source": report.today.source, "since": report.today.since or "", "bundle": report.bundle_id.removeprefix("sha256:")[:16]}
    with tracking.run(store, EXPERIMENT, name, params, {"change": report.headline}, kind="drift") as run:
        run.log_metrics(report.metrics)
        run.log_html(page(report), "drift")
        run.log_json(report.document(), "drift")
        run.describe(report.markdown())
    return run.id
