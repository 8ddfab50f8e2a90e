"""What a look has found, in words for people: the mix first, then what is missing, then what has changed, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from features.catalog import BY_NAME
from features.schema import PLATFORMS
from features.table import INPUTS
from models.wording import HEADS, TABLES
from models.wording import PLATFORMS as SPELT
from training.drift.looking import EVERYBODY, Look, Row, visible

# An input is taken for the cause when this share of the features that need it, and could be compared, have lost values.
MOST_OF = 0.8
_COUNTS = {"followers": "How many followers the account has.", "following": "How many accounts it follows."}


@dataclass(frozen=True)
class Finding:
    """One change as a sentence; kind: mix, missing, inputs, features, scores, reasons or together, in the order of importance."""

    kind: str
    sentence: str
    rows: tuple[Row, ...] = ()


def findings(look: Look) -> list[Finding]:
    """Every alarm of the look in one of the sentences; what has one cause is told once."""
    by_group: dict[str, list[Row]] = {}
    for row in look.alarms:
        by_group.setdefault(row.group, []).append(row)
    told = _mix(by_group.get("mix", []))
    told += [Finding("missing", _missing(row), (row,)) for row in by_group.get("seen", [])]
    told += _unknown(look, by_group.get("unknown", []))
    told += [Finding("inputs", _number(row), (row,)) for row in by_group.get("inputs", [])]
    told += [Finding("features", _number(row), (row,)) for row in by_group.get("values", [])]
    told += _answers([*by_group.get("scores", []), *by_group.get("decisions", [])])
    told += [Finding("reasons", _reason(row), (row,)) for row in by_group.get("reasons", [])]
    # Only what no feature shows alone is news.
    if look.together and not {"missing", "features"} & {finding.kind for finding in told}:
        told.append(
            Finding("together", f"Taken together, the features tell today's accounts from the remembered ones (AUC {look.auc:.2f}).")
        )
    return told


def headline(look: Look, found: Sequence[Finding]) -> str:
    """The whole look in a sentence."""
    if not found:
        return f"No drift: {look.now.n:,} accounts are like those that the model was checked on."
    kinds = {finding.kind for finding in found}
    if kinds == {"mix"}:
        return "Other accounts than before, each like its own kind: only the mix of platforms and sizes has changed."
    words = {
        "mix": "the mix of accounts",
        "missing": "what is delivered",
        "inputs": "what is delivered",
        "features": "what accounts look like",
        "together": "what accounts look like",
        "scores": "what the model says",
        "reasons": "what the model says",
    }
    parts = list(dict.fromkeys(word for kind, word in words.items() if kind in kinds))
    listed = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return f"Drift: {listed} {'has' if len(parts) == 1 else 'have'} changed."


def steps(found: Sequence[Finding]) -> list[str]:
    """What to do next, first things first."""
    kinds = {finding.kind for finding in found}
    if not kinds:
        return ["Nothing to do. Look again when as many new accounts have come."]
    told = []
    if kinds & {"missing"}:
        told.append(
            "Check the import first: compare `authenticity validate` of this data with that of an earlier day, and whether the platform's "
            "answers still hold what is missing. Retraining would only teach the model to do without it."
        )
    if "inputs" in kinds:
        told.append("See whether the crawl has changed (how many posts, comments and followers it fetches) before blaming the accounts.")
    if "mix" in kinds:
        told.append(
            "Measure the model on the kinds of accounts that have become more: label some of them (`authenticity queue` says which) and "
            "run `authenticity evaluate` on them. The base rate may be another there."
        )
    if kinds & {"features", "together", "scores", "reasons"}:
        told.append(
            "Label the accounts that `authenticity queue` names and run `authenticity evaluate`: drift shows that accounts have changed, "
            "not that the answers are wrong. If they are, `authenticity retrain`."
        )
    return told


def label(row: Row) -> str:
    """What a comparison is about, in a few words."""
    if row.group == "mix":
        return SPELT.get(row.name, f"{row.name} accounts")
    if row.group == "seen":
        return f"{table_words(row.name)} seen"
    if row.group == "scores":
        return f"{HEADS.get(row.head, row.head)}: probability"
    if row.group == "decisions":
        return f"{HEADS.get(row.head, row.head)}: {row.name}"
    if row.group == "reasons":
        return f"{HEADS.get(row.head, row.head)}, reason {row.name.replace('_', ' ')}"
    return row.name.replace("_", " ")


def meaning(name: str) -> str:
    """The first sentence of what a feature or a count says."""
    if name in BY_NAME:
        return BY_NAME[name].meaning.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".") + "."
    return _COUNTS.get(name, "")


def written(row: Row, value: float) -> str:
    """A value of the comparison in its unit; a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    if row.group == "values" or (row.group == "inputs" and row.name in BY_NAME):
        return BY_NAME[row.name].unit.write(value)
    return f"{value:,.0f}" if row.group == "inputs" else percent(value)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 or 0.9905 <= share < 0.9995 else f"{100 * share:.0f} %"


