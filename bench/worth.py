"""Do labels chosen by `authenticity queue` teach more than as many drawn at random? Accounts of a synthetic world, several draws.

Run: python bench/worth.py [--draws 20]. Prints Markdown. Each draw: 100 labels to begin with, 100 more of a pool of 1,900 accounts, chosen
or drawn; the same learner learns from the 200 and is measured on 1,000 other accounts. Intervals: Student's t over the draws.
"""

import argparse
import sys
import tempfile
from pathlib import Path

# Run as a script, Python looks for modules beside this file; the project's own lie one folder up.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np  # noqa: E402
from scipy import stats  # noqa: E402
from sklearn.metrics import average_precision_score  # noqa: E402

from features.catalog import FeatureMatrix, build  # noqa: E402
from models.bundle import HeadModel  # noqa: E402
from models.heads import HEADS  # noqa: E402
from models.worth import Asked, choose, uncertain  # noqa: E402
from training import labelled, reference  # noqa: E402
from training.experiment import Experiment, World  # noqa: E402
from training.learning import fit  # noqa: E402
from training.splits import Split  # noqa: E402
from training.stages import Stages  # noqa: E402

FIRST, MORE, POOL, TEST = 100, 100, 1_900, 1_000
CALIBRATE = 0.3
ASKED = ("bought_followers", "bought_engagement", "diluted_audience")
# Which way each measure gets better.
BETTER = {"average precision": 1, "log loss": -1}
PARTS = {
    "chosen": ("uncertain", "influential", "diverse"),
    "… without influence": ("uncertain", "diverse"),
    "… uncertainty alone": ("uncertain",),
    "… diversity alone": ("diverse",),
}


def world() -> tuple[FeatureMatrix, np.ndarray, dict[str, np.ndarray]]:
    """Features, followers and labels of the accounts, of which each draw takes others."""
    experiment = Experiment(heads=ASKED, world=World(accounts=FIRST + POOL + TEST, seed=29))
    with tempfile.TemporaryDirectory() as home:
        learning = labelled.read(labelled.source_of(experiment, Path(home), None, Stages()), ASKED)
        everybody = np.arange(learning.table.n)
        known = reference.fit(learning.table, everybody, learning.values["bought_followers"], experiment.seed)
        matrix = build(learning.table, known)
        return matrix, learning.table.column("followers").values, dict(learning.values)


def learnt(head: str, matrix: FeatureMatrix, y: np.ndarray, rows: np.ndarray, seed: int) -> HeadModel:
    order = np.random.default_rng([seed, 9]).permutation(rows)
    calibrate, taught = np.split(order, [round(CALIBRATE * len(order))])
    trees = {**Experiment().trees, "threads": 1}
    return fit(HEADS[head], matrix, None, y, Split(np.sort(taught), np.sort(calibrate), np.zeros(0, np.int64), "", ""), trees, seed)[0]


def chosen(
    model: HeadModel, matrix: FeatureMatrix, followers: np.ndarray, known: np.ndarray, pool: np.ndarray, parts: tuple[str, ...]
) -> np.ndarray:
    """The rows of the pool that are most worth a label, by some of the three parts."""
    rows, head = np.concatenate([known, pool]), model.head
    p, low, high = model.calibration.answers(model.trees.margins(matrix.only(model.trees.names)[rows]), head.base_rate.value)
    labelled_already = np.isin(rows, known)
    if "uncertain" not in parts:
        p, low, high = (np.full(len(rows), 0.5) for _ in range(3))
    asked = Asked(p, low, high, (p >= head.costs.yes) | (high <= head.costs.no), labelled_already)
    features = matrix.values[rows] if "diverse" in parts else np.zeros((len(rows), 0))
    if "diverse" not in parts:
        return rows[np.argsort(-np.where(labelled_already, 0.0, uncertain(asked)), kind="stable")[:MORE]]
    reach = followers[rows] if "influential" in parts else np.full(len(rows), 1_000.0)
    return rows[[choice.row for choice in choose(features, reach, {head.name: asked}, MORE)]]


def measured(model: HeadModel, matrix: FeatureMatrix, y: np.ndarray, test: np.ndarray) -> dict[str, float]:
    margins = model.trees.margins(matrix.only(model.trees.names)[test])
    prevalence = float(y[test].mean())
    p = np.clip(model.calibration.probabilities(margins, prevalence), 1e-6, 1.0 - 1e-6)
    loss = -np.mean(y[test] * np.log(p) + (1.0 - y[test]) * np.log(1.0 - p))
    return {"average precision": float(average_precision_score(y[test], margins)), "log loss": float(loss)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--draws", type=int, default=20)
    draws = arguments.parse_args().draws
    matrix, followers, values = world()
    print(
        "| question | labels | average precision | more than drawn (95 %) | log loss | less than drawn (95 %) |\n|---|---|--:|--:|--:|--:|"
    )
    for head in ASKED:
        y = values[head]
        found: dict[str, list[dict[str, float]]] = {}
        for seed in range(draws):
            order = np.random.default_rng([seed, 3]).permutation(np.flatnonzero(~np.isnan(y)))
            first, pool, test = order[:FIRST], order[FIRST:-TEST], order[-TEST:]
            model = learnt(head, matrix, y, first, seed)
            found.setdefault("the first 100 alone", []).append(measured(model, matrix, y, test))
            more = {"drawn": pool[:MORE]} | {name: chosen(model, matrix, followers, first, pool, parts) for name, parts in PARTS.items()}
            for name, rows in more.items():
                taught = learnt(head, matrix, y, np.concatenate([first, rows]), seed)
                found.setdefault(name, []).append(measured(taught, matrix, y, test))
        for name, measures in found.items():
            told = [cell for key, sign in BETTER.items() for cell in cells(measures, found["drawn"], key, sign)]
            print(f"| {head} | {name} | {' | '.join(told)} |", flush=True)


def cells(measures: list[dict[str, float]], drawn: list[dict[str, float]], key: str, sign: int) -> tuple[str, str]:
    """The mean of a measure, and how much better than drawn labels it is, with its interval."""
    value, other = (np.array([each[key] for each in some]) for some in (measures, drawn))
    gain = sign * (value - other)
    half = stats.t.ppf(0.975, len(gain) - 1) * gain.std(ddof=1) / np.sqrt(len(gain))
    return f"{value.mean():.3f}", f"{gain.mean():+.3f} [{gain.mean() - half:+.3f}, {gain.mean() + half:+.3f}]"


if __name__ == "__main__":
    main()
