"""Folds: every account that teaches is held out once, nothing of a vendor on both sides, and the test side never touched."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.catalog import build
from models.heads import HEADS
from training import labelled, tracking
from training.experiment import Experiment
from training.folds import folds, kept_together, measure, score
from training.labelled import Learning
from training.refusals import TrainingRefusal
from training.splits import Split


@pytest.fixture(scope="module")
def learning(small_world: Path, trained: Any) -> Learning:
    return labelled.read(labelled.Source(small_world, "", "", "", synthetic=True), tuple(trained.bundle.heads))


@pytest.fixture(scope="module")
def split(learning: Learning, small_experiment: Experiment) -> Split:
    return labelled.split(small_experiment, learning)


@pytest.mark.parametrize("n", [2, 5])
def test_each_account_that_teaches_is_held_out_once_and_no_test_account_ever(learning: Learning, split: Split, n: int) -> None:
    made = folds(learning, split, n, seed=7)
    teaches = np.sort(np.concatenate([split.fit, split.calibrate]))
    assert np.array_equal(np.sort(np.concatenate([held_out for _, held_out in made])), teaches)
    for fit, held_out in made:
        assert not set(fit) & set(held_out) and not (set(fit) | set(held_out)) & set(split.test)
        names = np.array(learning.groups) if kept_together(learning, split, n) == "source" else learning.vendors
        assert not set(names[fit]) & set(names[held_out])
    assert kept_together(learning, split, 2) == "source" and kept_together(learning, split, 5) == "vendor"


def test_folds_are_alike_in_size_and_classes(learning: Learning, split: Split) -> None:
    held = [held_out for _, held_out in folds(learning, split, 5, seed=7)]
    sizes = [len(rows) for rows in held]
    positives = [int((learning.values["bought_followers"][rows] == 1).sum()) for rows in held]
    assert max(sizes) < 1.5 * min(sizes) and max(positives) < 2 * min(positives)


def test_the_same_seed_gives_the_same_folds_and_another_one_others(learning: Learning, split: Split) -> None:
    one, same, other = ([held_out.tolist() for _, held_out in folds(learning, split, 5, seed)] for seed in (7, 7, 8))
    assert one == same != other


def test_folds_without_both_classes_are_refused(learning: Learning, split: Split) -> None:
    rare = {"bought_followers": np.where(np.arange(learning.table.n) == split.fit[0], 1.0, 0.0)}
    with pytest.raises(TrainingRefusal, match="fold 1 of 3"):
        folds(replace(learning, values=rare), split, 3, seed=7)


def test_each_fold_is_a_child_of_the_run_and_the_run_has_mean_and_spread(
    learning: Learning, split: Split, small_experiment: Experiment, trained: Any, tmp_path: Path
) -> None:
    experiment = replace(small_experiment, heads=("bought_followers",), folds=3)
    matrix = build(learning.table, trained.bundle.reference)
    store = tracking.store(tmp_path)
    with tracking.run(store, experiment.name, "parent") as run:
        found = measure(run, experiment, learning, split, matrix, None, lambda done, of: None)
    own = f"tags.`mlflow.parentRunId` = '{run.id}'"
    children = store.client.search_runs([run.experiment_id], own)
    assert len(children) == 3 and {child.data.tags["kind"] for child in children} == {"fold"}
    recall = [child.data.metrics["recall_bought"] for child in children]
    assert found["folds/recall_bought_mean"] == pytest.approx(np.mean(recall), abs=1e-3)
    assert found["folds/recall_bought_sd"] == pytest.approx(np.std(recall, ddof=1), abs=1e-3)
    fold = folds(learning, split, 3, experiment.seed)[0]
    one = score(HEADS["bought_followers"], matrix, None, learning, fold, experiment.trees, experiment.seed)
    assert one["average_precision"] > 2 * np.nanmean(learning.values["bought_followers"])


def test_labels_of_the_test_side_change_no_fold(learning: Learning, split: Split, small_experiment: Experiment, trained: Any) -> None:
    turned = {name: values.copy() for name, values in learning.values.items()}
    for values in turned.values():
        values[split.test] = 1 - values[split.test]
    other = replace(learning, values=turned)
    matrix = build(learning.table, trained.bundle.reference)
    first, second = (
        score(HEADS["bought_followers"], matrix, None, each, folds(each, split, 3, 7)[1], small_experiment.trees, 7)
        for each in (learning, other)
    )
    assert first == second
