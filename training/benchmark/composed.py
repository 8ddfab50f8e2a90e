"""Real accounts given real followers: is a share found by a sample of followers alone, of a source never seen (T3, T12)?"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from features import dataset
from features.catalog import build
from models.tiers import TIERS
from training import public, real_accounts
from training.benchmark import answers, intervals, limits
from training.benchmark.examiner import BOUGHT, Examiner, Sheet, read, teach
from training.benchmark.intervals import Answer
from training.benchmark.step import Progress, Size, Step
from training.experiment import Experiment
from training.learning import MODEL
from training.mixtures import SHARES, Tables
from training.pools import FollowerPool
from training.real_accounts import SOURCES, given, only, together

SAMPLES = (50, 100, 300, 1000)
BASE = 300
# Shard 0 of the source that is held out lends its followers, without a label, to accounts of its own platform that only say what is
# ordinary there; shards 1 and 2 are asked.
OWN, ASKED_SHARDS = 0, (1, 2)
STRANGERS, KNOWN = "platform never seen", "own unlabelled accounts in the reference"
CHOICES = {"held out": SOURCES, "shares": SHARES, "samples": SAMPLES, "conditions": [STRANGERS, KNOWN]}
FEWEST_OF_SIZE = 5


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Each source held out in turn. Accounts that teach and accounts that are asked are different ones, like their records."""
    if not public.FOLDER.is_dir():
        return {"left_out": "needs real accounts and follower records that may not be shipped with the project"}
    plan = [(source, condition) for source in SOURCES for condition in (STRANGERS, KNOWN)]
    if size.quick:
        plan = [(source, condition) for source, condition in plan if condition == STRANGERS or source == "cresci2015"]
    cells: dict[str, dict[str, Any]] = {STRANGERS: {}, KNOWN: {}}
    gains: dict[str, dict[str, Answer]] = {}
    for done, (source, condition) in enumerate(plan):
        progress(done, len(plan))
        cells[condition][source], sheet = _source(source, condition == KNOWN, size)
        if condition == STRANGERS:
            for rule in sheet.scores.keys() - {MODEL}:
                labelled = sheet.of(~np.isnan(sheet.y))
                gains.setdefault(rule, {})[source] = intervals.gain(labelled.y == 1, labelled.scores[MODEL], labelled.scores[rule])
    return {
        "T3": _summary(cells[STRANGERS]),
        f"T3, {KNOWN}": _summary(cells[KNOWN]),
        "T12": {rule: intervals.worst(each) for rule, each in sorted(gains.items())},
        "cells": cells,
    }


