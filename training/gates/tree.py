"""The gate of Hays et al. 2023: whoever cannot beat two questions about an account has learnt too little, or the accounts are too easy."""

from __future__ import annotations

import numpy as np

from training.gate import Evidence, Gate, Number, Outcome
from training.gates.champion import LEVEL, RESAMPLES, units
from training.paired import differences

# A head with fewer accounts of either answer cannot show that it is better; it must then not be worse beyond noise.
FEWEST = 20


def beats(evidence: Evidence) -> Outcome:
    """Average precision of each head against the depth-2 tree that learnt from the same accounts."""
    found = []
    for head, rows in evidence.challenger.answers.dropna(subset=["value", "tree"]).groupby("head", sort=False):
        y = rows["value"].to_numpy() == 1
        if 0 < y.sum() < y.size:
            found.append((str(head), y, rows))
    level = 1 - (1 - LEVEL) / max(1, len(found))
    numbers = []
    for head, y, rows in found:
        tree, p = (rows[name].to_numpy(float) for name in ("tree", "probability"))
        (each,) = differences(y, tree, p, ("average_precision",), groups=units(rows), n=RESAMPLES, level=level)
        few = min(y.sum(), (~y).sum()) < FEWEST
        passed = not each.high < 0 if few else bool(each.low > 0)
        bar = f"only {int(y.sum()):,} of {y.size:,} are a yes: not below 0 beyond noise" if few else "above 0 beyond noise"
        numbers.append(Number.of(f"{head}, average precision, tree {each.a:.3f} to {each.b:.3f}", each, bar, passed))
    unknown = Number("no head could be held against a tree", np.nan, np.nan, np.nan, "at least one", False)
    return Outcome.all_of(numbers or [unknown], "")


TREE = Gate(
    "tree",
    f"Each head has a higher average precision than a tree of two questions, beyond noise; with fewer than {FEWEST} test accounts of either"
    " answer it must only not be lower.",
    "If the tree is nearly perfect the accounts are too easy; else give the trees more rounds, depth or accounts.",
    beats,
)
