"""How many labels are needed: a head learnt from few labels of one market, alone and with a simulated world beside them.

    python -m bench.labels

The market is the village, whose truth stands for what reviewers would say; the world beside it is the high street. Both are simulated, so
the numbers say how the count and the weight of labels matter, not how well either does on real accounts.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from scipy.special import expit

from features import dataset
from features.catalog import build
from features.table import AccountTable
from models.heads import HEADS
from training import learning, reference, splits, together
from training.experiment import Experiment
from training.metrics import METRICS
from training.weighing import weighed
from training.worlds import simulate

HEAD = HEADS["bought_followers"]
MARKET, WORLD, DRAWS = 1_600, 1_000, 5
COUNTS = (60, 100, 200, 400, 800)
WEIGHTS = (1.0, 3.0, 10.0)
TREES = {**Experiment().trees, "rounds": 150, "max_depth": 3}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        market, world = Path(folder) / "market", Path(folder) / "world"
        simulate(market, MARKET, 31, "village")
        simulate(world, WORLD, 32, "high_street")
        tables = together.beside(dataset.read(market), dataset.read(world))
    table = AccountTable.from_tables(tables)
    truth = tables["labels"].to_pandas().query("head == @HEAD.name").set_index("account_id").reindex(table.account_ids)
    y = HEAD.label(truth["value"].to_numpy(float), truth["share"].to_numpy(float))
    theirs = np.arange(table.n) >= MARKET
    groups = [source.rpartition("/")[0].removeprefix("high_street-").removeprefix("village-") for source in truth["source"]]
    split = together.split_each(groups, {HEAD.name: y}, theirs, (0.6, 0.2, 0.2), 3, table.account_ids)
    matrix = build(table, reference.fit(table, split.fit[split.fit < MARKET], np.where(theirs, 0.0, y), 7))
    test = split.test[(split.test < MARKET) & ~np.isnan(y[split.test])]
    mine = np.setdiff1d(np.flatnonzero(~theirs & ~np.isnan(y)), split.test)
    print(f"{len(test)} test accounts of the market, {int(y[test].sum())} of them yes; up to {len(mine)} labels; {DRAWS} draws each")

    def measured(count: int, weight: float | None, seed: int) -> tuple[float, float]:
        """Average precision and recall at 1 % FPR with `count` labels of the market; weight None: without the world."""
        rng = np.random.default_rng([seed, count])
        kinds = [rng.permutation(mine[y[mine] == wanted]) for wanted in (0.0, 1.0)]
        share = count / len(mine)
        kept = np.concatenate([rows[: max(round(share * len(rows)), 6)] for rows in kinds]) if count else mine[:0]
        known = np.full(table.n, np.nan)
        known[kept] = y[kept]
        if weight is not None:
            known[theirs] = y[theirs]
        chosen = rng.permutation(kept)
        # Two in three labels fit and the third calibrates; a few hundred accounts have no more to give.
        fit, calibrate = np.split(chosen, [round(2 / 3 * len(chosen))])
        if weight is not None:
            fit, calibrate = (np.append(own, side[side >= MARKET]) for own, side in ((fit, split.fit), (calibrate, split.calibrate)))
        side = splits.Split(np.sort(fit), np.sort(calibrate), test, "account", "")
        counts = weighed(known, ~theirs, {True: weight or 1.0, False: 1.0}, side, theirs if count else None)
        model, _ = learning.fit(HEAD, matrix, None, known, side, TREES, seed, None, counts)
        scores = expit(model.trees.margins(matrix.only(HEAD.features)[test]))
        precision, recall = (METRICS[name](y[test] == 1, scores) for name in ("average_precision", "recall_at_1pct_fpr"))
        return precision, recall

    def shown(count: int, weight: float | None) -> str:
        found = np.array([measured(count, weight, seed) for seed in range(DRAWS)])
        return f"{found[:, 0].mean():.2f} ± {found[:, 0].std(ddof=1):.2f}, {found[:, 1].mean():.2f}"

    print("| labels | alone | " + " | ".join(f"with the world, weight {weight:g}" for weight in WEIGHTS) + " |")
    print("|---|---|" + "---|" * len(WEIGHTS))
    print(f"| none | – | {shown(0, 1.0)} |" + " |" * (len(WEIGHTS) - 1))
    for count in COUNTS:
        print(f"| {count} | {shown(count, None)} | " + " | ".join(shown(count, weight) for weight in WEIGHTS) + " |", flush=True)


if __name__ == "__main__":
    main()
