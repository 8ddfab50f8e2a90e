"""Small drawings of a comparison: on which side of no difference a result lies, how sure, and how much features weigh. Plain SVG."""

from __future__ import annotations

from models.markup import Html, tag
from training.paired import Difference

_WIDTH, _MIDDLE, _HALF = 240.0, 120.0, 112.0


def axis() -> Html:
    """What left and right mean."""
    return _svg(
        16,
        "left: A is better, right: B is better",
        tag("text", "◂ A better", x=2, y=12, text_anchor="start"),
        tag("text", "B better ▸", x=_WIDTH - 2, y=12, text_anchor="end"),
    )


def difference(found: Difference, reach: float, margin: float) -> Html:
    """The difference as a dot with its interval, B's side right; reach: the largest that fits, margin: what counts as none."""
    if not found.known:
        return _svg(22, "cannot be told", tag("line", x1=_MIDDLE, x2=_MIDDLE, y1=1, y2=21, class_="zero"))
    sign = 1 if found.kind == "higher" else -1
    low, high = sorted((sign * found.low, sign * found.high))
    places = [_at(end, reach) for end in (-margin, margin, low, sign * found.value, high)]
    return _svg(
        22,
        f"{found.value:+.3f}, between {found.low:+.3f} and {found.high:+.3f}",
        tag("rect", x=places[0], y=1, width=round(places[1] - places[0], 1), height=20, class_="margin"),
        tag("line", x1=_MIDDLE, x2=_MIDDLE, y1=1, y2=21, class_="zero"),
        tag("line", x1=places[2], x2=places[4], y1=11, y2=11, class_="reach"),
        tag("circle", cx=places[3], cy=11, r=5, class_="dot"),
    )


def weights(a: float, b: float, top: float) -> Html:
    """How much a feature weighs in A and in B, one bar each; top: the longest."""
    bars = [
        tag("rect", x=4, y=y, width=round(max(value / top * (_WIDTH - 8), 1.0), 1), height=7, rx=2, class_=f"weight {side}")
        for y, value, side in ((2, a, "a"), (12, b, "b"))
    ]
    return _svg(22, f"A {a:.3f}, B {b:.3f}", *bars)


def _at(value: float, reach: float) -> float:
    return round(_MIDDLE + max(-1.0, min(1.0, value / reach)) * _HALF, 1)


def _svg(height: float, label: str, *inside: Html) -> Html:
    return tag("svg", *inside, viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img", aria_label=label, class_="drawn")
