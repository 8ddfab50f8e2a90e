"""How good a set of choices is on one fold: average precision, with all the evidence and with a part of it missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import average_precision_score

from features.catalog import FeatureMatrix, build
from features.reference import Reference
from features.table import AccountTable
from models.heads import HEADS
from training import pools
from training import reference as references
from training.experiment import Experiment
from training.labelled import Learning
from training.learning import uncalibrated, with_gaps
from training.pools import FollowerPool
from training.splits import Split
from training.stages import Advance
from training.tuning_folds import Fold

# What a study measured before cannot go on once this means something else.
VERSION = 1
# The chance that a judged account lacks a table in the second of its two looks: settings that need everything are no good in use.
MISSING = 0.3
# Feature matrices of trials that are kept for their next fold.
MOST_KEPT = 8
NOBODY = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Ground:
    """All accounts as features, compared with what is usual among those that may teach; `lacking` with tables missing."""

    usual: np.ndarray
    teachers: AccountTable
    reference: Reference
    full: FeatureMatrix
    lacking: FeatureMatrix


@dataclass(frozen=True)
class Objective:
    """Scores choices on folds. Whatever it knows is in `learning`, which holds no test account."""

    learning: Learning
    experiment: Experiment
    folds: Sequence[Fold]
    grounds: Mapping[bytes, Ground]
    _gaps: dict[tuple[bytes, float], FeatureMatrix] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        learning: Learning,
        experiment: Experiment,
        folds: Sequence[Fold],
        known: Mapping[bytes, Ground] | None = None,
        advance: Advance | None = None,
    ) -> Objective:
        """The features of every fold, computed once; those `known` from other folds over the same sources are not computed again."""
        grounds = dict(known or {})
        asked = {fold.usual.tobytes(): fold.usual for fold in folds}
        for number, (key, usual) in enumerate(asked.items(), 1):
            grounds[key] = grounds.get(key) or _ground(learning, experiment, usual)
            if advance is not None:
                advance(number, len(asked))
        return cls(learning, experiment, folds, {key: grounds[key] for key in asked})

    def score(self, choices: Mapping[str, float], number: int, seed: int) -> float:
        """Mean over the heads of average precision on the accounts that fold `number` judges, 0-1, higher is better.

        Each account is judged twice, with all of its evidence and with tables missing; both count the same. Heads whose judged accounts
        are of one class are left out, the same ones for all choices. seed: of the trees.
        """
        fold = self.folds[number]
        ground = self.grounds[fold.usual.tobytes()]
        trees = {**self.experiment.trees, **{name: value for name, value in choices.items() if name != "dropout"}, "threads": 1}
        gaps = self._lacking_teachers(ground, choices.get("dropout", self.experiment.dropout))
        found = []
        for name in self.experiment.heads:
            head, y = HEADS[name], self.learning.values[name]
            taught, judged = (rows[~np.isnan(y[rows])] for rows in (fold.taught, fold.judged))
            if len(np.unique(y[judged])) < 2:
                continue
            copies = [matrix.only(head.features) for matrix in (ground.full, gaps) if matrix is not None]
            counts = self.learning.weighed(name, Split(fold.taught, NOBODY, fold.judged, "fold", ""))
            model = uncalibrated(head, copies, y, taught, trees, seed, counts).trees
            looks = (matrix.only(head.features)[judged] for matrix in (ground.full, ground.lacking))
            found.append(np.mean([average_precision_score(y[judged], model.margins(look)) for look in looks]))
        return float(np.mean(found))

    def fingerprint(self) -> str:
        """A hash of all that decides what a set of choices scores: features, labels, folds and the settings that stay."""
        choices = self.experiment
        kept = [VERSION, choices.seed, choices.heads, dict(choices.trees), choices.labels.real, choices.labels.simulated]
        total = hashlib.sha256(json.dumps(kept).encode())
        for fold in self.folds:
            for rows in fold:
                total.update(rows.tobytes() + b"/")
        for ground in self.grounds.values():
            total.update(ground.full.values.tobytes() + ground.lacking.values.tobytes())
        for name in self.experiment.heads:
            total.update(self.learning.values[name].tobytes())
        return total.hexdigest()

    def _lacking_teachers(self, ground: Ground, chance: float) -> FeatureMatrix | None:
        """The accounts that may teach with tables missing, in their own rows of a matrix of all."""
        if not chance:
            return None
        key = (ground.usual.tobytes(), chance)
        if key not in self._gaps:
            lacking = with_gaps(ground.teachers, ground.reference, chance, self.experiment.seed)
            values = np.full(ground.full.values.shape, np.nan)
            values[ground.usual] = lacking.values
            # Folds of one trial follow each other and mostly share their teachers; older trials are not asked again.
            for old in list(self._gaps)[:-MOST_KEPT]:
                self._gaps.pop(old, None)
            self._gaps[key] = FeatureMatrix(ground.full.account_ids, ground.full.names, values)
        return self._gaps[key]


def _ground(learning: Learning, experiment: Experiment, usual: np.ndarray) -> Ground:
    bought = learning.values.get("bought_followers", np.zeros(learning.table.n))
    reference = references.fit(learning.table, usual, bought, experiment.seed, _shard(learning, experiment, usual))
    lacking = with_gaps(learning.table, reference, MISSING, experiment.seed + 1)
    return Ground(usual, learning.table.only(usual), reference, build(learning.table, reference), lacking)


def _shard(learning: Learning, experiment: Experiment, usual: np.ndarray) -> FollowerPool:
    """Labelled followers that no judged account has: of a shard that the teachers' own followers come from, where they name one."""
    pool = pools.load_all(experiment.pool)[0]
    shards, teaching = pools.shards(pool), {learning.groups[row] for row in usual}
    return next((shard for number, shard in enumerate(shards) if f"{pool.name}/{number}" in teaching), shards[0])
