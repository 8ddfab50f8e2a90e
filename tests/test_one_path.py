"""One path: train small, then ask by file, by dataset and over HTTP; every answer is the same, bit for bit."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import authenticity
from features import dataset
from features.dataset import Tables
from features.schema import EVENT_TABLES
from training.worlds.documents import document

ROOT = Path(__file__).resolve().parents[1]
ACCOUNTS = 24
START_SECONDS = 90.0
Verdict = dict[str, Any]


@pytest.fixture(scope="module")
def tables(small_world: Path) -> Tables:
    """Accounts with every table, and accounts with each table missing."""
    whole = {name: table for name, table in dataset.read(small_world).items() if name != "labels"}
    ids = whole["accounts"]["account_id"].to_pylist()
    seen = {name: set(whole[name]["account_id"].unique().to_pylist()) for name in EVENT_TABLES}
    kinds: dict[tuple[bool, ...], list[str]] = {}
    for account_id in ids:
        kinds.setdefault(tuple(account_id in seen[name] for name in EVENT_TABLES), []).append(account_id)
    assert len(kinds) >= 5, "the world shows too few kinds of evidence"
    chosen = [account_id for rank in range(6) for kind in kinds.values() for account_id in kind[rank : rank + 1]][:ACCOUNTS]
    return {
        name: table.filter(pc.is_in(table["account_id"], value_set=pa.array(chosen, pa.large_string()))) for name, table in whole.items()
    }


@pytest.fixture(scope="module")
def documents(tables: Tables) -> list[bytes]:
    return [orjson.dumps(document(tables, account_id)) for account_id in tables["accounts"]["account_id"].to_pylist()]


@pytest.fixture(scope="module")
def data(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    dataset.write(folder, tables)
    return folder


def run(home: Path, *arguments: object) -> None:
    """The command line in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHENTICITY_HOME", str(home))
        patch.setattr(sys, "argv", ["authenticity", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
    assert not ended.value.code


def scored(home: Path, data: Path, folder: Path) -> list[Verdict]:
    out = folder / "verdicts.jsonl"
    run(home, "score", data, "-o", out)
    return [orjson.loads(line) for line in out.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def judged(champion_home: Path, documents: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """What `judge` says of each account, one process at work for all of them."""
    folder, found = tmp_path_factory.mktemp("judged"), []
    with pytest.MonkeyPatch.context() as patch:
        for content in documents:
            (folder / "account.json").write_bytes(content)
            with (folder / "verdict.json").open("w", encoding="utf-8") as out:
                patch.setattr(sys, "stdout", out)
                run(champion_home, "judge", folder / "account.json")
            found.append(orjson.loads((folder / "verdict.json").read_bytes()))
    return found


@pytest.fixture(scope="module")
def address(champion_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`authenticity serve`, a real process on a free port."""
    folder = tmp_path_factory.mktemp("serve")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"AUTHENTICITY_HOME": str(champion_home), "PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-m", "authenticity", "serve", "--port", str(port)]
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(arguments, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        until = time.monotonic() + START_SECONDS
        while not ready(f"http://127.0.0.1:{port}"):
            printed = (folder / "service.log").read_text("utf-8", "replace")
            assert process.poll() is None and time.monotonic() < until, f"the service did not start:\n{printed}"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_the_accounts_show_every_kind_of_answer(judged: list[Verdict]) -> None:
    assert len(judged) >= 20
    assert {verdict["status"] for verdict in judged} == {"ok", "insufficient_data"}
    # So few accounts as taught this bundle set no limits, so it decides nothing and says why.
    because = {head["undecided_because"]["code"] for verdict in judged for head in verdict["heads"].values() if head["undecided_because"]}
    assert {"no_evidence", "too_few_alike"} <= because
    assert {verdict["bought_share"] is None for verdict in judged} == {True, False}


def test_score_says_what_judge_says(judged: list[Verdict], champion_home: Path, data: Path, tmp_path: Path) -> None:
    assert scored(champion_home, data, tmp_path) == judged


def test_parquet_holds_the_same_numbers(judged: list[Verdict], champion_home: Path, data: Path, tmp_path: Path) -> None:
    run(champion_home, "score", data, "-o", tmp_path / "verdicts.parquet")
    rows = pq.read_table(tmp_path / "verdicts.parquet").to_pylist()
    assert [row["account_id"] for row in rows] == [verdict["account_id"] for verdict in judged]
    for row, verdict in zip(rows, judged, strict=True):
        for head, answer in verdict["heads"].items():
            assert row[f"{head}_probability"] == answer["probability"] and row[f"{head}_decision"] == answer["decision"]
            assert orjson.loads(row[f"{head}_reasons"] or "[]") == answer["reasons"]
        share = verdict["bought_share"] or dict.fromkeys(("estimate", "low", "high", "n", "detectable"))
        assert all(row[f"bought_share_{name}"] == share[name] for name in ("estimate", "low", "high", "n", "detectable"))


def test_http_says_what_judge_says(judged: list[Verdict], documents: list[bytes], address: str) -> None:
    sent = {"content-type": "application/json"}
    with httpx.Client(base_url=address, timeout=30) as client:
        assert [client.post("/v1/judge", content=content, headers=sent).json() for content in documents] == judged
        batch = client.post("/v1/judge/batch", content=b'{"accounts": [%s]}' % b",".join(documents), headers=sent)
        assert batch.json()["verdicts"] == judged


def test_judge_in_a_process_of_its_own_says_the_same(judged: list[Verdict], documents: list[bytes], champion_home: Path) -> None:
    environment = os.environ | {"AUTHENTICITY_HOME": str(champion_home)}
    arguments = [sys.executable, "-m", "authenticity", "judge", "-"]
    done = subprocess.run(arguments, input=documents[0], cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout) == judged[0]


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date) else value


def cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else plain(value)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_form_of_the_files_changes_nothing(
    form: str, judged: list[Verdict], tables: Tables, champion_home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name, table in tables.items():
        rows = table.to_pylist()
        with (copy / f"{name}.{form}").open("w", encoding="utf-8", newline="") as file:
            if form == "csv":
                csv.writer(file).writerows([table.column_names, *([cell(value) for value in row.values()] for row in rows)])
            else:
                kept = ({key: plain(value) for key, value in row.items() if value is not None} for row in rows)
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
    assert scored(champion_home, copy, tmp_path) == judged
