"""train(): a whole training run, top to bottom: data → features → split → fit → calibrate → measure → record → bundle."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.catalog import NAMES, build
from models import golden, share
from models.bundle import TAUGHT, Bundle, install
from models.heads import HEADS
from models.peers import Peers
from models.tiers import Tiers
from training import effects, folds, follower_model, labelled, limits, origin, pools, record, report, succession, tracking
from training import reference as references
from training.experiment import Experiment, World
from training.learning import MODEL, Learnt, learn, with_gaps
from training.remember import remembered
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
    champion: bool


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
    plan = {READ: 4.0, COMPUTE: 5.0, **{f"learn {name}": 1.0 for name in experiment.heads}, MEASURE: 3.0, SAVE: 4.0}
    stages.plan(plan | ({f"{experiment.folds} folds": 3.0 * experiment.folds} if experiment.folds else {}))
    source = labelled.source_of(experiment, home, data, stages, own)
    with stages(READ):
        learning = labelled.read(source, experiment.heads)
        split = labelled.split(experiment, learning)
        labelled.refuse_leaks(split, learning)
    store = tracking.store(home, uri)
    tracking.sweep(store)
    # Nobody simulated a dataset that was given, so its world is no choice of this run.
    simulated = data is None or experiment.labels.with_world
    recorded = experiment if simulated else replace(experiment, world=World())
    with tracking.run(store, experiment.name, recorded.title, recorded.params(), record.tags(recorded, source)) as run:
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
                learnt = learn(HEADS[name], matrix, gaps, y, split, test, experiment.trees, experiment.seed, learning.vendors, weighed)
                matrices = (matrix,) if gaps is None else (matrix, gaps)
                settling = weighed.calibrating(split.calibrate[~np.isnan(y[split.calibrate])], y)
                limited = limits.settled(learnt.model, matrices, shares, tiers, y, learning.shares[name], settling)
                heads[name] = replace(learnt, model=limited)
        with stages(MEASURE):
            measurements = [row for name, learnt in heads.items() for row in labelled.measure(name, learnt, learning, tiers)]
            peer = Peers.of(NAMES, matrix.values[split.fit], learning.table.platform_codes[split.fit], tiers[split.fit])
            learners = np.sort(np.concatenate([split.fit, split.calibrate]))
            causes = effects.causes(learning.table, reference, shares, learning.values, learners)
            bundle = Bundle({name: learnt.model for name, learnt in heads.items()}, reference, peer, followers, (), {}, causes)
            found = record.found(bundle, learning, split, heads, measurements, home)
        folded: dict[str, float] = {}
        if experiment.folds:
            with stages(f"{experiment.folds} folds", experiment.folds) as advance:
                folded = folds.measure(run, experiment, learning, split, matrix, gaps, advance)
        with stages(SAVE), tempfile.TemporaryDirectory(prefix="authenticity-") as draft:
            card = report.card(labelled.facts(experiment, source, learning, split, heads), measurements, MODEL, found.told)
            facts = {"card": card, "measures": found.headline, "synthetic": source.synthetic, "data": source.described}
            facts |= {"seen": labelled.seen(split, learning), TAUGHT: labelled.taught(learning, learners)}
            folder = Path(draft) / "bundle"
            kept = remembered(bundle, source.path, learning.table, split, experiment.seed).to_bytes()
            again = golden.record(bundle, golden_accounts(GOLDEN_SEED))
            replace(bundle, facts=facts, golden=again, remembered=kept).save(folder)
            bundle = Bundle.load(folder)
            record.write(run, recorded, source, split, heads, found, folded, card, folder, ("challenger",))
            path = install(folder, home)
    # Only now: a training that is killed before its run has ended well crowns nothing.
    if data is not None or own is not None:
        origin.remember(home, source.digest, source.path)
    crowned = experiment.champion and succession.first(store, home, succession.Served(path.name, run.version, run.id))
    return Trained(run.id, str(run.version), bundle, path, card, measurements, crowned)
