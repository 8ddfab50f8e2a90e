"""What was recorded is found by what a person knows of it, and comes back as it was."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training import tracking
from training.tracking import TrackingError, TrackingStore

TABLE = pd.DataFrame(
    {
        "account_id": ["0012", "12", "é\n\"'"],
        "p": [1 / 3, np.nan, 1e-12],
        "share": [np.nan, np.nan, np.nan],
        "vendor": ["", "drip", "instant"],
        "decided": [True, False, True],
    }
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TrackingStore:
    return tracking.store(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def family(store: TrackingStore, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A recorded training with one fold; the training registered its bundle."""
    bundle = tmp_path_factory.mktemp("bundle")
    (bundle / "manifest.json").write_text("{}")
    with tracking.run(store, "found", "depth 4 ('deep')", {"depth": 4}, {"change": "depth 4"}) as parent:
        with tracking.run(store, "found", "fold 1", parent=parent.id, kind="fold") as fold:
            fold.log_metrics({"ap_bought": 0.5})
        parent.log_metrics({"ap_bought": 0.75})
        parent.log_table(TABLE, "evaluation")
        parent.log_json({"share": float("nan"), "n": np.arange(2)}, "drift")
        parent.log_html("<!doctype html><p>é</p>", "curves")
        parent.log_bundle(bundle)
        assert parent.register(alias=["challenger", "champion"]) == parent.version == "1"
    return parent.id, fold.id


def test_a_run_is_found_by_all_that_a_person_knows_of_it(store: TrackingStore, family: tuple[str, str]) -> None:
    parent, fold = family
    for wanted in (parent, parent[:6], "champion", "challenger", "1", "depth 4 ('deep')", f" {parent} "):
        found = tracking.find(store, wanted)
        assert found.id == parent, wanted
    assert (found.experiment, found.name, found.params, found.metrics) == ("found", "depth 4 ('deep')", {"depth": "4"}, {"ap_bought": 0.75})
    assert (found.status, found.version, found.tags["change"], found.tags["kind"]) == ("FINISHED", "1", "depth 4", "training")
    child = tracking.find(store, "fold 1")
    assert (child.id, child.tags["mlflow.parentRunId"], child.tags["kind"], child.version) == (fold, parent, "fold", None)


@pytest.mark.parametrize("wanted", ["", "nobody", "ffffffff", "depth", "%", "a' or 1=1", "\"'"])
def test_what_is_not_found_is_told_with_what_there_is(store: TrackingStore, family: tuple[str, str], wanted: str) -> None:
    with pytest.raises(TrackingError, match=rf"no run is called(.|\n)*{family[0]}  FINISHED  depth 4"):
        tracking.find(store, wanted)


def test_a_version_or_alias_that_is_not_there_is_told_with_those_there_are(store: TrackingStore, family: tuple[str, str]) -> None:
    assert family
    for wanted in ("7", "previous"):
        with pytest.raises(TrackingError, match=rf"no version is '{wanted}'; there are: 1 = cha"):
            tracking.find(store, wanted)


def test_a_name_that_two_runs_have_is_told_with_their_ids(store: TrackingStore) -> None:
    ids = []
    for _ in range(2):
        with tracking.run(store, "twins", "twin") as run:
            ids.append(run.id)
    with pytest.raises(TrackingError, match="'twin' means 2 runs") as told:
        tracking.find(store, "twin")
    assert all(each in str(told.value) for each in ids)


def test_nothing_is_found_in_an_empty_store(tmp_path: Path) -> None:
    empty = tracking.store(tmp_path)
    for wanted in ("champion", "3", "name"):
        with pytest.raises(TrackingError, match="run `authenticity train` first"):
            tracking.find(empty, wanted)
    assert tracking.aliases(empty) == {}


def test_a_table_comes_back_as_it_was(store: TrackingStore, family: tuple[str, str]) -> None:
    back = tracking.read_table(store, family[0], "evaluation")
    pd.testing.assert_frame_equal(back, TABLE, check_dtype=False, rtol=1e-9, atol=1e-10)
    assert back["account_id"].tolist() == TABLE["account_id"].tolist()
    assert back["share"].dtype == back["p"].dtype == float
    with pytest.raises(TrackingError, match="kept no table 'shares'"):
        tracking.read_table(store, family[0], "shares")


def test_pages_and_documents_lie_at_the_root(store: TrackingStore, family: tuple[str, str]) -> None:
    names = {each.path for each in store.client.list_artifacts(family[0])}
    assert {"evaluation.json", "curves.html", "drift.json", "bundle"} <= names
    assert '"share": null' in Path(store.client.download_artifacts(family[0], "drift.json")).read_text()


def test_a_bundle_is_fetched_whole_or_not_at_all(store: TrackingStore, family: tuple[str, str], tmp_path: Path) -> None:
    folder = tracking.fetch(store, family[0], tmp_path)
    assert [file.name for file in folder.iterdir()] == ["manifest.json"]
    with pytest.raises(TrackingError, match="cannot be fetched"):
        tracking.fetch(store, family[1], tmp_path)
    assert list(tmp_path.iterdir()) == [folder]


def test_an_alias_moves(store: TrackingStore, family: tuple[str, str]) -> None:
    tracking.set_alias(store, "previous-test", "1")
    assert tracking.aliases(store) == {"challenger": "1", "champion": "1", "previous-test": "1"}
    assert tracking.version_of(store, family[0]) == "1" and tracking.version_of(store, family[1]) is None
    with pytest.raises(TrackingError, match="no version '9' to be called 'champion'; there are: 1"):
        tracking.set_alias(store, "champion", "9")


def test_an_unknown_kind_is_refused_before_anything_is_recorded(store: TrackingStore) -> None:
    with pytest.raises(TrackingError, match="a run is one of training, fold"), tracking.run(store, "kinds", "run", kind="other"):
        pass
    assert store.client.get_experiment_by_name("kinds") is None
