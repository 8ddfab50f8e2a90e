"""Drawings of a search: how the best score grew, and which setting decides it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import optuna
import plotly.io
from matplotlib.figure import Figure
from optuna.trial import FrozenTrial, TrialState
from optuna.visualization import plot_optimization_history, plot_parallel_coordinate, plot_param_importances

from training.figures import BLUE, GREY, ORANGE, _page, _title
from training.studies import PLACE


def history(trials: Sequence[FrozenTrial], accounts: str) -> Figure:
    """The score of each completed trial, the best so far, and what stands; trials: finished ones in order; accounts: what was measured."""
    figure, axes = _page(accounts)
    measured = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    places = [trial.user_attrs[PLACE] for trial in measured]
    values = np.array([trial.value for trial in measured], dtype=float)
    axes.plot(places, values, "o", color=GREY, markersize=6, label="a trial")
    axes.step(places, np.maximum.accumulate(values), where="post", color=BLUE, linewidth=2.4, label="best so far")
    axes.axhline(values[0], color=ORANGE, linewidth=1.6, linestyle="--", label="current settings")
    axes.set(xlabel="trial", ylabel="mean average precision over the folds")
    axes.legend(loc="lower right", frameon=True, framealpha=0.9, fontsize=11)
    _title(figure, f"Search: {values[0]:.3f} with the current settings, {values.max():.3f} at best")
    return figure


def page(study: optuna.Study, importances: bool) -> str:
    """The same to look into: history, settings beside scores, and importances where they can be told; needs no network."""
    drawn = [plot_optimization_history(study), plot_parallel_coordinate(study)]
    drawn += [plot_param_importances(study)] if importances else []
    parts = [plotly.io.to_html(each, full_html=False, include_plotlyjs=number == 0) for number, each in enumerate(drawn)]
    return f'<!doctype html><meta charset="utf-8"><title>Search</title>{"".join(parts)}'
