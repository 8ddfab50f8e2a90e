"""What is measured of shares whose truth is known: coverage, width, scores, bias and error, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv

from models.share import Estimates
from models.tiers import Tiers
from training.benchmark.accounts import Composed, Floats

if TYPE_CHECKING:
    from training.benchmark.shares import Cell

# Targets T5 and T6 of the method: coverage of matched cells between these, of every other cell at least the last.
MATCHED, SHIFTED = (0.935, 0.965), 0.90
SHIPPED_ALIKE = "matched, as if foreign"
KINDS_MATCHED = ("matched", "matched, alike", "newest", "ranked", "30 % of fields hidden", SHIPPED_ALIKE)


@dataclass(frozen=True)
class Row:
    """One replicate of a cell: per account (m,) or per quantile (m, 5), as models/share.py gives them."""

    cell: Cell
    replicate: int
    columns: Mapping[str, Floats]
    layers: Floats

    @classmethod
    def of(
        cls, cell: Cell, replicate: int, share: Floats, n: Any, followers: Any, composed: Composed, found: Estimates, naive: Floats
    ) -> Row:
        low, likely_low, middle, likely_high, high = found.quantiles.T
        truth = composed.truth
        columns = {
            "share": share,
            "n": n,
            "followers": followers,
            "truth": truth,
            "estimate": middle,
            "inside": (low <= truth) & (truth <= high),
            "likely": (likely_low <= truth) & (truth <= likely_high),
            "account": (low <= composed.share) & (composed.share <= high),
            "naive": (naive[:, 0] <= truth) & (truth <= naive[:, 1]),
            "naive_width": naive[:, 1] - naive[:, 0],
            "width": high - low,
            "above": truth < low,
            "winkler": _winkler(low, high, truth),
            "naive_winkler": _winkler(naive[:, 0], naive[:, 1], truth),
            "foreign": ~found.in_reference,
            "apart": ~found.agrees,
        }
        inside = (found.of_layers[:, 0] <= composed.of_layers) & (composed.of_layers <= found.of_layers[:, 4])
        return cls(
            cell, replicate, {name: np.asarray(values, dtype=np.float32) for name, values in columns.items()}, inside.astype(np.float64)
        )


def _winkler(low: Floats, high: Floats, truth: Floats) -> Floats:
    """Width plus 2 / .05 for each unit by which the truth is missed (Winkler 1972); less is better."""
    found: Floats = high - low + 40.0 * (np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0))
    return found


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Cells from the worst covered on, each with its shares and sample sizes; and how the targets came out."""
    kinds: dict[str, list[Row]] = {}
    by_cell: dict[Cell, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.cell.kind, []).append(row)
        by_cell.setdefault(row.cell, []).append(row)
    cells = sorted((_cell(cell, found) for cell, found in by_cell.items()), key=lambda found: found["coverage"])
    return {"kinds": {kind: _measures(found) for kind, found in kinds.items()}, "targets": _targets(kinds, cells), "cells": cells}


def _cell(cell: Cell, rows: Sequence[Row]) -> dict[str, Any]:
    names = {"kind": cell.kind, "learnt": cell.learnt, "others": cell.others, "purchased": cell.purchased}
    merged = {name: np.concatenate([row.columns[name] for row in rows]) for name in rows[0].columns}
    grid = [
        {"share": float(np.round(share, 3)), "n": int(n), **_coverage(merged, (merged["share"] == share) & (merged["n"] == n))}
        for share in np.unique(merged["share"])
        for n in np.unique(merged["n"])
    ]
    return names | _measures(rows) | {"worst": min(grid, key=lambda found: found["coverage"]), "grid": grid}


def _coverage(merged: Mapping[str, Floats], chosen: Any) -> dict[str, Any]:
    """Of one share and sample size, where every account is of another replicate, so that a binomial interval is one."""
    inside = merged["inside"][chosen]
    return {
        "coverage": float(inside.mean()),
        "coverage_interval": _binomial(int(inside.sum()), len(inside)),
        "naive": float(merged["naive"][chosen].mean()),
        "width": float(merged["width"][chosen].mean()),
    }


