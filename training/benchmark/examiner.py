"""One world teaches as `authenticity train` does; what it learnt is then asked about accounts that it has not seen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from features.catalog import FeatureMatrix, build
from features.schema import EVENT_TABLES
from models.bundle import Bundle
from models.tiers import TIERS
from models.verdict import judge_table
from training import baselines, labelled, pipeline, pools
from training.benchmark.intervals import threshold
from training.experiment import Experiment
from training.labelled import Learning
from training.learning import MODEL
from training.worlds import read_truth, simulate

Scores = Mapping[str, np.ndarray]
BOUGHT = "bought_followers"


@dataclass(frozen=True)
class Sheet:
    """What one head said of n accounts, and what is true of them; everything is (n,).

    y: 1, 0 or NaN (too small a share to be labelled); share: of purchased-type followers, NaN where unknown; whole: whether posts,
    comments, history and a follower sample were all seen; scores: model -> probability, at the prevalence of the calibration.
    """

    y: np.ndarray
    share: np.ndarray
    vendor: np.ndarray
    scenario: np.ndarray
    tier: np.ndarray
    followers: np.ndarray
    whole: np.ndarray
    scores: Scores

    def of(self, rows: np.ndarray) -> Sheet:
        """The same of some accounts: rows is a mask (n,) or row numbers."""
        kept = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name != "scores"}
        return replace(self, **kept, scores={name: score[rows] for name, score in self.scores.items()})

    @property
    def clean(self) -> np.ndarray:
        return np.asarray(self.y == 0)


@dataclass(frozen=True)
class Examiner:
    """A bundle and the rules beside it. calibrated: head -> what each model said of the accounts that calibrated it.

    seen: "<pool>/<shard>" of the follower records that taught or calibrated; accounts with such followers are left out when it is asked.
    """

    bundle: Bundle
    rules: Mapping[str, Mapping[str, baselines.Score]]
    calibrated: Mapping[str, Sheet]
    tested: Mapping[str, Sheet]
    seen: frozenset[str]

    def thresholds(self, head: str) -> dict[str, float]:
        """model -> the score above which 1 % of the clean calibration accounts lie."""
        sheet = self.calibrated[head]
        return {model: threshold(score[sheet.clean]) for model, score in sheet.scores.items()}

    def ask(self, folder: Path, head: str = BOUGHT) -> Sheet:
        """What it says of the accounts of a simulated dataset whose follower records it has not seen."""
        learning = read(folder, (head,))
        rows = np.array([records(group) not in self.seen for group in learning.groups])
        matrix = build(learning.table, self.bundle.reference)
        return _sheet(self.bundle, self.rules[head], folder, learning, head, np.flatnonzero(rows), matrix)

    def verdicts(self, folder: Path, head: str = BOUGHT) -> np.ndarray:
        """The decision of the verdict on each account that `ask` asks about, in the same order: text (n,), "" where it cannot be judged."""
        learning = read(folder, (head,))
        said = judge_table(self.bundle, learning.table, reasons=False)
        rows = [i for i, group in enumerate(learning.groups) if records(group) not in self.seen]
        return np.array([said[i]["heads"].get(head, {"decision": ""})["decision"] for i in rows], dtype=str)


def records(group: str) -> str:
    """The pool and shard that an account's followers come from, whichever world drew it: "village-srf/2" is of "srf/2"."""
    return group.rpartition("-")[2]


def read(folder: Path, heads: tuple[str, ...]) -> Learning:
    """The accounts of a dataset with their labels for these heads, and for the shares always those of bought followers."""
    heads = tuple(dict.fromkeys((*heads, BOUGHT)))
    return labelled.read(labelled.Source(folder, folder.name, folder.name, "", synthetic=True), heads)


def teach(experiment: Experiment, folder: Path) -> Examiner:
    """Train as a user does, in a HOME of its own that is removed, and fit the rules beside it on the same accounts."""
    with tempfile.TemporaryDirectory(prefix="authenticity-bench-") as home:
        bundle = pipeline.train(replace(experiment, champion=False), Path(home), folder).bundle
    learning = read(folder, experiment.heads)
    split = labelled.split(experiment, learning)
    # The first shard of the labelled followers has taught what a purchased-type follower looks like, whoever is in the dataset.
    taught_by = {f"{pools.load(experiment.pool).name}/0"}
    seen = frozenset(taught_by | {records(learning.groups[i]) for rows in (split.fit, split.calibrate) for i in rows})
    rules: dict[str, dict[str, baselines.Score]] = {}
    calibrated: dict[str, Sheet] = {}
    tested: dict[str, Sheet] = {}
    matrix = build(learning.table, bundle.reference)
    for name, model in bundle.heads.items():
        values, y = matrix.only(model.trees.names), learning.values[name]
        fit, calibrate = (rows[~np.isnan(y[rows])] for rows in (split.fit, split.calibrate))
        names = model.trees.names
        rules[name] = {rule: baselines.calibrated(rule, values, names, y == 1, fit, calibrate) for rule in baselines.BASELINES}
        for rows, sheets in ((calibrate, calibrated), (split.test, tested)):
            sheets[name] = _sheet(bundle, rules[name], folder, learning, name, rows, matrix)
    return Examiner(bundle, rules, calibrated, tested, seen)


@lru_cache(maxsize=4)
def taught(world: str, accounts: int, seed: int) -> Examiner:
    """The examiner of a simulated world; every step that asks the same one in this process gets the same object."""
    with simulated(world, accounts, seed) as folder:
        return teach(Experiment(seed=seed % 1_000, split_seed=seed % 1_000), folder)


@contextmanager
def simulated(world: str, accounts: int, seed: int, scenarios: Mapping[str, float] | None = None) -> Iterator[Path]:
    """A dataset of a world, there for the block."""
    with tempfile.TemporaryDirectory(prefix="authenticity-bench-") as place:
        folder = Path(place) / world
        simulate(folder, accounts, seed, world, scenarios=scenarios)
        yield folder


def _sheet(
    bundle: Bundle,
    rules: Mapping[str, baselines.Score],
    folder: Path,
    learning: Learning,
    head: str,
    rows: np.ndarray,
    matrix: FeatureMatrix,
) -> Sheet:
    model, table = bundle.heads[head], learning.table
    values = matrix.only(model.trees.names)[rows]
    scores = {MODEL: model.calibration.probabilities(model.trees.margins(values), model.calibration.prevalence)}
    vendor, scenario = _truth(folder, learning)
    followers = table.column("followers").values
    seen = np.logical_and.reduce([table.looked_at[name] for name in EVENT_TABLES])
    return Sheet(
        y=learning.values[head][rows],
        share=learning.shares[BOUGHT][rows],
        vendor=vendor[rows],
        scenario=scenario[rows],
        tier=np.array(TIERS)[bundle.tiers.places(followers)][rows],
        followers=followers[rows],
        whole=seen[rows],
        scores=scores | {name: rule(values) for name, rule in rules.items()},
    )


def _truth(folder: Path, learning: Learning) -> tuple[np.ndarray, np.ndarray]:
    """Vendor and scenario of each account. Composed accounts have no simulator's truth: their vendor is the source of their records."""
    try:
        truth = read_truth(folder)
    except FileNotFoundError:
        return np.array(learning.groups), np.full(learning.table.n, "composed")
    place = {name: i for i, name in enumerate(truth["account_id"].to_pylist())}
    order = [place[name] for name in learning.table.account_ids]
    vendor, scenario = (np.array([each or "none" for each in truth[name].to_pylist()])[order] for name in ("vendor", "scenario"))
    return vendor, scenario
