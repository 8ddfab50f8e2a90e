"""Labels that people gave: read from hostile files, held against each other, settled by the stated rule, laid over a dataset."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features import dataset
from features.problems import DatasetError
from models.heads import HEADS
from training import own_labels, together
from training.agreement import agreement, alpha, same_share
from training.refusals import TrainingRefusal
from training.settling import settle

BOUGHT = "bought_followers"


def labels(tmp_path: Path, text: str | bytes, name: str = "labels.csv") -> pa.Table:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return own_labels.read([file])


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(DatasetError) as refused:
        labels(tmp_path, text)
    return [str(problem) for problem in refused.value.problems]


def votes(tmp_path: Path, *rows: str) -> pa.Table:
    """Labels of bought_followers from "account value by at"."""
    cells = [[*row.split(), ""] for row in rows]
    return labels(tmp_path, "account_id,head,value,by,at\n" + "".join(f"{c[0]},{BOUGHT},{c[1]},{c[2]},{c[3]}\n" for c in cells))


def settled(table: pa.Table) -> dict[str, int]:
    return dict(zip(table["account_id"].to_pylist(), table["value"].to_pylist(), strict=True))


# Reading


def test_a_file_of_a_spreadsheet_is_read_as_it_is(tmp_path: Path) -> None:
    table = labels(tmp_path, "\ufeffaccount_id;head;value;share;by;at\n007;bought_followers;1;0.31; ana ;2026-11-01T09:00:00Z\n")
    (row,) = table.to_pylist()
    assert (row["account_id"], row["value"], row["share"], row["by"], row["file"], row["row"]) == ("007", 1, 0.31, "ana", "labels.csv", 1)


def test_an_audit_file_is_read_by_what_was_corrected(tmp_path: Path) -> None:
    text = f"account_id,head,value,by,corrected,reviewer\n1,{BOUGHT},0,synthetic world village,1,ana\n2,{BOUGHT},0,,,\n"
    first, again = labels(tmp_path, text), own_labels.read([tmp_path / "labels.csv"])
    assert first.equals(again)
    assert [(row["account_id"], row["value"], row["by"]) for row in first.to_pylist()] == [("1", 1, "ana")]


def test_who_signed_nothing_is_one_reviewer_of_each_file(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"account_id,head,value\n1,{BOUGHT},1\n")
    assert len(set(own_labels.read([tmp_path / "a.csv", tmp_path / "b.csv"])["by"].to_pylist())) == 2


def test_everything_wrong_with_a_file_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "account_id,head,value,share,by,at\n"
        "1,bought_moon,1,,,\n"
        f"2,{BOUGHT},2,,,\n"
        f"3,{BOUGHT},=1+1,,,\n"
        f"4,{BOUGHT},1,31,,\n"
        f"5,{BOUGHT},1,,,yesterday\n"
        f"=CMD(),{BOUGHT},1,,,\n"
        f"7,{BOUGHT},0,0.4,,\n"
        f"8,{BOUGHT},1,,=CMD(),\n",
    )
    assert [fault.split(":")[0] for fault in found] == [f"labels.csv row {row}" for row in range(1, 9)]
    words = (
        "expected one of",
        "expected 0 (no)",
        "whole number",
        "between 0 and 1",
        "expected a moment",
        "formula",
        "one of the two",
        "formula",
    )
    assert all(word in fault for word, fault in zip(words, found, strict=True)), found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("account_id,head,value\n", "holds no label, only the names"),
        (f"account_id,head,value,value\n1,{BOUGHT},1,1\n", "names a column twice: value"),
        ("account_id,value\n1,1\n", "the column head is missing"),
    ],
)
def test_a_file_without_labels_says_what_it_lacks(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults(tmp_path, text)
    assert fault in found


def test_the_faults_of_several_files_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(DatasetError, match=r"(?s)a\.csv.*none\.csv"):
        own_labels.read([tmp_path / "a.csv", tmp_path / "none.csv"])


def test_what_the_database_keeps_goes_to_a_file_and_back_without_a_formula(tmp_path: Path) -> None:
    kept = pa.table(
        {
            "pseudonym": ["p-1", "p-2", "p-3"],
            "account_id": pa.array(["@one", None, None], pa.large_string()),
            "head": [BOUGHT] * 3,
            "value": [1, 0, 1],
            "share": pa.array([0.3, None, None], pa.float64()),
            "by": ["=HYPERLINK(1)", "ben", None],
            "at": pa.array([pd.Timestamp("2026-11-01", tz="UTC")] * 3, pa.timestamp("us", "UTC")),
        }
    )
    known = own_labels.exported(kept, ["two", "four"], {"two": "p-2", "four": "p-4"}.__getitem__)
    assert known["account_id"].to_pylist() == ["@one", "two", "p-3"]
    own_labels.write(known, tmp_path / "out.csv")
    cells = [cell for line in (tmp_path / "out.csv").read_text().splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    again = own_labels.read([tmp_path / "out.csv"])
    assert again.drop_columns(["file", "row"]).equals(known.drop_columns(["file", "row"]))


# Agreement


def test_alpha_is_what_krippendorff_published() -> None:
    """Krippendorff 2011, section A: ten articles, two observers, binary: .095."""
    meg, owen = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0]), np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    assert alpha(meg + owen, np.full(10, 2)) == pytest.approx(0.095, abs=0.0005)
    assert same_share(meg + owen, np.full(10, 2)) == pytest.approx(0.6)


def test_alpha_leaves_out_what_one_reviewer_saw_and_is_unknown_without_a_dissent() -> None:
    yes, many = np.array([2, 0, 1, 3]), np.array([2, 2, 2, 3])
    assert alpha(yes, many) == pytest.approx(alpha(np.append(yes, [1, 0]), np.append(many, [1, 1])))
    assert np.isnan(alpha(np.array([2, 2]), np.array([2, 2]))) and np.isnan(alpha(np.array([1]), np.array([1])))
    assert alpha(np.array([2, 0, 2, 0]), np.full(4, 2)) == 1.0


def test_a_reviewer_is_held_against_the_majority_of_the_others(tmp_path: Path) -> None:
    rows = [f"{account} {value} {by}" for account in range(4) for by, value in (("ana", 1), ("ben", 1), ("cem", account % 2))]
    (found,) = agreement(votes(tmp_path, *rows).to_pandas())
    # Where Ana is held against Ben and Cem, who differ twice, there is no majority.
    assert found.reviewers == {"ana": (2, 1.0), "ben": (2, 1.0), "cem": (4, 0.5)}
    assert (found.twice, found.same) == (4, pytest.approx(8 / 12))


# Settling


def test_the_majority_counts_and_a_newer_label_replaces_an_older_one(tmp_path: Path) -> None:
    dated = ["2026-01-01", "2026-02-01"]
    found = settle(votes(tmp_path, "1 1 ana", "1 1 ben", "1 0 cem", f"2 0 ana {dated[1]}", f"2 1 ana {dated[0]}", "2 1 ana"))
    assert settled(found.labels) == {"1": 1, "2": 0}
    assert (found.replaced, found.outvoted, len(found.open)) == (2, 1, 0)
    assert found.labels["by"].to_pylist() == ["ana, ben", "ana"]


def test_a_tie_and_a_reviewer_who_says_both_are_left_out_and_listed(tmp_path: Path) -> None:
    found = settle(votes(tmp_path, "1 1 ana", "1 0 ben", "2 1 ana", "2 0 ana", "3 1 ana", "3 1 ana"))
    assert settled(found.labels) == {"3": 1}
    assert found.open["account_id"].tolist() == ["1", "2"]
    (line,) = [line for line in found.lines() if "left out" in line]
    assert '"ana": yes, "ben": no' in line and line.startswith("2 labels")


def test_who_contradicts_himself_does_not_vote(tmp_path: Path) -> None:
    assert settled(settle(votes(tmp_path, "1 1 ana", "1 0 ana", "1 0 ben")).labels) == {"1": 0}


# Over a dataset


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five accounts, of which a world has labelled four and a person one."""
    folder = tmp_path_factory.mktemp("market") / "market"
    folder.mkdir()
    rows = "".join(f"{i},instagram,2026-11-01,1000\n" for i in range(5))
    (folder / "accounts.csv").write_text("account_id,platform,observed_at,followers\n" + rows)
    world = "".join(f"{i},{BOUGHT},1,0.3,srf/{i % 3}/vendor-1,synthetic world village\n" for i in range(4))
    (folder / "labels.csv").write_text(f"account_id,head,value,share,source,by\n{world}4,{BOUGHT},1,,,ana\n")
    return folder


