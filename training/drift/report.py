"""What a look comes to: its findings and what to do, for a terminal, as JSON and for the record of trainings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from training.drift.looking import ALARM, Look, Row
from training.drift.today import Today
from training.drift.words import Finding, findings, headline, label, seeing, steps

SHOWN = 12


@dataclass(frozen=True)
class Report:
    """A look with the accounts it is of and the bundle that remembers."""

    look: Look
    today: Today
    bundle_id: str

    @cached_property
    def findings(self) -> list[Finding]:
        return findings(self.look)

    @property
    def headline(self) -> str:
        return headline(self.look, self.findings)

    @property
    def steps(self) -> list[str]:
        return steps(self.findings)

    @property
    def metrics(self) -> dict[str, float]:
        """For the record of trainings, the most telling first."""
        found = {"alarms": float(len(self.look.alarms) + self.look.together), "psi_max": self.look.psi_max, "auc": self.look.auc}
        return found | {"accounts": float(self.look.now.n)}

    def lines(self) -> list[str]:
        """For a terminal: the headline, what has changed, what to do next."""
        told = [self.headline, *(f"  · {finding.sentence}" for finding in self.findings[:SHOWN])]
        if len(self.findings) > SHOWN:
            told.append(f"  · and {len(self.findings) - SHOWN} more, in the report.")
        return [*told, *self.today.notes, "Next: " + " ".join(self.steps), seeing(self.look)]

    def markdown(self) -> str:
        """The description of a run, the finding first because MLflow folds it after four lines."""
        told = [f"**{self.headline}**", ""] + [f"- {finding.sentence}" for finding in self.findings]
        told += ["", "**What to do next**", ""] + [f"{i + 1}. {step}" for i, step in enumerate(self.steps)]
        told += ["", f"{self.today.source}. {seeing(self.look)} A false alarm in at most {ALARM:.0%} of looks.", *self.today.notes]
        return "\n".join([*told, f"Bundle `{self.bundle_id}`. The report is the artifact `drift.html`."]) + "\n"

    def document(self) -> dict[str, Any]:
        """JSON-able, with finite numbers only: null where there is none."""
        look = self.look
        return {
            "drift": look.drifted,
            "headline": self.headline,
            "findings": [{"kind": each.kind, "sentence": each.sentence} for each in self.findings],
            "next": self.steps,
            "notes": self.today.notes,
            "source": self.today.source,
            "since": None if self.today.since is None else self.today.since.isoformat().replace("+00:00", "Z"),
            "bundle": self.bundle_id,
            "accounts": {"remembered": look.then.n, "today": look.now.n, "comparable": look.comparable},
            "false_alarms": ALARM,
            "metrics": finite(self.metrics),
            "together": finite({"auc": look.auc, "p": look.auc_p, "alarm": look.together}),
            "alarms": [_row(row) for row in look.alarms],
            "compared": [_row(row) for row in look.rows],
        }


def finite(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in document.items()}


def _row(row: Row) -> dict[str, Any]:
    rounded = {key: round(value, 6) if isinstance(value, float) and key not in ("p", "q") else value for key, value in asdict(row).items()}
    return finite({**rounded, "where": row.where or "all", "label": label(row), "alarm": row.alarm})
