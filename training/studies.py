"""A search on disk: what was tried and how it went survives a killed process, and no other experiment continues it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from features.locks import held
from training.refusals import TrainingRefusal
from training.space import Range, Space

optuna.logging.set_verbosity(optuna.logging.WARNING)

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
# So many settings are drawn at random before the sampler has something to learn from, and so many end before any is given up early.
AT_RANDOM, NEVER_PRUNED = 10, 5
# A trial that has ended its process so often is not asked a second time: the next one is drawn in its place.
TRIES = 3
PLACE, RUN = "place", "run"


def name_of(experiment: str, fingerprint: str, space: Space) -> str:
    """ "default-3f9a…": the experiment, and a hash of its data, labels, folds and space."""
    plain = re.sub(r"[^a-z0-9]+", "-", experiment.lower()).strip("-")[:40] or "experiment"
    facts = json.dumps(space.facts(), sort_keys=True)
    return f"{plain}-{hashlib.sha256(f'{fingerprint} {facts}'.encode()).hexdigest()[:12]}"


@contextmanager
def opened(home: Path, name: str) -> Iterator[tuple[optuna.Study, list[str]]]:
    """The study of that name under HOME/studies, made when new. What a killed process left running in it is marked as failed, and the
    ids of the runs that recorded it are told.

    One process at a time: while it holds the study's file no trial of another can run, so that every running one is a dead one, without
    waiting for a heartbeat to stay away. Raises TrainingRefusal when another process is at it.
    """
    folder = home / "studies"
    try:
        with held(folder / f"{name}.lock", patience=0):
            storage = _storage(folder / f"{name}.db")
            try:
                study = optuna.create_study(study_name=name, storage=storage, direction="maximize", load_if_exists=True)
                study.pruner = MedianPruner(n_startup_trials=NEVER_PRUNED, n_warmup_steps=1)
                lost = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
                for trial in lost:
                    study.tell(trial.number, state=TrialState.FAIL)
                yield study, [trial.user_attrs[RUN] for trial in lost if RUN in trial.user_attrs]
            finally:
                storage.remove_session()
                storage.engine.dispose()
    except TimeoutError:
        reason = f"another process is tuning the same thing (study {name}); wait for it, or end it and give this one more --jobs"
        raise TrainingRefusal([reason]) from None


def _storage(path: Path) -> RDBStorage:
    """SQLite: every step is a transaction, so a killed process leaves a whole file. A journal would be left with half a line, after which
    nothing in it can be read, and with a lock that others wait half a minute for. Made under another name and renamed when whole."""
    if not path.exists():
        draft = path.with_suffix(".draft")
        for leftover in path.parent.glob(f"{draft.name}*"):
            leftover.unlink()
        RDBStorage(f"sqlite:///{draft.as_posix()}").engine.dispose()
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        draft.replace(path)
    return RDBStorage(f"sqlite:///{path.as_posix()}", engine_kwargs={"connect_args": {"timeout": 60}})


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that came to an end, early ones included, in the order of their places."""
    return sorted(study.get_trials(deepcopy=False, states=FINISHED), key=lambda trial: trial.user_attrs[PLACE])


def ask(study: optuna.Study, space: Space, now: dict[str, float], seed: int) -> optuna.Trial:
    """The next trial: at place 0 what stands today, then what the sampler draws. Not for two threads at once.

    What is drawn depends on the seed, on the place and on what has finished, and on nothing else: a search that was killed and goes on
    tries what it would have tried, and no place is drawn twice.
    """
    trials = study.get_trials(deepcopy=False)
    taken = {trial.user_attrs.get(PLACE) for trial in trials if trial.state in (*FINISHED, TrialState.RUNNING)}
    place = next(number for number in range(len(trials) + 1) if number not in taken)
    if place == 0 and not any(trial.state == TrialState.WAITING for trial in trials):
        study.enqueue_trial({name: now[name] for name in space.ranges})
    failed = sum(trial.user_attrs.get(PLACE) == place for trial in trials if trial.state == TrialState.FAIL)
    drawn = int.from_bytes(hashlib.sha256(f"{seed} {place} {failed // TRIES}".encode()).digest()[:4])
    study.sampler = TPESampler(n_startup_trials=AT_RANDOM, multivariate=True, seed=drawn)
    trial = study.ask({name: distribution(each) for name, each in space.ranges.items()})
    trial.set_user_attr(PLACE, place)
    return trial


def choices(trial: optuna.Trial | FrozenTrial, space: Space, now: dict[str, float]) -> dict[str, float]:
    """The settings that a trial tries: at place 0 what stands, digit for digit."""
    if trial.user_attrs[PLACE] == 0:
        return {name: now[name] for name in space.ranges}
    return {name: space.ranges[name].rounded(value) for name, value in trial.params.items()}


def distribution(wanted: Range) -> BaseDistribution:
    if wanted.whole:
        return IntDistribution(int(wanted.low), int(wanted.high), log=wanted.log)
    return FloatDistribution(wanted.low, wanted.high, log=wanted.log)


def importance(study: optuna.Study) -> dict[str, float]:
    """How much each setting decides the score (PED-ANOVA, Watanabe et al. 2023), largest first, summing to 1; empty where too few
    trials have been completed to say."""
    if len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))) < AT_RANDOM:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = optuna.importance.get_param_importances(study)
    return {name: float(value) for name, value in found.items()}
