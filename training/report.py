"""What a training found, in tables and in words: every number beside its interval, the baselines and the slices."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table

from training.metrics import METRICS, intervals
from training.told import Told

EVERYBODY = "all"
# Slices of accounts that people labelled, and that a world did.
KINDS = REAL, SIMULATED = "real", "simulated"
NOTHING_TOLD: Mapping[str, None] = {}
TITLES = {
    "average_precision": "average precision",
    "recall_at_1pct_fpr": "recall at 1 % FPR",
    "brier": "Brier",
    "brier_skill": "Brier skill",
    "ece": "ECE",
    "calibration_slope": "slope",
}
SHORT = {"average_precision": "ap", "recall_at_1pct_fpr": "recall", "brier": "brier", "ece": "ece", "calibration_slope": "slope"}
# Columns of the record of trainings show a dozen characters.
SHORT_HEADS = {
    "bought_followers": "bought",
    "bought_engagement": "engagement",
    "diluted_audience": "diluted",
    "depersonalised_audience": "persona",
}
SHOWN = ("average_precision", "recall_at_1pct_fpr", "brier", "ece")


@dataclass(frozen=True)
class Measurement:
    """One metric of one model on one slice of the test accounts; NaN where a class is missing."""

    head: str
    model: str
    slice: str
    metric: str
    value: float
    low: float
    high: float
    accounts: int
    positives: int


class Facts(TypedDict):
    """What a card says besides numbers."""

    title: str
    questions: Mapping[str, str]
    data: str
    digest: str
    synthetic: bool
    split: str
    base_rates: Mapping[str, float]
    features: int
    versions: Mapping[str, str]
    limits: NotRequired[Sequence[str]]
    # Whether people labelled some accounts and a world others; then what is known of the labels, a sentence each.
    both_kinds: NotRequired[bool]
    labels: NotRequired[Sequence[str]]


def slices_by(names: Sequence[str] | np.ndarray) -> dict[str, np.ndarray]:
    """A mask (n,) for every name, in order of first appearance, such as the tier of each account."""
    labels = np.asarray(names, dtype=str)
    return {str(name): labels == name for name in dict.fromkeys(labels.tolist())}


def measure(
    y: np.ndarray,
    predictions: Mapping[str, np.ndarray],
    slices: Mapping[str, np.ndarray],
    head: str,
    seed: int = 0,
    units: np.ndarray | None = None,
) -> list[Measurement]:
    """Every metric of every model on all test accounts and on every slice.

    y: bool (n,); predictions: model -> probability (n,); slices: name -> bool (n,). Models share their resamples. units: (n,) names
    of what is resampled as one, when rows are copies of one account; without them every row is drawn alone.
    """
    y = np.asarray(y, bool)
    found = []
    for name, mask in {EVERYBODY: np.ones(y.size, bool), **slices}.items():
        for model, p in predictions.items():
            together = None if units is None else units[mask]
            for metric, interval in intervals(y[mask], np.asarray(p)[mask], groups=together, seed=seed).items():
                size, positives = int(mask.sum()), int(y[mask].sum())
                found.append(Measurement(head, model, name, metric, interval.value, interval.low, interval.high, size, positives))
    return found


def headline(measurements: Iterable[Measurement], model: str) -> dict[str, float]:
    """Short names for the record of trainings, the most telling first: recall, average precision, ECE, Brier, best baseline."""
    rows = [each for each in measurements if each.slice == EVERYBODY]
    heads = dict.fromkeys(each.head for each in rows)
    answer: dict[str, float] = {}
    for metric in ("recall_at_1pct_fpr", "average_precision", "ece", "brier", "calibration_slope"):
        for head in heads:
            name = f"{SHORT[metric]}_{SHORT_HEADS.get(head, head)}"
            values = {each.model: each.value for each in rows if (each.head, each.metric) == (head, metric)}
            answer[name] = values.pop(model)
            others = [value for value in values.values() if math.isfinite(value)]
            if others and metric in ("recall_at_1pct_fpr", "average_precision"):
                answer[f"baseline_{name}"] = max(others)
    return answer


def number(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """0.830 [0.790–0.870]; a dash where there is no value."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.3f}" + (f" [{low:.3f}–{high:.3f}]" if math.isfinite(low) and math.isfinite(high) else "")


