"""Drawings of what a training found; each title says the finding."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sklearn.metrics import average_precision_score, precision_recall_curve

from training.metrics import METRICS

# Okabe and Ito's palette stays apart for every kind of colour vision.
BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#8c8c8c", "#222222"
STROKES = ("--", ":", "-.", (0, (1, 3)))
SIZE = (8.0, 5.2)


def pr_curve(y: np.ndarray, predictions: Mapping[str, np.ndarray], model: str, head: str, accounts: str) -> Figure:
    """Precision over recall of the model, the baselines in grey. y: bool (n,); predictions: model -> (n,); accounts: what was tested on."""
    figure, axes = _page(accounts)
    area = {name: float(average_precision_score(y, p)) for name, p in predictions.items()}
    others = sorted((name for name in predictions if name != model), key=lambda name: -area[name])
    for name, stroke in zip([model, *others], ["-", *(STROKES[i % 4] for i in range(len(others)))], strict=True):
        precision, recall, _ = precision_recall_curve(y, predictions[name])
        look: dict[str, Any] = {"color": BLUE, "linewidth": 2.6, "zorder": 3} if name == model else {"color": GREY, "linewidth": 1.8}
        axes.step(recall, precision, where="post", linestyle=stroke, label=f"{area[name]:.2f}  {_words(name)}", **look)
    rate = float(np.mean(y))
    axes.axhline(rate, color=GREY, linewidth=0.8, label=f"{rate:.2f}  chance")
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="recall: share of positive accounts found",
        ylabel="precision: share of the flagged that are positive",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    axes.legend(title="average precision", loc="lower left", frameon=True, framealpha=0.9, fontsize=11, title_fontsize=11)
    best = f", best baseline {area[others[0]]:.2f} ({_words(others[0])})" if others else ""
    _title(figure, f"{_words(head)}: average precision {area[model]:.2f}{best}")
    return figure


def calibration(y: np.ndarray, p: np.ndarray, head: str, accounts: str, bins: int = 10) -> Figure:
    """Observed share over stated probability in bins of equal mass, with 95 % Wilson intervals, and where the probabilities lie."""
    y, p = np.asarray(y, bool), np.asarray(p, float)
    figure, axes = _page(accounts, rows=2)
    main, below = axes
    parts = [part for part in np.array_split(np.argsort(p, kind="stable"), min(bins, max(1, p.size // 20))) if part.size]
    stated, observed, size = (np.array([f(part) for part in parts]) for f in (lambda q: p[q].mean(), lambda q: y[q].mean(), len))
    low, high = _wilson(observed, size)
    main.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle="--")
    main.annotate("exact", (0.95, 0.9), color=INK, fontsize=10)
    main.errorbar(stated, observed, yerr=[observed - low, high - observed], fmt="o", color=BLUE, markersize=7, linewidth=1.6, capsize=3)
    main.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="observed share of positives")
    main.tick_params(labelbottom=False)
    main.yaxis.set_major_formatter(PercentFormatter(1))
    below.hist(p, bins=np.linspace(0, 1, 41), color=BLUE)
    below.set(
        xlim=(-0.02, 1.02),
        xlabel=f"stated probability (a point is about {int(np.median(size)):,} accounts; bars: 95 % interval)",
        ylabel="accounts",
    )
    below.xaxis.set_major_formatter(PercentFormatter(1))
    error = METRICS["ece"](y, p)
    _title(figure, f"{_words(head)}: stated probabilities are {100 * error:.1f} points off on average")
    return figure


def importance(contributions: np.ndarray, names: Sequence[str], head: str, accounts: str, top: int = 20) -> Figure:
    """Mean size of each feature's contribution to the log-odds: contributions (n, k) without the bias, names k."""
    weight = np.abs(np.asarray(contributions, float)).mean(axis=0)
    order = np.argsort(weight, kind="stable")[::-1][:top]
    figure, axes = _page(accounts, height=0.9 + 0.29 * len(order) + 0.8)
    place = np.arange(len(order))[::-1]
    axes.barh(place, weight[order], color=BLUE, height=0.72)
    axes.set_yticks(place, [_words(names[i]) for i in order])
    axes.set(xlabel="mean |contribution| to the log-odds", ylim=(-0.6, len(order) - 0.4))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    half = int(np.searchsorted(np.cumsum(np.sort(weight)[::-1]), weight.sum() / 2)) + 1
    most = f"{_words(names[order[0]])} weighs most" if weight.any() else "no feature weighs anything"
    _title(figure, f"{_words(head)}: {most}; {half} of {len(names)} carry half")
    return figure


def score_by_class(y: np.ndarray, p: np.ndarray, head: str, accounts: str) -> Figure:
    """Where the probabilities of either class lie, as shares of that class."""
    y, p = np.asarray(y, bool), np.asarray(p, float)
    figure, axes = _page(accounts, rows=2, ratios=(1, 1))
    edges = np.linspace(0, 1, 41)
    for axis, wanted, colour, name in zip(axes, (True, False), (ORANGE, BLUE), ("positive", "clean"), strict=True):
        chosen = p[y == wanted]
        axis.hist(chosen, bins=edges, weights=np.full(chosen.size, 1 / max(chosen.size, 1)), color=colour)
        axis.set(xlim=(0, 1), ylabel="share of class")
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.annotate(f"{name}: {chosen.size:,} accounts", (0.5, 0.86), xycoords="axes fraction", ha="center", fontsize=12, color=INK)
        if chosen.size:
            axis.axvline(float(np.median(chosen)), color=INK, linewidth=1.4, linestyle="--")
    axes[0].tick_params(labelbottom=False)
    axes[1].set_xlabel("stated probability (dashed: median)")
    axes[1].xaxis.set_major_formatter(PercentFormatter(1))
    middle = [f"{np.median(p[y == wanted]):.0%}" if (y == wanted).any() else "unknown" for wanted in (False, True)]
    _title(figure, f"{_words(head)}: the median clean account gets {middle[0]}, the median positive one {middle[1]}")
    return figure


def _page(accounts: str, rows: int = 1, ratios: Sequence[float] = (3, 1), height: float = SIZE[1]) -> tuple[Figure, Any]:
    figure = Figure(figsize=(SIZE[0], height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.supxlabel(accounts, fontsize=9, color="#555555", x=0.99, ha="right")
    axes = figure.subplots(rows, 1, height_ratios=ratios if rows > 1 else None)
    for axis in np.atleast_1d(axes):
        axis.grid(color="#e3e3e3", linewidth=0.8)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=11, colors=INK)
        axis.xaxis.label.set_size(12)
        axis.yaxis.label.set_size(12)
    return figure, axes


def _title(figure: Figure, text: str) -> None:
    figure.suptitle(text, x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK, wrap=True)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _wilson(share: np.ndarray, n: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """Wilson 1927; it stays inside [0, 1] where an interval around the share would not."""
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return np.minimum(centre - half, share), np.maximum(centre + half, share)
