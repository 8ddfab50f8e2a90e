"""The search itself: settings are tried side by side, given up when they fall behind, and recorded one by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import optuna
from optuna.trial import TrialState

from training import studies, tracking
from training.experiment import Experiment
from training.objective import Objective
from training.stages import Advance
from training.studies import PLACE, RUN, finished


class Stopped(BaseException):
    """The user has ended the search while this trial was under way; its run is then KILLED, as an interrupted training is."""


@dataclass
class Search:
    """Tries settings until `trials` have finished in all, earlier calls included, or until the moment `until` (time.monotonic)."""

    study: optuna.Study
    objective: Objective
    parent: tracking.Run
    trials: int
    jobs: int = 1
    until: float = float("inf")
    advance: Advance = lambda done, of: None
    _asking: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def experiment(self) -> Experiment:
        return self.objective.experiment

    def go(self) -> None:
        """Raises what a trial raised, or KeyboardInterrupt; the trials under way are then ended first and marked as what they are."""
        with ThreadPoolExecutor(self.jobs, thread_name_prefix="trial") as pool:
            # Trials run in threads of their own, so that this one hears of Ctrl-C at once.
            working: list[Future[None]] = [pool.submit(self._work) for _ in range(self.jobs)]
            try:
                done, _ = wait(working, return_when=FIRST_EXCEPTION)
            except BaseException:
                self._stop.set()
                raise
            self._stop.set()
        for each in done:
            each.result()

    def _work(self) -> None:
        while (trial := self._next()) is not None:
            try:
                self._try(trial)
            except BaseException as fault:
                self.study.tell(trial, state=TrialState.FAIL)
                if isinstance(fault, Stopped):
                    return
                raise
            self.advance(len(finished(self.study)), self.trials)

    def _next(self) -> optuna.Trial | None:
        with self._asking:
            counted = self.study.get_trials(deepcopy=False, states=(*studies.FINISHED, TrialState.RUNNING))
            if len(counted) >= self.trials or time.monotonic() >= self.until or self._stop.is_set():
                return None
            return studies.ask(self.study, self.experiment.space, self.experiment.now, self.experiment.seed)

    def _try(self, trial: optuna.Trial) -> None:
        """One trial from its first fold to its last, or to the one after which it is too far behind."""
        tried, place = studies.choices(trial, self.experiment.space, self.experiment.now), trial.user_attrs[PLACE]
        scores, folds = list[float](), len(self.objective.folds)
        about = {"change": differing(tried, self.experiment.now) or "the current values", "study": self.study.study_name}
        title = f"trial {place}: {about['change']}"[:80]
        with tracking.run(self.parent.store, self.experiment.name, title, tried, about, parent=self.parent.id, kind="trial") as run:
            trial.set_user_attr(RUN, run.id)
            pruned = False
            for number in range(folds):
                if self._stop.is_set():
                    raise Stopped
                scores.append(self.objective.score(tried, number, self.experiment.seed))
                trial.report(float(np.mean(scores)), number)
                # What stands is measured to the end, or nothing could be compared with it.
                pruned = place > 0 and number + 1 < folds and trial.should_prune()
                if pruned:
                    break
            run.log_rounds({"objective_by_fold": scores})
            if pruned:
                outcome = f"given up after {len(scores)} of {folds} folds"
            else:
                outcome = "measured on all folds"
                run.log_metrics({"objective": round(float(np.mean(scores)), 5)})
            run.store.client.set_tag(run.id, "outcome", outcome)
        # Only now: a trial that counts as finished has a run that is.
        value = {"state": TrialState.PRUNED} if pruned else {"values": float(np.mean(scores))}
        self.study.tell(trial, **value)


def differing(tried: Mapping[str, float], now: Mapping[str, float]) -> str:
    """ "eta 0.05 → 0.08, max_depth 4 → 6"; empty where nothing differs."""
    return ", ".join(f"{name} {now[name]:g} → {value:g}" for name, value in tried.items() if value != now[name])


def side_by_side(work: Callable[[int], None], count: int, jobs: int) -> None:
    """work(0) … work(count - 1) in `jobs` threads; Ctrl-C drops what has not begun."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(work, number) for number in range(count)]
        try:
            for each in waiting:
                each.result()
        except BaseException:
            with suppress(Exception):
                pool.shutdown(wait=False, cancel_futures=True)
            raise