def _measures(rows: Sequence[Row]) -> dict[str, Any]:
    """Means over accounts; intervals from the means of replicates, because the accounts of one replicate share its model."""
    merged = {name: np.concatenate([row.columns[name] for row in rows]).astype(np.float64) for name in rows[0].columns}
    error = merged["estimate"] - merged["truth"]
    found: dict[str, Any] = {"accounts": len(error)}
    for name, key in (("coverage", "inside"), ("coverage_50", "likely"), ("naive_coverage", "naive"), ("lower_bound_fails", "above")):
        found[name] = float(merged[key].mean())
        found[f"{name}_interval"] = _clustered(rows, key)
    found |= {name: float(merged[name].mean()) for name in ("width", "naive_width", "winkler", "naive_winkler")}
    found["width_median"] = float(np.median(merged["width"]))
    found |= {"mae": float(np.abs(error).mean()), "mae_300": float(np.abs(error[merged["n"] == 300]).mean())}
    found["bias"] = {f"{share:.2f}": float(error[merged["share"] == share].mean()) for share in np.unique(merged["share"])}
    tiers = np.array([name or "unknown" for name in Tiers().names(merged["followers"])])
    found["tiers"] = {tier: {"coverage": float(merged["inside"][tiers == tier].mean())} for tier in np.unique(tiers).tolist()}
    found |= {"out_of_reference": float(merged["foreign"].mean()), "second_opinion_apart": float(merged["apart"].mean())}
    found["coverage_of_account"] = float(merged["account"].mean())
    found["coverage_of_layers"] = float(np.concatenate([row.layers for row in rows]).mean())
    return found


def _clustered(rows: Sequence[Row], key: str) -> tuple[float, float] | None:
    """Of the mean over accounts, whose models differ in how many cells they stand in (ratio estimate, Cochran 1977, 6.4)."""
    models: dict[tuple[str, int], list[np.ndarray]] = {}
    for row in rows:
        models.setdefault((row.cell.learnt, row.replicate), []).append(row.columns[key])
    k = len(models)
    if k < 2:
        return None
    sums, sizes = (np.array([sum(f(each) for each in mine) for mine in models.values()], dtype=np.float64) for f in (np.sum, len))
    mean = float(sums.sum() / sizes.sum())
    half = 1.96 * float(np.sqrt(((sums - mean * sizes) ** 2).sum() * k / (k - 1)) / sizes.sum())
    return max(0.0, mean - half), min(1.0, mean + half)


def _binomial(hits: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson 1934."""
    low = 0.0 if hits == 0 else float(betaincinv(hits, of - hits + 1, 0.025))
    high = 1.0 if hits == of else float(betaincinv(hits + 1, of - hits, 0.975))
    return low, high


def _targets(kinds: Mapping[str, Sequence[Row]], cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    matched = [cell for cell in cells if cell["kind"] in KINDS_MATCHED and cell["kind"] != SHIPPED_ALIKE]
    shifted = [cell for cell in cells if cell["kind"] not in KINDS_MATCHED]
    found: dict[str, Any] = {
        "T6 matched coverage": {
            "wanted": MATCHED,
            "cells": len(matched),
            "met": sum(_within(c["coverage"]) for c in matched),
        },
        "T6 matched median width": {"wanted": 0.20, "worst": max((c["width_median"] for c in matched), default=None)},
        "T5 matched MAE at n=300": {"wanted": 0.03, "worst": max((c["mae_300"] for c in matched), default=None)},
    }
    if shifted:
        found |= {
            "T6 shifted coverage": {"wanted": SHIFTED, "cells": len(shifted), "met": sum(c["coverage"] >= SHIFTED for c in shifted)},
            "T6 shifted median width": {"wanted": 0.35, "worst": max(c["width_median"] for c in shifted)},
            "T5 shifted MAE at n=300": {"wanted": 0.06, "worst": max(c["mae_300"] for c in shifted)},
        }
    return found


def _within(coverage: float) -> bool:
    return MATCHED[0] <= coverage <= MATCHED[1]
