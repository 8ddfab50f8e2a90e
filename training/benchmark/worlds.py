"""Taught by one simulated world, asked about the other: what holds of both is no habit of a simulator (T1, T2, T12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.heads import HEADS
from training.benchmark import answers, intervals
from training.benchmark.examiner import BOUGHT, Examiner, Sheet, simulated, taught
from training.benchmark.intervals import Answer
from training.benchmark.step import Progress, Size, Step
from training.learning import MODEL

# Who teaches, who is asked, and the number of the direction, which sets its seeds apart.
DIRECTIONS = (("high_street", "village", 0), ("village", "high_street", 1))
# The seeds of those that are asked lie this far from those that teach.
ASKED = 100
CHOICES = {"directions": [f"{here} -> {there}" for here, there, _ in DIRECTIONS], "bands": ["5-10 %", "10-20 %", ">= 20 %"]}


def teaching(size: Size) -> int:
    """Accounts that teach: in quick mode few, yet more than the 99 clean ones that must calibrate."""
    return size.of(12_000, 2_000)


def examiner(size: Size, direction: int) -> Examiner:
    """Who was taught by the first world of a direction; the other steps of this level ask the same one."""
    return taught(DIRECTIONS[direction][0], teaching(size), size.seed + direction)


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Both directions and, beside them, each world on its own accounts whose records, and thereby vendors, were kept from it."""
    cells: dict[str, dict[str, Any]] = {}
    crossed: dict[str, tuple[Sheet, Mapping[str, float]]] = {}
    for here, there, direction in DIRECTIONS:
        progress(3 * direction, 3 * len(DIRECTIONS))
        teacher = examiner(size, direction)
        progress(3 * direction + 1, 3 * len(DIRECTIONS))
        with simulated(there, size.of(12_000, 2_000), size.seed + ASKED + direction) as folder:
            asked = {head: teacher.ask(folder, head) for head in HEADS}
        progress(3 * direction + 2, 3 * len(DIRECTIONS))
        names = (f"{here} -> itself, unseen vendors", f"{here} -> {there}")
        for name, sheets in zip(names, (teacher.tested, asked), strict=True):
            cells[name] = {head: answers.head(sheet, teacher.thresholds(head), head) for head, sheet in sheets.items()}
        crossed[names[1]] = (asked[BOUGHT], teacher.thresholds(BOUGHT))
    return {
        "cells": cells,
        "T1": _band(crossed, 0.20, 1.01),
        "T2": _band(crossed, 0.10, 0.20),
        "T12": _gains(crossed),
    }


def _band(crossed: Mapping[str, tuple[Sheet, Mapping[str, float]]], low: float, high: float) -> dict[str, Answer]:
    """The worse direction of accounts of which everything was seen: at the threshold from the calibration side, and at the oracle's."""
    found: dict[str, dict[str, Answer]] = {"recall": {}, "false_alarms": {}, "oracle_recall": {}, "worst_vendor": {}}
    for name, (sheet, thresholds) in crossed.items():
        mine = answers.band(sheet.of(sheet.whole), low, high)
        said = answers.model(mine, thresholds[MODEL], MODEL)
        for key in ("recall", "false_alarms"):
            found[key][name] = said[f"{key}_at_threshold"]
        found["oracle_recall"][name] = said["recall"]
        found["worst_vendor"][name] = answers.worst_of(mine, thresholds[MODEL], mine.vendor)
    return {key: intervals.worst(each, lowest=key != "false_alarms") for key, each in found.items()}


def _gains(crossed: Mapping[str, tuple[Sheet, Mapping[str, float]]]) -> dict[str, Answer]:
    """How much more the trees find than each rule beside them, in the direction where that is least."""
    gains: dict[str, dict[str, Answer]] = {}
    for name, (sheet, _) in crossed.items():
        labelled = sheet.of(~np.isnan(sheet.y))
        for rule, score in labelled.scores.items():
            if rule != MODEL:
                gains.setdefault(rule, {})[name] = intervals.gain(labelled.y == 1, labelled.scores[MODEL], score)
    return {rule: intervals.worst(each) for rule, each in gains.items()}


STEPS = (Step("worlds", "L3", "taught by one simulated world, asked about the other, both ways; and within each, unseen vendors", measure),)
