"""Whether `compare` calls noise noise: real trainings that differ only by seed, and the same with five points planted.

Run: python bench/noise.py [--whole] [--accounts N] [--tries N] [--seed N] [--keep FOLDER]. Prints the table;
seven minutes on two idle cores.

One world is simulated, read and split once (split_seed). By each training's own seed are drawn: the hidden tables, the accounts that stop
the trees, the trees, the thresholds. With --whole also the reference and the model of single followers, which is all that `authenticity
train` draws from a seed; without it they are those of the first training, so nothing is shown of the share. What is left out is what no
comparison reads: baselines, figures, folds, the record. Try i holds training i against training i + 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.special import expit, logit  # noqa: E402

from features.catalog import NAMES, FeatureMatrix, build  # noqa: E402
from features.reference import Reference  # noqa: E402
from models import share  # noqa: E402
from models.bundle import Bundle  # noqa: E402
from models.followers import FollowerModel  # noqa: E402
from models.heads import HEADS  # noqa: E402
from models.peers import Peers  # noqa: E402
from models.tiers import Tiers  # noqa: E402
from training import effects, follower_model, labelled, learning, limits, pools, splits  # noqa: E402
from training import reference as references  # noqa: E402
from training.answers import Answered  # noqa: E402
from training.compare import compare  # noqa: E402
from training.compared import Comparison  # noqa: E402
from training.experiment import Experiment, World  # noqa: E402
from training.metrics import METRICS  # noqa: E402
from training.stages import Stages  # noqa: E402

POINTS, BOUGHT, PLANTED = 0.05, "bought_followers", "average_precision"
# Of the largest probability that is still one: margins beyond it would be infinite.
EDGE = 1e-9


@dataclass(frozen=True)
class Told:
    """What one training says of the test accounts."""

    answers: pd.DataFrame
    shares: pd.DataFrame


@dataclass(frozen=True)
class Ground:
    """What the accounts are compared with, by one seed."""

    reference: Reference
    matrix: FeatureMatrix
    followers: FollowerModel
    shares: list[share.Share | None]

    @classmethod
    def of(cls, experiment: Experiment, read: labelled.Learning, split: splits.Split) -> Ground:
        records = [pools.shards(pool) for pool in pools.load_all(experiment.pool)]
        taught, seed = [first for first, *_ in records], experiment.seed
        reference = references.fit(read.table, split.fit, read.values[BOUGHT], seed, taught[0])
        followers = follower_model.fit(taught, seed, [shard for _, *rest in records for shard in rest])
        return cls(reference, build(read.table, reference), followers, share.shares(read.table, followers, reference))


def train(experiment: Experiment, read: labelled.Learning, split: splits.Split, ground: Ground) -> Told:
    """What `authenticity train` learns from these accounts with the experiment's seed, asked about its test accounts."""
    matrix, tiers = ground.matrix, Tiers().places(read.table.column("followers").values)
    gaps = learning.with_gaps(read.table, ground.reference, experiment.dropout, experiment.seed)
    heads = {}
    for name in experiment.heads:
        model, _ = learning.fit(HEADS[name], matrix, gaps, read.values[name], split, experiment.trees, experiment.seed, read.vendors)
        heads[name] = limits.settled(model, (matrix, gaps), ground.shares, tiers, read.values[name], read.shares[name], split.calibrate)
    peers = Peers.of(NAMES, matrix.values[split.fit], read.table.platform_codes[split.fit], tiers[split.fit])
    learners = np.sort(np.concatenate([split.fit, split.calibrate]))
    causes = effects.causes(read.table, ground.reference, ground.shares, read.values, learners)
    bundle = Bundle(heads, ground.reference, peers, ground.followers, (), {}, causes)
    answered = Answered.of(bundle, read, split.test)
    return Told(answered.answers(), answered.shares())


