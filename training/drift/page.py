"""A look as a page for people: what has changed, how much, on which platforms and sizes. One file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from string import Template

from features.catalog import FAMILIES
from features.schema import PLATFORMS
from models.markup import Html, tag, text, together
from models.tiers import TIERS
from models.wording import HEADS
from training.drift.drawings import distributions, key, pair
from training.drift.histograms import histogram
from training.drift.looking import ALARM, EVERYBODY, FEWEST, Look, Row
from training.drift.report import Report
from training.drift.words import label, meaning, percent, seeing, where_words, written

DRAWN, SENTENCES = 9, 8
KINDS = {"mix": "mix", "missing": "missing", "inputs": "delivered", "features": "feature", "scores": "answer", "reasons": "reason"}
# The columns of the table of parts, and the groups of comparisons in each.
COLUMNS = {
    "what is delivered": ("seen", "inputs"),
    "features": ("values", "unknown"),
    "answers": ("scores", "decisions"),
    "reasons": ("reasons",),
}


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template(Path(__file__).with_name("page.html").read_text("utf-8"))


def page(report: Report) -> str:
    """The whole HTML document: aggregates only, so that its size does not depend on how many accounts there are."""
    look = report.look
    sections = [_header(report), _mix(look), _shifted(look), _answers(look), _parts(look), _table(look), _method(report)]
    return _template().substitute(title=text(f"Drift of {report.today.source}"), content=together(*sections))


def _header(report: Report) -> Html:
    facts = [f"{report.look.now.n:,} accounts of today", f"{report.look.then.n:,} remembered", report.today.source]
    if report.today.since is not None:
        facts.append(f"since {report.today.since:%Y-%m-%d}")
    shown = report.findings[:SENTENCES]
    changes = [tag("li", tag("span", KINDS.get(each.kind, "together"), class_="kind"), " ", each.sentence) for each in shown]
    left = len(report.findings) - len(shown)
    more = tag("p", f"and {left} more, in the tables below.", class_="soft") if left else None
    steps = tag("ol" if len(report.steps) > 1 else "ul", *(tag("li", step) for step in report.steps))
    return tag(
        "header",
        tag("h1", report.headline),
        tag("p", " · ".join(facts), class_="soft"),
        together(tag("h3", "What has changed"), tag("ul", *changes, class_="plain"), more) if changes else None,
        together(tag("h3", "What to do next"), steps),
        together(*(tag("p", tag("small", note)) for note in report.today.notes)),
        class_="card drift" if report.findings else "card",
    )


def _mix(look: Look) -> Html:
    rows = {(row.group, row.name): row for row in look.whole("mix", "seen")}

    def bars(title: str, group: str, names: Sequence[str]) -> Html:
        found = [rows[group, name] for name in names if (group, name) in rows]
        return tag("div", tag("h3", title), *(pair(label(row), row.then, row.now, row.alarm) for row in found))

    seen = [name for group, name in rows if group == "seen"]
    parts = [bars("Platform", "mix", PLATFORMS), bars("Size", "mix", TIERS)]
    parts.append(bars("What was seen (same mix)", "seen", sorted(seen)))
    return tag("section", tag("h2", "Who they are"), key(), tag("div", *parts, class_="pairs"))


def _shifted(look: Look) -> Html:
    rows = sorted(look.whole("values", "inputs"), key=lambda row: (not row.alarm, -row.distance))
    alarmed = [row for row in rows if row.alarm]
    rows = rows[: min(max(len(alarmed), 3), DRAWN)]
    title = "What they look like: the largest shifts" if alarmed else "What they look like: the largest differences, none beyond chance"
    note = "Among accounts of the same platform and size; each drawing holds accounts of which the number is known."
    return tag(
        "section", tag("h2", title), tag("p", note, class_="soft"), key(), tag("div", *(_figure(look, row) for row in rows), class_="grid")
    )


def _figure(look: Look, row: Row, title: str = "") -> Html | None:
    found = histogram(look, row)
    if found is None:
        return None
    typical = f"typically {written(row, row.then)} → {written(row, row.now)}"
    said = f"{title or label(row)}{where_words(row)}: {typical}"
    caption = tag("figcaption", tag("b", title or label(row).capitalize()), tag("span", typical, class_="alarm" if row.alarm else "soft"))
    return tag("figure", caption, distributions(found, said, lambda value: written(row, value)), tag("small", meaning(row.name)))


def _answers(look: Look) -> Html | None:
    parts = []
    for row in sorted(look.whole("scores"), key=lambda row: list(HEADS).index(row.head) if row.head in HEADS else len(HEADS)):
        decided = [pair(each.name, each.then, each.now, each.alarm) for each in look.whole("decisions") if each.head == row.head]
        parts.append(tag("div", _figure(look, row, HEADS.get(row.head, row.head).capitalize()), *decided))
    if not parts:
        return tag(
            "section",
            tag("h2", "What the model says of them"),
            tag("p", "Cannot be compared: too few accounts of today have a remembered one of which the same was seen.", class_="soft"),
        )
    note = f"Of the {look.comparable:,} accounts that have a remembered one of their platform, size and evidence."
    return tag("section", tag("h2", "What the model says of them"), tag("p", note, class_="soft"), key(), tag("div", *parts, class_="grid"))


def _parts(look: Look) -> Html:
    head = tag("tr", *(tag("th", name) for name in ("", "accounts", *COLUMNS, "largest change")))
    body = [_part(look, EVERYBODY, look.then.n, look.now.n)]
    for names, codes in (
        (PLATFORMS, [side.accounts.platforms for side in (look.then, look.now)]),
        (TIERS, [look.then.tiers, look.now.tiers]),
    ):
        for code, name in enumerate(names):
            was, is_now = (int((side == code).sum()) for side in codes)
            if was or is_now:
                body.append(_part(look, name, was, is_now))
    note = f"How many comparisons raise an alarm, of how many. A part with fewer than {FEWEST} accounts on a side cannot be told."
    table = tag("div", tag("table", head, *body), class_="wide")
    return tag("section", tag("h2", "By platform and size"), tag("p", note, class_="soft"), table)


def _part(look: Look, where: str, was: int, is_now: int) -> Html:
    name = (
        where_words(Row("", "", "", where, 0, 0, 0, 0, 0, 0, 0)).removeprefix(" on ").removeprefix(" among ") if where else "All accounts"
    )
    rows = [row for row in look.rows if row.where == where and row.group != "mix"]
    cells = []
    for groups in COLUMNS.values():
        mine = [row for row in rows if row.group in groups]
        alarms = sum(row.alarm for row in mine)
        cells.append(tag("td", f"{alarms} of {len(mine):,}" if mine else "–", class_="alarm" if alarms else None))
    first = max((row for row in rows if row.alarm), key=lambda row: row.distance, default=None)
    largest = "none beyond chance" if rows else "cannot be told"
    if first is not None:
        largest = f"{label(first)}: {written(first, first.then)} → {written(first, first.now)}"
    return tag("tr", tag("td", name), tag("td", f"{was:,} → {is_now:,}"), *cells, tag("td", largest, class_="words"))


def _table(look: Look) -> Html:
    unknown = {row.name: row for row in look.whole("unknown")}
    folded = []
    for family in FAMILIES:
        names = {feature.name for feature in family.features}
        rows = sorted(
            (row for row in look.whole("values", "inputs") if row.name in names), key=lambda row: (not row.alarm, row.q, -row.distance)
        )
        if not rows:
            continue
        alarms = sum(row.alarm or (row.name in unknown and unknown[row.name].alarm) for row in rows)
        said = tag(
            "summary",
            tag("b", family.name.capitalize()),
            f": {len(rows)} compared, ",
            tag("span", f"{alarms} changed", class_="alarm" if alarms else "soft"),
        )
        head = tag("tr", *(tag("th", name) for name in ("feature", "then", "now", "moved", "PSI", "q", "unknown")))
        lines = [_line(row, unknown.get(row.name)) for row in rows]
        folded.append(
            tag(
                "details",
                said,
                tag("div", tag("table", head, *lines), class_="wide"),
                open="" if alarms and alarms == _most(look) else None,
            )
        )
    note = (
        "then, now: medians at the same mix. moved: the share of accounts by which the two distributions differ at most. q: how often "
        "chance alone would show as much, all features taken into account. unknown: among accounts of which the tables that it needs were seen."
    )
    return tag("section", tag("h2", "Every feature"), tag("p", note, class_="soft"), *folded)


def _most(look: Look) -> int:
    return -1


def _line(row: Row, unknown: Row | None) -> Html:
    name = tag("td", label(row), tag("small", meaning(row.name)))
    lost = "–" if unknown is None else f"{percent(unknown.then)} → {percent(unknown.now)}"
    cells = [
        written(row, row.then),
        written(row, row.now),
        percent(row.distance),
        f"{row.psi:.2f}",
        f"{row.q:.2g}" if row.q >= 1e-4 else "< 0.0001",
    ]
    mark = "alarm" if row.alarm else None
    return tag(
        "tr",
        name,
        *(tag("td", cell, class_=mark) for cell in cells),
        tag("td", lost, class_="alarm" if unknown is not None and unknown.alarm else None),
    )


def _method(report: Report) -> Html:
    look = report.look
    lines = [
        seeing(look),
        f"Everything that can raise an alarm shares one chance of a false one: {percent(ALARM)} a look while nothing has changed.",
        "Platforms, sizes and what was seen are compared first; all else among accounts of one platform and size, answers and reasons "
        "also of the same evidence. So another mix is told as another mix, and missing comments once.",
        "Distributions: Kolmogorov and Smirnov's distance; shares: Mantel and Haenszel's test; false discoveries controlled within each "
        f"group (Benjamini and Hochberg). All features at once: a classifier, AUC {look.auc:.2f} (0.50: it cannot tell them apart).",
        "PSI, the population stability index, is told because many know it (0.1 is called small, 0.25 large) and raises no alarm.",
    ]
    return tag("footer", tag("h3", "How this was told"), *(tag("p", line) for line in lines), tag("p", "Bundle ", report.bundle_id, "."))
