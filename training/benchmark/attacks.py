"""Eight ways to hide a purchase, at three levels: what each takes from the recall, and what it costs (T10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from features.catalog import build
from training.benchmark import intervals, prices
from training.benchmark.examiner import BOUGHT, Examiner, Sheet, read, simulated
from training.benchmark.intervals import Answer
from training.benchmark.step import Progress, Size, Step
from training.benchmark.worlds import ASKED, DIRECTIONS, examiner
from training.learning import MODEL
from training.worlds.scenarios import ATTACK_LEVELS, ATTACKS

# The same people with the same lots, who do nothing to hide them: one seed draws both.
TWIN = "bought_instant"
SMALLEST_SHARE = 0.20
# What the attacker pays at most, in prices of the lot itself.
BUDGET = 2.0
INSERTIONS = 100_000
# Trees add up in single precision.
ROUNDING = 1e-5
CHOICES = {"attacks": ATTACKS, "levels": ATTACK_LEVELS, "twin": TWIN, "budget in prices of the lot": BUDGET, "insertions": INSERTIONS}


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Recall lost by each attack and level, in EUR per account that buys, at the threshold from the calibration side."""
    cells: dict[str, dict[str, Any]] = {}
    directions = DIRECTIONS[: size.of(len(DIRECTIONS), 1)]
    names = [(attack, level) for attack in ATTACKS for level in ATTACK_LEVELS]
    of = len(directions) * (len(names) + 1)
    for here, there, direction in directions:
        teacher = examiner(size, direction)
        twin = _asked(teacher, there, TWIN, size, direction)
        cell: dict[str, Any] = {"unattacked": _recall(twin, teacher)}
        lot = float(np.median(_bought(twin))) * prices.FOLLOWER if len(twin.y) else float("nan")
        cell["median lot, EUR"] = lot
        for done, (attack, level) in enumerate(names):
            progress(direction * (len(names) + 1) + done + 1, of)
            attacked = _asked(teacher, there, f"{attack}_{level}", size, direction)
            cell[f"{attack}_{level}"] = _against(cell["unattacked"], _recall(attacked, teacher)) | _cost(attack, level, lot)
        cells[f"{here} -> {there}"] = cell
    found = {f"{name} ({where})": each for where, cell in cells.items() for name, each in cell.items() if "_" in name}
    affordable = {name: each["loss"] for name, each in found.items() if each["within_budget"]}
    halving = {name: each for name, each in found.items() if each["halves"] and each["cost_eur"] is not None}
    cheapest = min(halving, key=lambda name: halving[name]["cost_eur"], default=None)
    return {
        "T10": {
            "worst_loss": intervals.worst(affordable, lowest=False),
            "violations": sum(_violations(examiner(size, direction), there, size) for _, there, direction in directions),
            "cheapest": {"value": None, "why": "no attack that has a price halves the recall"}
            if cheapest is None
            else {"value": halving[cheapest]["cost_eur"], "whose": cheapest},
        },
        "cells": cells,
    }


def _asked(teacher: Examiner, world: str, scenario: str, size: Size, direction: int) -> Sheet:
    """The accounts of a scenario with at least a fifth of purchased-type followers."""
    with simulated(world, size.of(2_500, 150), size.seed + 5 * ASKED + direction, {scenario: 1.0}) as folder:
        sheet = teacher.ask(folder)
    return sheet.of(sheet.share >= SMALLEST_SHARE)


def _bought(sheet: Sheet) -> np.ndarray:
    return np.asarray(sheet.share * sheet.followers)


def _recall(sheet: Sheet, teacher: Examiner) -> Answer:
    return intervals.among(sheet.scores[MODEL] > teacher.thresholds(BOUGHT)[MODEL])


def _against(twin: Answer, attacked: Answer) -> dict[str, Any]:
    """The loss with Newcombe's 95 % interval (method 10, from the two Clopper-Pearson intervals), and whether half is gone."""
    if twin["value"] is None or attacked["value"] is None:
        why = twin.get("why") or attacked.get("why")
        return {"recall": attacked, "loss": {"value": None, "why": why}, "halves": False}
    loss = twin["value"] - attacked["value"]
    low = loss - float(np.hypot(twin["value"] - twin["low"], attacked["high"] - attacked["value"]))
    high = loss + float(np.hypot(twin["high"] - twin["value"], attacked["value"] - attacked["low"]))
    return {"recall": attacked, "loss": {"value": loss, "low": low, "high": high}, "halves": attacked["value"] <= twin["value"] / 2}


def _cost(attack: str, level: int, lot: float) -> dict[str, Any]:
    """EUR for an account with the median lot, lot included."""
    extra = prices.extra(attack, level)
    times = None if extra is None else 1 + extra / prices.FOLLOWER
    return {"cost_eur": None if times is None else times * lot, "within_budget": times is not None and times <= BUDGET}


def _violations(teacher: Examiner, world: str, size: Size) -> int:
    """How often of INSERTIONS one piece of evidence more lowered the score: a random account, a random feature that is held to a sign,
    moved the suspicious way by up to three of its standard deviations."""
    trees, head = teacher.bundle.heads[BOUGHT].trees, teacher.bundle.heads[BOUGHT].head
    with simulated(world, 500, size.seed + 6 * ASKED) as folder:
        values = build(read(folder, (BOUGHT,)).table, teacher.bundle.reference).only(trees.names)
    rng = np.random.default_rng([size.seed, 6])
    signs = np.array([head.directions.get(name, 0) for name in trees.names])
    known = [column[~np.isnan(column)] for column in values.T]
    spread = np.array([column.std() if column.size else 0.0 for column in known])
    rows, moved = rng.integers(len(values), size=INSERTIONS), rng.choice(np.flatnonzero(signs), INSERTIONS)
    before = values[rows]
    after = before.copy()
    after[np.arange(INSERTIONS), moved] += signs[moved] * spread[moved] * rng.uniform(0, 3, INSERTIONS)
    return int((trees.margins(after) < trees.margins(before) - ROUNDING).sum())


STEPS = (Step("attacks", "L3", "recall lost to 8 ways of hiding a purchase at 3 levels, and what they cost", measure),)
