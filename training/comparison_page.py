"""A comparison of two trainings as a page that a reviewer decides from: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from models.framed import framed
from models.markup import Html, foreign, tag, text, together
from training import comparison_drawn as drawn
from training import comparison_words as words
from training.compared import MATTERS, MATTERS_OF, Compared, Comparison, Flip
from training.headline import BOUGHT
from training.paired_headline import DECIDED, WIDTH
from training.report import EVERYBODY

STYLE = Path(__file__).with_name("comparison.css")
SHOWN_FLIPS, FOLDED_FLIPS, SHOWN_WEIGHTS = 12, 60, 12
BADGES = {"B is better": "b", "A is better": "a", "no more than noise": "noise", "cannot be told": "unknown"}
Sides = Sequence[Sequence[tuple[str, str]]]


def page(found: Comparison, sides: Sides) -> str:
    """The whole HTML document. Every text is escaped; there is no script, and nothing is loaded. sides: (what, text) of A and of B."""
    sections = [
        _header(found),
        _who(sides),
        _headline(found),
        _slices(found),
        _flips(found),
        _settings(found),
        _weights(found),
        _reading(found),
    ]
    return framed(text(f"{found.a} against {found.b}"), STYLE, together(*sections))


def _header(found: Comparison) -> Html:
    notes = tag("ul", *(tag("li", note) for note in found.notes), class_="notes") if found.notes else None
    titled = tag(
        "h1", tag("span", "A", class_="side a"), foreign(found.a), " against ", tag("span", "B", class_="side b"), foreign(found.b)
    )
    return tag("header", titled, tag("p", words.finding(found), class_="finding"), notes)


def _who(sides: Sides) -> Html:
    rows = [
        tag("tr", tag("th", what, scope="row"), _cell("A", one, "wide"), _cell("B", two, "wide"))
        for (what, one), (_, two) in zip(*sides, strict=True)
    ]
    return tag("section", tag("h2", "Who they are"), _table(("", "A", "B"), rows))


def _headline(found: Comparison) -> Html:
    said = f"On the {found.accounts:,} test accounts of both, drawn again together. The bars hold for all lines together at 95 %."
    first = [each for each in found.headline if each.head == BOUGHT]
    rest = [each for each in found.headline if each.head != BOUGHT]
    others = together(tag("h3", "The other questions"), _differences(rest)) if rest else None
    mine = _differences(first) if first else None
    return tag("section", tag("h2", "What differs"), tag("p", said, class_="soft"), mine, others)


def _slices(found: Comparison) -> Html:
    real = _differences(found.real_slices) if found.real_slices else None
    rest = [each for each in found.slices if not each.real]
    folded = tag("details", tag("summary", f"The other {len(rest):,}"), _differences(rest)) if rest else None
    return tag("section", tag("h2", "Slices"), tag("p", words.slice_finding(found)), real, folded)


def _differences(some: Sequence[Compared]) -> Html:
    reach = max((abs(end) for each in some if each.difference.known for end in (each.difference.low, each.difference.high)), default=0.0)
    rows = [_difference(each, max(reach, 2 * MATTERS)) for each in some]
    axis = tag(
        "tr",
        tag("td", "", class_="what"),
        tag("td", "", class_="num"),
        tag("td", "", class_="num"),
        tag("td", drawn.axis(), class_="plot"),
        tag("td"),
        class_="axis",
    )
    return _table(("what", "A", "B", "which is better, and how sure", "verdict"), [axis, *rows])


def _difference(each: Compared, reach: float) -> Html:
    d = each.difference
    kind = None if each.kind == EVERYBODY else f"{words.slice_name(each)}, {each.accounts:,} accounts"
    same = each.whose[0] == each.whose[1]
    who = (f"it is {each.whose[0]}" if same else f"A's is {each.whose[0]}, B's {each.whose[1]}") if any(each.whose) else None
    small = [tag("small", line) for line in (words.head(each.head), kind, who) if line]
    return tag(
        "tr",
        tag("td", words.title(d.metric), *small, class_="what"),
        _cell("A", words.value(d.a), "num"),
        _cell("B", words.value(d.b), "num"),
        tag("td", drawn.difference(d, reach, each.margin), tag("small", words.interval(d)), class_="plot"),
        tag("td", tag("span", each.verdict, class_="badge"), class_="verdict"),
        class_=BADGES[each.verdict],
    )


def _flips(found: Comparison) -> Html:
    shown, more = found.flips[:SHOWN_FLIPS], found.flips[SHOWN_FLIPS:FOLDED_FLIPS]
    columns = ("account", "true", "A said", "B said", "reasons that changed")
    table = tag("div", _table(columns, [_flip(each) for each in shown]), class_="flips") if shown else None
    folded = tag("details", tag("summary", f"The next {len(more):,}"), _table(columns, [_flip(each) for each in more]), class_="flips")
    rest = f"Yes against no comes first, then the largest change of probability. All {len(found.flips):,} are in flips.csv."
    told = tag("p", words.flip_finding(found.flips)), tag("p", rest, class_="soft") if shown else None
    return tag("section", tag("h2", "Accounts that flipped"), *told, table, folded if more else None)


def _flip(each: Flip) -> Html:
    said = [
        tag("td", tag("span", answer, class_=f"answer {answer}"), " ", words.percent(p), class_="said", data_of=side)
        for side, answer, p in (("A said", each.a, each.probability_a), ("B said", each.b, each.probability_b))
    ]
    reasons = [
        tag("span", f"{sign}{name.replace('_', ' ')}", class_="chip")
        for sign, names in (("− ", each.only_a), ("+ ", each.only_b))
        for name in names
    ]
    return tag(
        "tr",
        tag("td", foreign(each.account_id), tag("small", words.head(each.head)), class_="what"),
        tag("td", words.TRUTH.get(each.value, "unknown"), data_of="true"),
        *said,
        tag("td", *reasons, None if reasons else "the same reasons", data_of="reasons"),
        class_={"A": "a", "B": "b"}.get(each.right, "noise"),
    )


def _settings(found: Comparison) -> Html | None:
    if not found.settings:
        return tag("section", tag("h2", "Set otherwise"), tag("p", "No parameter and no tag differs."))
    rows = [
        tag("tr", tag("th", name, scope="row"), _cell("A", one, "wide"), _cell("B", two, "wide"))
        for name, (one, two) in found.settings.items()
    ]
    return tag("section", tag("h2", "Set otherwise"), _table(("", "A", "B"), rows))


def _weights(found: Comparison) -> Html | None:
    if not found.weights:
        return None
    alone = [each for each in found.weights if math.isnan(each.a) or math.isnan(each.b)]
    moved = [each for each in found.weights if each not in alone][:SHOWN_WEIGHTS]
    top = max((value for each in moved for value in (each.a, each.b)), default=1.0) or 1.0
    lists = [
        tag("p", tag("b", f"Only {side} uses: "), ", ".join(f"{each.feature} ({words.head(each.head)})" for each in mine))
        for side, mine in (("A", [each for each in alone if math.isnan(each.b)]), ("B", [each for each in alone if math.isnan(each.a)]))
        if mine
    ]
    rows = [
        tag(
            "tr",
            tag("td", each.feature.replace("_", " "), tag("small", words.head(each.head)), class_="what"),
            _cell("A", words.value(each.a), "num"),
            _cell("B", words.value(each.b), "num"),
            tag("td", drawn.weights(each.a, each.b, top), class_="plot"),
        )
        for each in moved
    ]
    both = None if lists else tag("p", "Both use the same features.", class_="soft")
    said = tag("p", "Largest changes of weight: the mean size of a feature's contribution, in log odds.", class_="soft")
    return tag("section", tag("h2", "Features"), *lists, both, said, _table(("feature", "A", "B", ""), rows))


def _reading(found: Comparison) -> Html:
    lines = (
        "The dot is the difference, turned so that right of the middle B is better; the bar is its interval when the same accounts are "
        f"drawn again for both ({found.level:.2%} each, so that all lines of the headline hold together at 95 %). The number below is "
        "B less A.",
        f"A difference counts when its whole bar lies beyond the grey band: ±{MATTERS:g}, for how much is answered "
        f"±{MATTERS_OF[DECIDED]:g}, for the width of the share's interval ±{MATTERS_OF[WIDTH]:g}. Less is what another seed changes.",
        "Recall and average precision are better when higher; calibration error, Brier score and the width of the interval when lower. "
        "A wider interval holds more often: read those two together.",
        "A slice of one answer only, such as a vendor's buyers, is told from all clean accounts. Of a clean one it is measured how many "
        "are flagged at the threshold that 1 % of all clean accounts reach.",
        "Slices decide nothing here; the gates of `promote` have bars of their own for them.",
    )
    return tag("section", tag("h2", "How to read it"), tag("ul", *(tag("li", line) for line in lines)))


def _table(heads: Sequence[str], rows: Sequence[Html]) -> Html:
    return tag("table", tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads))), tag("tbody", *rows))


def _cell(of: str, said: str, name: str) -> Html:
    return tag("td", foreign(said), class_=name, data_of=of)
