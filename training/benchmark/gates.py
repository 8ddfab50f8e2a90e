"""Sim-to-real gates: how far the simulated worlds are from real accounts, by the bars of method.md 5.6, which stay where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from features.catalog import build
from features.dataset import Tables
from features.table import AccountTable
from models.tiers import TIERS, Tiers
from training.benchmark import real_sets, transfer
from training.benchmark.drawn import last_days, newest, only, population, sized
from training.benchmark.likeness import Answer, distance, told_apart
from training.benchmark.step import Progress, Size, Step
from training.worlds import WORLDS

Floats = npt.NDArray[np.float64]

KS_AT_MOST = 0.10
OF_POSTS = ("engagement_rate", "like_dispersion", "like_gini", "like_floor", "posts_per_week")
OF_GROWTH = ("growth_burst", "growth_gini", "growth_top_days_share")
# Counts of single followers: a sample's own features would need to know whose followers the real records are.
OF_FOLLOWERS = ("follower followers", "follower following", "follower posts", "follower follow ratio")
# What does not go by size, so that sources of small and of large accounts can be told apart by nothing but their ways.
SCALE_FREE = ("like_dispersion", "like_gini", "like_floor")
LARGE_POSTS, GROWTH_DAYS = 17, 30
CHOICES = {
    "features": [*OF_POSTS, *OF_GROWTH, *OF_FOLLOWERS],
    "ks_at_most": KS_AT_MOST,
    "told_apart_by": list(SCALE_FREE),
    "sizes": "matched within a tier, factor 1.4",
}


def marginals(size: Size, progress: Progress) -> Mapping[str, Any]:
    """KS distance between each world and the real sets, by feature and tier."""
    answer: dict[str, Any] = {"target": f"KS at most {KS_AT_MOST:.2f} for 12 features in every tier", "left_out": real_sets.absent()}
    if answer["left_out"]:
        return answer
    real = _real()
    answer["left_out"] = ["tier mid: no real set of accounts of 5,000 to 100,000 followers with posts is at hand"]
    for place, world in enumerate(WORLDS):
        progress(place, len(WORLDS))
        cells = _cells(population(world, size), real, size.seed)
        kept = {name: cell for name, cell in cells.items() if cell is not None}
        met = [name for name, cell in kept.items() if cell["value"] <= KS_AT_MOST]
        answer[world] = {
            "cells": kept,
            "too_few": sorted(set(cells) - set(kept)),
            "worst": max((cell["value"] for cell in kept.values()), default=None),
            "met_share": len(met) / len(kept),
            "met": len(met) == len(kept),
        }
    progress(len(WORLDS), len(WORLDS))
    return answer


def classifier(size: Size, progress: Progress) -> Mapping[str, Any]:
    """A classifier between a world and each real source, beside the same between two real sources."""
    answer: dict[str, Any] = {"target": "told apart no better than two real sources", "left_out": real_sets.absent()}
    if answer["left_out"]:
        return answer
    posts = {"influencers": _matrix(real_sets.influencers(), SCALE_FREE), "ordinary": _matrix(real_sets.ordinary(), SCALE_FREE)}
    records = {name: real_sets.followers(name) for name in ("srf-unlabelled", "instafake")}
    bars = {
        "posts": told_apart(posts["influencers"], posts["ordinary"], size.seed),
        "followers": told_apart(_shape(records["srf-unlabelled"]), _shape(records["instafake"]), size.seed),
    }
    answer["real against real"] = bars
    for place, world in enumerate(WORLDS):
        progress(place, len(WORLDS))
        tables = population(world, size)
        instagram = only(tables, "instagram")
        ours = {
            "influencers": _matrix(newest(sized(instagram, 1e5, np.inf), LARGE_POSTS), SCALE_FREE),
            "ordinary": _matrix(sized(instagram, 30, 5e3), SCALE_FREE),
        }
        apart = {name: told_apart(ours[name], posts[name], size.seed) for name in posts}
        apart["srf followers"] = told_apart(_shape(_counts(tables)), _shape(records["srf-unlabelled"]), size.seed)
        bar = {name: bars["followers" if name == "srf followers" else "posts"]["value"] for name in apart}
        answer[world] = {"cells": apart, "bars": bar, "met": all(found["value"] <= bar[name] for name, found in apart.items())}
    progress(len(WORLDS), len(WORLDS))
    return answer


def _real() -> dict[str, Tables]:
    return {"ordinary": real_sets.ordinary(), "influencers": real_sets.influencers(), "channels": real_sets.channels()}


def _cells(tables: Tables, real: Mapping[str, Tables], seed: int) -> dict[str, Answer | None]:
    """One KS distance for each feature and tier that a real set speaks of."""
    instagram, youtube = only(tables, "instagram"), only(tables, "youtube")
    pairs = (
        (instagram, real["ordinary"], OF_POSTS, ("nano", "micro")),
        (newest(instagram, LARGE_POSTS), real["influencers"], OF_POSTS, ("macro", "mega")),
        (last_days(youtube, GROWTH_DAYS), real["channels"], OF_GROWTH, TIERS),
    )
    cells: dict[str, Answer | None] = {}
    for ours, theirs, names, tiers in pairs:
        (mine, my_size), (real_values, real_size) = (_values(each, names) for each in (ours, theirs))
        for tier in tiers:
            here, there = (np.flatnonzero(np.array(Tiers().names(each)) == tier) for each in (my_size, real_size))
            a, b = alike(my_size[here], real_size[there])
            for j, name in enumerate(names):
                cells[f"{name}, {tier}"] = distance(mine[here[a], j], real_values[there[b], j], seed)
    ours_shape, theirs_shape = _shape(_counts(only(tables, "instagram"))), _shape(real_sets.followers("srf-unlabelled"))
    for j, name in enumerate(OF_FOLLOWERS):
        cells[f"{name}, all tiers"] = distance(ours_shape[:, j], theirs_shape[:, j], seed)
    return cells


def alike(ours: Floats, theirs: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of both sides that are of about one size (followers, within a factor of 1.4), each row once.

    A tier spans a factor of twenty, and where in it the accounts of a source lie is no matter of how they behave.
    """
    sizes, taken = np.log10(ours + 1.0), np.zeros(len(ours), dtype=bool)
    pairs = []
    for row in np.random.default_rng(0).permutation(len(theirs)):
        gap = np.where(taken, np.inf, np.abs(sizes - np.log10(theirs[row] + 1.0)))
        if len(gap) and (best := int(gap.argmin())) >= 0 and gap[best] <= 0.15:
            taken[best] = True
            pairs.append((best, int(row)))
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _values(tables: Tables, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    table = AccountTable.from_tables(tables)
    return np.asarray(build(table, names=names).values), np.asarray(table.column("followers").values)


def _matrix(tables: Tables, names: tuple[str, ...]) -> Floats:
    values = np.asarray(build(AccountTable.from_tables(tables), names=names).values)
    return values[np.isfinite(values).all(axis=1)]


def _counts(tables: Tables) -> Floats:
    sample = tables["follower_sample"].select(real_sets.FOLLOWER_COUNTS).drop_null()
    return np.column_stack([sample[name].to_numpy().astype(np.float64) for name in real_sets.FOLLOWER_COUNTS])


def _shape(counts: Floats) -> Floats:
    """(n, 4) log10 of followers, following and posts, and ln of following over followers."""
    logs = np.log10(counts + 1)
    return np.column_stack([logs, np.log(10) * (logs[:, 1] - logs[:, 0])])


STEPS = (
    *transfer.STEPS,
    Step("gate: marginals", "L3", "are features of simulated accounts spread like those of real ones?", marginals),
    Step("gate: told apart", "L3", "does a classifier tell simulated from real no better than real from real?", classifier),
)
