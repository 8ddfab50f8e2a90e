"""What a training leaves for its reviewers: tables of every answer, the numbers that decide, pictures, and a card."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.bundle import Bundle
from training import answers, differing, figures, interactive, labelled, provenance, report, splits, tracking
from training.answers import Answered
from training.experiment import Experiment
from training.findings import findings
from training.headline import Told, coverage, decided, headline, slices, worst_vendor
from training.learning import Learnt
from training.origin import FILE


@dataclass(frozen=True)
class Found:
    """What was found on the test accounts: a row per account and head, per account with a share, per head and feature, and per metric of a
    model on a slice; and the headline."""

    evaluation: pd.DataFrame
    shares: pd.DataFrame
    importance: pd.DataFrame
    measurements: pd.DataFrame
    headline: Mapping[str, float]
    told: Mapping[str, Told | None]


def found(
    bundle: Bundle,
    learning: labelled.Learning,
    split: splits.Split,
    heads: Mapping[str, Learnt],
    measurements: list[report.Measurement],
    home: Path,
) -> Found:
    """The bundle's answers on every test account, under names that may be recorded."""
    answered = Answered.of(bundle, learning, split.test)
    evaluation = answers.disguised(answered.answers(_baselines(split, heads)), learning, home)
    shares = answers.disguised(answered.shares(), learning, home)
    told = {"worst_vendor": worst_vendor(evaluation), "coverage": coverage(shares), "decided": decided(evaluation)}
    numbers = headline(evaluation, shares, measurements)
    return Found(evaluation, shares, answered.importance(), pd.DataFrame(measurements), numbers, told)


def tags(experiment: Experiment, source: labelled.Source) -> dict[str, str]:
    """What a run was made of, beside its parameters."""
    return {
        "change": experiment.said,
        "data": source.described,
        "data_hash": source.digest,
        "code": provenance.code_version(),
        "features": provenance.features_hash(),
    }


def write(
    run: tracking.Run,
    experiment: Experiment,
    source: labelled.Source,
    split: splits.Split,
    heads: Mapping[str, Learnt],
    found: Found,
    folded: Mapping[str, float],
    card: str,
    bundle: Path,
    aliases: tuple[str, ...],
) -> None:
    """Record everything that a reviewer compares, the headline first, and register the bundle."""
    # Four digits are more than the intervals bear, and MLflow's columns show no more.
    for numbers in (found.headline, slices(found.evaluation), folded):
        run.log_metrics({name: round(value, 4) for name, value in numbers.items()})
    for side in splits.SIDES:
        run.log_dataset(source.described, source.digest, source.place, len(getattr(split, side)), side)
    for name, learnt in heads.items():
        run.log_rounds({f"{name}/{side}_logloss": losses for side, losses in learnt.rounds.items()})
    for name in ("evaluation", "shares", "importance", "measurements"):
        run.log_table(getattr(found, name), name)
    shown = findings(found.evaluation, found.shares, found.importance)
    for name, figure in figures.drawn(shown, source.kind).items():
        run.log_figure(figure, name)
    run.log_html(interactive.page(shown, experiment.title, source.kind), "figures")
    with tempfile.TemporaryDirectory(prefix="authenticity-") as folder:
        choices = Path(folder) / FILE
        choices.write_text(differing.toml(experiment), "utf-8")
        run.log_file(choices)
    run.describe(card)
    run.log_bundle(bundle)
    run.register(alias=aliases)


def _baselines(split: splits.Split, heads: Mapping[str, Learnt]) -> dict[str, dict[str, np.ndarray]]:
    """The baselines' probabilities on all test accounts (m,), NaN for those that the head was not tested on."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, learnt in heads.items():
        place = np.searchsorted(split.test, learnt.rows)
        found[name] = {}
        for baseline, p in learnt.predictions.items():
            found[name][baseline] = np.full(len(split.test), np.nan)
            found[name][baseline][place] = p
    return found
