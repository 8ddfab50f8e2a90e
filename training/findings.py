"""What the pictures of a training show, worked out once from its tables; each says in one sentence what was found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_curve

from models.tiers import TIERS
from training.headline import BOUGHT, alarm_above, coverage, family, recalls
from training.learning import MODEL
from training.metrics import METRICS
from training.shown import (
    Bins,
    Causes,
    Curve,
    Finding,
    Group,
    Importance,
    PrecisionRecall,
    Recalls,
    Reliability,
    Scores,
    Shares,
    words,
)
from training.told import Told, told, wilson

# Columns of an evaluation with the probabilities of each model, and what a reviewer calls them.
MODELS = {"probability": MODEL, "logistic": "logistic", "tree": "depth-2 tree"}
EDGES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.01)
# A group with fewer accounts is not drawn, because its interval would span the picture.
FEWEST_DRAWN = 5
MOST_POINTS, MOST_FEATURES, BINS = 150, 12, 10
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def findings(evaluation: pd.DataFrame, shares: pd.DataFrame, importance: pd.DataFrame) -> list[Finding]:
    """Every picture that the tables of a training (training/answers.py) can show; what lacks labels is left out."""
    heads = {str(name): rows for name, rows in evaluation.groupby("head", sort=False)}
    both = {name: known for name, rows in heads.items() if (known := rows[rows["value"].notna()])["value"].nunique() == 2}
    found: list[Finding | None] = [
        _precision_recall(both) if both else None,
        _reliability(both) if both else None,
        _by_size(both) if both else None,
        _by_share(heads[BOUGHT]) if BOUGHT in both else None,
        _scores(both) if both else None,
        _causes(heads) if len(heads) > 1 else None,
        _importance(importance),
        _shares(shares),
    ]
    return [each for each in found if each is not None]


def _precision_recall(heads: Mapping[str, pd.DataFrame]) -> PrecisionRecall:
    curves, told_of = {}, []
    for name, rows in heads.items():
        y = rows["value"].to_numpy() == 1
        here = [(said, rows[column].to_numpy(float)) for column, said in MODELS.items() if column in rows and rows[column].notna().all()]
        curves[name] = [_curve(said, y, p) for said, p in here]
        best = max(curves[name][1:], key=lambda each: each.area, default=None)
        beside = f" ({best.area:.2f} by the {best.model})" if best else ""
        told_of.append(f"{words(name)} {curves[name][0].area:.2f}{beside}")
    rates = {name: float((rows["value"] == 1).mean()) for name, rows in heads.items()}
    return PrecisionRecall(f"Average precision: {', '.join(told_of)}.", curves, rates)


def _curve(model: str, y: np.ndarray, p: np.ndarray) -> Curve:
    precision, recall, _ = precision_recall_curve(y, p)
    precision, recall = precision[::-1], recall[::-1]
    kept = np.unique(np.linspace(0, len(recall) - 1, MOST_POINTS).round().astype(int))
    return Curve(model, recall[kept], precision[kept], float(average_precision_score(y, p)))


def _reliability(heads: Mapping[str, pd.DataFrame]) -> Reliability:
    bins = {}
    for name, rows in heads.items():
        y, p = rows["value"].to_numpy() == 1, rows["probability"].to_numpy(float)
        parts = [part for part in np.array_split(np.argsort(p, kind="stable"), min(BINS, max(1, p.size // 20))) if part.size]
        stated, observed = (np.array([values[part].mean() for part in parts]) for values in (p, y))
        size = np.array([part.size for part in parts])
        bins[name] = Bins(stated, observed, *wilson(observed, size), size, METRICS["ece"](y, p))
    worst = max(bins, key=lambda name: bins[name].error)
    return Reliability(
        f"Stated probabilities are at most {100 * bins[worst].error:.1f} points off on average ({words(worst)}).",
        bins,
    )


def _by_size(heads: Mapping[str, pd.DataFrame]) -> Recalls:
    groups = {}
    for name, rows in heads.items():
        found = {each.whose: each for each in recalls(rows, "tier", FEWEST_DRAWN)}
        groups[name] = [found[tier] for tier in TIERS if tier in found]
    every = [(name, each) for name, found in groups.items() for each in found]
    name, worst = min(every, key=lambda pair: pair[1].value, default=("", None))
    least = f"Least is found of {words(name)} in {worst.whose} accounts: {_percent(worst)}." if worst else "No size has enough accounts."
    return Recalls("recall_by_size", "Recall at 1 % false alarms, by size of the account", least, groups)


def _by_share(rows: pd.DataFrame) -> Recalls | None:
    share, p = rows["share"].to_numpy(float), rows["probability"].to_numpy(float)
    threshold = alarm_above(p[rows["value"].to_numpy(float) == 0])
    groups = []
    for low, high in zip((0.0, *EDGES), EDGES, strict=False):
        mine = p[(share >= low) & (share < high) & (share > 0)]
        if len(mine) >= FEWEST_DRAWN:
            label = f"{low:.0%} and more" if high > 1 else f"{low:.0%} to {high:.0%}"
            groups.append(told(int((mine > threshold).sum()), len(mine), label.replace("%", " %")))
    if not groups:
        return None
    seen = next((each for each in groups if each.value >= 0.8), None)
    sentence = f"Four in five are found from a share of {seen.whose.split(' to ')[0]} on." if seen else "No share is found in four of five."
    return Recalls("recall_by_share", "Recall at 1 % false alarms, by share of ordered followers", sentence, {BOUGHT: groups})


def _scores(heads: Mapping[str, pd.DataFrame]) -> Scores:
    groups = {}
    for name, rows in heads.items():
        kinds = rows["scenario"].map(family)
        kinds = kinds.where(kinds != "", rows["value"].map({1.0: "labelled yes", 0.0: "labelled no"}))
        found = []
        for kind, mine in rows.groupby(kinds):
            if len(mine) >= FEWEST_DRAWN:
                quantiles = tuple(float(value) for value in np.quantile(mine["probability"], QUANTILES))
                found.append(Group(words(str(kind)), len(mine), float((mine["value"] == 1).mean()), quantiles))
        groups[name] = sorted(found, key=lambda each: (each.positive, each.quantiles[2]))
    honest = [(name, each) for name, found in groups.items() for each in found if each.positive == 0]
    name, worst = max(honest, key=lambda pair: pair[1].quantiles[4], default=("", None))
    if worst is None:
        return Scores("No kind of account is without a yes.", groups)
    sentence = f"Of kinds without a yes, {worst.name} accounts come out highest: 1 in 20 gets {100 * worst.quantiles[4]:.0f} % or more"
    return Scores(f"{sentence} ({words(name)}).", groups)


def _causes(heads: Mapping[str, pd.DataFrame]) -> Causes | None:
    names = list(heads)
    true = pd.DataFrame({name: rows.set_index("account_id")["value"] for name, rows in heads.items()})
    said = pd.DataFrame({name: rows.set_index("account_id")["decision"] for name, rows in heads.items()}).loc[true.index]
    number = (true == 1).sum(axis=1)
    kinds = {"none of them": (true == 0).all(axis=1)}
    kinds |= {f"{words(name)} only": (true[name] == 1) & (number == 1) for name in names} | {"several": number > 1}
    rows = [(kind, mask) for kind, mask in kinds.items() if mask.any()]
    if not rows:
        return None
    yes, undecided = (
        np.array([[(said.loc[mask, name] == answer).mean() for name in names] for _, mask in rows]) for answer in ("yes", "undecided")
    )
    right = [yes[place, names.index(name)] for place, (kind, _) in enumerate(rows) for name in names if kind == f"{words(name)} only"]
    parts = [f"Of accounts without any cause at most {100 * yes[0].max():.1f} % get a yes"] if rows[0][0] == "none of them" else []
    parts += (
        [f"of accounts with one cause the right question says yes to {100 * min(right):.0f} to {100 * max(right):.0f} %"] if right else []
    )
    sentence = f"{'; '.join(parts) or 'every account has several causes'}."
    sentence = sentence[0].upper() + sentence[1:]
    return Causes(sentence, [(kind, int(mask.sum())) for kind, mask in rows], names, yes, undecided)


def _importance(importance: pd.DataFrame) -> Importance | None:
    weights, told_of = {}, []
    for name, rows in importance.groupby("head", sort=False):
        rows = rows.sort_values("contribution", ascending=False, kind="stable")
        if rows["contribution"].sum() > 0:
            top = rows.head(MOST_FEATURES)
            weights[str(name)] = list(zip(map(words, top["feature"]), top["contribution"].to_numpy(float).tolist(), strict=True))
            half = int(np.searchsorted(rows["contribution"].cumsum(), rows["contribution"].sum() / 2)) + 1
            told_of.append(f"{words(str(name))} rests half on {half} of {len(rows)} features")
    return Importance(f"{'; '.join(told_of).capitalize()}.", weights) if weights else None


def _shares(shares: pd.DataFrame) -> Shares | None:
    known = shares[shares["true"].notna()].sort_values("true", kind="stable")
    if known.empty:
        return None
    covered = coverage(known)
    sentence = (
        f"The 95 % interval holds the true share of {_percent(covered)} of {covered.accounts:,} accounts; "
        f"in the middle it is {100 * (known['high'] - known['low']).median():.0f} points wide and the estimate "
        f"{100 * (known['estimate'] - known['true']).abs().median():.1f} points off."
    )
    true, estimate, low, high = (known[name].to_numpy(float) for name in ("true", "estimate", "low", "high"))
    who = [f"{tier}, {words(scenario) or 'kind unknown'}" for tier, scenario in zip(known["tier"], known["scenario"], strict=True)]
    return Shares(sentence, true, estimate, low, high, who)


def _percent(one: Told) -> str:
    return f"{100 * one.value:.0f} % [{100 * one.low:.0f}–{100 * one.high:.0f}]"
