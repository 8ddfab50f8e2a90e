"""What a bundle answers about labelled accounts, in tables that a reviewer, a comparison and a gate read alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalog import FeatureMatrix, build
from features.importing.pseudonyms import Pseudonyms, key_under
from features.table import AccountTable
from models.bundle import Bundle
from models.evidence import seen
from models.share import Share
from models.share import shares as shares_of
from models.spoken import Spoken, spoken
from models.why import reasons_for
from training.labelled import Learning, base_of
from training.report import REAL, SIMULATED

# The baselines whose probabilities stand beside the model's, by the name of their column.
BESIDE = {"tree": "depth2_tree", "logistic": "logistic"}
NUMBERS = ("estimate", "low", "high", "likely_low", "likely_high")
NO_BASELINES: Mapping[str, Mapping[str, np.ndarray]] = {}


def answers(
    bundle: Bundle, learning: Learning, rows: np.ndarray, baselines: Mapping[str, Mapping[str, np.ndarray]] = NO_BASELINES
) -> pd.DataFrame:
    """What the bundle says of the accounts at `rows` (m,) of what was read; see Answered.answers."""
    return Answered.of(bundle, learning, rows).answers(baselines)


@dataclass(frozen=True)
class Answered:
    """Labelled accounts with what the bundle computes of each, by its own reference and its own functions of judging."""

    bundle: Bundle
    learning: Learning
    rows: np.ndarray
    table: AccountTable
    matrix: FeatureMatrix
    found: Sequence[Share | None]
    tiers: Sequence[str]

    @classmethod
    def of(cls, bundle: Bundle, learning: Learning, rows: np.ndarray) -> Answered:
        """rows: places (m,) in the learning table."""
        table = learning.table.only(rows)
        found = shares_of(table, bundle.followers, bundle.reference)
        tiers = bundle.tiers.names(table.column("followers").values)
        return cls(bundle, learning, rows, table, build(table, bundle.reference), found, tiers)

    def answers(self, baselines: Mapping[str, Mapping[str, np.ndarray]] = NO_BASELINES) -> pd.DataFrame:
        """One row per account and head: what is true, what is said of it and why, and the slices it belongs to.

        baselines: head -> name -> probability (m,), NaN where there is none. `probability` is stated at the share of positives among the
        accounts that calibrated, like every measure of a training, `stated` at the bundle's base rate, as the verdict has it; decision
        and reasons are the verdict's. value, share: NaN unknown; vendor, scenario and labelled_by: "" unknown; seen: names of tables.
        """
        accounts = {
            "account_id": self.table.account_ids,
            "unit": [base_of(name) for name in self.table.account_ids],
            "tier": self.tiers,
            "platform": self.table.platforms,
            "vendor": self._vendors(),
            "scenario": self.learning.scenarios[self.rows],
            "seen": [", ".join(names) for names in seen(self.table)],
        }
        parts = []
        for name, model in self.bundle.heads.items():
            margins = model.trees.margins(self.matrix.only(model.trees.names))
            spoke = spoken(self.bundle, name, self.table, self.matrix, self.tiers, self.found)
            mine = {
                "head": name,
                "value": self._known(self.learning.values, name),
                "share": self._known(self.learning.shares, name),
                "labelled_by": self._kinds(name),
                "probability": model.calibration.probabilities(margins, model.calibration.prevalence),
                **self._said(name, spoke),
                **{column: baselines.get(name, {}).get(baseline, np.nan) for column, baseline in BESIDE.items()},
            }
            parts.append(pd.DataFrame({**accounts, **mine}))
        return pd.concat(parts, ignore_index=True)

    def shares(self) -> pd.DataFrame:
        """One row per account of which a share can be told: the true share of purchased-type followers (NaN unknown), the estimate with its
        95 % (low, high) and 50 % interval (likely_low, likely_high), all 0-1; followers, tier, platform, vendor and scenario."""
        told = [(place, share) for place, share in enumerate(self.found) if share is not None]
        places = np.array([place for place, _ in told], dtype=np.int64)
        return pd.DataFrame(
            {
                "account_id": [self.table.account_ids[place] for place in places],
                "true": self.learning.purchased[self.rows][places],
                **{name: np.array([getattr(share, name) for _, share in told], dtype=float) for name in NUMBERS},
                "followers": self.table.column("followers").values[places],
                "tier": [self.tiers[place] for place in places],
                "platform": [self.table.platforms[place] for place in places],
                "vendor": self._vendors()[places],
                "scenario": self.learning.scenarios[self.rows][places],
            }
        )

    def importance(self) -> pd.DataFrame:
        """One row per head and feature: the mean size of its contribution to the log odds on these accounts, largest first."""
        parts = []
        for name, model in self.bundle.heads.items():
            weight = np.abs(model.trees.contributions(self.matrix.only(model.trees.names))).mean(axis=0)
            each = pd.DataFrame({"head": name, "feature": model.trees.names, "contribution": weight})
            parts.append(each.sort_values("contribution", ascending=False, kind="stable"))
        return pd.concat(parts, ignore_index=True)

    def _known(self, labels: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        return labels[name][self.rows] if name in labels else np.full(self.table.n, np.nan)

    def _kinds(self, name: str) -> np.ndarray:
        """(m,) whether a person or a simulated world labelled the account, "" where all labels are of one kind or there is none."""
        if not self.learning.mixed or name not in self.learning.real:
            return np.full(self.table.n, "", dtype=object)
        known = ~np.isnan(self._known(self.learning.values, name))
        kinds = np.where(self.learning.real[name][self.rows], REAL, SIMULATED)
        return np.where(known, kinds, "").astype(object)

    def _vendors(self) -> np.ndarray:
        """Who sold the followers (m,), "" where nobody did."""
        return np.array(
            [
                "" if who == base_of(name) else who
                for who, name in zip(self.learning.vendors[self.rows], self.table.account_ids, strict=True)
            ],
            dtype=object,
        )

    def _said(self, name: str, spoke: Spoken) -> dict[str, list[object]]:
        """Of every account; one without evidence is undecided at the base rate, and nothing speaks for either side."""
        base_rate, n = self.bundle.base_rate(name), self.table.n
        stated: list[object] = [base_rate] * n
        decisions: list[object] = ["undecided"] * n
        reasons: list[object] = [""] * n
        contributions = self.bundle.heads[name].trees.contributions(spoke.values) if len(spoke.rows) else spoke.values
        for place, i in enumerate(spoke.rows):
            answer = {"decision": spoke.decisions[place][0], "probability": spoke.answers[place].probability, "base_rate": base_rate}
            told = reasons_for(self.bundle, name, spoke.values[place], contributions[place], answer, self.table.platforms[i], self.tiers[i])
            stated[i], decisions[i] = answer["probability"], answer["decision"]
            reasons[i] = ", ".join(reason["feature"] for reason in told)
        return {"stated": stated, "decision": decisions, "reasons": reasons}


def disguised(frame: pd.DataFrame, learning: Learning, home: Path) -> pd.DataFrame:
    """The same table as it may be recorded: accounts that nobody simulated under the pseudonyms of HOME's key, the same ones every time."""
    if learning.synthetic:
        return frame
    key = key_under(home)
    names = {platform: Pseudonyms(key, platform) for platform in frame["platform"].unique()}
    hidden = {
        column: [names[platform].id(name) for platform, name in zip(frame["platform"], frame[column], strict=True)]
        for column in ("account_id", "unit")
        if column in frame
    }
    return frame.assign(**hidden)
