"""What a follower sample can show, by how many were sampled and how many follow: measured on composed accounts, beside the formulas."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from models.rates import Rates
from models.share import Estimates, estimate
from training import rates
from training.benchmark.accounts import Side, compose
from training.benchmark.sources import all_sources, grown, judged_margins, learnt, seen_by
from training.benchmark.step import Progress, Size, Step
from training.figures import BLUE, GREY, ORANGE

SAMPLES = (20, 50, 100, 300, 1_000)
FOLLOWERS = (300, 5_000, 1_000_000)
SHARE = 0.1
# Clean accounts reach the limit in 1 %; the quantile of so many is known to a tenth of itself.
ACCOUNTS, QUICK_ACCOUNTS = 6_000, 1_500
HALVINGS = 7


def measure(size: Size, progress: Progress) -> Mapping[str, Any]:
    """Per sample and account size: the smallest share found with power .95 at 1 % false alarms, and the width at a share of 10 %.

    On SRF's records alone, which ship: part teaches, part calibrates, the rest is composed into accounts; audiences and vendors differ.
    `stated` is what a verdict says, `formula` method.md 3.2 with the same spreads.
    """
    source = all_sources()[0]["srf"]
    rng = np.random.default_rng([size.seed, 3])
    train, calibrate, test = source.parts(rng, (0.3, 0.3, 0.4))
    trees = grown(source, train, size.seed)
    known = learnt(trees, source, calibrate)
    judge = rates.fit(known, ("instagram",), foreign=0.0)
    margins = judged_margins(trees, seen_by(source, source)[test])
    sides = [Side.of(source, test, margins, purchased) for purchased in (False, True)]
    m = size.of(ACCOUNTS, QUICK_ACCOUNTS)
    grid = [(n, followers) for n, followers in product(SAMPLES, FOLLOWERS) if n <= followers]
    rows = []
    for place, (n, followers) in enumerate(grid):
        rows.append({"n": n, "followers": followers, **_cell(size.seed, sides, judge, known.threshold, n, followers, m)})
        progress(place + 1, len(grid))
    return {"source": "srf", "accounts": m, "share": SHARE, "rows": rows}


def _cell(seed: int, sides: list[Side], judge: Rates, threshold: float, n: int, followers: int, m: int) -> dict[str, float]:
    def accounts(share: float, number: int) -> tuple[np.ndarray, Estimates, np.ndarray]:
        rng = np.random.default_rng([seed, 4, n, followers, number])
        many = np.full(m, n), np.full(m, followers)
        composed = compose(rng, sides[0], sides[1], np.full(m, share), *many)
        flagged = np.bincount(composed.samples.account, weights=composed.samples.margins >= threshold, minlength=m) / n
        return flagged, estimate(composed.samples, threshold, judge), composed.truth

    clean, found, _ = accounts(0.0, 0)
    limit = float(np.quantile(clean, 0.99))
    low, high = 0.0, 1.0
    for number in range(HALVINGS):
        middle = 0.5 * (low + high)
        seen = (accounts(middle, 1 + number)[0] > limit).mean() >= 0.95
        low, high = (low, middle) if seen else (middle, high)
    _, tenth, truth = accounts(SHARE, 100)
    quantiles = tenth.quantiles
    return {
        "detectable": high,
        "detectable_stated": float(found.detectable.mean()),
        "width": float((quantiles[:, 4] - quantiles[:, 0]).mean()),
        "width_formula": _width(judge, n, followers),
        "coverage": float(((quantiles[:, 0] <= truth) & (truth <= quantiles[:, 4])).mean()),
    }


def _width(judge: Rates, n: int, followers: int) -> float:
    """Twice 1.96 sd of method.md 3.2; what was estimated once counts like tau."""
    points = (np.arange(2_000) + 0.5) / 2_000
    true, false = judge.known.purchased.drawn(points), judge.known.others.drawn(points)
    power = true.mean() - false.mean()
    q = false.mean() + SHARE * power
    drawing = q * (1 - q) / n * (followers - n) / (followers - 1)
    return float(2 * 1.96 * np.sqrt(drawing + (1 - SHARE) ** 2 * false.var() + SHARE**2 * true.var()) / power)


def figure(answer: Mapping[str, Any]) -> Figure:
    """Detectable share and width over the sample, one line per account size, measured as points and stated as lines."""
    drawing = Figure(figsize=(8.0, 4.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(drawing)
    panels = (("detectable", "detectable_stated", "smallest share that is found"), ("width", "width_formula", "width of the 95 % interval"))
    for axes, (measured, stated, words) in zip(drawing.subplots(1, 2), panels, strict=True):
        for followers, colour in zip(FOLLOWERS, (ORANGE, GREY, BLUE), strict=True):
            rows = [row for row in answer["rows"] if row["followers"] == followers]
            n = [row["n"] for row in rows]
            axes.plot(n, [row[stated] for row in rows], color=colour, linewidth=1.8)
            axes.plot(n, [row[measured] for row in rows], "o", color=colour, markersize=6, label=f"{followers:,} followers")
        axes.set(xscale="log", ylim=(0, None), xlabel="judged followers", ylabel=words)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        axes.grid(color="#e3e3e3", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
    drawing.axes[0].legend(frameon=False)
    most = max(answer["rows"], key=lambda row: row["n"] * (row["followers"] == FOLLOWERS[-1]))
    title = f"{most['n']:,} followers still find no share below {most['detectable']:.0%}: audiences and vendors differ"
    drawing.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    drawing.supxlabel("points: composed accounts; lines: what the verdict states, and the formula", fontsize=9, x=0.99, ha="right")
    return drawing


STEPS: tuple[Step, ...] = (Step("share_sizes", "L2", "what a follower sample of each size can show, beside the formulas", measure),)
