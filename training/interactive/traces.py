"""Each finding as the data and the layout that Plotly draws; plain documents, since its own classes take seconds to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from training.figures import BLUE, GREY, INK, ORANGE
from training.shown import Causes, Finding, Importance, PrecisionRecall, Recalls, Reliability, Scores, Shares, words
from training.told import Told

DASHES = ("solid", "dash", "dot", "dashdot")
Document = dict[str, Any]
# Height of a row of panels, and of what stands above and below it, in pixels.
PANEL, AROUND = 330, 70
# Pixels for names of features and kinds beside an axis.
NAMES = 190
PERCENT = {"tickformat": ".0%"}


def figure(found: Finding) -> Document:
    """{"data": [...], "layout": {...}} of one finding. All text that comes from data is escaped, as Plotly reads some of HTML."""
    if isinstance(found, PrecisionRecall):
        x, y = _axis("recall", range=[0, 1], **PERCENT), _axis("precision", range=[0, 1.03], **PERCENT)
        return _panels(found.curves, lambda name: _curves(found, name), x, y)
    if isinstance(found, Reliability):
        x, y = _axis("stated", range=[-0.02, 1.02], **PERCENT), _axis("observed", range=[-0.02, 1.02], **PERCENT)
        return _panels(found.bins, lambda name: _reliability(found, name), x, y)
    if isinstance(found, Recalls):
        y = _axis("found", range=[-0.03, 1.05], **PERCENT)
        return _panels(found.groups, lambda name: _recalls(found.groups[name]), {"type": "category"}, y)
    if isinstance(found, Scores):
        height = 90 + 22 * max(map(len, found.groups.values()))
        x = _axis("probability", range=[-0.01, 1.01], **PERCENT)
        return _panels(found.groups, lambda name: _scores(found, name), x, {}, height, NAMES)
    if isinstance(found, Importance):
        return _panels(found.weights, lambda name: _weights(found, name), _axis("log odds"), {}, PANEL, NAMES)
    if isinstance(found, Causes):
        y = {"autorange": "reversed"}
        return _panels({"": None}, lambda _: _causes(found), _axis("what is asked"), y, 90 + 52 * len(found.rows), 250)
    x, y = (
        _axis("true share", range=[-0.01, float(found.true.max()) + 0.03], **PERCENT),
        _axis("estimate, 95 % interval", range=[-0.02, 1.02], **PERCENT),
    )
    return _panels({"": None}, lambda _: _shares(found), x, y, 480)


def _axis(title: str, **more: Any) -> Document:
    return {"title": {"text": title, "standoff": 4, "font": {"size": 13}}, **more}


def _panels(
    panels: Mapping[str, Any],
    draw: Callable[[str], Sequence[Document]],
    x: Document,
    y: Document,
    height: int = PANEL,
    left: int = 60,
) -> Document:
    """Panels, two in a row, each with its own axes and its name above it. left: pixels for what stands beside an axis."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    layout: Document = {
        "height": rows * height + AROUND,
        "margin": {"l": left, "r": 20, "t": 40, "b": 50},
        "showlegend": False,
        "font": {"color": INK, "size": 13},
        "plot_bgcolor": "white",
        "hovermode": "closest",
        "annotations": [],
    }
    data: list[Document] = []
    between = 0.06 + left / 1_100 if columns > 1 else 0.0
    wide = (1 - between * (columns - 1)) / columns
    gap = 0.36 / rows if rows > 1 else 0.0
    tall = (1 - gap * (rows - 1)) / rows
    for number, name in enumerate(panels):
        row, column = divmod(number, columns)
        suffix = str(number + 1) if number else ""
        begin, top = column * (wide + between), 1 - row * (tall + gap)
        grid = {"gridcolor": "#e3e3e3", "zeroline": False}
        layout[f"xaxis{suffix}"] = {**grid, **x, "domain": [begin, begin + wide], "anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {**grid, **y, "domain": [max(top - tall, 0), top], "anchor": f"x{suffix}"}
        if name:
            title = {"text": f"<b>{escape(words(name))}</b>", "xref": "paper", "yref": "paper", "showarrow": False}
            layout["annotations"].append({**title, "x": begin, "y": top, "xanchor": "left", "yanchor": "bottom"})
        data += [{**trace, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for trace in draw(name)]
    return {"data": data, "layout": layout}


def _numbers(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _curves(found: PrecisionRecall, name: str) -> list[Document]:
    traces = []
    for number, curve in enumerate(found.curves[name]):
        said = f"{escape(curve.model)}, average precision {curve.area:.3f}"
        line = {"color": GREY if number else BLUE, "width": 1.8 if number else 3, "dash": DASHES[number % 4], "shape": "vh"}
        hover = f"{said}<br>finds %{{x:.1%}}<br>%{{y:.1%}} of the flagged are right<extra></extra>"
        traces.append(_line(_numbers(curve.recall), _numbers(curve.precision), line, hover))
    rate = found.rates[name]
    traces.append(_line([0, 1], [rate, rate], {"color": GREY, "width": 1}, f"chance: {rate:.1%}<extra></extra>"))
    return traces[::-1]


def _line(x: Sequence[float], y: Sequence[float], line: Document, hover: str) -> Document:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hovertemplate": hover}


def _dots(x: Sequence[Any], told: Mapping[str, np.ndarray], colour: str, hover: str, **more: Any) -> Document:
    """Points with intervals. told: value, low and high, (m,) each."""
    away = {"array": _numbers(told["high"] - told["value"]), "arrayminus": _numbers(told["value"] - told["low"])}
    bars = {"type": "data", "symmetric": False, **away, "color": colour, "thickness": 1.5}
    dots: Document = {"type": "scatter", "mode": "markers", "x": x, "y": _numbers(told["value"]), "error_y": bars}
    return {**dots, "marker": {"color": colour, "size": 9}, "hovertemplate": hover, **more}


def _reliability(found: Reliability, name: str) -> list[Document]:
    bins = found.bins[name]
    told = {"value": bins.observed, "low": bins.low, "high": bins.high}
    custom = [
        [int(n), round(float(low), 4), round(float(high), 4)] for n, low, high in zip(bins.accounts, bins.low, bins.high, strict=True)
    ]
    hover = (
        "stated %{x:.1%}<br>observed %{y:.1%} [%{customdata[1]:.1%} to %{customdata[2]:.1%}]<br>%{customdata[0]} accounts<extra></extra>"
    )
    exact = _line([0, 1], [0, 1], {"color": GREY, "dash": "dash", "width": 1.5}, "exact<extra></extra>")
    return [exact, _dots(_numbers(bins.stated), told, BLUE, hover, customdata=custom)]


def _recalls(groups: Sequence[Told]) -> list[Document]:
    told = {part: np.array([getattr(each, part) for each in groups]) for part in ("value", "low", "high")}
    custom = [[each.accounts, round(each.low, 4), round(each.high, 4)] for each in groups]
    hover = "%{x}: finds %{y:.0%} [%{customdata[1]:.0%} to %{customdata[2]:.0%}]<br>of %{customdata[0]} accounts<extra></extra>"
    return [_dots([escape(each.whose) for each in groups], told, BLUE, hover, customdata=custom)]


def _scores(found: Scores, name: str) -> list[Document]:
    traces = []
    for each in found.groups[name]:
        least, lower, middle, upper, most = _numbers(each.quantiles)
        colour = ORANGE if each.positive > 0.5 else BLUE if each.positive == 0 else GREY
        label = f"{escape(each.name)} ({each.accounts})"
        box: Document = {"type": "box", "orientation": "h", "y": [label], "q1": [lower], "median": [middle], "q3": [upper]}
        box |= {"lowerfence": [least], "upperfence": [most], "marker": {"color": colour}, "name": label}
        traces.append(box)
    return traces


def _weights(found: Importance, name: str) -> list[Document]:
    weights = found.weights[name][::-1]
    bars: Document = {"type": "bar", "orientation": "h", "marker": {"color": BLUE}}
    bars |= {"x": _numbers(weight for _, weight in weights), "y": [escape(feature) for feature, _ in weights]}
    return [{**bars, "hovertemplate": "%{y}: %{x:.3f} log odds<extra></extra>"}]


def _causes(found: Causes) -> list[Document]:
    cells = [
        [f"{yes:.0%} yes<br>{open_:.0%} undecided" for yes, open_ in zip(*both, strict=True)]
        for both in zip(found.yes, found.undecided, strict=True)
    ]
    heat: Document = {
        "type": "heatmap",
        "z": [_numbers(row) for row in found.yes],
        "text": cells,
        "texttemplate": "%{text}",
        "zmin": 0,
        "zmax": 1,
    }
    heat |= {"x": [escape(words(name)) for name in found.heads], "y": [f"{escape(kind)} ({accounts})" for kind, accounts in found.rows]}
    hover = "true: %{y}<br>asked: %{x}<br>%{text}<extra></extra>"
    return [{**heat, "colorscale": [[0, "#ffffff"], [1, "#08519c"]], "showscale": False, "hovertemplate": hover}]


def _shares(found: Shares) -> list[Document]:
    traces = [_line([0, 1], [0, 1], {"color": GREY, "dash": "dash", "width": 1.5}, "exact<extra></extra>")]
    for mask, colour, mark in ((found.inside, BLUE, "circle"), (~found.inside, ORANGE, "diamond")):
        rows = np.flatnonzero(mask).tolist()
        told = {
            "value": found.estimate[rows],
            "low": np.minimum(found.low, found.estimate)[rows],
            "high": np.maximum(found.high, found.estimate)[rows],
        }
        custom = [[escape(found.who[row]), round(float(found.low[row]), 4), round(float(found.high[row]), 4)] for row in rows]
        hover = "%{customdata[0]}<br>true %{x:.1%}<br>estimate %{y:.1%} [%{customdata[1]:.1%} to %{customdata[2]:.1%}]<extra></extra>"
        dots = _dots(_numbers(found.true[rows]), told, colour, hover, customdata=custom)
        dots["marker"] |= {"size": 6, "symbol": mark, "opacity": 0.7}
        dots["error_y"] |= {"thickness": 0.6, "width": 0, "color": f"{colour}80"}
        traces.append(dots)
    return traces