def worse(told: Told, seed: int) -> Told:
    """The same with as much noise on the margins of bought followers as costs POINTS of average precision: truly a worse model."""
    frame = told.answers
    mine = ((frame["head"] == BOUGHT) & frame["value"].notna()).to_numpy()
    y = frame.loc[mine, "value"].to_numpy() == 1
    margins = logit(frame.loc[mine, "probability"].to_numpy().clip(EDGE, 1 - EDGE))
    noise = np.random.default_rng([seed, 5]).normal(size=margins.size)
    metric = METRICS[PLANTED]
    whole, low, high = metric(y, expit(margins)), 0.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if whole - metric(y, expit(margins + middle * noise)) < POINTS else (low, middle)
    blurred = frame.copy()
    blurred.loc[mine, "probability"] = expit(margins + high * noise)
    return replace(told, answers=blurred)


def held(a: Told, b: Told, seed: int) -> Comparison:
    return compare(a.answers, b.answers, seed=seed, shares=(a.shares, b.shares))


def found(comparison: Comparison, verdict: str) -> bool:
    """Whether the planted difference is named, and named right."""
    return any((each.head, each.difference.metric, each.verdict) == (BOUGHT, PLANTED, verdict) for each in comparison.real)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=3_500)
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=100, help="of the first training; each further one has the next")
    parser.add_argument("--whole", action="store_true", help="redraw the reference and the model of single followers too")
    parser.add_argument("--keep", type=Path, help="a folder for the simulated world; without it a passing one")
    chosen = parser.parse_args()
    experiment = Experiment(world=World(accounts=chosen.accounts))
    with tempfile.TemporaryDirectory(prefix="authenticity-bench-") as passing:
        read = labelled.read(labelled.source_of(experiment, chosen.keep or Path(passing), None, Stages()), experiment.heads)
    split = labelled.split(experiment, read)
    print(f"{read.table.n:,} accounts of high_street; {len(split.fit):,} fit, {len(split.calibrate):,} calibrate, {len(split.test):,} test")
    print("try | headline differences beyond noise | slices | flips | planted: A worse | planted: B worse | AP apart, unplanted | seconds")
    tally: Counter[str] = Counter()
    seeds = [replace(experiment, seed=chosen.seed + number) for number in range(chosen.tries + 1)]
    ground = Ground.of(seeds[0], read, split)
    a = train(seeds[0], read, split, ground)
    for number in range(chosen.tries):
        began = time.monotonic()
        ground = Ground.of(seeds[number + 1], read, split) if chosen.whole else ground
        b = train(seeds[number + 1], read, split, ground)
        plain, first, second = held(a, b, number), held(worse(a, number), b, number), held(a, worse(b, number), number)
        hits = found(first, "B is better"), found(second, "A is better")
        tally["quiet"] += not plain.real
        tally["slices"] += len(plain.real_slices)
        tally["looked"] += len(plain.slices)
        tally["first"] += hits[0]
        tally["second"] += hits[1]
        apart = next(each.difference.value for each in plain.headline if (each.head, each.difference.metric) == (BOUGHT, PLANTED))
        named = ", ".join(f"{each.head} {each.difference.metric} {each.difference.value:+.3f}" for each in plain.real) or "none"
        slices = f"{len(plain.real_slices)} of {len(plain.slices)}"
        words = ("found" if hit else "missed" for hit in hits)
        seconds = time.monotonic() - began
        print(f"{number + 1} | {named} | {slices} | {len(plain.flips)} | {' | '.join(words)} | {apart:+.4f} | {seconds:.0f}", flush=True)
        a = b
    tries = chosen.tries
    print(f"\nonly the seed differs: no difference beyond noise in {tally['quiet']} of {tries} tries")
    print(f"slices beyond noise when only the seed differs: {tally['slices']} of {tally['looked']} looked at")
    print(f"{100 * POINTS:g} points of {PLANTED} of {BOUGHT} planted: found in {tally['first']} of {tries} in A, {tally['second']} in B")


if __name__ == "__main__":
    main()