def test_a_persons_label_overrides_simulated_truth_and_keeps_its_source(tmp_path: Path, market: Path) -> None:
    own = labels(tmp_path, f"account_id,head,value,by,source\n0,{BOUGHT},0,ben,a crawl\n1,{BOUGHT},1,ben,\n4,{BOUGHT},0,ben,\n")
    over = together.laid(dataset.read(market), own, "market")
    rows = {row["account_id"]: row for row in over.tables["labels"].to_pylist()}
    assert {name: row["value"] for name, row in rows.items()} == {"0": 0, "1": 1, "2": 1, "3": 1, "4": 0}
    # The world's share went with its label, and its records still stand on one side of the split.
    assert rows["0"]["share"] is None and rows["0"]["source"] == "srf/0/vendor-1" and rows["0"]["by"] == "ben"
    assert "2 of them replace simulated truth, and 1 change it" in over.told
    assert "1 of them replace labels that stood in the dataset, and 1 change them" in over.told
    assert 'they are from "a crawl" 1' in over.told


def test_a_dataset_without_labels_gets_those_that_people_gave(tmp_path: Path, market: Path) -> None:
    own = labels(tmp_path, f"account_id,head,value,source\n0,{BOUGHT},0,a crawl\n1,{BOUGHT},1,\n")
    over = together.laid(dataset.read(market, ("accounts",)), own, "market")
    assert over.tables["labels"]["source"].to_pylist() == ["a crawl", None]
    assert over.told[0] == "2 labels that people gave are laid over the dataset's 0"


