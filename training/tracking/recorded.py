"""A training while it is being recorded."""

import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from matplotlib.figure import Figure
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric

from training.tracking.errors import NoAnswer, TrackingError
from training.tracking.registry import MODEL, aliases, registered
from training.tracking.stores import TrackingStore
from training.tracking.tags import NOTE, SEEN

LONGEST_NOTE = 4900
_JSON = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY


@dataclass
class Run:
    """One training being recorded; made by `run`. `id`, `experiment_id` and `version` are final once its block has ended.

    store: where it is recorded. server: where it goes then, None for a local store.
    """

    store: TrackingStore
    id: str
    experiment_id: str
    name: str
    server: TrackingStore | None = None
    version: str | None = None
    aliases: list[tuple[str, str, str]] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    _note: str | None = None
    _model_id: str | None = None

    def log_metrics(self, metrics: Mapping[str, float | None]) -> list[str]:
        """Record numbers in the given order (pages show the first one first). Returns the names left out because not finite."""
        now = int(time.time() * 1000)
        finite = {name: float(value) for name, value in metrics.items() if value is not None and math.isfinite(value)}
        kept = [Metric(name, value, now, 0) for name, value in finite.items()]
        self.metrics += kept
        self._batch(kept)
        if left := [name for name in metrics if name not in finite]:
            self.store.client.set_tag(self.id, "metrics without a value", ", ".join(left)[:500])
        return left

    def log_rounds(self, history: Mapping[str, Sequence[float]]) -> None:
        """Record curves: name -> one number per boosting round."""
        now = int(time.time() * 1000)
        points = [(name, step, float(value)) for name, values in history.items() for step, value in enumerate(values)]
        self._batch([Metric(name, value, now, step) for name, step, value in points if math.isfinite(value)])

    def log_dataset(self, name: str, digest: str, source: str, rows: int, context: str) -> None:
        """Record which accounts were used: `digest` is the hash of their content, `context` says for what (fit, calibrate, test)."""
        # MLflow keeps 36 characters of a digest, so the whole one stands in the source; and one entry per name and digest, hence the name.
        short = digest.removeprefix("sha256:")[:16]
        described = Dataset(
            f"{name}: {context}", short, "local", json.dumps({"uri": source, "digest": digest}), profile=json.dumps({"accounts": rows})
        )
        self.store.client.log_inputs(self.id, [DatasetInput(described, [InputTag("mlflow.data.context", context)])])

    def log_figure(self, figure: Figure, name: str) -> None:
        """Record a figure as `<name>.png` at the root, where MLflow's compare page looks for files that runs have in common."""
        self.store.client.log_figure(self.id, figure, f"{name}.png", save_kwargs={"dpi": 110})

    def log_table(self, frame: pd.DataFrame, name: str) -> None:
        """Record a table as `<name>.json`, in the form that MLflow's pages show and compare; `read_table` reads it back."""
        self.store.client.log_table(self.id, frame, f"{name}.json")

    def log_html(self, text: str, name: str) -> None:
        """Record a page as `<name>.html`."""
        self.store.client.log_text(self.id, text, f"{name}.html")

    def log_json(self, document: Any, name: str) -> None:
        """Record a document as `<name>.json`; numbers that are not finite become null, which every reader understands."""
        self.store.client.log_text(self.id, orjson.dumps(document, option=_JSON).decode(), f"{name}.json")

    def log_file(self, path: Path) -> None:
        """Keep a file at the root of the run's artifacts, under its own name."""
        self.store.client.log_artifact(self.id, str(path))

    def describe(self, markdown: str) -> None:
        """Show `markdown` as the run's description. All of it is kept as card.md, since MLflow cuts descriptions off."""
        self.store.client.log_text(self.id, markdown, "card.md")
        if len(markdown) > LONGEST_NOTE:
            markdown = markdown[:LONGEST_NOTE].rsplit("\n", 1)[0] + "\n\n*(continued in the artifact card.md)*"
        self._note = markdown
        self.store.client.set_tag(self.id, NOTE, markdown)

    def log_bundle(self, path: Path) -> None:
        """Keep the bundle folder as the artifact `bundle` and list it among the experiment's models, with this run's metrics."""
        client = self.store.client
        client.log_artifacts(self.id, str(path), "bundle")
        # MLflow allows these signs in a run's name and not in a model's.
        name = "".join(" " if sign in "/:.%\"'" else sign for sign in self.name)
        model = client.create_logged_model(self.experiment_id, name, source_run_id=self.id, model_type="authenticity bundle")
        client.log_outputs(self.id, [LoggedModelOutput(model.model_id, 0)])
        self._batch([Metric(m.key, m.value, m.timestamp, m.step, model_id=model.model_id, run_id=self.id) for m in self.metrics])
        client.finalize_logged_model(model.model_id, "READY")
        self._model_id = model.model_id

    def register(self, name: str = MODEL, alias: str | Sequence[str] | None = None) -> str:
        """Make the bundle the next version of `name`. Its aliases are set once the run has ended well: a failed one never gets them."""
        if self._model_id is None:
            raise TrackingError(f"run {self.id} has no bundle to register; call log_bundle first")
        wanted = [alias] if isinstance(alias, str) else list(alias or ())
        number = registered(self.store, name, self.id, self._model_id, self._note, self._seen(name, wanted))
        self.aliases += [(name, each, number) for each in wanted]
        self.version = self.store.version(number)
        return self.version

    def _seen(self, name: str, wanted: Sequence[str]) -> dict[str, str]:
        """Who has these aliases on the server now, so that a copy that comes later does not take one from somebody newer."""
        if self.server is None or not wanted:
            return {}
        with suppress(NoAnswer):
            now = aliases(self.server, name)
            return {f"{SEEN}{alias}": now.get(alias, "") for alias in wanted}
        return {}

    def _batch(self, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), 1000):
            self.store.client.log_batch(self.id, metrics[start : start + 1000])
