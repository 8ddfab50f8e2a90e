"""Drawings of what a training found, as pictures; each title says the finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.shown import Causes, Finding, Importance, PrecisionRecall, Recalls, Reliability, Scores, Shares, words
from training.told import Told

# Okabe and Ito's palette stays apart for every kind of colour vision.
BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#8c8c8c", "#222222"
STROKES = ("-", "--", ":", "-.")
PANEL = (5.6, 3.9)
# Above this share of the darkest colour, writing on it must be white to be read.
DARK = 0.55


def drawn(found: Sequence[Finding], accounts: str) -> dict[str, Figure]:
    """A figure per finding by its name. accounts: what was tested on, such as "synthetic accounts"."""
    return {each.name: _figure(each, accounts) for each in found}


def _figure(found: Finding, accounts: str) -> Figure:
    if isinstance(found, PrecisionRecall):
        return _panels(found, accounts, found.curves, lambda axes, name: _curves(axes, found, name))
    if isinstance(found, Reliability):
        return _panels(found, accounts, found.bins, lambda axes, name: _reliability(axes, found, name))
    if isinstance(found, Recalls):
        return _panels(found, accounts, found.groups, lambda axes, name: _recalls(axes, found.groups[name]))
    if isinstance(found, Scores):
        longest = max(map(len, found.groups.values()))
        return _panels(found, accounts, found.groups, lambda axes, name: _scores(axes, found, name), 1.0 + 0.24 * longest)
    if isinstance(found, Importance):
        return _panels(found, accounts, found.weights, lambda axes, name: _weights(axes, found, name))
    if isinstance(found, Causes):
        return _panels(found, accounts, {"": None}, lambda axes, _: _causes(axes, found), 0.9 + 0.62 * len(found.rows), 9.5)
    return _panels(found, accounts, {"": None}, lambda axes, _: _shares(axes, found), 6.2, 7.5)


def _panels(
    found: Finding,
    accounts: str,
    panels: Mapping[str, Any],
    draw: Callable[[Axes, str], None],
    height: float = PANEL[1],
    width: float = PANEL[0],
) -> Figure:
    """One panel per head, two in a row, below the finding and what it is about."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    size = (max(width * columns, 7.5), height * rows + 0.9)
    figure = Figure(figsize=size, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    about = f"{found.title}, on {accounts} that no model saw. {found.key}"
    figure.supxlabel(about, fontsize=9, color="#555555", x=0.01, ha="left", wrap=True)
    spots = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for axes, name in zip(spots, panels, strict=False):
        axes.grid(color="#e3e3e3", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=10, colors=INK)
        draw(axes, name)
        if len(panels) > 1 or name:
            axes.set_title(words(name), loc="left", fontsize=12, color=INK)
    for axes in spots[len(panels) :]:
        axes.set_visible(False)
    figure.suptitle(found.sentence, x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK, wrap=True)
    return figure


def _curves(axes: Axes, found: PrecisionRecall, name: str) -> None:
    for number, curve in enumerate(found.curves[name]):
        look: dict[str, Any] = {"color": GREY, "linewidth": 1.8} if number else {"color": BLUE, "linewidth": 2.6, "zorder": 3}
        stroke = STROKES[number % len(STROKES)]
        axes.plot(curve.recall, curve.precision, linestyle=stroke, label=f"{curve.area:.2f}  {curve.model}", drawstyle="steps", **look)
    axes.axhline(found.rates[name], color=GREY, linewidth=0.8, label=f"{found.rates[name]:.2f}  chance")
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall: positive accounts found", ylabel="precision: flagged rightly")
    _percents(axes.xaxis, axes.yaxis)
    axes.legend(title="average precision", frameon=True, framealpha=0.9, fontsize=9, title_fontsize=9)


def _reliability(axes: Axes, found: Reliability, name: str) -> None:
    bins = found.bins[name]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle="--", label="exact")
    away = [bins.observed - bins.low, bins.high - bins.observed]
    said = f"about {int(np.median(bins.accounts)):,} accounts each, 95 % interval"
    axes.errorbar(bins.stated, bins.observed, yerr=away, fmt="o", color=BLUE, markersize=6, linewidth=1.6, capsize=3, label=said)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="stated probability", ylabel="observed share of a yes")
    _percents(axes.xaxis, axes.yaxis)
    axes.legend(title=f"{100 * bins.error:.1f} points off on average", loc="upper left", fontsize=9, title_fontsize=9)


