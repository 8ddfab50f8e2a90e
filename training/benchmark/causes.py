"""Whether the parts of an engagement gap are those that the simulator took away, and whether dilution is ranked as it is (T11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import f1_score

from training.benchmark.judged import Sheet, Taught, all_taught, has_evidence
from training.benchmark.reliability import Number, proportion
from training.benchmark.step import Progress, Size, Step

# The name of each cause and the column of the truth that says how many dex it took.
CAUSES = {"bought_followers": "bought_dex", "diluted_audience": "diluted_dex", "depersonalised_audience": "depersonalised_dex"}
# A smaller deficit is within what engagement scatters anyway (method.md 7.3, T11).
DEFICIT = 0.2
DRAWS = 200
NO_TRUTH = "the world keeps no truth of its accounts"
CEILING = "Engagement alone tells two causes apart for 75-81 % of accounts (method.md 2.1); what lies above comes from the fingerprints."


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Each bundle on new accounts of each world; T11 is the worst cell."""
    cells = {
        f"{world} -> {other}": _cell(teacher, sheet)
        for world, teacher in all_taught(size, progress).items()
        for other, sheet in teacher.asked.items()
    }
    told = {name: cell for name, cell in cells.items() if "left_out" not in cell}
    worst: dict[str, Any] = {"left_out": NO_TRUTH}
    if told:
        worst = {key: min((cell[key] for cell in told.values()), key=_value) for key in ("spearman", "macro_f1")}
    return {"cells": cells, "T11": worst, "ceiling": CEILING}


def _value(number: Number) -> float:
    return -2.0 if number["value"] is None else float(number["value"])


def _cell(teacher: Taught, sheet: Sheet) -> dict[str, Any]:
    if not sheet.truth:
        return {"left_out": NO_TRUTH}
    return {
        "spearman": _spearman(teacher, sheet),
        **_attribution(sheet),
        "parts": {cause: _part(sheet, cause, column) for cause, column in CAUSES.items()},
        "effects": teacher.bundle.causes.to_json(),
    }


def _spearman(teacher: Taught, sheet: Sheet) -> Number:
    """Rank correlation of the dilution index, the head's probability, with the true share of followers who care for little."""
    if "diluted_audience" not in teacher.bundle.heads:
        return {"value": None, "why": "the bundle has no head for a diluted audience"}
    judged = [verdict["heads"].get("diluted_audience") for verdict in sheet.verdicts]
    able = np.array([has_evidence(answer) for answer in judged])
    index = np.array([answer["probability"] if answer else np.nan for answer in judged])[able]
    truth = sheet.truth["diluted_share"][able]
    return _bootstrapped(lambda rows: float(spearmanr(index[rows], truth[rows]).statistic), truth.size)


def _attribution(sheet: Sheet) -> dict[str, Any]:
    """The largest part against the largest true cause, where DEFICIT or more is missing; and where the gap alone would put it."""
    truth = np.column_stack([sheet.truth[column] for column in CAUSES.values()])
    parts = np.array([[_dex(verdict, cause) for cause in CAUSES] for verdict in sheet.verdicts])
    chosen = (truth.sum(axis=1) <= -DEFICIT) & np.isfinite(parts).any(axis=1)
    if not chosen.any():
        return {"macro_f1": {"value": None, "why": f"no account lacks {DEFICIT} dex"}}
    true, said = truth[chosen].argmin(axis=1), np.nan_to_num(parts[chosen], nan=0.0).argmin(axis=1)
    present = sorted(set(true.tolist()))

    def macro(rows: np.ndarray) -> float:
        return float(f1_score(true[rows], said[rows], labels=present, average="macro", zero_division=0.0))

    names = list(CAUSES)
    table = {names[a]: {names[b]: int(((true == a) & (said == b)).sum()) for b in range(len(names))} for a in present}
    return {"macro_f1": _bootstrapped(macro, true.size), "right": proportion(true == said), "true_by_said": table}


def _part(sheet: Sheet, cause: str, column: str) -> dict[str, Any]:
    """How far a part lies from the truth in dex, and how often its 95 % interval holds it."""
    found = [_of(verdict, cause) for verdict in sheet.verdicts]
    rows = [i for i, part in enumerate(found) if part is not None]
    if not rows:
        return {"left_out": "the bundle has nothing to tell it by"}
    dex, low, high = (np.array([found[i][key] for i in rows]) for key in ("dex", "low", "high"))  # type: ignore[index]
    truth = sheet.truth[column][rows]
    return {
        "error_dex": _bootstrapped(lambda at: float(np.mean(np.abs(dex[at] - truth[at]))), len(rows)),
        "error_of_saying_nothing_dex": float(np.mean(np.abs(truth - np.median(truth)))),
        "bias_dex": _bootstrapped(lambda at: float(np.mean(dex[at] - truth[at])), len(rows)),
        "covered": proportion((low - 1e-9 <= truth) & (truth <= high + 1e-9)),
        "width_dex": float(np.mean(high - low)),
    }


def _of(verdict: Mapping[str, Any], cause: str) -> Mapping[str, float] | None:
    parts = verdict["engagement"]["parts"] if verdict["engagement"] else []
    return next((part for part in parts if part["cause"] == cause), None)


def _dex(verdict: Mapping[str, Any], cause: str) -> float:
    part = _of(verdict, cause)
    return np.nan if part is None else part["dex"]


def _bootstrapped(number: Callable[[np.ndarray], float], n: int) -> Number:
    rng = np.random.default_rng(0)
    drawn = [number(rng.integers(n, size=n)) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": number(np.arange(n)), "low": float(low), "high": float(high), "n": n}


STEPS = (Step("causes", "L3", "the parts of the engagement gap against what each cause took, and the ranks of dilution", measure),)
