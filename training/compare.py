"""Two trainings on the accounts that both were tested on: what differs by more than noise, and whose verdict changed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from training import paired_headline
from training.compared import FEWEST_COMMON, MATTERS, Compared, Comparison, Flip, Weight, ordered
from training.headline import BOUGHT, FEWEST_OF_VENDOR
from training.paired import Drawing, differences
from training.paired_headline import DECIDED, grouped, vendors_of
from training.refusals import TrainingRefusal
from training.report import EVERYBODY
from training.slices import Slice, slices

__all__ = ["COLUMNS", "HEADLINES", "LEVEL", "MATTERS", "Compared", "Comparison", "Flip", "compare"]

HEADLINES = ("recall_at_1pct_fpr", "average_precision", "ece", "brier")
LEVEL = 0.95
# One row per account and head: who, what is true, what was said and why, and the slices it belongs to.
COLUMNS = ("account_id", "head", "value", "probability", "decision", "reasons", "unit", "tier", "platform")
# What an evaluation may also hold: the true share, who sold the followers, and what the account was made to do ("" and NaN: unknown);
# and `stated`, the probability at the base rate, on which the decision rests.
FURTHER = ("share", "vendor", "scenario")
# More rows than this of another platform, size or scenario under the same name are other accounts.
MOST_ODD = 0.2


def compare(
    a: pd.DataFrame,
    b: pd.DataFrame,
    names: tuple[str, str] = ("A", "B"),
    settings: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    seed: int = 0,
    n: int = 600,
    shares: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    importances: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> Comparison:
    """Compare two tables with COLUMNS on the accounts and heads that both hold; `value` is 1, 0 or NaN where nothing is known.

    The interval of a headline difference is at LEVEL for all of them together (Bonferroni: with twenty of them, nearly every pair of equal
    runs would otherwise show something); it is called real when it lies wholly beyond MATTERS. Slices are shown at the same level and
    decide nothing. Where the two do not agree on what is true, B's labels count, and a note says so.
    shares: what each says of the share (account_id, true, low, high); importances: head, feature, contribution.
    Raises TrainingRefusal when there is nothing in common, or when accounts of one name are not the same accounts.
    """
    _refuse_missing_columns(a, b, names)
    both = _joined(a, b)
    _refuse_strangers(a, b, both, names)
    heads = list(dict.fromkeys(both["head"]))
    tests = len(heads) * len(HEADLINES) + (4 if BOUGHT in heads else 0)
    how = Drawing(n, seed, 1 - (1 - LEVEL) / tests)
    found: list[Compared] = []
    for head in heads:
        rows = both[both["head"] == head].reset_index(drop=True)
        found += _head(head, rows, replace(how, groups=grouped(rows["unit"].to_numpy(str))))
    if shares is not None and BOUGHT in heads:
        units = dict(zip(both["account_id"], both["unit"].astype(str), strict=True))
        told, accounts = paired_headline.shares_apart(*shares, units, how)
        found += [Compared(BOUGHT, EVERYBODY, accounts, 0, each) for each in told]
    return Comparison(
        *names,
        accounts=both["account_id"].nunique(),
        left_out=len(set(a["account_id"]) ^ set(b["account_id"])),
        differences=ordered(found),
        flips=_flips(both),
        settings=_otherwise(*settings),
        level=how.level,
        notes=_notes(a, b, both, names),
        weights=[] if importances is None else _weights(*importances),
    )


def _joined(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Rows of both: what each said as `…_a` and `…_b`, what is true and where it belongs from B, A's label as `value_a`."""
    said = ["probability", "stated", "decision", "reasons"]
    a, b = (table if "stated" in table else table.assign(stated=table["probability"]) for table in (a, b))
    told = b.reindex(columns=[*b.columns, *(name for name in FURTHER if name not in b)])
    mine = a[["account_id", "head", *said, "value", "platform", "tier", *(["scenario"] if "scenario" in a else [])]]
    both = mine.merge(told.rename(columns={name: f"{name}_b" for name in said}), on=["account_id", "head"], suffixes=("_a", ""))
    both = both.rename(columns={name: f"{name}_a" for name in said})
    return both.assign(**{name: both[name].astype(object).fillna("") for name in ("vendor", "scenario")})


