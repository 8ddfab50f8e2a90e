"""The benchmark's table: for a terminal, for docs/results.md and for the record of trainings."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from training.benchmark import drawings
from training.benchmark.reading import Reading, judged, read, status
from training.benchmark.run import Outcome
from training.benchmark.table import HEADLINE, TARGETS, Bar

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results.md"
SECTION = "benchmark"
COLOURS = {"met": "green", "not met": "red", "not measured": "yellow"}


def write(section: str, markdown: str, file: Path = RESULTS) -> None:
    """Replace what stands between the marks of a section; raises ValueError when the file has no such marks."""
    text = file.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {re.escape(section)} -->\n).*?(<!-- end of {re.escape(section)} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{file.name} has no section {section}; add its two marks first")
    file.write_text(pattern.sub(lambda m: f"{m[1]}\n{markdown.strip()}\n\n{m[2]}", text), "utf-8")


def machine() -> str:
    """What the numbers were measured on, without naming the machine."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def bound(bar: Bar) -> str:
    if bar.at_least is not None:
        return f"≥ {bar.at_least:g}"
    return f"≤ {bar.at_most:g}" if bar.at_most is not None else ""


def measured(reading: Reading) -> str:
    """0.780 [0.690–0.860], and whose it is where it is the worst of several; or why there is nothing."""
    if reading.why:
        return reading.why
    interval = f" [{reading.low:.3f}–{reading.high:.3f}]" if reading.bounded else ""
    return f"{reading.value:.3f}{interval}" + (f" ({reading.whose})" if reading.whose else "")


def verdict(reading: Reading) -> str:
    """Of one bar; where the interval reaches across it, that is said."""
    across = "" if reading.why or reading.sure or not reading.bounded else ", its interval reaches across"
    return reading.status + across


def headline(outcome: Outcome) -> list[str]:
    return [f"{bar.what}: {measured(read(outcome.results, bar))}" for bar in HEADLINE]


def counts(readings: Mapping[str, Sequence[Reading]]) -> str:
    found = [status(each) for each in readings.values()]
    return ", ".join(f"{found.count(word)} {word}" for word in ("met", "not met", "not measured"))


def table(outcome: Outcome) -> Table:
    """For a terminal: a line per bar, the target before its first."""
    drawn = Table(title="Targets of the benchmark, 95 % intervals", title_justify="left", box=SIMPLE)
    for name in ("target", "level", "what", "bar", "measured", ""):
        # What is read first stays in one piece, however narrow the terminal.
        drawn.add_column(name, overflow="fold", no_wrap=name == "target")
    for name, readings in judged(outcome.results).items():
        whole = status(readings)
        for place, reading in enumerate(readings):
            first = (f"[{COLOURS[whole]}]{name} {whole}[/]", TARGETS[name].level) if not place else ("", "")
            drawn.add_row(*first, reading.bar.what, bound(reading.bar), measured(reading), verdict(reading))
    return drawn


def keep_figures(outcome: Outcome, folder: Path) -> None:
    """Draw what the answers hold into docs/figures, where the page looks for it."""
    folder.mkdir(exist_ok=True)
    for name, figure in drawings.drawn(outcome.results).items():
        figure.savefig(folder / f"{name}.png", dpi=90)


def _coverage(outcome: Outcome) -> list[str]:
    """Of every kind of cell how often the interval of the share holds, with the naive one beside it; the worst first."""
    kinds = outcome.results.get("shares", {}).get("kinds", {})
    if not kinds:
        return []
    head = "| accounts composed from | interval holds | naive interval holds | median width | naive width | lower bound fails |"
    rows = sorted(kinds.items(), key=lambda entry: entry[1]["coverage"])
    return ["", head, "|---|---:|---:|---:|---:|---:|"] + [
        f"| {kind} | {each['coverage']:.3f} [{each['coverage_interval'][0]:.3f}–{each['coverage_interval'][1]:.3f}] "
        f"| {each['naive_coverage']:.3f} | {each['width_median']:.2f} | {each['naive_width']:.2f} | {each['lower_bound_fails']:.3f} |"
        for kind, each in rows
    ]


def markdown(outcome: Outcome, command: str) -> str:
    """The same as markdown, with the worst first, the command that makes it, and what was left out."""
    readings = judged(outcome.results)
    lines = [f"`{command}`: {outcome.evaluation}. Of {len(readings)} targets {counts(readings)}.", ""]
    lines += [f"- {line}" for line in headline(outcome)]
    lines += ["", "| target | level | what | bar | measured | |", "|---|---|---|---:|---|---|"]
    for name, mine in readings.items():
        lines.append(f"| **{name} {status(mine)}** | {TARGETS[name].level} | {TARGETS[name].says} | | | |")
        lines += [f"| | | {each.bar.what} | {bound(each.bar)} | {measured(each)} | {verdict(each)} |" for each in mine]
    lines += _coverage(outcome)
    lines += [line for name in drawings.drawn(outcome.results) for line in ("", f"![{name.replace('_', ' ')}](figures/{name}.png)")]
    lines += ["", f"Measured on {machine()}; protocol `{outcome.folder.name[:16]}`."]
    return "\n".join(lines) + "\n"
