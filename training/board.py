"""How the record of trainings presents itself to a reviewer: texts, columns, charts and links of MLflow's pages."""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

TRAINING_NOTE = """\
Is an influencer's audience real? Each run is one training; its name is the one thing that it does differently.

- `recall_worst_vendor`: the share of buyers found, at most 1 % of clean accounts flagged, for the vendor whose followers are hardest to
  tell. `ap_…` is average precision, `ece_…` the calibration error, `coverage` how often the 95 % interval of the share holds.
- `baseline_…` is the best of the simple rules fitted on the same accounts; `slice/…` the same metrics on a part of them.
- A run's description says what was asked, on which accounts (synthetic ones are labelled so), and **where it fails**. `figures.html` among
  its artifacts draws it.
- Two runs side by side, and whether they differ by more than noise: `authenticity compare A B`. The version with the alias `champion` is
  the one being served; `authenticity promote RUN` exchanges it, if its gates let it pass.

Results speak of the share of *purchased-type* followers. They never say who bought them: a rival can send them too.
"""
NOTES = {
    "training": TRAINING_NOTE,
    "tuning": "Searches for better settings. The trials of a search hide below its run; it says how much better its best settings are.",
    "comparison": "Two trainings on the accounts that both were tested on. `comparison.html` among a run's artifacts is the page to read.",
    "promotion": "Who wanted to be champion, which gates let them pass, and which did not, with the numbers.",
    "drift": "Whether the accounts of a day are still like those that the champion learnt from. `drift.html` is the page to read.",
    "audit": "Labels that the evidence speaks against, for a person to look at again.",
    "benchmark": "Measurements against the targets T1 to T13, each with its interval, met or not.",
}
MODEL_NOTE = """\
Bundles of Authenticity: plain files with a SHA-256 manifest, no pickle. The alias `champion` marks the one being served, `challenger` the
last one trained, `previous` the champion before. Each version's source run says what it was trained on, how good it is and where it fails.
"""
REVIEW = "review"
# Browsers take every name under localhost for this machine (RFC 6761). On 127.0.0.1 itself MLflow covers a quarter of each page with an
# assistant that could start programs here; under another name it neither shows nor starts it.
HOST = "authenticity.localhost"
HEADLINE = "the headline"
RUN_NAME, MODELS, GATES = "attributes.`Run Name`", "attributes.`Models`", "tags.`gates`"
# Runs that answer a reviewer's question; folds and trials are seen in their parents, and by emptying the search field.
SHOWN = "tags.kind != 'fold' and tags.kind != 'trial'"


def experiment_tags(kind: str, columns: Sequence[str], moment: int) -> dict[str, str]:
    """Tags that make MLflow open the experiment as model training, with a saved view that shows `columns` (metric names).

    kind: that of the experiment's runs, one of NOTES. moment: UTC, ms since 1970.
    The state is what MLflow 3.17 writes when a reviewer shares a view: JSON, deflated, base64.
    """
    packed = "deflate;" + base64.b64encode(zlib.compress(json.dumps(_state(columns)).encode())).decode()
    view = {"name": REVIEW, "createdAt": moment, "updatedAt": moment, "state": packed}
    return {
        "mlflow.experimentKind": "custom_model_development",
        "mlflow.note.content": NOTES[kind],
        f"mlflow.sharedViewState.{REVIEW}": json.dumps(view),
    }


def _state(columns: Sequence[str]) -> dict[str, Any]:
    """Columns, order and charts. A chart's or section's uuid only has to differ from the others'."""
    charts = [_chart("BAR", name, metricKey=name) for name in columns]
    differing = {"compareGroups": ["Parameters", "Tags", "Model metrics"], "showDifferencesOnly": True, "showChangeFromBaseline": True}
    charts.append(_chart("DIFFERENCE", "what differs", chartName="what differs", baselineColumnUuid="", **differing))
    # Together they fit a window of 1,500 points.
    widths = {RUN_NAME: 220, MODELS: 145} | {f"metrics.`{name}`": 16 + 7.5 * len(name) for name in columns} | {GATES: 130}
    return {
        "searchFilter": SHOWN,
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [name for name in widths if name != RUN_NAME],
        "columnOrder": list(widths),
        "columnWidths": widths,
        "viewMaximized": False,
        "runListHidden": False,
        "runsHiddenMode": "FIRST_10_RUNS",
        "compareRunCharts": charts,
        "compareRunSections": [_section(HEADLINE)],
        # Left alone, MLflow sorts sections by name, and those of slices and folds would come first.
        "isAccordionReordered": True,
    }


def _section(name: str) -> dict[str, Any]:
    return {"uuid": name, "name": name, "display": True, "isReordered": True, "deleted": False, "isGenerated": False}


def _chart(kind: str, name: str, **more: Any) -> dict[str, Any]:
    shown = {"type": kind, "uuid": f"{kind} {name}", "displayName": name, "metricSectionId": HEADLINE}
    return {**shown, "runsCountToCompare": 10, "deleted": False, "isGenerated": False, **more}


def review_page(port: int, experiment_id: str, charts: bool = False) -> str:
    """Address of that view on the page of `authenticity ui`: as a table, or as charts of the runs side by side."""
    mode = "&compareRunsMode=CHART" if charts else ""
    return f"http://{HOST}:{port}/#/experiments/{experiment_id}/runs?viewStateShareKey={REVIEW}&workflowType=machine_learning{mode}"
