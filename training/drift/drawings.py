"""The small drawings of a drift report: two distributions over each other, and shares as pairs of bars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.markup import Html, tag
from training.drift.histograms import Histogram
from training.drift.words import percent

WIDTH, HEIGHT, FOOT = 300.0, 96.0, 18.0


def distributions(found: Histogram, said: str, write: Callable[[float], str]) -> Html:
    """Remembered accounts as filled bars, today's as a line; the words below are the ends of the scale."""
    k = len(found.then)
    top = float(max(found.then.max(), found.now.max())) or 1.0
    width = WIDTH / k

    def height(share: float) -> float:
        return round(HEIGHT * (1 - share / top), 1)

    bars = [
        tag("rect", x=round(i * width, 1), y=height(share), width=round(width, 1), height=round(HEIGHT - height(share), 1), class_="was")
        for i, share in enumerate(found.then.tolist())
        if share > 0
    ]
    steps = " ".join(f"L{i * width:.1f} {height(s)} L{(i + 1) * width:.1f} {height(s)}" for i, s in enumerate(found.now.tolist()))
    ends = (float(found.edges[0]), float(found.edges[-1]))
    if k == 1 or (not found.logarithmic and np.allclose(np.diff(found.edges), 1.0)):
        # Bins around whole numbers.
        ends = (ends[0] + 0.5, ends[1] - 0.5)
    words = [
        tag("text", write(value), x=x, y=HEIGHT + FOOT - 3, text_anchor=anchor)
        for value, x, anchor in ((ends[0], 0, "start"), (ends[1], WIDTH, "end"))
    ]
    line = tag("path", d=f"M0 {HEIGHT} {steps} L{WIDTH:g} {HEIGHT}", class_="is")
    axis = tag("line", x1=0, x2=WIDTH, y1=HEIGHT, y2=HEIGHT, class_="axis")
    return tag("svg", *bars, axis, line, *words, viewBox=f"-2 -4 {WIDTH + 4:g} {HEIGHT + FOOT + 4:g}", role="img", aria_label=said)


def pair(name: str, then: float, now: float, alarm: bool) -> Html:
    """A share then and now."""
    bars = [tag("i", class_=side, style=f"width:{100 * min(max(share, 0.0), 1.0):.1f}%") for side, share in (("was", then), ("is", now))]
    return tag(
        "div",
        tag("span", name, class_="alarm" if alarm else None),
        tag("span", *bars, class_="bars"),
        tag("span", f"{percent(then)} → {percent(now)}", class_="alarm" if alarm else None),
        class_="pair",
    )


def key() -> Html:
    return tag("p", tag("i", class_="was"), "remembered", tag("i", class_="is"), "today", class_="key soft")
