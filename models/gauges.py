"""Small drawings of numbers: where a probability, a share or a gap lies, and how sure that is. Plain SVG, coloured by the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.markup import Html, tag, together

_WIDTH = 640.0
_LEFT, _RIGHT = 8.0, 632.0


def _at(share: float) -> float:
    return round(_LEFT + min(max(share, 0.0), 1.0) * (_RIGHT - _LEFT), 1)


def _svg(height: float, label: str, *inside: Html) -> Html:
    return tag("svg", *inside, viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img", aria_label=label, class_="gauge")


def _bar(y: float, height: float, low: float, high: float, name: str) -> Html:
    return tag("rect", x=_at(low), y=y, width=max(round(_at(high) - _at(low), 1), 2.0), height=height, rx=min(height / 2, 5), class_=name)


def _word(share: float, y: float, said: str, name: str = "axis") -> Html:
    """A word below or above a place on the line, kept inside the drawing: a sign is seven units wide, on a narrow screen ten."""
    reach = 6.0 * len(said) / _WIDTH
    anchor = "start" if share < reach else "end" if share > 1.0 - reach else "middle"
    return tag("text", said, x=_at(share), y=y, text_anchor=anchor, class_=name)


def _axis(y: float) -> Html:
    return together(*(_word(share, y, f"{100 * share:g} %") for share in (0.0, 0.25, 0.5, 0.75, 1.0)))


def _tick(share: float, top: float, bottom: float, name: str) -> Html:
    return tag("line", x1=_at(share), x2=_at(share), y1=top, y2=bottom, class_=name)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 or 0.9905 <= share < 1 else f"{100 * share:.0f} %"


def probability(value: float, low: float | None, high: float | None, base_rate: float) -> Html:
    """A probability with its interval, beside the base rate."""
    interval = None if low is None or high is None else (low, high)
    between = "" if interval is None else f", between {percent(interval[0])} and {percent(interval[1])}"
    said = f"{percent(value)} likely{between}; base rate {percent(base_rate)}"
    return _svg(
        66,
        said,
        _bar(22, 14, 0, 1, "track"),
        *([] if interval is None else [_bar(22, 14, *interval, "band")]),
        _tick(base_rate, 16, 42, "base"),
        _word(base_rate, 11, f"base rate {percent(base_rate)}"),
        tag("circle", cx=_at(value), cy=29, r=8, class_="marker"),
        _axis(60),
    )


def share(document: Mapping[str, Any]) -> Html:
    """A share with its 95 % interval, the half of it that is likeliest where it is told, and the smallest that could have been seen."""
    inner = (document.get("likely_low"), document.get("likely_high"))
    seen = document.get("detectable")
    said = f"{percent(document['estimate'])}, 95 % interval {percent(document['low'])} to {percent(document['high'])}"
    return _svg(
        66,
        said,
        _bar(22, 14, 0, 1, "track"),
        _bar(22, 14, document["low"], document["high"], "band"),
        *([_bar(22, 14, *inner, "core")] if None not in inner else []),  # type: ignore[arg-type]
        *([] if seen is None else [_tick(seen, 16, 42, "base"), _word(seen, 11, f"smallest that could be seen {percent(seen)}")]),
        tag("circle", cx=_at(document["estimate"]), cy=29, r=8, class_="marker"),
        _axis(60),
    )


def strata(rows: Sequence[Mapping[str, Any]]) -> Html:
    """The share among followers by when they came, first ones left; the whisker is the interval."""
    width = (_RIGHT - _LEFT) / max(len(rows), 1)
    drawn = []
    for i, row in enumerate(rows):
        x, top = _LEFT + i * width, 12 + 80 * (1 - min(max(row["estimate"], 0.0), 1.0))
        drawn.append(tag("rect", x=round(x + 2, 1), y=round(top, 1), width=round(width - 4, 1), height=round(92 - top, 1), class_="core"))
        low, high = (12 + 80 * (1 - min(max(row[end], 0.0), 1.0)) for end in ("low", "high"))
        drawn.append(
            tag("line", x1=round(x + width / 2, 1), x2=round(x + width / 2, 1), y1=round(high, 1), y2=round(low, 1), class_="whisker")
        )
    said = "; ".join(f"followers {row['from_rank']} to {row['to_rank']}: {percent(row['estimate'])}" for row in rows[:20])
    ends = (_word(0, 110, "first to follow"), _word(1, 110, "newest"))
    return _svg(116, said, tag("line", x1=_LEFT, x2=_RIGHT, y1=92, y2=92, class_="base"), *drawn, *ends)


def gap(parts: Sequence[tuple[str, float, float | None, float | None]]) -> Html:
    """Parts of a gap in dex, one bar each from the middle line: left lowers the engagement, right raises it. (name, dex, low, high)."""
    reach = max((abs(value) for _, *numbers in parts for value in numbers if value is not None), default=0.0) or 1.0
    drawn = []
    for i, (name, dex, low, high) in enumerate(parts):
        y = 24 + 46 * i
        ends = sorted((0.5, 0.5 + dex / reach / 2))
        drawn += [tag("text", f"{name}: × {10**dex:.2f}", x=_LEFT, y=y - 6, class_="said"), _bar(y, 14, 0, 1, "track")]
        drawn.append(_bar(y, 14, ends[0], ends[1], "core"))
        if low is not None and high is not None:
            drawn.append(tag("line", x1=_at(0.5 + low / reach / 2), x2=_at(0.5 + high / reach / 2), y1=y + 7, y2=y + 7, class_="whisker"))
    height = 24 + 46 * len(parts)
    return _svg(height, "; ".join(f"{name} × {10**dex:.2f}" for name, dex, *_ in parts), *drawn, _tick(0.5, 14, height - 16, "base"))


def standing(percentile: float) -> Html:
    """Where a value stands among its peers, as a dot on a short line."""
    x = round(4 + min(max(percentile, 0.0), 1.0) * 112, 1)
    return tag(
        "svg",
        tag("line", x1=4, x2=116, y1=8, y2=8, class_="peers"),
        tag("line", x1=60, x2=60, y1=3, y2=13, class_="peers"),
        tag("circle", cx=x, cy=8, r=4.5, class_="marker"),
        viewBox="0 0 120 16",
        role="img",
        aria_label=f"higher than {percent(percentile)} of its peers",
        class_="standing",
    )
