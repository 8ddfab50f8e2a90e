"""Twenty kinds of honest account that simple detectors take for buyers: how often each is flagged (T7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.benchmark import intervals
from training.benchmark.examiner import simulated
from training.benchmark.intervals import Answer
from training.benchmark.step import Progress, Size, Step
from training.benchmark.worlds import ASKED, DIRECTIONS, examiner
from training.learning import MODEL
from training.worlds.scenarios import HARD_NEGATIVES

CHOICES = {"families": HARD_NEGATIVES, "of each": "1,000 in a full run"}
# As many accounts as fit into memory with room to spare; those with records that the teacher has seen are left out of each draw.
DRAW = 4_000
MOST_DRAWS = 60


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """False alarms of each family at the threshold from the calibration side. A rival's attack is judged by the label, as all are: what
    it brought is of the purchased type, so only those below the smallest share count as clean."""
    wanted = size.of(1_000, 20)
    cells = {}
    for here, there, direction in DIRECTIONS:
        found = _families(there, size, direction, wanted, progress)
        cells[f"{here} -> {there}"] = dict(sorted(found.items(), key=lambda item: -1.0 if item[1]["value"] is None else -item[1]["value"]))
    alarms = {f"{family} ({name})": answer for name, cell in cells.items() for family, answer in cell.items()}
    known = [answer["value"] for answer in alarms.values() if answer["value"] is not None]
    return {"T7": {"worst": intervals.worst(alarms, lowest=False), "mean": float(np.mean(known)) if known else None}, "cells": cells}


def _families(there: str, size: Size, direction: int, wanted: int, progress: Progress) -> dict[str, Answer]:
    teacher = examiner(size, direction)
    limit = teacher.thresholds("bought_followers")[MODEL]
    flagged, clean = (dict.fromkeys(HARD_NEGATIVES, 0) for _ in range(2))
    for number in range(MOST_DRAWS):
        lacking = {family: 1.0 for family in HARD_NEGATIVES if clean[family] < wanted}
        # Whoever has bought nothing is clean; a rival's attack seldom is, and is not waited for.
        if not set(lacking) - {"rival_attack"}:
            break
        short = sum(wanted - clean[family] for family in lacking)
        progress(direction * wanted * len(clean) + wanted * len(clean) - short, len(DIRECTIONS) * wanted * len(clean))
        seed = size.seed + 3 * ASKED + 1_000 * (direction + 1) + number
        with simulated(there, min(DRAW, 4 * short), seed, lacking) as folder:
            sheet = teacher.ask(folder)
        for family in lacking:
            rows = (sheet.scenario == family) & sheet.clean
            clean[family] += int(rows.sum())
            flagged[family] += int((sheet.scores[MODEL][rows] > limit).sum())
    return {family: intervals.proportion(flagged[family], clean[family]) for family in HARD_NEGATIVES}


STEPS = (Step("hard_negatives", "L3", "false alarms in each of 20 honest families that look bought", measure),)
