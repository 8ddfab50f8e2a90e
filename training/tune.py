"""tune(): a search for better settings, top to bottom: learners → folds → trials → fresh folds → record → experiment to train."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from optuna.trial import TrialState

from training import labelled, search_page, studies, tracking, tuned
from training.experiment import Experiment
from training.labelled import Learning, Source
from training.objective import Objective
from training.refusals import TrainingRefusal
from training.searching import Search
from training.stages import Stages
from training.tuning_folds import folds

READ, COMPUTE, TRY = "read the dataset", "compute the features of each fold", "try settings"
AGAIN, SAVE = "measure again on fresh folds", "save and record"


@dataclass(frozen=True)
class Tuned:
    """What a search leaves behind. before, finished: trials when it began and when it ended; gain: None where nothing beat what stands."""

    run_id: str
    study: str
    before: int
    finished: int
    gain: tuned.Gain | None
    card: str
    path: Path


def faults(trials: int, jobs: int, timeout: float | None) -> list[str]:
    """All that is wrong with the numbers of a search."""
    found = [f"{name} is {value}; at least 1 is needed" for name, value in (("--trials", trials), ("--jobs", jobs)) if value < 1]
    return found if timeout is None or timeout > 0 else [*found, f"--timeout is {timeout:g} s; it must be above 0"]


def tune(
    source: Path,
    experiment: Experiment,
    home: Path,
    trials: int,
    data: Path | None = None,
    uri: str | None = None,
    jobs: int = 1,
    timeout: float | None = None,
    stages: Stages | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> Tuned:
    """Search until `trials` have finished in all, earlier calls included, or for `timeout` seconds, and write what to train next.

    source: the file that `experiment` was read from. Ctrl-C and kill -9 lose the trials under way; the same call goes on. Raises
    TrainingRefusal or DatasetError when there is nothing to search by, KeyboardInterrupt on Ctrl-C.
    """
    if wrong := faults(trials, jobs, timeout):
        raise TrainingRefusal(wrong)
    stages = stages or Stages()
    stages.plan({READ: 4, COMPUTE: 10, TRY: 5 * trials, AGAIN: 30, SAVE: 4})
    place = labelled.source_of(experiment, home, data, stages)
    with stages(READ):
        learning, left_out = learners(experiment, place)
    with stages(COMPUTE) as advance:
        made, kept = folds(learning, experiment.space.folds, experiment.seed)
        objective = Objective.of(learning, experiment, made, advance=advance)
        name = studies.name_of(experiment.name, objective.fingerprint(), experiment.space)
    store = tracking.store(home, uri)
    with studies.opened(home, name) as (study, lost):
        tracking.sweep(store)
        tracking.disown(store, lost)
        before = len(studies.finished(study))
        note(_begins(name, before, trials))
        params = {**experiment.params(), "trials": trials, **{f"search.{key}": str(each) for key, each in experiment.space.ranges.items()}}
        with tracking.run(store, experiment.name, f"tuning {experiment.name}", params, {"study": name}, kind="tuning") as run:
            mine = [trial.user_attrs[studies.RUN] for trial in study.get_trials(deepcopy=False) if studies.RUN in trial.user_attrs]
            tracking.adopt(store, run.id, mine)
            run.log_dataset(place.described, place.digest, place.place, learning.table.n, "tune")
            until = float("inf") if timeout is None else time.monotonic() + timeout
            try:
                with stages(TRY, trials) as advance:
                    Search(study, objective, run, trials, jobs, until, advance).go()
                if not any(trial.state == TrialState.COMPLETE for trial in studies.finished(study)):
                    raise TrainingRefusal([f"no trial was measured within {timeout:g} s; give it more time"])
            except KeyboardInterrupt:
                note(_stopped(len(studies.finished(study)), trials))
                raise
            now = experiment.now
            best = studies.choices(study.best_trial, experiment.space, now)
            found = None
            if study.best_trial.user_attrs[studies.PLACE] > 0:
                with stages(AGAIN) as advance:
                    found = tuned.again(objective, best, jobs, advance)
            with stages(SAVE):
                path = tuned.write(home, source, experiment, best, found)
                story = search_page.Story(experiment, study, place.kind, learning.table.n, left_out, kept, now, best, found)
                card = search_page.record(run, story, path)
        return Tuned(run.id, name, before, len(studies.finished(study)), found, card, path)


def learners(experiment: Experiment, place: Source) -> tuple[Learning, int]:
    """The accounts that fit and calibrate, and how many are left out because they test: nothing else of these leaves this function."""
    whole = labelled.read(place, experiment.heads)
    split = labelled.split(experiment, whole)
    labelled.refuse_leaks(split, whole)
    return labelled.learners(whole, split), len(split.test)


def _begins(name: str, before: int, trials: int) -> str:
    if not before:
        return f"study {name}: a new search for {trials} trials"
    if before >= trials:
        return f"study {name}: {before} trials have finished already, so none of the {trials} is left to try"
    return f"study {name}: {before} of {trials} trials have finished already; going on with the other {trials - before}"


def _stopped(done: int, trials: int) -> str:
    return f"stopped: {done} of {trials} trials are kept; the same command goes on with them"