def table(measurements: Sequence[Measurement], metrics: Sequence[str] = SHOWN) -> Group:
    """For a terminal of 80 columns: a table per head; under each number its interval, under each slice its model."""
    drawn = []
    for head, rows in _by_row(measurements).items():
        mine = Table(
            title=f"{head}: accounts that no model saw, 95 % bootstrap intervals", title_justify="left", box=SIMPLE, show_lines=False
        )
        mine.add_column("slice\nmodel")
        mine.add_column("positive\nof", justify="right")
        for name in metrics:
            mine.add_column("\n".join(TITLES.get(name, name).split(" at ")), justify="right")
        for (name, model), by_metric in rows.items():
            one = next(iter(by_metric.values()))
            cells = [_stacked(by_metric[metric]) if metric in by_metric else "–" for metric in metrics]
            mine.add_row(f"{name}\n  {model}", f"{one.positives:,}\n{one.accounts:,}", *cells)
        drawn.append(mine)
    return Group(*drawn)


def _stacked(one: Measurement) -> str:
    """A number with its interval below, without the zeros that every one of them begins with."""
    if not math.isfinite(one.value):
        return "–"
    return f"{one.value:.3f}" + (f"\n{one.low:.3f}–{one.high:.3f}".replace("0.", ".") if math.isfinite(one.low + one.high) else "")


def markdown(measurements: Sequence[Measurement], metrics: Sequence[str] = SHOWN) -> str:
    """The same as a markdown table."""
    (head, *lines), words = _grid(measurements, metrics)
    rule = ["---"] * words + ["---:"] * (len(head) - words)
    # MLflow draws cells without any space between them, and keeps only spaces that do not break.
    padded = [[f"{cell}\u00a0" for cell in line] for line in (head, *lines)]
    return "\n".join("| " + " | ".join(line) + " |" for line in [padded[0], rule, *padded[1:]])


def _by_row(measurements: Sequence[Measurement]) -> dict[str, dict[tuple[str, str], dict[str, Measurement]]]:
    """head -> (slice, model) -> metric -> measurement, in order of first appearance."""
    heads: dict[str, dict[tuple[str, str], dict[str, Measurement]]] = {}
    for each in measurements:
        heads.setdefault(each.head, {}).setdefault((each.slice, each.model), {})[each.metric] = each
    return heads


def _grid(measurements: Sequence[Measurement], metrics: Sequence[str]) -> tuple[list[list[str]], int]:
    """Rows with a heading, and how many of the first columns are words; the slice is named only if there are several."""
    several = len({each.slice for each in measurements}) > 1
    grid = [["head", *(["slice"] if several else []), "model", "positive", *(TITLES.get(name, name) for name in metrics)]]
    for head, rows in _by_row(measurements).items():
        for (name, model), by_metric in rows.items():
            one = next(iter(by_metric.values()))
            known = [by_metric.get(metric) for metric in metrics]
            cells = [number(each.value, each.low, each.high) if each else "–" for each in known]
            grid.append([head, *([name] if several else []), model, f"{one.positives:,} of {one.accounts:,}", *cells])
    return grid, 2 + several


def worst_slice(measurements: Iterable[Measurement], model: str, head: str, metric: str = "recall_at_1pct_fpr") -> Measurement | None:
    """The slice on which the model does worst, among those where the metric has a value."""
    rows = [each for each in measurements if (each.model, each.head, each.metric) == (model, head, metric) and each.slice != EVERYBODY]
    known = [each for each in rows if math.isfinite(each.value)]
    falling = METRICS[metric].better == "lower"
    return min(known, key=lambda each: -each.value if falling else each.value, default=None)


