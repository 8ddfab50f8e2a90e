"""How the record of trainings presents itself to a reviewer: texts, columns and links of MLflow's pages."""

import base64
import json
import zlib
from collections.abc import Sequence

EXPERIMENT_NOTE = """\
**Is an influencer's audience real?** Each run is one training of Authenticity (in `benchmark`: one measurement against the
targets T1 to T13); each question about an account is a *head*.

- Read a run's description first: what was asked, on which accounts (synthetic ones are labelled so), and where it fails.
- `ap_…` is average precision, `recall_…` the share found while at most 1 % of clean accounts are flagged, `ece_…` the calibration
  error; `baseline_…` is the best of three simple rules fitted on the same accounts.
- The column `change` is the one thing a run does differently. Figures lie among a run's artifacts.
- The version with the alias `champion` is the one being served.

Results speak of the share of *purchased-type* followers. They never say who bought them: a rival can send them too.
"""
MODEL_NOTE = """\
Bundles of Authenticity: plain files with a SHA-256 manifest, no pickle. The alias `champion` marks the one being served.
Each version's source run says what it was trained on, how good it is and where it fails.
"""
REVIEW = "review"


def experiment_tags(columns: Sequence[str], moment: int) -> dict[str, str]:
    """Tags that make MLflow open the experiment as model training, with a saved view that shows `columns` (metric names).

    moment: UTC, ms since 1970. The state is what MLflow 3.17 writes when a reviewer shares a view: JSON, deflated, base64.
    """
    state = {
        "searchFilter": "",
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": ["tags.`change`", *(f"metrics.`{name}`" for name in columns)],
        "viewMaximized": True,
        "runListHidden": False,
    }
    packed = "deflate;" + base64.b64encode(zlib.compress(json.dumps(state).encode())).decode()
    view = {"name": REVIEW, "createdAt": moment, "updatedAt": moment, "state": packed}
    return {
        "mlflow.experimentKind": "custom_model_development",
        "mlflow.note.content": EXPERIMENT_NOTE,
        f"mlflow.sharedViewState.{REVIEW}": json.dumps(view),
    }


def review_page(port: int, experiment_id: str) -> str:
    """Address of that view on the page of `authenticity ui`."""
    return f"http://127.0.0.1:{port}/#/experiments/{experiment_id}/runs?viewStateShareKey={REVIEW}&workflowType=machine_learning"
