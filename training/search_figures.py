"""Drawings of a search: how the best score grew, and which setting decides it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import optuna
import plotly.io
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from optuna.trial import FrozenTrial, TrialState
from optuna.visualization import plot_optimization_history, plot_parallel_coordinate, plot_param_importances

from training.figures import BLUE, GREY, ORANGE
from training.interactive.page import Section, document
from training.studies import PLACE


def history(trials: Sequence[FrozenTrial], accounts: str) -> Figure:
    """The score of each completed trial, the best so far, and what stands; trials: finished ones in order; accounts: what was measured."""
    figure = Figure(figsize=(8.0, 5.0), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    measured = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    places = [trial.user_attrs[PLACE] for trial in measured]
    values = np.array([trial.value for trial in measured], dtype=float)
    axes.plot(places, values, "o", color=GREY, markersize=6, label="a trial")
    axes.step(places, np.maximum.accumulate(values), where="post", color=BLUE, linewidth=2.4, label="best so far")
    axes.axhline(values[0], color=ORANGE, linewidth=1.6, linestyle="--", label="current settings")
    axes.set(xlabel="trial", ylabel="mean average precision over the folds")
    axes.legend(loc="lower right", frameon=True, framealpha=0.9, fontsize=11)
    title = f"Search: {values[0]:.3f} with the current settings, {values.max():.3f} at best\n"
    axes.set_title(f"{title}{len(measured)} of {len(trials)} trials measured to the end, on {accounts}", loc="left")
    return figure


def page(study: optuna.Study, finding: str, importances: bool) -> str:
    """The same to look into: history, settings beside scores, and importances where they can be told."""
    drawn = {"history": plot_optimization_history(study), "settings": plot_parallel_coordinate(study)}
    drawn |= {"importance": plot_param_importances(study)} if importances else {}
    said = {
        "history": ("The score of each trial", finding),
        "settings": ("Settings beside their score", "A line is a trial; drag along an axis to choose among them."),
        "importance": ("Which setting decides the score", "Over the trials that were measured to the end (PED-ANOVA)."),
    }
    sections = [Section(name, *said[name], json.loads(plotly.io.to_json(each))) for name, each in drawn.items()]
    return document("Search for settings", "Scored by cross-validation on accounts that fit or calibrate.", sections)
