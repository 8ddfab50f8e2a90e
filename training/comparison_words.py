"""A comparison in words: the finding in a sentence that a reviewer can act on, and tables for a terminal and for MLflow's pages."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from training.compared import FEWEST_COMMON, Compared, Comparison, Flip
from training.headlines import BOUGHT, TITLES
from training.paired import Difference
from training.report import SHORT_HEADS

SHOWN_FLIPS, SHOWN_WEIGHTS, SHOWN_SLICES = 10, 8, 12
TRUTH = {1.0: "yes", 0.0: "no"}
COLOURS = {"B is better": "green", "A is better": "red", "no more than noise": "dim", "cannot be told": "yellow"}
# Spoken of in points; a Brier score is no share.
SQUARED = "brier"


def title(metric: str) -> str:
    return TITLES.get(metric, metric.replace("_", " "))


def about(each: Compared) -> str:
    """ "average precision of bought followers"; what concerns the share and the vendors can only be of bought followers."""
    return f"{title(each.difference.metric)} ({head(each.head)})"


def head(name: str) -> str:
    return name.replace("_", " ")


def value(number: float) -> str:
    return f"{number:.3f}" if math.isfinite(number) else "–"


def signed(number: float) -> str:
    return f"{number:+.3f}".replace("-", "−") if math.isfinite(number) else "–"


def interval(difference: Difference) -> str:
    """−0.052 [−0.082 to −0.021], B less A; a dash where it cannot be told."""
    if not math.isfinite(difference.value):
        return "–"
    return signed(difference.value) + (f" [{signed(difference.low)} to {signed(difference.high)}]" if difference.known else "")


def points(difference: Difference) -> str:
    """5.2 points (2.1 to 8.2), without a sign: which of the two is better is said beside it."""
    ends = sorted(abs(end) for end in (difference.low, difference.high))
    if difference.metric == SQUARED:
        return f"{abs(difference.value):.3f} ({ends[0]:.3f} to {ends[1]:.3f})"
    return f"{100 * abs(difference.value):.1f} points ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})"


def finding(found: Comparison) -> str:
    """What came out and what to do, in a sentence or two."""
    better, worse = ([each for each in found.real if each.verdict == f"{side} is better"] for side in "BA")
    if found.few:
        only = f"only {found.accounts:,} test accounts are common to both, and {FEWEST_COMMON} are the least"
        return f"Little can be told: {only}. Train both on the same data with the same split_seed, and compare again."
    if better and worse:
        gains, losses = _listed(better), _listed(worse)
        return f"B gains and loses: it is better at {gains}, but worse at {losses}. Decide which matters; `promote` refuses a loss beyond noise."
    if better:
        return f"B is better: {_listed(better)}; nothing else in the headline differs by more than noise. Ask the gates: `authenticity promote`."
    if worse:
        return f"A is better: {_listed(worse)}; nothing else in the headline differs by more than noise. Keep A."
    return f"No difference beyond noise in {len(found.headline)} headline numbers{_blind(found)}. Keep what is served, or test on more accounts."


def _listed(some: Sequence[Compared], most: int = 3) -> str:
    said = [f"{about(each)} by {points(each.difference)}" for each in some[:most]]
    return ", ".join(said) + (f" and {len(some) - most} more" if len(some) > most else "")


def _blind(found: Comparison) -> str:
    """How large a difference would have to be to be seen on these accounts."""
    wanted = {"average_precision": "average precision", "recall_at_1pct_fpr": "recall"}
    reach = {
        each.difference.metric: (each.difference.high - each.difference.low) / 2
        for each in found.headline
        if each.head == BOUGHT and each.difference.known
    }
    said = [f"{100 * reach[name]:.0f} points of {words}" for name, words in wanted.items() if reach.get(name, 0) >= 0.005]
    return f"; with {found.accounts:,} accounts less than about {' or '.join(said)} would not be seen" if said else ""


def slice_finding(found: Comparison) -> str:
    """How many slices were looked at and how many differ: with many looks, luck alone finds some."""
    looked, luck = len(found.slices), len(found.slices) * (1 - found.level)
    return f"{len(found.real_slices):,} of {looked:,} differences in slices are beyond noise; luck alone would show about {luck:.1g}."


def flip_finding(flips: Sequence[Flip]) -> str:
    """How many answers changed, and which of the two was right where the truth is known."""
    right = Counter(each.right for each in flips)
    if not flips:
        return "No account is answered differently."
    return (
        f"{len(flips):,} answers on {len({each.account_id for each in flips}):,} accounts differ: B alone is right {right['B']:,} times, "
        f"A alone {right['A']:,} times, neither {right['neither']:,}, the truth is unknown {right['unknown']:,} times."
    )


def changed(flip: Flip) -> str:
    """Reasons that only one of the two gives."""
    said = [f"{sign}{name.replace('_', ' ')}" for sign, names in (("− ", flip.only_a), ("+ ", flip.only_b)) for name in names]
    return ", ".join(said) or "the same reasons"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else "–"


def terminal(found: Comparison, sides: Sequence[Sequence[tuple[str, str]]]) -> Group:
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


def _who(sides: Sequence[Sequence[tuple[str, str]]]) -> Table:
    table = _grid("", "", "A", "B")
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
    table = _grid("set otherwise", "what", "A", "B")
    for name, (one, two) in found.settings.items():
        table.add_row(escape(name), escape(one), escape(two))
    return table


def _weights(found: Comparison) -> Table:
    table = _grid("features that weigh otherwise (mean contribution, log odds)", "feature", "A", "B")
    for each in found.weights[:SHOWN_WEIGHTS]:
        table.add_row(f"{each.feature} ({SHORT_HEADS.get(each.head, each.head)})", value(each.a), value(each.b))
    return table


def markdown(found: Comparison, sides: Sequence[Sequence[tuple[str, str]]]) -> str:
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
