"""A dataset of files: the same facts in every form, every fault named, and half a folder never counts."""

import csv
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features import dataset
from features.dataset import Tables
from features.problems import DatasetError
from tests.features.accounts import crowd, differing, from_tables, tables

ROOT = Path(__file__).resolve().parents[2]
GOOD = "1,instagram,2026-11-01T00:00:00Z,100"
HEAD = "account_id,platform,observed_at,followers"


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date) else value


def as_csv(folder: Path, made: Tables, delimiter: str = ",", encoding: str = "utf-8") -> None:
    for name, table in made.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(table.column_names)
            for row in table.to_pylist():
                writer.writerow(
                    [
                        None if v is None else " ".join(v) if isinstance(v, list) else str(v).lower() if isinstance(v, bool) else plain(v)
                        for v in row.values()
                    ]
                )


def as_jsonl(folder: Path, made: Tables) -> None:
    for name, table in made.items():
        rows = [
            json.dumps({key: plain(value) for key, value in row.items() if value is not None}, ensure_ascii=False)
            for row in table.to_pylist()
        ]
        (folder / f"{name}.jsonl").write_text("\n\n".join(rows) + "\n", "utf-8")


def as_parts(folder: Path, made: Tables) -> None:
    ids = made["accounts"]["account_id"].to_pylist()
    for part in range(3):
        own = pa.array(ids[part::3], pa.large_string())
        dataset.write(folder, {n: t.filter(pa.compute.is_in(t["account_id"], value_set=own)) for n, t in made.items()}, part)


def as_pandas(folder: Path, made: Tables) -> None:
    """Counts with gaps become floats with NaN on the way."""
    for name, table in made.items():
        table.to_pandas().to_parquet(folder / f"{name}.parquet")


FORMS: Mapping[str, Callable[[Path, Tables], None]] = {
    "parquet": dataset.write,
    "csv": as_csv,
    "csv from a German spreadsheet": lambda folder, made: as_csv(folder, made, ";", "utf-8-sig"),
    "csv with tabs": lambda folder, made: as_csv(folder, made, "\t"),
    "jsonl": as_jsonl,
    "parts": as_parts,
    "parquet of pandas": as_pandas,
}


@pytest.fixture(scope="module")
def made() -> Tables:
    """Without the few words that CSV cannot tell from nothing (an empty list of hashtags)."""
    documents = crowd(18)
    for document in documents:
        for post in document.get("posts") or []:
            post["hashtags"] = post.get("hashtags") or None
    return tables(documents)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_features(form: str, made: Tables, tmp_path: Path) -> None:
    FORMS[form](tmp_path, made)
    again = dataset.read(tmp_path)
    order = np.argsort(again["accounts"]["account_id"].to_numpy(zero_copy_only=False).astype(str))
    want = {**made, "accounts": made["accounts"].take(pa.array(np.argsort(made["accounts"]["account_id"].to_pylist())))}
    assert differing(from_tables({**again, "accounts": again["accounts"].take(pa.array(order))}), from_tables(want)) == []
    assert not [problem for problem in dataset.validate(tmp_path) if problem.severity == "error"]


def test_what_was_written_is_what_is_read(made: Tables, tmp_path: Path) -> None:
    dataset.write(tmp_path, made)
    again = dataset.read(tmp_path)
    assert all(again[name].equals(made[name]) for name in made)
    assert dataset.parts(tmp_path) == [None]
    assert set(dataset.read(tmp_path, ["accounts", "posts"])) == {"accounts", "posts"}


def test_parts_are_read_one_by_one(made: Tables, tmp_path: Path) -> None:
    as_parts(tmp_path, made)
    assert dataset.parts(tmp_path) == [0, 1, 2]
    rows = [from_tables(dataset.read(tmp_path, part=part)) for part in dataset.parts(tmp_path)]
    whole = from_tables(dataset.read(tmp_path))
    assert [i for row in rows for i in row.account_ids] == list(whole.account_ids)
    np.testing.assert_array_equal(np.vstack([row.values for row in rows]), whole.values)


def folder(tmp_path: Path, **files: str | bytes) -> Path:
    """A dataset from the text of its files; `posts_csv` becomes posts.csv."""
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (tmp_path / f"{stem}.{suffix}").write_bytes(content.encode() if isinstance(content, str) else content)
    return tmp_path


def errors(path: Path) -> list[str]:
    return [str(problem) for problem in dataset.validate(path) if problem.severity == "error"]


