"""The same account on two sides is found whatever it is called; copies on one side are none of a split's business."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features import dataset
from features.table import AccountTable
from training import duplicates, labelled
from training.evaluation import evaluate
from training.experiment import Experiment
from training.refusals import TrainingRefusal
from training.splits import Split
from training.stages import Stages
from training.worlds import simulate

Tables = Mapping[str, pa.Table]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    path = tmp_path_factory.mktemp("twins") / "world"
    simulate(path, accounts=200, seed=77, processes=1)
    return dataset.read(path)


def renamed(tables: Tables, only: tuple[str, ...], new: bool) -> dict[str, pa.Table]:
    """The first account with posts and a sample once more under another id, with new ids of its own; `only` these tables go with it."""
    chosen = next(
        name
        for name in tables["accounts"]["account_id"].to_pylist()
        if all(pc.sum(pc.equal(tables[table]["account_id"], name)).as_py() for table in ("posts", "follower_sample"))
    )
    found = dict(tables)
    for name in ("accounts", *only):
        mine = tables[name].filter(pc.equal(tables[name]["account_id"], chosen))
        for column in ("account_id", "post_id", "comment_id", "follower_id"):
            if column in mine.column_names and (new or column == "account_id"):
                place = mine.column_names.index(column)
                other = ["somebody-else" if column == "account_id" else f"x{value}" for value in mine[column].to_pylist()]
                mine = mine.set_column(place, column, pa.array(other, mine.schema.field(place).type))
        found[name] = pa.concat_tables([tables[name], mine])
    return found


def sides(table: AccountTable, apart: bool) -> Split:
    """The last account on the test side, all others on the fit side, or everybody on one."""
    rows = np.arange(table.n)
    test = rows[-1:] if apart else rows[:0]
    return Split(rows[: len(rows) - len(test)], rows[:0], test, "account", "")


@pytest.mark.parametrize("what", ["posts", "follower_sample"])
def test_an_account_under_another_id_is_found_by_what_it_holds(tables: Tables, what: str) -> None:
    table = AccountTable.from_tables(renamed(tables, (what,), new=True))
    (twin,) = duplicates.across(sides(table, apart=True), table)
    assert twin.same == what and "somebody-else (test)" in str(twin) and "(fit)" in str(twin)
    assert duplicates.across(sides(table, apart=False), table) == []


def test_different_accounts_are_no_twins(tables: Tables) -> None:
    table = AccountTable.from_tables(tables)
    everybody = np.arange(table.n)
    assert duplicates.across(Split(everybody[::2], everybody[:0], everybody[1::2], "account", ""), table) == []
    for name in duplicates.CONTENT:
        prints = duplicates.fingerprints(table, name)
        assert len(set(prints[prints != 0])) == (prints != 0).sum() > 100


def test_a_few_rows_or_unknown_ones_tell_nobody_apart(tables: Tables) -> None:
    hidden = tables["follower_sample"]
    for name in ("followers", "following", "post_count"):
        place = hidden.column_names.index(name)
        hidden = hidden.set_column(place, name, pa.nulls(hidden.num_rows, hidden.schema.field(place).type))
    table = AccountTable.from_tables({**tables, "follower_sample": hidden})
    assert not duplicates.fingerprints(table, "follower_sample").any()
    owner = pc.equal(tables["posts"]["account_id"], tables["posts"]["account_id"][0])
    mine = tables["posts"].filter(owner)
    for rows, told in ((duplicates.LEAST["posts"] - 1, 0), (duplicates.LEAST["posts"], 1)):
        few = AccountTable.from_tables({**tables, "posts": mine.slice(0, rows)})
        assert np.count_nonzero(duplicates.fingerprints(few, "posts")) == told


def test_two_datasets_with_an_account_in_common(tables: Tables) -> None:
    known = {mark for each in duplicates.marks(AccountTable.from_tables(tables)) for mark in each}
    other = renamed(tables, ("posts", "follower_sample"), new=True)
    alone = {name: rows.filter(pc.equal(rows["account_id"], "somebody-else")) for name, rows in other.items()}
    (again,) = duplicates.marks(AccountTable.from_tables(alone))
    assert len(again) == 2 and set(again) <= known
    (bare,) = duplicates.marks(AccountTable.from_tables({"accounts": tables["accounts"].slice(0, 1)}))
    assert bare == ()


def test_an_evaluation_refuses_accounts_that_taught_the_bundle(trained, small_world: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    tables = dataset.read(small_world)
    # Whoever passes them on under other sources hides that their follower records have taught.
    labels = tables["labels"]
    place = labels.column_names.index("source")
    tables["labels"] = labels.set_column(place, "source", pa.nulls(labels.num_rows, pa.large_string()))
    dataset.write(tmp_path / "data", tables)
    source = labelled.source_of(Experiment(), tmp_path, tmp_path / "data", Stages())
    with pytest.raises(TrainingRefusal, match=r"\d+ accounts have taught this bundle, .* such as hs-"):
        evaluate(trained.bundle, source)
    assert "taught" not in trained.bundle.card() and trained.bundle.facts["taught"]


def test_a_training_refuses_and_names_them(tables: Tables, tmp_path: Path) -> None:
    dataset.write(tmp_path / "data", renamed(tables, ("posts", "follower_sample"), new=True))
    source = labelled.source_of(Experiment(), tmp_path, tmp_path / "data", Stages())
    learning = labelled.read(source, ("bought_followers",))
    with pytest.raises(TrainingRefusal, match=r"1 accounts stand on two sides of the split under two ids, such as .*somebody-else"):
        labelled.refuse_leaks(sides(learning.table, apart=True), learning)
