"""A comparison in tables: for a terminal, and for MLflow's page of the run."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from training.compared import Compared, Comparison, Flip
from training.comparison_words import TRUTH, about, changed, finding, flip_finding, interval, percent, signed, slice_finding, title, value
from training.report import SHORT_HEADS

SHOWN_FLIPS, SHOWN_WEIGHTS, SHOWN_SLICES = 10, 8, 12
COLOURS = {"B is better": "green", "A is better": "red", "no more than noise": "dim", "cannot be told": "yellow"}
Sides = Sequence[Sequence[tuple[str, str]]]


def terminal(found: Comparison, sides: Sides) -> Group:
    """Everything for a terminal of 80 columns; sides: of A and of B what identifies them, (what, text)."""
    parts: list[object] = [f"[bold]{escape(finding(found))}[/]", *(f"[yellow]note:[/] {escape(note)}" for note in found.notes), _who(sides)]
    parts += [_headline(found), escape(slice_finding(found))]
    if found.real_slices:
        parts.append(_differences("slices that differ", found.real_slices[:SHOWN_SLICES]))
    parts.append(escape(flip_finding(found.flips)))
    if found.flips:
        parts.append(_flips(found.flips[:SHOWN_FLIPS]))
    if found.settings:
        parts.append(_settings(found))
    if found.weights:
        parts.append(_weights(found))
    return Group(*parts)  # type: ignore[arg-type]


def _grid(heading: str, *columns: str) -> Table:
    table = Table(title=heading, title_justify="left", box=SIMPLE)
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", justify="right" if name in ("A", "B", "B − A") and number else "left")
    return table


def _who(sides: Sides) -> Table:
    table = Table("", "A", "B", box=SIMPLE)
    for (what, one), (_, two) in zip(*sides, strict=True):
        table.add_row(what, escape(one), escape(two))
    return table


def _headline(found: Comparison) -> Table:
    heading = f"{found.accounts:,} common test accounts; intervals hold for all lines together at 95 %"
    return _differences(heading, found.headline)


def _differences(heading: str, some: Sequence[Compared]) -> Table:
    table = _grid(heading, "what", "A", "B", "B − A", "verdict")
    for each in some:
        d = each.difference
        kind = "" if each.kind == "all" else f"\n  {each.kind} {each.slice}, {each.accounts:,}"
        told = f"{signed(d.value)}\n[{signed(d.low)} to {signed(d.high)}]" if d.known else interval(d)
        who = f"\n  {_short(each.whose[0])}, {_short(each.whose[1])}" if any(each.whose) else ""
        what = f"{title(d.metric)}\n  {SHORT_HEADS.get(each.head, each.head)}{kind}{who}"
        table.add_row(escape(what), value(d.a), value(d.b), escape(told), f"[{COLOURS[each.verdict]}]{each.verdict}[/]")
    return table


def _short(vendor: str) -> str:
    """ "high_street-srf/1/vendor-23" is recognised by its end."""
    return vendor.rpartition("/")[2] or "–"


def _flips(flips: Sequence[Flip]) -> Table:
    table = _grid("largest changes", "account", "true", "A", "B", "reasons that changed (− only A, + only B)")
    for each in flips:
        name = f"{each.account_id}\n  {SHORT_HEADS.get(each.head, each.head)}"
        one, two = f"{each.a} {percent(each.probability_a)}", f"{each.b} {percent(each.probability_b)}"
        table.add_row(escape(name), TRUTH.get(each.value, "–"), one, two, escape(changed(each)))
    return table


def _settings(found: Comparison) -> Table:
    table = Table("what", "A", "B", box=SIMPLE, title="set otherwise", title_justify="left")
    for name, (one, two) in found.settings.items():
        table.add_row(escape(name), escape(one), escape(two))
    return table


def _weights(found: Comparison) -> Table:
    table = _grid("features that weigh otherwise (mean contribution, log odds)", "feature", "A", "B")
    for each in found.weights[:SHOWN_WEIGHTS]:
        table.add_row(f"{each.feature} ({SHORT_HEADS.get(each.head, each.head)})", value(each.a), value(each.b))
    return table


def markdown(found: Comparison, sides: Sides) -> str:
    """For MLflow's page of the run, the finding first: it folds a description after four lines."""
    lines = [f"**{finding(found)}**", "", *(f"- {note}" for note in found.notes), ""]
    lines += ["The whole comparison is the artifact `comparison.html`.", "", "| | A | B |", "|---|---|---|"]
    lines += [f"| {what} | {_cell(one)} | {_cell(two)} |" for (what, one), (_, two) in zip(*sides, strict=True)]
    lines += ["", f"On the {found.accounts:,} test accounts of both; intervals hold for all lines together at 95 %.", ""]
    lines += ["| what | A | B | B − A | verdict |", "|---|---:|---:|---:|---|"]
    for each in found.headline:
        d = each.difference
        bold = "**" if each.real else ""
        lines.append(f"| {about(each)} | {value(d.a)} | {value(d.b)} | {interval(d)} | {bold}{each.verdict}{bold} |")
    lines += ["", slice_finding(found), "", flip_finding(found.flips)]
    if found.settings:
        lines += ["", "| set otherwise | A | B |", "|---|---|---|"]
        lines += [f"| {_cell(name)} | {_cell(one)} | {_cell(two)} |" for name, (one, two) in found.settings.items()]
    return "\n".join(lines) + "\n"


def _cell(said: str) -> str:
    """A text of somebody's inside a table: nothing in it ends the cell or begins a tag."""
    return " ".join(said.replace("|", "/").replace("<", "‹").replace("`", "'").split())
