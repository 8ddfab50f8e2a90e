"""What is recorded of every test account: the verdict's own answer, beside what is true, under a name that may be recorded."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.bundle import Bundle
from models.channels import channels
from models.decision import Limits
from models.verdict import judge_table
from training import answers, compare, labelled, tracking
from training.answers import Answered
from training.experiment import Experiment
from training.labelled import Learning
from training.metrics import METRICS
from training.splits import Split

MEASURED = ("bought_followers", "all", "brier")


@pytest.fixture(scope="module")
def learning(small_world: Path, trained: Any) -> Learning:
    return labelled.read(labelled.Source(small_world, "", "", "", synthetic=True), tuple(trained.bundle.heads))


@pytest.fixture(scope="module")
def split(learning: Learning, small_experiment: Experiment) -> Split:
    return labelled.split(small_experiment, learning)


@pytest.fixture(scope="module")
def evaluation(trained: Any, learning: Learning, split: Split) -> pd.DataFrame:
    return answers.answers(trained.bundle, learning, split.test)


@pytest.fixture(scope="module")
def recorded(trained: Any, champion_home: Path) -> pd.DataFrame:
    return tracking.read_table(tracking.store(champion_home), trained.run_id, "evaluation")


def loosened(bundle: Bundle) -> Bundle:
    """The same bundle as if many more accounts had calibrated it, so that it says yes and no and not only that it is undecided."""
    heads = {}
    for name, model in bundle.heads.items():
        one = channels(model.head)
        groups = ["+".join(some) for size in range(1, len(one) + 1) for some in combinations(one, size)]
        heads[name] = replace(model, limits=Limits(dict.fromkeys(groups, -9.0), dict.fromkeys(groups, 9.0), {}, 1.0))
    return replace(bundle, heads=heads)


def test_every_answer_is_the_verdicts(trained: Any, learning: Learning, split: Split) -> None:
    bundle, test = loosened(trained.bundle), split.test[:60]
    rows = answers.answers(bundle, learning, test).set_index(["account_id", "head"])
    said = set()
    for verdict in judge_table(bundle, learning.table.only(test)):
        for head, answer in verdict["heads"].items():
            row = rows.loc[(verdict["account_id"], head)]
            assert (row["decision"], row["stated"]) == (answer["decision"], pytest.approx(answer["probability"], abs=1e-12))
            assert row["reasons"] == ", ".join(reason["feature"] for reason in answer["reasons"])
            assert row["seen"] == ", ".join(verdict["evidence"]["seen"])
            said.add(answer["decision"])
    assert said == {"yes", "no", "undecided"}


def test_what_a_training_records_is_what_its_bundle_answers(recorded: pd.DataFrame, evaluation: pd.DataFrame) -> None:
    same = [name for name in evaluation if name not in ("tree", "logistic")]
    assert set(compare.COLUMNS) <= set(same)
    pd.testing.assert_frame_equal(recorded[same], evaluation[same], check_dtype=False, atol=1e-9)


def test_the_recorded_probabilities_are_those_that_were_measured(trained: Any, recorded: pd.DataFrame, champion_home: Path) -> None:
    metrics = tracking.store(champion_home).client.get_run(trained.run_id).data.metrics
    measured = {each.model: each.value for each in trained.measurements if (each.head, each.slice, each.metric) == MEASURED}
    known = recorded[(recorded["head"] == "bought_followers") & recorded["value"].notna()]
    y = known["value"].to_numpy() == 1
    for column, model in (("probability", "xgboost"), ("tree", "depth2_tree"), ("logistic", "logistic")):
        assert METRICS["brier"](y, known[column].to_numpy()) == pytest.approx(measured[model], abs=1e-9)
    assert metrics["brier_bought"] == pytest.approx(measured["xgboost"], abs=1e-4)


def test_truth_vendor_and_scenario_are_the_simulators(evaluation: pd.DataFrame, learning: Learning) -> None:
    mine = evaluation[evaluation["head"] == "bought_followers"]
    bought = mine["share"] > 0
    assert bought.any() and mine.loc[bought, "vendor"].str.contains("vendor-").all()
    # Whoever ordered likes alone has a seller too; an honest account has none.
    assert (mine.loc[~bought, "vendor"] == "").mean() > 0.8
    assert (mine["scenario"] != "").all() and mine.loc[mine["scenario"] == "bought_instant", "share"].gt(0).all()


def test_the_true_share_counts_followers_that_nobody_ordered(trained: Any, learning: Learning, split: Split) -> None:
    shares = Answered.of(trained.bundle, learning, split.test).shares()
    ordered = dict(zip(learning.table.account_ids, learning.shares["bought_followers"], strict=True))
    assert (shares["true"] >= shares["account_id"].map(ordered) - 1e-9).all() and (shares["true"] > 0).all()
    held = (shares["low"] <= shares["true"]) & (shares["true"] <= shares["high"])
    assert held.mean() > 0.9


def test_accounts_that_nobody_simulated_are_recorded_under_pseudonyms(evaluation: pd.DataFrame, learning: Learning, tmp_path: Path) -> None:
    assert answers.disguised(evaluation, learning, tmp_path) is evaluation and not (tmp_path / "pseudonyms.key").exists()
    real = replace(learning, synthetic=False)
    once, again = (answers.disguised(evaluation, real, tmp_path) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert once["account_id"].nunique() == evaluation["account_id"].nunique()
    text = once.to_csv()
    assert not [name for name in evaluation["account_id"].unique() if name in text]


def test_importance_ranks_every_feature_of_every_head(trained: Any, learning: Learning, split: Split) -> None:
    found = Answered.of(trained.bundle, learning, split.test[:50]).importance()
    for name, model in trained.bundle.heads.items():
        rows = found[found["head"] == name]
        assert set(rows["feature"]) == set(model.trees.names)
        assert (np.diff(rows["contribution"]) <= 0).all() and rows["contribution"].iloc[0] > 0
