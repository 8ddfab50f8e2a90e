"""Folds that a search is judged by: every account is judged once, by a model that saw none of its source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from training.labelled import Learning
from training.refusals import TrainingRefusal

# With fewer of a class there is nothing left to watch while trees are added.
FEWEST_OF_A_CLASS = 3
# So often accounts are dealt out anew when a class falls short in a fold.
ATTEMPTS = 20
DEALS = 30


class Fold(NamedTuple):
    """Rows that teach, rows that are judged, and rows that say what is usual (all that may teach in any fold like this one)."""

    taught: np.ndarray
    judged: np.ndarray
    usual: np.ndarray


def folds(learning: Learning, n: int, seed: int) -> tuple[list[Fold], str]:
    """n folds or more, another partition for another seed, and in words what was kept apart.

    Whole sources are dealt out where there are more than n. With fewer, each source is judged in parts by models of the others that miss a
    part of their vendors: what is judged stays new in kind, and other seeds still give other folds. Without sources, vendors or accounts
    are dealt out. Raises TrainingRefusal where, however often they are dealt out, a fold could not teach every head.
    """
    lacking: list[str] = []
    for attempt in range(ATTEMPTS):
        made, kept = _partition(learning, n, np.random.default_rng([seed, 6, attempt]))
        lacking = _lacking(learning, made)
        if not lacking:
            return made, kept
    raise TrainingRefusal(lacking)


def _partition(learning: Learning, n: int, rng: np.random.Generator) -> tuple[list[Fold], str]:
    groups, everyone = np.asarray(learning.groups, dtype=str), np.arange(learning.table.n)
    sources, vendors = np.unique(groups), np.asarray(learning.vendors, dtype=str)
    if not 2 <= len(sources) <= n:
        part = _dealt(learning, groups if len(sources) > 1 else vendors, n, rng)
        made = [Fold(everyone[part != number], everyone[part == number], everyone[part != number]) for number in range(n)]
        apart = f"{len(sources)} sources" if len(sources) > 1 else "vendors, as no account names its source"
        return made, f"{n} folds over {apart}"
    parts = max(2, -(-n // len(sources)))
    part = _dealt(learning, vendors, parts, rng)
    made = [
        Fold(everyone[(groups != source) & (part != number)], everyone[(groups == source) & (part == number)], everyone[groups != source])
        for number in range(parts)
        for source in sources
    ]
    return made, f"{len(made)} folds, each judging a part of one of {len(sources)} sources by models of the others"


def _dealt(learning: Learning, apart: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """The part (n,) of each account, nothing of one name in two parts: of DEALS at random the one with the most even classes.

    Greedy dealing would be more even still, and nearly the same whatever the seed, so that no fold would ever be a fresh one.
    """
    names, group = np.unique(apart, return_inverse=True)
    if len(names) < n:
        raise TrainingRefusal(
            [f"{len(names)} sources or vendors cannot be dealt out to {n} folds; set fewer under [search], or add accounts"]
        )
    classes = np.stack([y == wanted for y in learning.values.values() for wanted in (0, 1)]).astype(float)
    deals = [(rng.permutation(len(names)) % n)[group] for _ in range(DEALS)]
    uneven = [np.abs(_shares(classes, deal, n) - 1 / n).sum() for deal in deals]
    return deals[int(np.argmin(uneven))]


def _shares(classes: np.ndarray, deal: np.ndarray, n: int) -> np.ndarray:
    """Which share of each class (c, accounts) lies in each part, (c, n)."""
    return np.stack([np.bincount(deal, weights=one, minlength=n) / max(one.sum(), 1.0) for one in classes])


def _lacking(learning: Learning, made: list[Fold]) -> list[str]:
    """What the folds lack: every head must be teachable in every fold and judged in one, and every fold must judge some head."""
    lacking = []
    judged = {head: [_both(y[fold.judged], 1) for fold in made] for head, y in learning.values.items()}
    for head, y in learning.values.items():
        if not all(_both(y[fold.taught], FEWEST_OF_A_CLASS) for fold in made):
            wanted = f"a fold would be taught by fewer than {FEWEST_OF_A_CLASS} accounts of a class"
            lacking.append(f"{head}: {wanted}; add labels, set fewer folds under [search], or leave the head out of `heads`")
        elif not any(judged[head]):
            lacking.append(f"{head}: no fold would judge accounts of both classes; add labels or leave the head out of `heads`")
    if not lacking and not all(any(here) for here in zip(*judged.values(), strict=True)):
        lacking.append("a fold would judge no account of both classes of any head; add labels or set fewer folds under [search]")
    return lacking


def _both(y: np.ndarray, fewest: int) -> bool:
    return bool(min((y == 0).sum(), (y == 1).sum()) >= fewest)
