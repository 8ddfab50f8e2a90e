"""Whether a probability means what it says, and what is left of the errors when the doubtful accounts are left to a person (T8, T9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from features.schema import EVENT_TABLES
from models.calibration import Calibration
from training.benchmark.judged import Sheet, Taught, all_taught, has_evidence, without
from training.benchmark.reliability import Number, measured, proportion, reliability, selective
from training.benchmark.step import Progress, Size, Step
from training.calibrate import beta, line, log_odds_of, venn_abers

HEADLINE = "bought_followers"
# In a tier with fewer accounts of either kind, chance alone misses the bars.
FEWEST = 50
# What T8 and T9 ask for (method.md 7.3), so that the worst cell can be named.
FALSE_ALARMS = 0.01


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Each bundle on new accounts of each world, head by head; T8 and T9 are the worst cell of HEADLINE."""
    cells: dict[str, dict[str, Any]] = {}
    for world, teacher in all_taught(size, progress).items():
        for other, sheet in teacher.asked.items():
            found = {head: _head(teacher, sheet, head) for head in teacher.bundle.heads}
            found[HEADLINE]["subsets"] = _subsets(teacher, sheet, size)
            cells[f"{world} -> {other}"] = found
    headline = {name: cell[HEADLINE] for name, cell in cells.items()}
    return {"cells": cells, "T8": _t8(headline), "T9": _t9(headline), "false alarms at most": FALSE_ALARMS}


def _head(teacher: Taught, sheet: Sheet, head: str) -> dict[str, Any]:
    """Calibration before and after by each method, by tier, and decisions with and without the right to say nothing."""
    model = teacher.bundle.heads[head]
    y = sheet.values[head]
    known = ~np.isnan(y)
    margins, yes = sheet.margins(teacher.bundle, head)[known], y[known] == 1
    judged = [verdict["heads"].get(head) for verdict in sheet.verdicts]
    able = np.array([has_evidence(answer) for answer in judged])[known]
    curves = _curves(model.calibration, *teacher.calibrated[head])
    probability = {name: curve(margins) for name, curve in curves.items()}
    tiers = np.array([verdict["tier"] for verdict in sheet.verdicts])[known]
    used = probability["in use"]
    return {
        "calibration": {name: measured(yes, p) for name, p in probability.items()},
        "by_tier": {
            tier: measured(yes[tiers == tier], used[tiers == tier])
            for tier in sorted(set(tiers))
            if min((yes & (tiers == tier)).sum(), (~yes & (tiers == tier)).sum()) >= FEWEST
        },
        "reliability": reliability(yes, used),
        "selective": selective(yes[able], model.calibration.probabilities(margins[able], teacher.bundle.base_rate(head)), FALSE_ALARMS),
        "decisions": _decisions([answer for answer, here in zip(judged, known, strict=True) if here], yes),
        "undecided_because": dict(
            Counter(answer["undecided_because"]["code"] for answer in judged if answer and answer["undecided_because"]).most_common()
        ),
    }


def _curves(used: Calibration, margins: np.ndarray, yes: np.ndarray) -> dict[str, Any]:
    """Margin -> probability by each method, fitted on the calibration accounts; "raw" is what the trees say."""
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(margins, yes)
    table, platt, bent = venn_abers(margins, yes), line(margins, yes), beta(margins, yes)

    def merged(of: np.ndarray) -> np.ndarray:
        low, high = table.at(of)
        return np.asarray(high / (1.0 - low + high))

    return {
        "in use": lambda of: used.probabilities(of, used.prevalence),
        "raw": expit,
        "platt": lambda of: expit(log_odds_of(platt, of)),
        "beta": lambda of: expit(log_odds_of(bent, of)),
        "isotonic": isotonic.predict,
        "venn_abers": merged,
    }


def _decisions(answers: Sequence[Mapping[str, Any] | None], yes: np.ndarray) -> dict[str, Any]:
    """What the verdicts decide, and what the probability alone would have at one half. An account without a verdict is undecided."""
    said = np.array(["undecided" if answer is None else answer["decision"] for answer in answers])
    forced = np.array([0.0 if answer is None else answer["probability"] for answer in answers]) >= 0.5
    wrong = ((said == "yes") & ~yes) | ((said == "no") & yes)
    return {
        "decided": proportion(said != "undecided"),
        "found": proportion(said[yes] == "yes"),
        "cleared": proportion(said[~yes] == "no"),
        "false_yes": proportion(said[~yes] == "yes"),
        "false_no": proportion(said[yes] == "no"),
        "confident_wrong": proportion(wrong),
        "without_abstention": {
            "found": proportion(forced[yes]),
            "false_yes": proportion(forced[~yes]),
            "wrong": proportion(forced != yes),
        },
    }


def _subsets(teacher: Taught, sheet: Sheet, size: Size) -> dict[str, Any]:
    """Decisions when only some of the tables were looked at: all 15 subsets, in quick mode those that lack one."""
    y = sheet.values[HEADLINE]
    known = ~np.isnan(y)
    found = {}
    for many in range(1, 2 if size.quick else len(EVENT_TABLES)):
        for hidden in combinations(EVENT_TABLES, many):
            said = [verdict["heads"].get(HEADLINE) for verdict in without(sheet, teacher.bundle, hidden)]
            decisions = _decisions([answer for answer, here in zip(said, known, strict=True) if here], y[known] == 1)
            found["without " + ", ".join(hidden)] = {name: decisions[name] for name in ("decided", "found", "false_yes", "confident_wrong")}
    return found


def _t8(cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Number]:
    """The worst of all accounts and of every tier that has enough, over the cells."""
    every = {
        f"{name}, {part}": numbers
        for name, cell in cells.items()
        for part, numbers in {"all": cell["calibration"]["in use"], **cell["by_tier"]}.items()
    }
    return {
        "ece": _worst({name: numbers["ece"] for name, numbers in every.items()}, lambda value: -value),
        "slope": _worst({name: numbers["slope"] for name, numbers in every.items()}, lambda value: -abs(np.log(max(value, 1e-9)))),
        "brier_skill": _worst({name: numbers["brier_skill"] for name, numbers in every.items()}, lambda value: value),
    }


def _t9(cells: Mapping[str, Mapping[str, Any]]) -> dict[str, Number]:
    named = {name: cell["selective"]["coverage"] for name, cell in cells.items()}
    subsets = {f"{name}, {part}": each["false_yes"] for name, cell in cells.items() for part, each in cell["subsets"].items()}
    return {
        "coverage": _worst(named, lambda value: value),
        "decided": _worst({name: cell["decisions"]["decided"] for name, cell in cells.items()}, lambda value: value),
        "false_yes": _worst({name: cell["decisions"]["false_yes"] for name, cell in cells.items()}, lambda value: -value),
        "false_yes_of_a_subset": _worst(subsets, lambda value: -value),
    }


def _worst(numbers: Mapping[str, Number], goodness: Any) -> Number:
    known = {name: number for name, number in numbers.items() if number["value"] is not None}
    if not known:
        return {"value": None, "why": "no cell has enough accounts of both kinds"}
    name = min(known, key=lambda name: goodness(known[name]["value"]))
    return {**known[name], "whose": name}


STEPS = (
    Step(
        "decisions",
        "L3",
        "what a probability is worth on vendors nobody has seen, and what is decided",
        measure,
    ),
)
