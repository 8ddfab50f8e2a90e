"""The test accounts of a training, judged again by it and by the champion, without those that taught either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from features.catalog import build
from models import golden
from models.bundle import TAUGHT, Bundle
from training import baselines, duplicates, labelled, planted, pools
from training.answers import Answered
from training.gate import Evidence, Judged
from training.labelled import Learning, Source
from training.origin import Origin
from training.refusals import TrainingRefusal
from training.splits import Split
from training.stages import Stages

# Fewer test accounts tell no model from another.
FEWEST = 60
READ, JUDGE, PLANT = "read the challenger's dataset", "judge its test accounts", "plant purchases"


@dataclass(frozen=True)
class Retested:
    """What the gates look at, and of how many test accounts: `left_out` taught the champion."""

    evidence: Evidence
    accounts: int
    left_out: int
    source: Source


def retest(
    challenger: Bundle, champion: Bundle | None, origin: Origin, home: Path, data: Path | None = None, stages: Stages | None = None
) -> Retested:
    """Judge the test side of the challenger's dataset by both bundles. Raises DatasetError or TrainingRefusal when it cannot be had."""
    stages = stages or Stages()
    experiment = origin.experiment
    source = origin.source(home, data, stages)
    with stages(READ):
        learning = labelled.read(source, experiment.heads)
        split = labelled.split(experiment, learning)
        rows = split.test if champion is None else split.test[~_taught(champion, learning)[split.test]]
        if len(rows) < FEWEST:
            raise TrainingRefusal(
                [
                    f"only {len(rows):,} of {len(split.test):,} test accounts taught neither the challenger nor the champion, and {FEWEST} "
                    "are needed to compare them; train on more accounts, or with the champion's `split` and `seed`"
                ]
            )
    with stages(JUDGE):
        trees = _trees(challenger, learning, split, rows)
        first = _judged(challenger, learning, rows, trees)
        second = None if champion is None else _judged(champion, learning, rows)
        said = golden.differences(challenger)
        against = [] if champion is None else contradictions(challenger, champion)
    with stages(PLANT):
        of = planted.planted(pools.load_all(experiment.pool)[0])
        sense = (planted.pairs(challenger, of), planted.directions(challenger, of))
    return Retested(Evidence(first, second, said, against, *sense), len(rows), len(split.test) - len(rows), source)


def contradictions(challenger: Bundle, champion: Bundle) -> list[str]:
    """Golden accounts of the champion that one bundle answers with yes and the other with no, in words."""
    again = replace(challenger, golden=golden.record(challenger, [each["document"] for each in champion.golden]))
    found = []
    for old, new in zip(champion.golden, again.golden, strict=True):
        for head, before in old["decisions"].items():
            now = new["decisions"].get(head)
            if {before, now} == {"yes", "no"}:
                found.append(f"{head} of {old['document']['account_id']} is a {now}, and a {before} to the champion")
    return found


def _judged(bundle: Bundle, learning: Learning, rows: np.ndarray, trees: dict[str, dict[str, np.ndarray]] | None = None) -> Judged:
    told = Answered.of(bundle, learning, rows)
    return Judged(told.answers(trees or {}), told.shares())


def _taught(bundle: Bundle, learning: Learning) -> np.ndarray:
    """Which accounts (n,) taught or calibrated the bundle, themselves or by their follower records, under whatever id."""
    groups, known = set(bundle.facts.get("seen", ())), set(bundle.facts.get(TAUGHT, ()))
    marks = duplicates.marks(learning.table)
    return np.array([group in groups or not known.isdisjoint(mine) for group, mine in zip(learning.groups, marks, strict=True)])


def _trees(bundle: Bundle, learning: Learning, split: Split, rows: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """What a depth-2 tree says that learnt each head from the accounts of the challenger, with its features."""
    matrix, found = build(learning.table, bundle.reference), dict[str, dict[str, np.ndarray]]()
    for name, model in bundle.heads.items():
        y, values = learning.values[name], matrix.only(model.trees.names)
        fit, calibrate = (side[~np.isnan(y[side])] for side in (split.fit, split.calibrate))
        score = baselines.calibrated("depth2_tree", values, model.trees.names, y == 1, fit, calibrate)
        found[name] = {"depth2_tree": score(values[rows])}
    return found
