"""Scoring a dataset: every account gets its row, in order, the same verdict as alone, and nothing half-written."""

import csv
import json
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from features.problems import DatasetError
from features.snapshot import parse
from models.bundle import Bundle, load_champion
from models.verdict import judge
from serving import batch
from serving.batch import OutputError, columns, flat, score
from tests.serving.asking import make_account

EVENTS = ("posts", "comments", "follower_sample", "history")


@pytest.fixture(scope="module")
def bundle(champion_home: Path) -> Bundle:
    return load_champion(champion_home)


def write_dataset(folder: Path, accounts: list[dict[str, Any]], part: int | None = None) -> Path:
    """The accounts as JSON lines, a table each."""
    tables: dict[str, list[dict[str, Any]]] = {"accounts": [], **{name: [] for name in EVENTS}}
    for account in accounts:
        tables["accounts"].append({name: value for name, value in account.items() if name not in EVENTS})
        for name in EVENTS:
            tables[name] += [{"account_id": account["account_id"], **row} for row in account[name]]
    for name, rows in tables.items():
        file = folder / f"{name}.jsonl" if part is None else folder / name / f"part-{part:05d}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return folder


def read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_every_account_gets_the_verdict_it_gets_alone(bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SLICE", 3)
    accounts = [make_account(f"a{i}", 800 + 977 * i) for i in range(7)]
    told: list[tuple[int, int | None]] = []
    out = tmp_path / "out.jsonl"
    assert score(bundle, write_dataset(tmp_path / "set", accounts), out, lambda done, total: told.append((done, total))) == 7
    assert read_lines(out) == [judge(bundle, [parse(orjson.dumps(account))])[0] for account in accounts]
    assert [done for done, _ in told] == [429, 857, 1000, 1000] and {of for _, of in told} == {1000}, "thousandths of the parts"


def test_parts_come_in_order(bundle: Bundle, tmp_path: Path) -> None:
    for part in (1, 0):
        write_dataset(tmp_path / "set", [make_account(f"p{part}-{i}") for i in range(2)], part)
    out = tmp_path / "deep" / "out.jsonl"
    assert score(bundle, tmp_path / "set", out) == 4
    assert [verdict["account_id"] for verdict in read_lines(out)] == ["p0-0", "p0-1", "p1-0", "p1-1"]


@pytest.mark.parametrize("table", ["accounts", "posts"])
def test_an_account_with_an_error_has_a_row_and_harms_nobody(bundle: Bundle, tmp_path: Path, table: str) -> None:
    accounts = [make_account(f"a{i}") for i in range(4)]
    faulty = accounts[2] if table == "accounts" else accounts[2][table][5]
    faulty["followers" if table == "accounts" else "likes"] = -4
    out = tmp_path / "out.jsonl"
    assert score(bundle, write_dataset(tmp_path / "set", accounts), out) == 4
    verdicts = read_lines(out)
    assert [verdict["account_id"] for verdict in verdicts] == ["a0", "a1", "a2", "a3"]
    assert [verdict["status"] for verdict in verdicts] == ["ok", "ok", "error", "ok"]
    assert verdicts[2]["errors"]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_many_processes_write_the_bytes_of_one(bundle: Bundle, tmp_path: Path, suffix: str) -> None:
    for part in range(3):
        accounts = [make_account(f"p{part}-{i}", 700 + 977 * i) for i in range(3)]
        accounts[part]["posts"][5]["likes"] = -4
        write_dataset(tmp_path / "set", accounts, part)
    for processes in (1, 2):
        assert score(bundle, tmp_path / "set", tmp_path / f"{processes}.{suffix}", processes=processes) == 9
    content = (tmp_path / f"1.{suffix}").read_bytes()
    assert (tmp_path / f"2.{suffix}").read_bytes() == content
    if suffix == "jsonl":
        verdicts = read_lines(tmp_path / "1.jsonl")
        assert [verdict["account_id"] for verdict in verdicts] == [f"p{part}-{i}" for part in range(3) for i in range(3)]
        assert [i for i, verdict in enumerate(verdicts) if verdict["status"] == "error"] == [0, 4, 8]
    if suffix == "csv":
        assert content.count(b"account_id,platform") == 1


def test_a_scoring_for_other_base_rates_takes_nothing_over(bundle: Bundle, tmp_path: Path) -> None:
    for part in range(3):
        write_dataset(tmp_path / "set", [make_account(f"p{part}")], part)
    out, said = tmp_path / "out.jsonl", list[str]()

    def interrupted(done: int, total: int | None) -> None:
        if done > 2000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(bundle, tmp_path / "set", out, interrupted)
    rarer = bundle.configured({"bought_followers": 0.01}, bundle.tiers)
    assert score(rarer, tmp_path / "set", out, say=said.append) == 3
    assert said == ["Finished parts of an earlier run that are made afresh: 2; changed since then: base rates."]
    assert {verdict["heads"]["bought_followers"]["base_rate"] for verdict in read_lines(out)} == {0.01}


def test_parquet_and_csv_hold_the_same_numbers(bundle: Bundle, tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "set", [make_account(f"a{i}", 900 * (i + 1)) for i in range(3)])
    for suffix in ("parquet", "csv", "jsonl"):
        score(bundle, data, tmp_path / f"out.{suffix}")
    schema = columns(bundle.heads)
    rows = [flat(verdict, schema) for verdict in read_lines(tmp_path / "out.jsonl")]
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.schema.names == schema.names
    assert table.to_pylist() == rows
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as cells:
        for row, written in zip(rows, csv.DictReader(cells), strict=True):
            assert written == {name: "" if value is None else str(value) for name, value in row.items()}


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\t=", "\r=", " =", '"=', "\n=", "＝"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(bundle: Bundle, tmp_path: Path, lead: str) -> None:
    name = f"{lead}cmd|' /C calc'!A0"
    score(bundle, write_dataset(tmp_path / "set", [make_account(name)]), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as cells:
        (row,) = csv.DictReader(cells)
    assert row["account_id"] == f"'{name}"
    gap = row["engagement_gap_dex"]
    assert gap == "" or float(gap) is not None


def test_a_scoring_that_breaks_leaves_no_file_and_keeps_the_old_one(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = write_dataset(tmp_path / "set", [make_account(f"a{i}") for i in range(4)])
    out = tmp_path / "out.csv"
    out.write_text("yesterday's")
    monkeypatch.setattr(batch, "SLICE", 2)

    def interrupted(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(bundle, data, out, interrupted)
    assert out.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "set"]


def test_an_unknown_suffix_and_a_folder_that_is_no_dataset_are_refused(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"expected \.parquet, \.csv or \.jsonl"):
        score(bundle, tmp_path, tmp_path / "out.xlsx")
    with pytest.raises(DatasetError):
        score(bundle, tmp_path, tmp_path / "out.csv")
