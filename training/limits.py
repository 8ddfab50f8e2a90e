"""How far accounts of either kind reach with the evidence at hand: what a yes and a no have to stand out from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.catalog import FeatureMatrix
from models import channels
from models.bundle import HeadModel
from models.decision import FALSE_YES, Answer, Limits, Seen, decide, false_no
from models.share import Share
from models.tiers import TIERS

# The least conspicuous purchases are those just above what the head asks for.
WEAK_SHARE = 0.20
# A follower sample whose smallest visible share is more than a quarter above that of the typical one shows something else than the samples
# on which the limits rest.
SLACK = 1.25


@dataclass(frozen=True)
class Cases:
    """Accounts that calibrate a head, with one set of evidence: margins, labels 1 or 0, true shares (NaN = unknown), each (m,)."""

    rows: np.ndarray
    margins: np.ndarray
    y: np.ndarray
    share: np.ndarray
    seen: Sequence[Seen]


def settled(
    model: HeadModel,
    matrices: Sequence[FeatureMatrix],
    shares: Sequence[Share | None],
    tiers: np.ndarray,
    y: np.ndarray,
    true_share: np.ndarray,
    calibrate: np.ndarray,
) -> HeadModel:
    """The head with its limits, from its calibration accounts.

    matrices: features of all n accounts, as they are and with tables missing by chance, so that every set of evidence has accounts.
    shares: what the follower samples show; tiers: places in TIERS; y: 1, 0 or NaN; all (n,). calibrate: row numbers.
    """
    rows = calibrate[~np.isnan(y[calibrate])]
    found = [shares[i] for i in rows]
    smallest = [share.detectable for share in found if share is not None and share.scope == "account"]
    poorest = SLACK * float(np.median(smallest)) if smallest else 0.0
    names = [TIERS[place] for place in tiers[rows]]
    cases = []
    for matrix in matrices:
        chosen = FeatureMatrix([matrix.account_ids[i] for i in rows], matrix.names, matrix.values[rows])
        margins = model.trees.margins(chosen.only(model.trees.names))
        cases.append(Cases(rows, margins, y[rows], true_share[rows], channels.seen(model.head, chosen, found, names, poorest)))
    limits = Limits(*_by_group(cases, false_no(model.head.costs)), detectable=poorest)
    limited = replace(model, limits=limits)
    return replace(limited, limits=replace(limits, decided=decided(limited, cases)))


def _by_group(cases: Sequence[Cases], overlooked: float) -> tuple[dict[str, float], dict[str, float]]:
    yes, no = {}, {}
    for group, margins, y, share in _groups(cases):
        limit = upper_limit(margins[y == 0])
        if limit is not None:
            yes[group] = limit
        weak = (y == 1) & (share < WEAK_SHARE)
        # Without known shares, or with too few small ones, all that are a yes stand for them.
        limit = lower_limit(margins[weak], overlooked)
        limit = lower_limit(margins[y == 1], overlooked) if limit is None else limit
        if limit is not None:
            no[group] = limit
    return yes, no


def _groups(cases: Sequence[Cases]) -> Iterator[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """(name, margins, y, share) of the accounts with each set of evidence, every account once in each, and of those of each tier."""
    groups = sorted({seen.group for each in cases for seen in each.seen if seen.channels})
    for group in groups:
        place = [np.array([seen.group == group for seen in each.seen], dtype=bool) for each in cases]
        _, first = np.unique(np.concatenate([each.rows[here] for each, here in zip(cases, place, strict=True)]), return_index=True)
        columns = (
            np.concatenate([getattr(each, name)[here] for each, here in zip(cases, place, strict=True)])[first]
            for name in ("margins", "y", "share")
        )
        yield (group, *columns)  # type: ignore[misc]
    whole = cases[0]
    for tier in TIERS:
        here = np.array([seen.tier == tier and bool(seen.channels) for seen in whole.seen], dtype=bool)
        yield tier, whole.margins[here], whole.y[here], whole.share[here]


def upper_limit(honest: np.ndarray) -> float | None:
    """The ceil((n + 1) · 0.99)-th smallest of n honest margins: a new honest account lies above it with probability 1 % at most.

    None below 99 accounts, of which no rank is extreme enough. Source: method.md 4; conformal prediction, Vovk et al. 2005.
    """
    rank = math.ceil((len(honest) + 1) * (1.0 - FALSE_YES) - 1e-9)
    return None if rank > len(honest) else float(np.sort(honest)[rank - 1])


def lower_limit(found: np.ndarray, overlooked: float) -> float | None:
    """The floor((n + 1) · overlooked)-th smallest of n margins: a new such account lies below it with at most that probability."""
    rank = math.floor((len(found) + 1) * overlooked + 1e-9)
    return None if rank < 1 else float(np.sort(found)[rank - 1])


def decided(model: HeadModel, cases: Sequence[Cases]) -> dict[str, float]:
    """By set of evidence, the share of these accounts that get a yes or a no at the head's own base rate."""
    counts: dict[str, list[bool]] = {}
    for each in cases:
        found = model.calibration.answers(each.margins, model.head.base_rate.value)
        for i, seen in enumerate(each.seen):
            answer = Answer(float(each.margins[i]), float(found.probability[i]), float(found.low[i]), float(found.high[i]))
            counts.setdefault(seen.group, []).append(decide(answer, seen, model.head.costs, model.limits)[0] != "undecided")
    return {group: float(np.mean(answers)) for group, answers in sorted(counts.items()) if group}