def accounts(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


POSTS = "account_id,post_id,posted_at,likes\n"
POST = "1,p{},2026-10-01T00:00:00Z,5\n"

FAULTS: list[tuple[str, dict[str, str | bytes], list[str]]] = [
    (
        "platform",
        {"accounts_csv": accounts("1,orkut,2026-11-01,5")},
        ['accounts.csv row 1: platform is "orkut"; expected one of instagram'],
    ),
    (
        "negative",
        {"accounts_csv": accounts(GOOD, "2,x,2026-11-01,-4")},
        ["accounts.csv row 2: followers is -4; counts are never negative."],
    ),
    (
        "nan",
        {"accounts_csv": accounts("1,x,2026-11-01,NaN", "2,x,2026-11-01,Infinity")},
        ["row 1: followers is nan; NaN", "row 2: followers is inf; NaN"],
    ),
    ("short count", {"accounts_csv": accounts("1,x,2026-11-01,1.2k")}, ['row 1: followers is "1.2k"; shortened counts have lost digits']),
    (
        "thousands",
        {"accounts_csv": accounts("1,x,2026-11-01,1.000")},
        ['row 1: followers is "1.000"; write whole numbers without parted thousands'],
    ),
    (
        "missing",
        {"accounts_csv": accounts("1,x,2026-11-01,", ",x,2026-11-01,7")},
        ["row 2: account_id is missing", "row 1: followers is missing"],
    ),
    (
        "spreadsheet",
        {"accounts_csv": accounts("1.79E+17,x,2026-11-01,7")},
        ['row 1: account_id is "1.79E+17"; a spreadsheet has rounded this id'],
    ),
    ("no day", {"accounts_csv": accounts("1,x,2026-02-30,7")}, ['row 1: observed_at is "2026-02-30"; expected a moment']),
    ("twice", {"accounts_csv": accounts(GOOD, GOOD)}, ["accounts.csv row 2: account_id 1 stands there a second time"]),
    (
        "post twice",
        {"accounts_csv": accounts(GOOD), "posts_csv": POSTS + POST.format(1) * 2},
        ["posts.csv row 2: post_id p1 stands there a second time"],
    ),
    (
        "orphan",
        {"accounts_csv": accounts("2,x,2026-11-01,7"), "posts_csv": POSTS + POST.format(1)},
        ["posts.csv row 1: account_id 1 is not in the accounts"],
    ),
    (
        "late",
        {"accounts_csv": accounts(GOOD), "posts_csv": POSTS + "1,p,2026-11-05,3"},
        ["posts.csv row 1: posted_at 2026-11-05", "after the account's obs"],
    ),
    (
        "late day",
        {"accounts_csv": accounts(GOOD), "history_csv": "account_id,date,followers\n1,2026-12-01,3"},
        ["history.csv row 1: date 2026-12-01 lies"],
    ),
    (
        "no column",
        {"accounts_csv": "account_id,platform,followers\n1,x,3\n"},
        ["the column observed_at is missing; columns that came: account_id, followers"],
    ),
    ("column twice", {"accounts_csv": f"{HEAD},followers\n{GOOD},3\n"}, ["accounts.csv: the first line names a column twice: followers"]),
    (
        "short row",
        {"accounts_csv": accounts("1,x", GOOD, "3,x,2026-11-01,-1")},
        ["row 1: the row has 2 cells, expected 4", "row 3: followers is -1"],
    ),
    ("empty", {"accounts_csv": b""}, ["accounts.csv: the file is empty; the first line must name the columns."]),
    ("not UTF-8", {"accounts_csv": f"{HEAD}\n\xfc{GOOD}\n".encode("latin-1")}, ["accounts.csv: the file cannot be read as csv"]),
    ("cut off", {"accounts_parquet": b"PAR1 and no more"}, ["accounts.parquet: the file cannot be read as parquet"]),
    (
        "not JSON",
        {"accounts_jsonl": '{"account_id": "1",\n[1]\n'},
        ["accounts.jsonl row 1: the line is not JSON", "row 2: the line is not an object"],
    ),
    (
        "json ids",
        {"accounts_jsonl": '{"account_id": 9007199254740993, "platform": "x", "observed_at": "2026-11-01", "followers": 1}\n'},
        ["accounts.jsonl row 1: account_id is 9007199254740993; ids are text, because numbers above 2^53 change on the way."],
    ),
    ("flag", {"accounts_csv": f"{HEAD},verified\n{GOOD},maybe\n"}, ['row 1: verified is "maybe"; expected true or false']),
    (
        "both forms",
        {"accounts_csv": accounts(GOOD), "accounts_jsonl": "{}"},
        ["the table accounts is there more than once: accounts.csv, accounts.jsonl. Keep one."],
    ),
    ("no accounts", {"posts_csv": POSTS}, ["has no accounts table (accounts.csv, .parquet or .jsonl); it holds posts.csv."]),
]


@pytest.mark.parametrize(("files", "told"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_a_fault_is_told_with_its_row(files: dict[str, str | bytes], told: list[str], tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        dataset.read(folder(tmp_path, **files))
    for part in told:
        assert part in str(refused.value)


def test_all_faults_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    path = folder(
        tmp_path, accounts_csv=accounts("1,orkut,never,-1"), posts_csv=POSTS + "1,,2026-10-01,-7\n", history_csv="account_id,date\n1,x\n"
    )
    columns = {(problem.file, problem.column) for problem in dataset.validate(path)}
    assert {("accounts.csv", c) for c in ("platform", "observed_at", "followers")} <= columns
    assert {("posts.csv", "likes"), ("posts.csv", "post_id"), ("history.csv", "date"), ("history.csv", "followers")} <= columns


def test_many_like_faults_are_counted_not_listed(tmp_path: Path) -> None:
    told = errors(folder(tmp_path, accounts_csv=accounts(*[f"{i},x,2026-11-01,-1" for i in range(1000)])))
    assert len(told) == 5
    assert told[-1].endswith("(995 more rows like this)")


def test_ten_thousand_broken_lines_are_read_in_no_time(tmp_path: Path) -> None:
    assert len(errors(folder(tmp_path, accounts_jsonl="{\n" * 10_000))) < 20


def test_numbers_as_ids_in_typed_files(tmp_path: Path) -> None:
    """Whole numbers are exact, floating-point ones are not."""
    rest = {"platform": ["x"], "observed_at": [datetime(2026, 11, 1)], "followers": [1]}
    pq.write_table(pa.table({"account_id": [2**53 + 1], **rest}), tmp_path / "accounts.parquet")
    assert dataset.read(tmp_path)["accounts"]["account_id"].to_pylist() == ["9007199254740993"]
    pq.write_table(pa.table({"account_id": [float(2**53)], **rest}), tmp_path / "accounts.parquet")
    assert "accounts.parquet row 1: account_id is 9007199254740992.0; ids are text" in errors(tmp_path)[0]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, 1.5, 1e15])
def test_bad_numbers_in_typed_files(number: float, tmp_path: Path) -> None:
    columns = {"account_id": ["1"], "platform": ["x"], "observed_at": [datetime(2026, 11, 1)], "followers": [number]}
    pq.write_table(pa.table(columns), tmp_path / "accounts.parquet")
    assert len(errors(tmp_path)) == 1
    assert errors(tmp_path)[0].startswith("accounts.parquet row 1: followers is ")


def test_an_id_above_2_to_the_53_survives_every_form(tmp_path: Path) -> None:
    path = folder(tmp_path, accounts_csv=accounts(f"{2**53 + 1},x,2026-11-01,5", "0012,x,2026-11-01,5"))
    assert dataset.read(path)["accounts"]["account_id"].to_pylist() == ["9007199254740993", "0012"]


def test_good_rows_are_kept_beside_bad_ones(tmp_path: Path) -> None:
    loaded = dataset.load(folder(tmp_path, accounts_csv=accounts(GOOD, "2,x,2026-11-01,-4", "3,orkut,2026-11-01,5", "4,x,2026-11-01,7")))
    assert loaded.faulty["accounts"].tolist() == [False, True, True, False]
    good = loaded.tables["accounts"].filter(pa.array(~loaded.faulty["accounts"]))
    assert good["account_id"].to_pylist() == ["1", "4"]
    assert good["followers"].to_pylist() == [100, 7]
    assert len(loaded.errors) == 2


def test_what_is_odd_but_usable_is_a_warning(tmp_path: Path) -> None:
    comments = "account_id,post_id,author_id,commented_at,text\n1,p9,u,2026-10-01,hi\n"
    path = folder(
        tmp_path,
        accounts_csv=f"{HEAD},shoe_size,hat\n{GOOD},43,L\n",
        posts_csv=POSTS + "1,p1,2026-11-01T01:00:00Z,5\n",
        comments_csv=comments,
    )
    told = dataset.validate(path)
    assert {problem.severity for problem in told} == {"warning"}
    assert sorted(problem.detail for problem in told)[0] == "columns left out, the contract does not know them: hat, shoe_size."
    assert any("lies after observed_at; the row is left out" in problem.detail for problem in told)
    assert any(problem.detail == "post_id p9 is not in the posts table." for problem in told)
    assert set(dataset.read(path)["accounts"].column_names) == set(HEAD.split(","))


def test_what_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no folder"):
        dataset.read(tmp_path / "nowhere")