def _summary(cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """At 20 % and more, from 300 followers: the worst source, and the mean of all."""
    found = {source: cell["at_least_20"][MODEL]["recall"] for source, cell in cells.items()}
    values = [each["value"] for each in found.values()]
    alarms = {source: cell["at_least_20"][MODEL]["false_alarms_at_threshold"] for source, cell in cells.items()}
    return {"worst": intervals.worst(found), "mean": float(np.mean(values)), "false_alarms": intervals.worst(alarms, lowest=False)}


def _source(source: str, own: bool, size: Size) -> tuple[dict[str, Any], Sheet]:
    """One source held out: what the others taught, asked about accounts with its followers. Gives the sheet of BASE followers, too."""
    pool = real_accounts.pool_of(source, public.FOLDER)
    teaching, asked = _accounts(size)
    by_sample: dict[str, Any] = {}
    sheets, clouds = {}, {}
    with tempfile.TemporaryDirectory(prefix="authenticity-bench-") as place:
        teacher = _taught(Path(place), source, own, size, teaching, asked)
        for n in SAMPLES:
            folder = Path(place) / f"asked-{n}"
            with dataset.writing(folder) as draft:
                dataset.write(draft, together(_asked(asked, pool, n, size.seed + n)))
            sheets[n], clouds[n] = teacher.ask(folder), _flagged(teacher, folder)
            by_sample[str(n)] = _by_share(sheets[n], teacher)
    return _cell(sheets[BASE], teacher, clouds) | {"by_sample": by_sample}, sheets[BASE]


def _taught(place: Path, source: str, own: bool, size: Size, teaching: Tables, asked: Tables) -> Examiner:
    """Learnt from the other sources; what a purchased-type follower looks like is not learnt from the one that is held out either."""
    pools = {name: real_accounts.pool_of(name, public.FOLDER) for name in SOURCES}
    others = [pools[name] for name in SOURCES if name != source]
    pieces = [real_accounts.composed(teaching, others, BASE, size.seed), *_asked(asked, pools[source], BASE, size.seed)]
    pieces += [_unlabelled(teaching, pools[source], size.seed)] if own else []
    with dataset.writing(place / "teaching") as draft:
        dataset.write(draft, together(pieces))
    with real_accounts.single_pool("instafake" if source == "srf" else "srf", public.FOLDER) as pool:
        seed = size.seed % 1_000
        chosen = Experiment(heads=(BOUGHT,), seed=seed, split_seed=seed, dropout=0.0, holdout=source, pool=pool)
        return teach(chosen, place / "teaching")


def _cell(base: Sheet, teacher: Examiner, clouds: Mapping[int, limits.Cloud]) -> dict[str, Any]:
    """What BASE followers tell, by size of the account, and the most that a count of flagged followers could."""
    both = answers.band(base, 0.20, 1.01)
    limit = limits.fitted(clouds)
    return {
        "at_least_20": {name: answers.model(both, cut, name) for name, cut in teacher.thresholds(BOUGHT).items()},
        "by_size": {tier: _by_share(base.of(base.tier == tier), teacher) for tier in TIERS if (base.tier == tier).any()},
        "limit": limit.to_json([share for share in SHARES if share], SAMPLES)
        if limit
        else {"left_out": "the reference has seen no follower of this platform, so none can be flagged"},
    }


def _by_share(sheet: Sheet, teacher: Examiner) -> dict[str, Any]:
    """Recall at each share against the clean accounts beside it: at their own 1 %, and at the threshold from the other sources."""
    limit = teacher.thresholds(BOUGHT)[MODEL]
    found: dict[str, Any] = {}
    for share in SHARES:
        rows = np.isclose(sheet.share, share)
        if share and rows.sum() >= FEWEST_OF_SIZE:
            found[f"{share:g}"] = answers.model(answers.band(sheet.of(rows | (sheet.share == 0)), share - 1e-9, 1.01), limit, MODEL)
    return found


def _accounts(size: Size) -> tuple[Tables, Tables]:
    """Real accounts that teach and others that are asked: influencers, and ordinary people for the small sizes. Only their profiles:
    what is measured here is what followers alone tell."""
    both = together(
        [{"accounts": found["accounts"]} for found in (real_accounts.influencers(public.FOLDER), real_accounts.ordinary(public.FOLDER))]
    )
    ids = both["accounts"]["account_id"].to_pylist()
    order = np.random.default_rng([size.seed, 5]).permutation(len(ids))
    order = order[: size.of(len(ids), 320)]
    first, second = np.array_split(order, 2)
    second = second[: size.of(len(ids), 160)]
    return only(both, [ids[i] for i in first]), only(both, [ids[i] for i in second])


def _asked(accounts: Tables, pool: FollowerPool, sample: int, seed: int) -> list[Tables]:
    ids = accounts["accounts"]["account_id"].to_pylist()
    parts = np.array_split(np.arange(len(ids)), len(ASKED_SHARDS))
    found = [
        given(only(accounts, [ids[i] for i in part]), pool, shard, sample, seed) for part, shard in zip(parts, ASKED_SHARDS, strict=True)
    ]
    return [_renamed(each, f"asked-{pool.name}") for each in found]


def _unlabelled(accounts: Tables, pool: FollowerPool, seed: int) -> Tables:
    """Accounts of the platform itself, some with a purchase, of which nobody has said anything."""
    found = _renamed(given(accounts, pool, OWN, BASE, seed + 1, (0.0, 0.2)), f"own-{pool.name}")
    return found | {"labels": found["labels"].slice(0, 0)}


def _renamed(tables: Tables, prefix: str) -> Tables:
    """The same account may stand on both sides with different followers; its rows must not be taken for one account's."""
    renamed = {}
    for name, table in tables.items():
        ids = pa.array([f"{prefix}-{each}" for each in table["account_id"].to_pylist()], pa.large_string())
        renamed[name] = table.set_column(table.column_names.index("account_id"), "account_id", ids)
    return renamed


def _flagged(teacher: Examiner, folder: Path) -> limits.Cloud:
    """Share of each account's sampled followers that the reference's rule calls of the purchased type, before any correction."""
    learning = read(folder, (BOUGHT,))
    corrected = build(learning.table, teacher.bundle.reference, ("purchased_type_share",)).values[:, 0]
    _, hits, alarms = teacher.bundle.reference.peer_audience.purchased_rule
    return limits.Cloud(learning.shares[BOUGHT], corrected * (hits - alarms) + alarms, np.diff(learning.table.starts["follower_sample"]))


STEPS: Sequence[Step] = (
    Step("composed", "L2", "real followers at known shares, each source held out, by share, sample and account size", measure),
)
