"""The tables of a drift report: the parts of the accounts side by side, and every feature."""

from __future__ import annotations

from features.catalog import FAMILIES
from features.feature import Family
from features.schema import PLATFORMS
from models.markup import Html, tag, together
from models.tiers import TIERS
from models.wording import PLATFORMS as SPELT
from training.drift.looking import EVERYBODY, FEWEST, Look, Row
from training.drift.words import label, meaning, percent, written

# The columns of the table of parts, and the groups of comparisons in each.
COLUMNS = {
    "what is delivered": ("seen", "inputs"),
    "features": ("values", "unknown"),
    "answers": ("scores", "decisions"),
    "reasons": ("reasons",),
}
NOTE = (
    "then, now: medians at the same mix. moved: the share of accounts by which the two distributions differ at most. q: how often chance "
    "alone would show as much, all features taken into account. unknown: where the tables that it needs were seen."
)


def parts(look: Look) -> Html:
    """A row for all accounts, each platform and each tier: how many comparisons raise an alarm."""
    head = tag("tr", *(tag("th", name) for name in ("", "accounts", *COLUMNS)), tag("th", "largest change", class_="words"))
    body = [_part(look, EVERYBODY, look.then.n, look.now.n)]
    platforms = [side.accounts.platforms for side in (look.then, look.now)]
    for names, (then, now) in ((PLATFORMS, platforms), (TIERS, [look.then.tiers, look.now.tiers])):
        counted = [(name, int((then == code).sum()), int((now == code).sum())) for code, name in enumerate(names)]
        body += [_part(look, name, was, is_now) for name, was, is_now in counted if was or is_now]
    note = f"How many comparisons raise an alarm, of how many. A part with fewer than {FEWEST} accounts on a side cannot be told."
    table = tag("div", tag("table", head, *body), class_="wide")
    return tag("section", tag("h2", "By platform and size"), tag("p", note, class_="soft"), table)


def _part(look: Look, where: str, was: int, is_now: int) -> Html:
    rows = [row for row in look.rows if row.where == where and row.group != "mix"]
    cells = []
    for groups in COLUMNS.values():
        mine = [row for row in rows if row.group in groups]
        alarms = sum(row.alarm for row in mine)
        cells.append(tag("td", f"{alarms} of {len(mine):,}" if mine else "–", class_="alarm" if alarms else None))
    largest = max((row for row in rows if row.alarm), key=lambda row: row.distance, default=None)
    said = "none beyond chance" if rows else "cannot be told"
    if largest is not None:
        said = f"{label(largest)}: {written(largest, largest.then)} → {written(largest, largest.now)}"
    name = SPELT.get(where, where) or "all accounts"
    return tag("tr", tag("td", name), tag("td", f"{was:,} → {is_now:,}"), *cells, tag("td", said, class_="words"))


def features(look: Look) -> Html:
    """Every feature, folded by family, those that have changed first."""
    folded = [_family(look, family) for family in FAMILIES]
    return tag("section", tag("h2", "Every feature"), tag("p", NOTE, class_="soft"), together(*folded))


def _family(look: Look, family: Family) -> Html | None:
    names = {feature.name for feature in family.features}
    numbers = {row.name: row for row in look.whole("values", "inputs") if row.name in names}
    unknown = {row.name: row for row in look.whole("unknown") if row.name in names}
    changed = {name for rows in (numbers, unknown) for name, row in rows.items() if row.alarm}
    compared = [name for name in names if name in numbers or name in changed]
    if not compared:
        return None
    compared.sort(key=lambda name: (name not in changed, numbers[name].q if name in numbers else 0.0, name))
    count = tag("span", f"{len(changed)} changed", class_="alarm" if changed else "soft")
    head = tag("tr", *(tag("th", name) for name in ("feature", "then", "now", "moved", "PSI", "q", "unknown")))
    table = tag("table", head, *(_line(name, numbers.get(name), unknown.get(name)) for name in compared))
    said = tag("summary", tag("b", family.name.capitalize()), f": {len(compared)} compared, ", count)
    return tag("details", said, tag("div", table, class_="wide"))


def _line(name: str, number: Row | None, unknown: Row | None) -> Html:
    cells = ["–"] * 5
    if number is not None:
        q = f"{number.q:.2g}" if number.q >= 1e-4 else "< 0.0001"
        cells = [written(number, number.then), written(number, number.now), percent(number.distance), f"{number.psi:.2f}", q]
    lost = "–" if unknown is None else f"{percent(unknown.then)} → {percent(unknown.now)}"
    marks = ["alarm" if row is not None and row.alarm else None for row in (number, unknown)]
    first = tag("td", name.replace("_", " "), tag("small", meaning(name)))
    return tag("tr", first, *(tag("td", cell, class_=marks[0]) for cell in cells), tag("td", lost, class_=marks[1]))
