"""Followers that are fed in drop by drop, aged, from a vendor never seen: found, or at least not called clean (T4)."""

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

# The hardest level of either attack, the archetype that does both, and honest accounts that say what 1 % is.
HIDDEN = ("bought_drip_aged", "drip_3", "aged_3")
HONEST = ("organic_boutique", "organic_general")
CHOICES = {"hidden": HIDDEN, "honest": HONEST, "smallest share": 0.20}


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Recall and decisions of the verdict in both directions, worse one first."""
    cells = {}
    for here, there, direction in DIRECTIONS:
        progress(direction, len(DIRECTIONS))
        cells[f"{here} -> {there}"] = _direction(there, size, direction)
    keys = {"recall": True, "recall_at_threshold": True, "undecided": True, "confident_wrong": False, "false_alarms_at_threshold": False}
    worst = {key: intervals.worst({name: cell[key] for name, cell in cells.items()}, lowest) for key, lowest in keys.items()}
    return {"T4": worst, "cells": cells}


def _direction(there: str, size: Size, direction: int) -> dict[str, Answer]:
    teacher = examiner(size, direction)
    weights = {**dict.fromkeys(HIDDEN, 1.0), **dict.fromkeys(HONEST, 2.0)}
    with simulated(there, size.of(8_000, 1_000), size.seed + 2 * ASKED + direction, weights) as folder:
        sheet, decisions = teacher.ask(folder), teacher.verdicts(folder)
    hidden = np.isin(sheet.scenario, HIDDEN) & (sheet.share >= 0.20)
    honest = np.isin(sheet.scenario, HONEST) & sheet.clean
    score, limit = sheet.scores[MODEL], teacher.thresholds("bought_followers")[MODEL]
    both = hidden | honest
    return {
        "recall": intervals.recall(hidden[both], score[both]),
        "recall_at_threshold": intervals.among(score[hidden] > limit),
        "false_alarms_at_threshold": intervals.among(score[honest] > limit),
        "found": intervals.among(decisions[hidden] == "yes"),
        "undecided": intervals.among(np.isin(decisions[hidden], ("undecided", ""))),
        "confident_wrong": intervals.among(decisions[hidden] == "no"),
        "confident_wrong_of_honest": intervals.among(decisions[honest] == "yes"),
    }


STEPS = (Step("drip_aged", "L3", "drip-fed, aged followers of an unseen vendor: found, undecided, or wrongly called clean", measure),)
