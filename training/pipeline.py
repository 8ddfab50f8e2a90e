"""train(): a whole training run, top to bottom: data → features → split → fit → calibrate → measure → record → bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.catalog import NAMES, build
from features.reference import Reference
from models import golden, share
from models.bundle import TAUGHT, Bundle, crown, install
from models.causes import Causes
from models.followers import FollowerModel
from models.heads import HEADS
from models.peers import Peers
from models.tiers import Tiers
from training import effects, figures, follower_model, labelled, limits, pools, report, splits, tracking
from training import reference as references
from training.experiment import Experiment
from training.learning import MODEL, Learnt, learn, with_gaps
from training.stages import Stages
from training.worlds.documents import golden_accounts

GOLDEN_SEED = 20_261_101
READ, COMPUTE, MEASURE, SAVE = "read the dataset", "compute the features", "measure on unseen accounts", "save and record"


@dataclass(frozen=True)
class Trained:
    """What a run leaves behind."""

    run_id: str
    version: str
    bundle: Bundle
    path: Path
    card: str
    measurements: list[report.Measurement]


def train(
    experiment: Experiment,
    home: Path,
    data: Path | None = None,
    uri: str | None = None,
    stages: Stages | None = None,
    own: pa.Table | None = None,
) -> Trained:
    """Train the experiment's heads on a dataset, or on its simulated world; record the run and hand over a bundle.

    own: labels that people gave (own_labels.SCHEMA), which are laid over the dataset's.

    Raises DatasetError or TrainingRefusal when the data cannot teach; then no run, bundle or version is left that looks finished.
    """
    stages = stages or Stages()
    stages.plan({READ: 4, COMPUTE: 5, **{f"learn {name}": 1 for name in experiment.heads}, MEASURE: 2, SAVE: 4})
    source = labelled.source_of(experiment, home, data, stages, own)
    with stages(READ):
        learning = labelled.read(source, experiment.heads)
        split = labelled.split(experiment, learning)
        labelled.refuse_leaks(split, learning)
    store = tracking.store(home, uri)
    tracking.sweep(store)
    tags = {"change": experiment.change, "data": source.described}
    with tracking.run(store, experiment.name, experiment.title, experiment.params(), tags) as run:
        with stages(COMPUTE):
            bought = learning.values.get("bought_followers", np.zeros(learning.table.n))
            # Of the first shard only: the other shards' records are in the samples of accounts that calibrate and test.
            records = [pools.shards(pool) for pool in pools.load_all(experiment.pool)]
            taught = [first for first, *_ in records]
            reference = references.fit(learning.table, split.fit, bought, experiment.seed, taught[0])
            matrix = build(learning.table, reference)
            gaps = with_gaps(learning.table, reference, experiment.dropout, experiment.seed) if experiment.dropout else None
            followers = follower_model.fit(taught, experiment.seed, [shard for _, *rest in records for shard in rest])
            shares = share.shares(learning.table, followers, reference)
            tiers = Tiers().places(learning.table.column("followers").values)
        heads: dict[str, Learnt] = {}
        for name in experiment.heads:
            with stages(f"learn {name}"):
                test = split.test[~np.isnan(learning.shares[name][split.test]) | ~np.isnan(learning.values[name][split.test])]
                y, weighed = learning.values[name], learning.weighed(name, split)
                known = (split, test, experiment.trees, experiment.seed, learning.vendors, weighed)
                learnt = learn(HEADS[name], matrix, gaps, y, *known)
                matrices = (matrix,) if gaps is None else (matrix, gaps)
                settling = weighed.calibrating(split.calibrate[~np.isnan(y[split.calibrate])], y)
                found = limits.settled(learnt.model, matrices, shares, tiers, y, learning.shares[name], settling)
                heads[name] = replace(learnt, model=found)
        with stages(MEASURE):
            measurements = [row for name, learnt in heads.items() for row in labelled.measure(name, learnt, learning, tiers)]
        with stages(SAVE), tempfile.TemporaryDirectory(prefix="authenticity-") as draft:
            card = report.card(labelled.facts(experiment, source, learning, split, heads), measurements, MODEL)
            peer = Peers.of(NAMES, matrix.values[split.fit], learning.table.platform_codes[split.fit], tiers[split.fit])
            facts = {
                "card": card,
                "measures": report.headline(measurements, MODEL),
                "synthetic": source.synthetic,
                "data": source.described,
            }
            learners = np.sort(np.concatenate([split.fit, split.calibrate]))
            facts |= {"seen": labelled.seen(split, learning), TAUGHT: labelled.taught(learning, learners)}
            folder = Path(draft) / "bundle"
            causes = effects.causes(learning.table, reference, shares, learning.values, learners)
            _bundle(heads, reference, peer, followers, causes, facts).save(folder)
            bundle = Bundle.load(folder)
            version = _record(run, experiment, source, split, heads, learning.values, measurements, card, folder)
            path = install(folder, home)
    # Only now: a training that is killed before its run has ended well crowns nothing.
    if experiment.champion:
        crown(path, home, version, run.id)
    return Trained(run.id, version, bundle, path, card, measurements)


def _bundle(
    heads: Mapping[str, Learnt],
    reference: Reference,
    peer: Peers,
    followers: FollowerModel,
    causes: Causes,
    facts: Mapping[str, object],
) -> Bundle:
    """All that judging needs, with the golden accounts judged by it."""
    models = {name: learnt.model for name, learnt in heads.items()}
    bundle = Bundle(models, reference, peer, followers, (), facts, causes)
    return replace(bundle, golden=golden.record(bundle, golden_accounts(GOLDEN_SEED)))


def _record(
    run: tracking.Run,
    experiment: Experiment,
    source: labelled.Source,
    split: splits.Split,
    heads: Mapping[str, Learnt],
    values: Mapping[str, np.ndarray],
    measurements: list[report.Measurement],
    card: str,
    bundle: Path,
) -> str:
    """Write everything a reviewer compares; returns the registered version."""
    # Four digits are more than the intervals bear, and MLflow's columns show no more.
    run.log_metrics({name: round(value, 4) for name, value in report.headline(measurements, MODEL).items()})
    for side in splits.SIDES:
        run.log_dataset(source.described, source.digest, source.place, len(getattr(split, side)), side)
    for name, learnt in heads.items():
        run.log_rounds({f"{name}/{side}_logloss": losses for side, losses in learnt.rounds.items()})
        known = ~np.isnan(values[name][learnt.rows])
        y, accounts = values[name][learnt.rows][known] == 1, source.kind
        predictions = {model: p[known] for model, p in learnt.predictions.items()}
        run.log_figure(figures.pr_curve(y, predictions, MODEL, name, accounts), f"{name}_precision_recall")
        run.log_figure(figures.calibration(y, predictions[MODEL], name, accounts), f"{name}_calibration")
        run.log_figure(figures.importance(learnt.contributions, learnt.model.trees.names, name, accounts), f"{name}_importance")
        run.log_figure(figures.score_by_class(y, predictions[MODEL], name, accounts), f"{name}_scores")
    run.describe(card)
    run.log_bundle(bundle)
    return run.register(alias="champion" if experiment.champion else None)