def _recalls(axes: Axes, groups: Sequence[Told]) -> None:
    place = np.arange(len(groups))
    value, low, high = (np.array([getattr(each, part) for each in groups]) for part in ("value", "low", "high"))
    axes.errorbar(place, value, yerr=[value - low, high - value], fmt="o", color=BLUE, markersize=7, linewidth=1.8, capsize=4)
    for x, each in zip(place, groups, strict=True):
        axes.annotate(f"{each.value:.0%}", (x, each.value), xytext=(8, -3), textcoords="offset points", fontsize=10, color=INK)
    axes.set_xticks(place, [f"{each.whose}\n{each.accounts:,} accounts" for each in groups], fontsize=9)
    axes.set(xlim=(-0.5, max(len(groups), 1) - 0.3), ylim=(-0.03, 1.03), ylabel="found (95 % interval)")
    axes.grid(axis="x", visible=False)
    _percents(axes.yaxis)


def _scores(axes: Axes, found: Scores, name: str) -> None:
    groups = found.groups[name]
    for place, each in enumerate(groups):
        least, lower, middle, upper, most = each.quantiles
        colour = ORANGE if each.positive > 0.5 else BLUE if each.positive == 0 else GREY
        axes.plot([least, most], [place, place], color=colour, linewidth=1.6)
        axes.plot([lower, upper], [place, place], color=colour, linewidth=6, solid_capstyle="butt")
        axes.plot(middle, place, "o", color="white", markeredgecolor=INK, markersize=6, zorder=3)
    axes.set_yticks(range(len(groups)), [f"{each.name} ({each.accounts:,}; {each.positive:.0%} yes)" for each in groups], fontsize=9)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.6, len(groups) - 0.4), xlabel="stated probability")
    axes.grid(axis="y", visible=False)
    _percents(axes.xaxis)


def _weights(axes: Axes, found: Importance, name: str) -> None:
    weights = found.weights[name][::-1]
    axes.barh(range(len(weights)), [weight for _, weight in weights], color=BLUE, height=0.7)
    axes.set_yticks(range(len(weights)), [feature for feature, _ in weights], fontsize=9)
    axes.set(xlabel="mean size of the contribution to the log odds", ylim=(-0.6, len(weights) - 0.4))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)


def _causes(axes: Axes, found: Causes) -> None:
    axes.imshow(found.yes, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(found.yes.shape):
        yes, undecided = found.yes[row, column], found.undecided[row, column]
        colour = "white" if yes > DARK else INK
        axes.annotate(f"{yes:.0%} yes", (column, row - 0.12), ha="center", va="center", fontsize=11, color=colour)
        axes.annotate(f"{undecided:.0%} undecided", (column, row + 0.22), ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(len(found.heads)), [words(name) for name in found.heads], fontsize=10)
    axes.set_yticks(range(len(found.rows)), [f"{kind}\n{accounts:,} accounts" for kind, accounts in found.rows], fontsize=10)
    axes.set(xlabel="what is asked", ylabel="what is true")
    axes.grid(visible=False)


def _shares(axes: Axes, found: Shares) -> None:
    inside = found.inside
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle="--", zorder=1)
    for mask, colour, mark, said in ((inside, BLUE, "o", "truth inside the interval"), (~inside, ORANGE, "D", "truth outside")):
        away = [np.maximum(found.estimate - found.low, 0)[mask], np.maximum(found.high - found.estimate, 0)[mask]]
        label = f"{said}: {int(mask.sum()):,}"
        look: dict[str, Any] = {
            "fmt": mark,
            "color": colour,
            "markersize": 4,
            "elinewidth": 0.7,
            "alpha": 0.45 if said.endswith("interval") else 1,
        }
        axes.errorbar(found.true[mask], found.estimate[mask], yerr=away, label=label, **look)
    axes.set(xlim=(-0.01, max(0.3, float(found.true.max())) + 0.02), ylim=(-0.02, 1.02))
    axes.set(xlabel="true share of purchased-type followers, whoever sent them", ylabel="estimate, 95 % interval")
    _percents(axes.xaxis, axes.yaxis)
    axes.legend(loc="lower right", fontsize=10)


def _percents(*sides: Any) -> None:
    for side in sides:
        side.set_major_formatter(PercentFormatter(1, decimals=0))
