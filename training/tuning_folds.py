"""Folds that a search is judged by: every account is judged once, by a model that saw none of its source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from training.labelled import Learning
from training.refusals import TrainingRefusal

# With fewer of a class there is nothing left to watch while trees are added.
FEWEST_OF_A_CLASS = 4


class Fold(NamedTuple):
    """Rows that teach, rows that are judged, and rows that say what is usual (all that may teach in any fold like this one)."""

    taught: np.ndarray
    judged: np.ndarray
    usual: np.ndarray


def folds(learning: Learning, n: int, seed: int) -> tuple[list[Fold], str]:
    """About n folds, another partition for another seed, and in words what was kept apart.

    Whole sources are dealt out where there are enough. With fewer, each source is judged in parts by models of the others that miss a part
    of their vendors: what is judged stays new in kind, and other seeds still give other folds. Without sources, vendors or accounts are
    dealt out. Raises TrainingRefusal where a fold could teach no head.
    """
    groups, everyone = np.asarray(learning.groups, dtype=str), np.arange(learning.table.n)
    sources = np.unique(groups)
    if 2 <= len(sources) < n:
        parts = -(-n // len(sources))
        part = _dealt(learning, np.asarray(learning.vendors, dtype=str), parts, seed)
        made = [
            Fold(
                everyone[(groups != source) & (part != number)], everyone[(groups == source) & (part == number)], everyone[groups != source]
            )
            for number in range(parts)
            for source in sources
        ]
        kept = f"{len(made)} folds, each judging a part of one of {len(sources)} sources by models of the others"
    else:
        apart = groups if len(sources) > 1 else np.asarray(learning.vendors, dtype=str)
        part = _dealt(learning, apart, n, seed)
        made = [Fold(everyone[part != number], everyone[part == number], everyone[part != number]) for number in range(n)]
        kept = f"{n} folds over {len(sources)} sources" if len(sources) > 1 else f"{n} folds over vendors, as no account names its source"
    _refuse(learning, made)
    return made, kept


def _dealt(learning: Learning, apart: np.ndarray, n: int, seed: int) -> np.ndarray:
    """The part (n,) of each account: nothing of one name in two parts, and about as much of each class in every one."""
    labels = np.column_stack([np.nan_to_num(y, nan=-1.0) for y in learning.values.values()])
    _, kind, count = np.unique(labels, axis=0, return_inverse=True, return_counts=True)
    # Rare combinations of answers cannot be dealt out evenly, so they are dealt out together.
    kind = np.where(count[kind] < n, len(count), kind)
    if len(np.unique(apart)) < n or np.bincount(kind).max() < n:
        raise TrainingRefusal([f"{len(apart)} accounts cannot be dealt out to {n} folds; set fewer under [search], or add accounts"])
    part = np.zeros(len(apart), dtype=np.int64)
    for number, (_, judged) in enumerate(StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(labels, kind, apart)):
        part[judged] = number
    return part


def _refuse(learning: Learning, made: list[Fold]) -> None:
    """Every head must be teachable in every fold and judged in one at least; all that lack are told at once."""
    lacking = []
    for head, y in learning.values.items():
        counts = [min((y[fold.taught] == wanted).sum() for wanted in (0, 1)) for fold in made]
        if min(counts) < FEWEST_OF_A_CLASS:
            lacking.append(
                f"{head}: a fold would be taught by {min(counts)} accounts of one class; at least {FEWEST_OF_A_CLASS} are needed, so add "
                "labels, set fewer folds under [search], or leave the head out of `heads`"
            )
        elif not any(len(np.unique(y[fold.judged][~np.isnan(y[fold.judged])])) == 2 for fold in made):
            lacking.append(f"{head}: no fold would judge accounts of both classes; add labels or leave the head out of `heads`")
    if lacking:
        raise TrainingRefusal(lacking)
