"""What a search leaves for a reviewer: the finding first, then what was tried, what matters, and what the numbers cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import optuna
from optuna.trial import TrialState

from training import search_figures, studies, tracking
from training.experiment import Experiment
from training.searching import differing
from training.studies import PLACE, finished
from training.tuned import PARTITIONS, Gain


@dataclass(frozen=True)
class Story:
    """A finished search. kind: what accounts; accounts, left_out: how many were dealt to folds and how many test; kept: how."""

    experiment: Experiment
    study: optuna.Study
    kind: str
    accounts: int
    left_out: int
    kept: str
    now: Mapping[str, float]
    best: Mapping[str, float]
    gain: Gain | None

    @property
    def searched(self) -> tuple[float, float]:
        """Mean score of what stands and of the best trial on the folds of the search."""
        first = next(trial for trial in finished(self.study) if trial.user_attrs[PLACE] == 0)
        return float(first.value or np.nan), float(self.study.best_value)

    @property
    def short(self) -> str:
        """The finding in a list of runs."""
        return "nothing better found" if self.gain is None or self.gain.value <= 0 else str(self.gain)

    @property
    def finding(self) -> str:
        """One sentence: how much better, and whether that is more than noise."""
        if self.gain is None:
            return f"None of {len(finished(self.study))} trials beat the current settings; nothing is changed"
        if self.gain.value <= 0:
            return f"The best trial is no better on fresh folds ({self.gain}), so the current settings stay"
        sure = "more than noise" if self.gain.sure else "within noise"
        return f"The best settings score {self.gain} on {self.gain.folds} fresh folds, {sure}"


def record(run: tracking.Run, story: Story, path: Path) -> str:
    """Write everything into the run of the search; returns its card in Markdown."""
    trials, importance = finished(story.study), studies.importance(story.study)
    measured = {"gain": story.gain.value, "gain_low": story.gain.low, "gain_high": story.gain.high} if story.gain else {"gain": 0.0}
    before, best = story.searched
    pruned = sum(trial.state == TrialState.PRUNED for trial in trials)
    counts = {"trials_finished": float(len(trials)), "trials_given_up": float(pruned), "folds_saved": saved(story)}
    run.log_metrics({name: round(value, 5) for name, value in {**measured, "objective_best": best, "objective_current": before}.items()})
    run.log_metrics({**counts, **{f"importance/{name}": round(value, 4) for name, value in importance.items()}})
    run.log_rounds({"best_so_far": np.maximum.accumulate([trial.value for trial in trials if trial.value is not None]).tolist()})
    for name, value in story.best.items():
        run.store.client.log_param(run.id, f"best.{name}", f"{value:g}")
    run.store.client.update_run(run.id, name=f"tuning: {story.short}"[:80])
    run.store.client.set_tag(run.id, "change", "search: " + (differing(story.best, story.now) or "nothing better found"))
    run.log_figure(search_figures.history(trials, story.kind), "search_history")
    run.log_html(search_figures.page(story.study, story.finding, bool(importance)), "search")
    run.log_file(path)
    text = card(story, importance)
    run.describe(text)
    return text


def saved(story: Story) -> float:
    """Share of the fold fits that giving up early has saved, 0-1."""
    folds = max((len(trial.intermediate_values) for trial in finished(story.study)), default=0)
    done = sum(len(trial.intermediate_values) for trial in finished(story.study))
    return round(1 - done / max(1, folds * len(finished(story.study))), 4)


def card(story: Story, importance: Mapping[str, float]) -> str:
    """The finding first, then the settings beside each other, then what the numbers cannot say."""
    trials, (before, best) = finished(story.study), story.searched
    pruned = sum(trial.state == TrialState.PRUNED for trial in trials)
    matters = {name: f"{share:.0%}" for name, share in importance.items()}
    rows = [
        f"| {name} | {story.now[name]:g} | {story.best[name]:g} | {matters.get(name, 'too few trials')} |"
        for name in sorted(story.best, key=lambda name: -importance.get(name, 0.0))
    ]
    scores = [f"| score in the search | {before:.4f} | {best:.4f} |"]
    scores += [f"| score on fresh folds | {story.gain.current:.4f} | {story.gain.best:.4f} |"] if story.gain else []
    return "\n".join(
        [
            f"**{story.finding}.** The score is the mean over {len(story.experiment.heads)} heads of average precision, of {story.kind}.",
            "",
            "| setting | current | best found | share of the difference between trials |",
            "|---|---|---|---|",
            *rows,
            "",
            "| | current | best found |",
            "|---|---|---|",
            *scores,
            "",
            f"- The search alone says {best - before:+.4f}. That is too good: it is the highest of {len(trials)} tries on one deal of the "
            f"accounts (the winner's curse). Fresh folds deal the same accounts out {PARTITIONS} times more with other seeds, and their "
            "interval counts that they overlap (Nadeau & Bengio 2003). They are still the accounts that the search has seen.",
            f"- The {story.left_out:,} accounts that test took no part in any fold: train the file and `compare` it to know what they say.",
            f"- {story.accounts:,} accounts that fit or calibrate, in {story.kept}. Each is judged with all of its evidence, and with "
            "tables missing.",
            f"- {len(trials)} trials finished, {pruned} of them given up early, which saved {saved(story):.0%} of the fold fits.",
        ]
    )