def card(facts: Facts, measurements: Sequence[Measurement], model: str, told: Mapping[str, Told | None] = NOTHING_TOLD) -> str:
    """The card of a training in markdown: what it answers, how well, where it fails, on which accounts, with what.

    told: "worst_vendor" (None: no vendor has enough test accounts), "coverage" and "decided" of the head bought_followers.
    The finding comes first, because MLflow folds a description after four lines.
    """
    kind = "**Synthetic accounts**: no number here says how well it does on real ones." if facts["synthetic"] else "Real accounts."
    if facts.get("both_kinds"):
        kind = "**Real and simulated labels**: how well it does on accounts that people labelled stands in the rows `real`."
    everybody = [each for each in measurements if each.slice == EVERYBODY or (each.slice in KINDS and each.model == model)]
    short = headline(everybody, model)
    lines = []
    for head in facts["questions"]:
        name = f"recall_{SHORT_HEADS.get(head, head)}"
        lines.append(
            f"{head.replace('_', ' ')}: finds {_percent(short.get(name))} while at most 1 % of clean accounts are flagged"
            f" (best baseline {_percent(short.get(f'baseline_{name}'))}).  "
        )
    lines += [kind, "", f"### {facts['title']}", "", "**What it answers**", ""]
    lines += [f"- `{head}` (base rate {_percent(facts['base_rates'][head])}): {asked}" for head, asked in facts["questions"].items()]
    lines += ["", "It speaks of the share of purchased-type followers and never says who bought them.", "", "**How well**", ""]
    lines += [markdown(_telling(everybody, model)), "", *_beside(told), "**Where it fails**", ""]
    if worst_vendor := told.get("worst_vendor"):
        lines.append(
            f"- `bought_followers`, worst vendor **{worst_vendor.whose}**: finds {_share(worst_vendor)} of the {worst_vendor.accounts:,}"
            " test accounts it sold to, at 1 % FPR."
        )
    elif "worst_vendor" in told:
        lines.append("- `bought_followers`: no vendor sold to enough test accounts to be called the worst.")
    for head in facts["questions"]:
        worst = worst_slice(measurements, model, head)
        if worst:
            lines.append(
                f"- `{head}`, worst slice **{worst.slice}**: recall at 1 % FPR {number(worst.value, worst.low, worst.high)}"
                f" on {worst.accounts:,} accounts, {worst.positives:,} of them positive."
            )
        small = [each for each in measurements if each.head == head and each.model == model and math.isnan(each.value)]
        if unknown := sorted({each.slice for each in small if each.metric == "average_precision"}):
            lines.append(f"- `{head}`, cannot be measured (a class is missing): {', '.join(unknown)}.")
    lines += [f"- {limit}" for limit in facts.get("limits", ())]
    lines += ["", "**Learnt from**", "", f"{facts['data']}, content `{facts['digest']}`. {facts['split']}. {facts['features']} features."]
    lines += ["", *(f"- {line}" for line in facts.get("labels", ()))]
    lines += ["", "Versions: " + ", ".join(f"{name} {version}" for name, version in facts["versions"].items()) + "."]
    return "\n".join(lines) + "\n"


def _telling(measurements: Sequence[Measurement], model: str) -> list[Measurement]:
    """The model, and of the baselines the one with the best average precision: MLflow cuts a description off after some 5,000 signs."""
    best: dict[str, Measurement] = {}
    for each in measurements:
        if each.metric == "average_precision" and each.model != model and math.isfinite(each.value):
            best[each.head] = max(each, best.get(each.head, each), key=lambda one: one.value)
    return [each for each in measurements if each.model == model or (each.head in best and each.model == best[each.head].model)]


def _beside(told: Mapping[str, Told | None]) -> list[str]:
    """What no metric of a head says: whether the intervals of the share hold, and how often there is an answer."""
    lines = []
    if (covered := told.get("coverage")) and covered.accounts:
        lines.append(f"- The 95 % interval of the share covers the true one in {_share(covered)} of {covered.accounts:,} accounts.")
    if (decided := told.get("decided")) and decided.accounts:
        lines.append(
            f"- `bought_followers` says yes or no of {_share(decided)} of {decided.accounts:,} accounts; the rest stays undecided."
        )
    return [*lines, ""] if lines else []


def _share(told: Told) -> str:
    return f"{100 * told.value:.0f} % [{100 * told.low:.0f}–{100 * told.high:.0f}]"


def _percent(share: float | None) -> str:
    return "an unknown share" if share is None or not math.isfinite(share) else f"{100 * share:.0f} %"
