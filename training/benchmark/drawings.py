"""Drawings of what the benchmark found; each title says the finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from models.tiers import TIERS
from training.benchmark import share_sizes
from training.benchmark.composed import BASE, STRANGERS
from training.figures import BLUE, GREY, INK, ORANGE
from training.learning import MODEL

ACCOUNTS = "composed: real accounts, real followers of a source that taught nothing"
COLOURS, MARKS = (GREY, BLUE, ORANGE, INK), ("o", "s", "^", "D")


def drawn(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """Figures by name, of the answers that are there."""
    composed, sizes, found = results.get("composed", {}), results.get("share_sizes", {}), {}
    if composed.get("cells", {}).get(STRANGERS):
        found["detection_limits"] = detection_limits(composed["cells"][STRANGERS])
    if sizes.get("rows"):
        found["share_by_size"] = share_sizes.figure(sizes)
    return found


def detection_limits(cells: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Recall at 1 % false alarms in the worst source, over the sample and over the size of the account, by share; dashed: the most
    that counting flagged followers can find there (method.md 7.1 a), with the spread between audiences that was measured."""
    figure = Figure(figsize=(11.0, 5.2), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.supxlabel(ACCOUNTS, fontsize=9, color="#555555", x=0.99, ha="right")
    left, right = figure.subplots(1, 2, sharey=True)
    samples = list(next(iter(cells.values()))["by_sample"])
    shares = sorted({share for cell in cells.values() for found in cell["by_sample"].values() for share in found}, key=float)
    for share, colour, mark in zip(shares, COLOURS, MARKS, strict=False):
        look: dict[str, Any] = {"color": colour, "marker": mark, "linewidth": 2.2, "label": f"{float(share):.0%}"}
        known = [n for n in samples if _worst(cells, "by_sample", n, share) is not None]
        left.plot([int(n) for n in known], [_worst(cells, "by_sample", n, share) for n in known], **look)
        limits = [cell["limit"]["recall"] for cell in cells.values() if "recall" in cell["limit"]]
        limit = [min((each[n][share] for each in limits), default=np.nan) for n in samples]
        left.plot([int(n) for n in samples], limit, color=colour, linewidth=1.2, linestyle="--")
        sizes = [tier for tier in TIERS if _worst(cells, "by_size", tier, share) is not None]
        right.plot(sizes, [_worst(cells, "by_size", tier, share) for tier in sizes], **look)
    left.set(xscale="log", xlabel="followers sampled (dashed: the limit of counting flagged ones)")
    left.set_xticks([int(n) for n in samples], samples)
    left.minorticks_off()
    left.set_ylabel("recall at 1 % false alarms, worst source")
    right.set_xlabel(f"size of the account, {BASE} followers sampled")
    right.legend(title="share of purchased-type followers", fontsize=10, title_fontsize=10, frameon=True, framealpha=0.9)
    for axis in (left, right):
        axis.set_ylim(-0.02, 1.02)
        axis.yaxis.set_major_formatter(PercentFormatter(1))
        axis.grid(color="#e3e3e3", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=11, colors=INK)
    figure.suptitle(_finding(cells, shares), x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK, wrap=True)
    return figure


def _worst(cells: Mapping[str, Mapping[str, Any]], by: str, key: str, share: str) -> float | None:
    """The lowest recall of any source; None where one of them has none."""
    found = [cell[by].get(key, {}).get(share, {}).get("recall", {}).get("value") for cell in cells.values()]
    return None if any(value is None for value in found) else float(np.min(found))


def _finding(cells: Mapping[str, Mapping[str, Any]], shares: Sequence[str]) -> str:
    name, cell = min(cells.items(), key=lambda item: item[1]["at_least_20"][MODEL]["recall"]["value"] or 0.0)
    seen = next((share for share in shares if (_worst(cells, "by_sample", str(BASE), share) or 0.0) >= 0.8), None)
    found = f"from {float(seen):.0%} on, four in five are found" if seen else "no share is found in four of five accounts"
    differ = f" (audiences differ by {cell['limit']['tau']:.1%})" if "tau" in cell["limit"] else ""
    return f"Worst source {name}: {found} from {BASE} followers{differ}"
