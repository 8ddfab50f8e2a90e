"""An audit finds labels that were turned round, and what a reviewer corrects comes back as labels."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import authenticity
from features import dataset
from features.problems import DatasetError
from training import audit, corrections, labelled
from training.experiment import Experiment
from training.refusals import TrainingRefusal
from training.stages import Stages
from training.worlds import simulate

TURNED = 30
FEW_ROUNDS = Experiment(trees={**Experiment().trees, "rounds": 40, "max_depth": 3})


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A labelled dataset in which thirty clear labels of bought_followers were turned round, and the names of their accounts."""
    folder = tmp_path_factory.mktemp("audit") / "data"
    simulate(folder, 900, 21)
    labels = pd.read_parquet(folder / "labels.parquet")
    asked = labels["head"] == "bought_followers"
    clear = labels.index[asked & ((labels.share == 0) | (labels.share >= 0.25))]
    rows = np.random.default_rng(4).choice(clear, TURNED, replace=False)
    labels.loc[rows, "value"] = 1 - labels.loc[rows, "value"]
    labels["share"] = np.nan
    labels.to_parquet(folder / "labels.parquet")
    return folder, set(labels.loc[rows, "account_id"])


@pytest.fixture(scope="module")
def learning(turned: tuple[Path, set[str]]) -> labelled.Learning:
    source = labelled.source_of(FEW_ROUNDS, Path(), turned[0], Stages())
    return labelled.read(source, ("bought_followers",))


@pytest.fixture(scope="module")
def found(learning: labelled.Learning) -> audit.Audited:
    (only,) = audit.audit(learning, FEW_ROUNDS)
    return only


def test_labels_that_were_turned_round_are_suspected(
    turned: tuple[Path, set[str]], learning: labelled.Learning, found: audit.Audited
) -> None:
    ids = learning.table.account_ids
    suspected = [ids[doubt.row] for doubt in found.doubts if doubt.suspected]
    caught = turned[1] & set(suspected)
    assert len(caught) >= 0.7 * TURNED
    # A fiftieth of the labels was turned; those among the most doubtful fiftieth are far more than that.
    first = [ids[doubt.row] for doubt in found.doubts[:TURNED]]
    assert len(turned[1] & set(first)) >= 0.3 * TURNED
    assert found.ap_without > found.ap


def test_the_least_likely_label_comes_first_and_says_what_speaks_against_it(found: audit.Audited) -> None:
    quality = [doubt.quality for doubt in found.doubts]
    assert quality == sorted(quality) and len(quality) >= audit.ALWAYS_AGAIN * found.labels
    for doubt in found.doubts:
        assert doubt.quality == pytest.approx(doubt.probability if doubt.value else 1 - doubt.probability)
    assert sum(doubt.speaks_against.endswith(".") for doubt in found.doubts) >= 0.9 * len(found.doubts)


def test_no_account_is_judged_by_its_own_source(learning: labelled.Learning) -> None:
    plan, _ = audit._folds(learning, learning.values, 7)
    groups = np.array(learning.groups)
    judged = np.concatenate([mine for _, mine in plan])
    assert sorted(judged) == list(range(len(groups)))
    assert all(not set(groups[others]) & set(groups[mine]) for others, mine in plan)


def test_labels_of_one_class_cannot_be_audited(learning: labelled.Learning) -> None:
    one = labelled.Learning(
        learning.table,
        learning.groups,
        learning.vendors,
        learning.composed,
        {"bought_followers": np.zeros(learning.table.n)},
        learning.shares,
        None,
        learning.synthetic,
        learning.scenarios,
        learning.purchased,
    )
    with pytest.raises(TrainingRefusal, match="bought_followers: 900 no, 0 yes"):
        audit.audit(one, FEW_ROUNDS)


@pytest.fixture
def doubts(turned: tuple[Path, set[str]], learning: labelled.Learning, found: audit.Audited, tmp_path: Path) -> Path:
    file = tmp_path / "doubts.csv"
    corrections.write([found], learning.table.account_ids, dataset.read(turned[0], ("accounts", "labels"))["labels"], file)
    return file


