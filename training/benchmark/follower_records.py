"""Level 1: single labelled followers of sources that did not teach. No account, no simulator; the worst source stands in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.followers import matrix
from training import follower_model
from training.benchmark import follower_sources
from training.benchmark.follower_controls import controls
from training.benchmark.follower_in_source import in_source
from training.benchmark.follower_numbers import Answer, at_threshold, audience_spread, ranking
from training.benchmark.follower_rivals import LEARNERS, LINE, MODEL
from training.benchmark.step import Progress, Size, Step
from training.follower_model import at_false_alarms, out_of_fold, table_of, usual_of
from training.pools import FollowerPool, twins

# Records of one class that teach or are tested in a quick run.
QUICK = 400


def unseen_sources(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Every source judged by trees that learnt from all others, and from SRF alone (what ships).

    A source's ordinary followers are known from one half of its records (those whose content has an even number): who judges followers
    of a platform has looked at ordinary ones of it. The other half is tested. Inputs and settings were chosen on the first halves.
    """
    raw, left_out = follower_sources.at_hand()
    known = {name: follower_sources.once(pool) for name, pool in raw.items()}
    plan: list[tuple[tuple[str, ...], str]] = [(("srf",), name) for name in known if name != "srf"]
    if len(known) > 2:
        plan += [(tuple(other for other in known if other != name), name) for name in known]
    found = {}
    for done, (taught, tested) in enumerate(plan):
        progress(done, len(plan))
        learnt = [_thinned(known[name], size) for name in taught]
        found[f"{'+'.join(taught)} -> {tested}"] = _cell(learnt, known[tested], size)
    by_recall = dict(sorted(found.items(), key=lambda cell: cell[1][MODEL]["recall_at_1pct"]["value"]))
    return {
        "worst": next(iter(by_recall), None),
        "cells": by_recall,
        "duplicates_removed": {name: len(pool) - len(np.unique(twins(pool))) for name, pool in raw.items()},
        "left_out": left_out,
    }


def _thinned(pool: FollowerPool, size: Size) -> FollowerPool:
    """For a quick run at most QUICK records of a class."""
    if not size.quick:
        return pool
    rng = np.random.default_rng(size.seed)
    rows = [np.flatnonzero(pool.purchased == purchased) for purchased in (True, False)]
    return pool.take(np.sort(np.concatenate([rng.permutation(mine)[:QUICK] for mine in rows])))


def _halves(pool: FollowerPool) -> tuple[FollowerPool, FollowerPool]:
    odd = twins(pool) % 2 == 1
    return pool.take(np.flatnonzero(~odd)), pool.take(np.flatnonzero(odd))


def _cell(taught: Sequence[FollowerPool], tested: FollowerPool, size: Size) -> Answer:
    ordinary, unseen = _halves(tested)
    values, rng = matrix(table_of(unseen), usual_of([ordinary])), np.random.default_rng([size.seed, 1])
    scores, levels = {}, {}
    for name, grow in LEARNERS.items():
        scores[name] = follower_model.learnt(taught, size.seed, grow).margins(values)
        levels[name] = at_false_alarms(out_of_fold(taught, size.seed, grow))
    found: Answer = {}
    for name in LEARNERS:
        flagged = scores[name] >= levels[name]
        found[name] = ranking(unseen.purchased, scores[name], scores[LINE], rng) | at_threshold(unseen.purchased, flagged, rng)
        found[name]["tau"] = audience_spread(unseen, flagged, rng)
    return found


STEPS = (
    Step(
        "followers_unseen_source",
        "L1",
        "Single followers of a source that taught nothing: ranking, rates at the shipped threshold, and what a weighted sum does.",
        unseen_sources,
    ),
    Step(
        "followers_in_source",
        "L1",
        "Single followers of SRF and of Purba's sellers in cross-validation, beside what their publishers reached.",
        in_source,
    ),
    Step(
        "followers_controls",
        "L1",
        "What the trees find where there is nothing to find, and how far the source of a record alone would go.",
        controls,
    ),
)