def test_a_tie_teaches_nothing_not_even_what_the_dataset_said(tmp_path: Path, market: Path) -> None:
    own = votes(tmp_path, "0 1 ana", "0 0 ben", "1 1 ana")
    left = together.laid(dataset.read(market), own, "market").tables["labels"]
    assert "0" not in left["account_id"].to_pylist()


def test_labels_of_unknown_accounts_are_counted_and_left_out(tmp_path: Path, market: Path) -> None:
    over = together.laid(dataset.read(market), votes(tmp_path, "0 1 ana", "00 1 ana", "000 1 ana"), "market")
    (line,) = [line for line in over.told if "does not have" in line]
    assert line.startswith('2 labels are of 2 accounts that market does not have, such as "00", "000"')
    with pytest.raises(TrainingRefusal, match="1 accounts that market does not have"):
        together.laid(dataset.read(market), votes(tmp_path, "00 1 ana"), "market")


def test_what_was_laid_over_is_a_dataset_that_can_be_read_again(tmp_path: Path, market: Path) -> None:
    own = votes(tmp_path, "0 0 ben", "3 0 ben")
    path, _ = together.laid_once(tmp_path / "kept", market, own, list(HEADS))
    assert settled(dataset.read(path)["labels"]) == {"0": 0, "1": 1, "2": 1, "3": 0, "4": 1}
    assert together.laid_once(tmp_path / "kept", market, own, list(HEADS))[0] == path
    assert together.laid_once(tmp_path / "kept", market, votes(tmp_path, "0 1 ben"), list(HEADS))[0] != path
    assert [file.name for file in sorted(path.iterdir())] == ["accounts.csv", "labels.parquet"]