def test_a_corrected_file_is_read_back_into_the_dataset(turned: tuple[Path, set[str]], doubts: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(doubts)
    assert list(rows.columns) == list(corrections.COLUMNS)
    again = rows.account_id.isin(turned[1])
    rows["corrected"] = np.where(again, (1 - rows["value"]).astype(str), "")
    rows["reviewer"] = np.where(again, "mira", "")
    rows.to_csv(doubts, index=False)
    changed = corrections.apply(turned[0], corrections.read(doubts), tmp_path / "corrected")
    before, after = (pd.read_parquet(folder / "labels.parquet") for folder in (turned[0], tmp_path / "corrected"))
    key = ["account_id", "head"]
    both = before.merge(after, on=key, suffixes=("", "_now"))
    assert len(both) == len(before) == len(after) and changed == again.sum() == (both.value != both.value_now).sum()
    mended = both[both.value != both.value_now]
    assert set(mended.account_id) == set(rows.account_id[again]) and set(mended.by_now) == {"mira"}
    assert (mended.source == mended.source_now).all() and mended.share_now.isna().all()
    untouched = both[both.value == both.value_now]
    assert (untouched.by == untouched.by_now).all()
    assert not dataset.validate(tmp_path / "corrected")


def test_everything_wrong_with_a_filled_in_file_is_told_at_once(doubts: Path) -> None:
    rows = pd.read_csv(doubts, dtype=str, keep_default_na=False)
    rows.loc[0, "corrected"] = "perhaps"
    rows.loc[1, ["corrected", "head"]] = ["1", "bought_house"]
    twice = rows.loc[[2, 2]].assign(corrected=["0", "1"])
    pd.concat([rows, twice]).to_csv(doubts, index=False)
    with pytest.raises(DatasetError) as told:
        corrections.read(doubts)
    said = str(told.value)
    assert all(part in said for part in ("row 1: corrected is 'perhaps'", "row 2: head is 'bought_house'", "to both 0 and 1"))


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "no CSV"), ("account_id,head\n1,x\n", "it lacks corrected"), ("account_id,head,corrected\n1,diluted_audience,\n", "no row has")],
)
def test_a_file_without_corrections_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "empty.csv"
    file.write_text(content)
    with pytest.raises(DatasetError, match=said):
        corrections.read(file)


def test_corrections_of_unknown_accounts_are_refused(turned: tuple[Path, set[str]], doubts: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(doubts, dtype=str, keep_default_na=False).head(1)
    rows.assign(corrected="1", account_id="nobody").to_csv(doubts, index=False)
    with pytest.raises(DatasetError, match=r"1 corrected labels are of accounts that .* does not have, such as nobody"):
        corrections.apply(turned[0], corrections.read(doubts), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_dataset_in_parts_keeps_its_parts(tmp_path: Path, turned: tuple[Path, set[str]]) -> None:
    tables = dataset.read(turned[0])
    for number in range(2):
        ids = tables["accounts"]["account_id"].to_pylist()[number::2]
        for name, table in tables.items():
            mine = table.filter([value in set(ids) for value in table["account_id"].to_pylist()])
            dataset.write(tmp_path / "parts", {name: mine}, number)
    file = tmp_path / "one.csv"
    file.write_text("account_id,head,corrected\n" + f"{tables['accounts']['account_id'][1]},bought_followers,1\n")
    corrections.apply(tmp_path / "parts", corrections.read(file), tmp_path / "out")
    assert dataset.parts(tmp_path / "out") == [0, 1] and not dataset.validate(tmp_path / "out")


def test_the_command_leaves_a_file_and_a_run(
    turned: tuple[Path, set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from training import tracking

    small = tmp_path / "small.toml"
    small.write_text('name = "small"\n[trees]\nrounds = 20\n')
    monkeypatch.setenv("AUTHENTICITY_HOME", str(tmp_path / "home"))
    arguments = ["audit", str(turned[0]), "-o", str(tmp_path / "doubts.csv"), "--experiment", str(small)]
    monkeypatch.setattr(sys, "argv", ["authenticity", *arguments])
    with pytest.raises(SystemExit) as ended:
        authenticity.main()
    assert not ended.value.code, capfd.readouterr().err
    store = tracking.store(tmp_path / "home")
    (run,) = store.client.search_runs([store.client.get_experiment_by_name("label audit").experiment_id])
    assert run.info.status == "FINISHED" and run.data.metrics["suspected_bought_followers"] > 0
    assert "doubts.csv" in [each.path for each in store.client.list_artifacts(run.info.run_id)]
    kept = store.client.download_artifacts(run.info.run_id, "doubts.csv", str(tmp_path))
    assert Path(kept).read_bytes() == (tmp_path / "doubts.csv").read_bytes()
    shutil.rmtree(tmp_path / "home")