def table_words(name: str) -> str:
    return {"follower_sample": "follower samples", "history": "follower histories"}.get(name, TABLES.get(name, name))


def seeing(look: Look) -> str:
    """What so many accounts could have shown."""
    size = look.then.n * look.now.n / (look.then.n + look.now.n) / 1.1
    return (
        f"{look.now.n:,} accounts against {look.then.n:,} remembered ones: a shift of {visible(size, look.tests):.2f} standard deviations "
        "in one feature, if all of them show it, is found in 95 of 100 looks."
    )


def where_words(row: Row) -> str:
    """The end of a sentence about a part of the accounts; empty for all."""
    if row.where == EVERYBODY:
        return ""
    return f" on {SPELT[row.where]}" if row.where in PLATFORMS else f" among {row.where} accounts"


def _mix(rows: Sequence[Row]) -> list[Finding]:
    if not rows:
        return []
    parts = [f"{label(row)} {percent(row.now)} of accounts instead of {percent(row.then)}" for row in _largest(rows)]
    return [Finding("mix", f"The mix has changed: {'; '.join(parts)}. All that follows compares equals with equals.", tuple(rows))]


def _missing(row: Row) -> str:
    words = table_words(row.name).capitalize()
    if row.now < row.then:
        return f"{words} are missing for {percent(1 - row.now)} of accounts{where_words(row)} instead of {percent(1 - row.then)}."
    return f"{words} are there for {percent(row.now)} of accounts{where_words(row)} instead of {percent(row.then)}."


def _unknown(look: Look, rows: Sequence[Row]) -> list[Finding]:
    """Features that have lost or gained values: those that one column explains in one sentence, the others one by one."""
    compared = {(row.where, row.name) for row in look.rows if row.group == "unknown"}
    left, told = list(rows), []
    while left:
        where, rising = left[0].where, left[0].now > left[0].then
        mine = [row for row in left if row.where == where and (row.now > row.then) == rising]
        column, explained = _column(mine, {name for place, name in compared if place == where})
        gone = explained or mine[:1]
        told.append(Finding("missing", _lost(gone, column), tuple(gone)))
        left = [row for row in left if row not in gone]
    return told


def _column(rows: Sequence[Row], compared: set[str]) -> tuple[str, list[Row]]:
    """The column that explains most of the features, and them; nothing where none explains two."""
    best: tuple[str, list[Row]] = "", []
    for column in sorted({origin for row in rows for origin in BY_NAME[row.name].origins if origin in INPUTS}):
        needing = [name for name in compared if column in BY_NAME[name].origins]
        mine = [row for row in rows if column in BY_NAME[row.name].origins]
        if len(mine) >= max(2, MOST_OF * len(needing)) and len(mine) > len(best[1]):
            best = column, mine
    return best


def _lost(rows: Sequence[Row], column: str) -> str:
    row = max(rows, key=lambda each: each.distance)
    change = f"unknown for {percent(row.now)} of accounts that have what it needs, instead of {percent(row.then)}{where_words(row)}"
    if len(rows) == 1:
        return f"{label(row).capitalize()} is {change}. {meaning(row.name)}"
    table, field = INPUTS[column]
    named = ", ".join(each.name.replace("_", " ") for each in rows[:3]) + (" and others" if len(rows) > 3 else "")
    return (
        f"{len(rows)} features that need `{field.name}` of {table_words(table)} ({named}) have changed at once: {label(row)} is {change}."
    )


def _number(row: Row) -> str:
    size = "higher" if row.now > row.then else "lower" if row.now < row.then else "spread otherwise"
    change = f"typically {written(row, row.now)} instead of {written(row, row.then)}"
    if size == "spread otherwise" or written(row, row.now) == written(row, row.then):
        change = f"its distribution has moved by {percent(row.distance)} of accounts around the same middle, {written(row, row.now)}"
    return f"{label(row).capitalize()}{where_words(row)}: {change}. {meaning(row.name)}"


def _answers(rows: Sequence[Row]) -> list[Finding]:
    """A sentence a head and slice, whether its probabilities, its decisions or both have changed."""
    told = []
    for head, where in dict.fromkeys((row.head, row.where) for row in rows):
        mine = [row for row in rows if (row.head, row.where) == (head, where)]
        parts = [
            f"typically {percent(row.now)} likely instead of {percent(row.then)}"
            if row.group == "scores"
            else f"{row.name} for {percent(row.now)} instead of {percent(row.then)}"
            for row in mine
        ]
        told.append(Finding("scores", f"{HEADS.get(head, head).capitalize()}{where_words(mine[0])}: {'; '.join(parts)}.", tuple(mine)))
    return told


def _reason(row: Row) -> str:
    return (
        f"{HEADS.get(row.head, row.head).capitalize()}{where_words(row)}: {row.name.replace('_', ' ')} is among the reasons of "
        f"{percent(row.now)} of accounts instead of {percent(row.then)}."
    )


def _largest(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row.distance)