def _head(head: str, rows: pd.DataFrame, how: Drawing) -> list[Compared]:
    """The differences of one head: on all accounts whose answer is known, then by slice."""
    positive, known = rows["value"].to_numpy() == 1, rows["value"].notna().to_numpy()
    everybody = Slice(EVERYBODY, EVERYBODY, known, known, positive, HEADLINES)
    found = _bought(rows[known], how.of(known)) if head == BOUGHT else []
    for each in (everybody, *slices(head, rows, HEADLINES)):
        y, one, two = each.positive[each.rows], *_probabilities(rows[each.rows])
        # Slices are many and decide nothing; half of the draws shows what there is.
        mine = how.of(each.rows) if each is everybody else replace(how.of(each.rows), n=max(1, how.n // 2))
        if each.metrics:
            told = differences(y, one, two, each.metrics, mine.groups, mine.n, mine.seed, mine.level)
        else:
            told = [paired_headline.false_alarms(y, one, two, each.mine[each.rows], mine)]
        size, positives = int(each.mine.sum()), int((each.mine & each.positive).sum())
        found += [Compared(head, each.name, size, positives, difference, each.kind) for difference in told]
    return found


def _bought(rows: pd.DataFrame, how: Drawing) -> list[Compared]:
    """The worst vendor, and how many accounts get an answer."""
    y, vendors = rows["value"].to_numpy() == 1, rows["vendor"].to_numpy(str)
    one, two = _probabilities(rows)
    worst = paired_headline.vendors_apart(y, one, two, vendors, how)
    whose = (paired_headline.worst_vendor(y, one, vendors)[1], paired_headline.worst_vendor(y, two, vendors)[1])
    decided = [(rows[f"decision_{side}"] != "undecided").to_numpy(float)[:, None] for side in "ab"]
    (answered,) = paired_headline.means({DECIDED: "higher"}, decided[0], decided[1], how)
    counts = (len(rows), int(y.sum()))
    return [
        Compared(BOUGHT, EVERYBODY, *counts, worst, whose=whose),
        Compared(BOUGHT, EVERYBODY, *counts, answered),
    ]


def _probabilities(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return rows["probability_a"].to_numpy(float), rows["probability_b"].to_numpy(float)


def _refuse_missing_columns(a: pd.DataFrame, b: pd.DataFrame, names: tuple[str, str]) -> None:
    faults = [
        f"run {name} lacks {', '.join(missing)} in its evaluation; train it again with this version"
        for name, table in zip(names, (a, b), strict=True)
        if (missing := [column for column in COLUMNS if column not in table])
    ]
    if faults:
        raise TrainingRefusal(faults)


def _refuse_strangers(a: pd.DataFrame, b: pd.DataFrame, both: pd.DataFrame, names: tuple[str, str]) -> None:
    """Nothing can be said of two runs that share no account, or only the names of accounts."""
    if both.empty:
        counts = [f"{name} was tested on {table['account_id'].nunique():,} accounts" for name, table in zip(names, (a, b), strict=True)]
        raise TrainingRefusal([f"{' and '.join(counts)}, none of them the same; train both on the same data with the same split_seed"])
    other = (both["platform_a"] != both["platform"]) | (both["tier_a"] != both["tier"])
    if "scenario_a" in both:
        other |= both["scenario_a"].fillna("") != both["scenario"]
    if other.mean() > MOST_ODD:
        raise TrainingRefusal(
            [
                f"{other.mean():.0%} of the accounts of one name have another platform, size or scenario in {names[1]} than in {names[0]}: "
                "they are other accounts, as when a world is simulated with another seed; train both on the same data"
            ]
        )


def _notes(a: pd.DataFrame, b: pd.DataFrame, both: pd.DataFrame, names: tuple[str, str]) -> list[str]:
    """What a reader must know before believing the numbers."""
    found = []
    common = both["account_id"].nunique()
    if common < FEWEST_COMMON:
        found.append(f"Only {common:,} accounts were tested by both, so little can be told: {FEWEST_COMMON} are the least.")
    for name, table in zip(names, (a, b), strict=True):
        if alone := len(set(table["account_id"]) - set(both["account_id"])):
            found.append(
                f"{alone:,} test accounts are of {name} alone and left out; all numbers here are of the {common:,} that both have."
            )
    for side, (name, table, rest) in enumerate(zip(names, (a, b), (b, a), strict=True)):
        if only := sorted(set(table["head"]) - set(rest["head"])):
            found.append(f"Only {name} answers {', '.join(only)}; {names[1 - side]} cannot be compared there.")
    rows = both[both["head"] == BOUGHT]
    if len(rows) and not vendors_of(rows["value"].to_numpy() == 1, rows["vendor"].to_numpy(str)):
        found.append(f"No vendor sold to {FEWEST_OF_VENDOR} of these test accounts, so nothing is said of the worst one.")
    relabelled = both[(both["value_a"] != both["value"]) & ~(both["value_a"].isna() & both["value"].isna())]
    for head, rows in relabelled.groupby("head", sort=False):
        found.append(
            f"{len(rows):,} accounts have another label for {head} in {names[1]} than in {names[0]}; {names[1]}'s labels count here."
        )
    return found


def _otherwise(a: Mapping[str, str], b: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {key: (str(a.get(key, "–")), str(b.get(key, "–"))) for key in sorted({*a, *b}) if a.get(key) != b.get(key)}


def _weights(a: pd.DataFrame, b: pd.DataFrame) -> list[Weight]:
    """Features by how much their weight differs, the ones that only one run uses first."""
    both = a.merge(b, on=["head", "feature"], how="outer", suffixes=("_a", "_b"))
    both = both.assign(
        alone=both[["contribution_a", "contribution_b"]].isna().any(axis=1),
        apart=(both["contribution_a"].fillna(0) - both["contribution_b"].fillna(0)).abs(),
    ).sort_values(["alone", "apart"], ascending=False, kind="stable")
    rows = both[["head", "feature", "contribution_a", "contribution_b"]].itertuples(index=False)
    return [Weight(str(head), str(feature), float(one), float(two)) for head, feature, one, two in rows]


def _flips(both: pd.DataFrame) -> list[Flip]:
    changed = both[both["decision_a"] != both["decision_b"]]
    contrary = (changed["decision_a"] != "undecided") & (changed["decision_b"] != "undecided")
    largest = changed.assign(contrary=contrary, apart=(changed["stated_a"] - changed["stated_b"]).abs())
    ordered = largest.sort_values(["contrary", "apart"], ascending=False, kind="stable")
    return [_flip(row) for row in ordered.to_dict("records")]


def _flip(row: Mapping[Any, Any]) -> Flip:
    one, two = (_reasons(row[f"reasons_{side}"]) for side in "ab")
    return Flip(
        account_id=str(row["account_id"]),
        head=str(row["head"]),
        value=float(row["value"]),
        a=str(row["decision_a"]),
        b=str(row["decision_b"]),
        probability_a=float(row["stated_a"]),
        probability_b=float(row["stated_b"]),
        only_a=tuple(name for name in one if name not in two),
        only_b=tuple(name for name in two if name not in one),
    )


def _reasons(said: Any) -> Sequence[str]:
    return said.split(", ") if isinstance(said, str) and said else ()
