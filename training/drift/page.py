"""A look as a page for people: what has changed, how much, on which platforms and sizes. One file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from features.schema import EVENT_TABLES
from models.framed import framed
from models.markup import Html, tag, text, together
from models.tiers import TIERS
from models.wording import HEADS
from models.wording import PLATFORMS as SPELT
from training.drift import tables
from training.drift.drawings import distributions, key, pair
from training.drift.histograms import histogram
from training.drift.looking import ALARM, Look, Row
from training.drift.report import Report
from training.drift.words import label, meaning, percent, seeing, table_words, where_words, written

STYLE = Path(__file__).with_name("page.css")
DRAWN, SENTENCES = 9, 8
KINDS = {"mix": "mix", "missing": "missing", "inputs": "delivered", "features": "feature", "scores": "answer", "reasons": "reason"}


def page(report: Report) -> str:
    """The whole HTML document: aggregates only, so that its size does not depend on how many accounts there are."""
    look = report.look
    sections = [_header(report), _mix(look), _shifted(look), _answers(look), tables.parts(look), tables.features(look), _method(report)]
    return framed(text(f"Drift of {report.today.source}"), STYLE, together(*sections))


def coded(sentence: str) -> Html:
    """What stands between backticks, as commands and names do."""
    return together(*(tag("code", part) if i % 2 else part for i, part in enumerate(sentence.split("`"))))


def _header(report: Report) -> Html:
    facts = [f"{report.look.now.n:,} accounts of today", f"{report.look.then.n:,} remembered", report.today.source]
    if report.today.since is not None:
        facts.append(f"since {report.today.since:%Y-%m-%d}")
    shown = report.findings[:SENTENCES]
    changes = [tag("li", tag("span", KINDS.get(each.kind, "all at once"), class_="kind"), " ", coded(each.sentence)) for each in shown]
    left = len(report.findings) - len(shown)
    more = tag("p", f"and {left} more, in the tables below.", class_="soft") if left else None
    steps = tag("ol" if len(report.steps) > 1 else "ul", *(tag("li", coded(step)) for step in report.steps))
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

    def bars(title: str, group: str, names: Mapping[str, str]) -> Html:
        found = [(name, rows[group, key]) for key, name in names.items() if (group, key) in rows]
        return tag("div", tag("h3", title), *(pair(name, row.then, row.now, row.alarm) for name, row in found))

    parts = [
        bars("Platform", "mix", SPELT),
        bars("Size", "mix", {name: name for name in TIERS}),
        bars("What was seen of them, at the same mix", "seen", {name: table_words(name) for name in EVENT_TABLES}),
    ]
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
