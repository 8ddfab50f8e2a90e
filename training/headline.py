"""The few numbers by which trainings are told apart, in the order in which a reviewer reads them, and the same by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from training import report
from training.labelled import BANDS
from training.learning import MODEL
from training.metrics import METRICS
from training.told import Told, told
from training.worlds.scenarios import ARCHETYPES, ATTACKS, HARD_NEGATIVES

BOUGHT = "bought_followers"
# Of fewer accounts a vendor's recall says nothing: with 20 its interval is still some 35 points wide.
FEWEST_OF_VENDOR = 20
FEWEST_OF_SLICE = 30
SLICED = ("recall_at_1pct_fpr", "average_precision")


def recalls(rows: pd.DataFrame, by: str, fewest: int) -> list[Told]:
    """Recall at 1 % FPR among the positive accounts of each group of one head's evaluation, the lowest first.

    A vendor or a scenario has hardly a clean account of its own, so the false alarms are those of all clean accounts. Groups with fewer
    than `fewest` positive accounts, and accounts without a group, are left out.
    """
    known = rows[rows["value"].notna()]
    positive, p = known["value"].to_numpy() == 1, known["probability"].to_numpy(float)
    threshold = alarm_above(p[~positive])
    groups = known[by].to_numpy(str)
    found = []
    for name in sorted(set(groups[positive]) - {""}):
        mine = p[positive & (groups == name)]
        if len(mine) >= fewest:
            found.append(told(int((mine > threshold).sum()), len(mine), name))
    return sorted(found, key=lambda each: each.value)


def alarm_above(clean: np.ndarray) -> float:
    """The probability above which at most 1 % of these clean accounts (n,) lie; infinite where there are none."""
    return float(np.sort(clean)[::-1][int(0.01 * len(clean) * (1 + 1e-9))]) if len(clean) else np.inf


def worst_vendor(evaluation: pd.DataFrame) -> Told | None:
    """The vendor whose buyers are found least, among those with at least FEWEST_OF_VENDOR of them; None where there is no such vendor."""
    return next(iter(recalls(evaluation[evaluation["head"] == BOUGHT], "vendor", FEWEST_OF_VENDOR)), None)


def coverage(shares: pd.DataFrame) -> Told:
    """How many of the accounts with a known true share lie within the 95 % interval of their bought_share."""
    known = shares[shares["true"].notna()]
    return told(int(((known["low"] <= known["true"]) & (known["true"] <= known["high"])).sum()), len(known))


def decided(evaluation: pd.DataFrame, head: str = BOUGHT) -> Told:
    """How many of the accounts get a yes or a no from the head."""
    mine = evaluation.loc[evaluation["head"] == head, "decision"]
    return told(int(mine.isin(["yes", "no"]).sum()), len(mine))


def headline(evaluation: pd.DataFrame, shares: pd.DataFrame, measurements: Sequence[report.Measurement]) -> dict[str, float]:
    """Every number of the record of trainings by its short name: first the five that decide, then the rest head by head."""
    rest = report.headline(measurements, MODEL)
    if not (evaluation["head"] == BOUGHT).any():
        return rest
    worst = worst_vendor(evaluation)
    first = {"recall_worst_vendor": np.nan if worst is None else worst.value}
    first |= {name: rest[name] for name in ("ap_bought", "ece_bought") if name in rest}
    return first | {"coverage": coverage(shares).value, "decided_bought": decided(evaluation).value} | rest


def slices(evaluation: pd.DataFrame) -> dict[str, float]:
    """`slice/<slice>/<metric>`: recall and average precision of each head by tier, platform, vendor, scenario and share band, for slices
    with at least FEWEST_OF_SLICE accounts and both classes.

    A slice that bought by definition (a vendor, a band, a scenario without clean accounts) is measured beside all clean accounts.
    """
    found: dict[str, float] = {}
    for head, rows in evaluation.groupby("head", sort=False):
        known = rows[rows["value"].notna()]
        y, p = known["value"].to_numpy() == 1, known["probability"].to_numpy(float)
        for name, mask in _masks(known, str(head)):
            if y[mask].all():
                mask = mask | ~y
            elif mask.sum() < FEWEST_OF_SLICE:
                continue
            if mask.sum() >= FEWEST_OF_SLICE and y[mask].sum() >= 5 and not y[mask].all():
                short = report.SHORT_HEADS.get(str(head), str(head))
                found |= {f"slice/{name}/{report.SHORT[metric]}_{short}": METRICS[metric](y[mask], p[mask]) for metric in SLICED}
    return found


def _masks(known: pd.DataFrame, head: str) -> Iterator[tuple[str, np.ndarray]]:
    """The slices of one head's labelled accounts; names have only the signs that MLflow takes."""
    for column in ("labelled_by", "tier", "platform"):
        for name in known[column][known[column] != ""].dropna().unique():
            yield str(name), (known[column] == name).to_numpy()
    families = known["scenario"].map(family).to_numpy(str)
    for name in sorted(set(families) - {""}):
        yield name.replace("_", " "), families == name
    if head != BOUGHT:
        return
    for told_of in recalls(known, "vendor", FEWEST_OF_VENDOR):
        yield spelt(told_of.whose), (known["vendor"] == told_of.whose).to_numpy()
    share = known["share"].to_numpy(float)
    for low, high, band in BANDS[1:]:
        yield spelt(band), (share >= low) & (share < high)


def family(scenario: str) -> str:
    """What kind of account it is: its archetype, "hard negatives" or the attack without its level; "" unknown."""
    if scenario in HARD_NEGATIVES:
        return "hard negatives"
    attack = scenario.rpartition("_")[0]
    return attack if attack in ATTACKS else scenario if scenario in ARCHETYPES else ""


def spelt(name: str) -> str:
    """A name as MLflow takes it in a metric's: letters, digits, "_", "-", "." and spaces; a vendor's source without its world."""
    name = name.replace("≥", "from").replace("%", "pct").replace("/", " ")
    return "".join(sign if sign.isalnum() or sign in "_-. " else "_" for sign in name).strip()
