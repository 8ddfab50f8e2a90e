"""The command line: each command does what it says, and what cannot be done ends with one clear message and status 1."""

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

import authenticity
from features import dataset
from features.catalog import NAMES
from training import tracking

ROOT = Path(__file__).resolve().parents[1]
POSTS = [{"post_id": f"p{i}", "posted_at": f"2026-10-{i + 1:02d}T00:00:00Z", "likes": 30 + i} for i in range(6)]
ACCOUNT = orjson.dumps(
    {"account_id": "1", "platform": "instagram", "observed_at": "2026-11-01T00:00:00Z", "followers": 1000, "posts": POSTS}
)
TINY = """name = "tiny"
change = "as small as can be learnt from"
[trees]
rounds = 20
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(champion_home: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, as the installed program does; `home` is the champion's unless another is given."""

    def command(*arguments: object, home: Path = champion_home) -> Ended:
        monkeypatch.setenv("AUTHENTICITY_HOME", str(home))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["authenticity", *map(str, arguments)])
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
        said = capfdbinary.readouterr()
        return Ended(int(ended.value.code or 0), said.out.decode(), said.err.decode())

    return command


def message(ended: Ended, status: int = 1) -> str:
    """The one message of a command that could not be done."""
    assert ended.status == status, ended
    assert "Traceback" not in ended.err and ended.err.count("error:") == 1, ended.err
    return ended.err.partition("error:")[2]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A labelled dataset of 120 accounts that no bundle has learnt from."""
    from training.worlds import simulate

    folder = tmp_path_factory.mktemp("tiny") / "data"
    simulate(folder, 120, 99)
    return folder


def files(**content: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for name, text in content.items():
            (folder / f"{name}.csv").write_text(text, "utf-8")
        return folder

    return write


# Simulate, validate, features, score


def test_simulate_writes_a_dataset_and_never_over_another(run: Run, tmp_path: Path) -> None:
    first = run("simulate", "-o", tmp_path / "a", "--accounts", 30, "--seed", 5)
    assert first.status == 0 and "30 synthetic accounts" in first.out
    assert dataset.read(tmp_path / "a")["accounts"].num_rows == 30
    before = {file: file.read_bytes() for file in (tmp_path / "a").iterdir()}
    assert "exists already" in message(run("simulate", "-o", tmp_path / "a", "--accounts", 3))
    assert {file: file.read_bytes() for file in (tmp_path / "a").iterdir()} == before
    run("simulate", "-o", tmp_path / "b", "--accounts", 30, "--seed", 5, "--quiet")
    assert {file.name: file.read_bytes() for file in (tmp_path / "b").iterdir()} == {file.name: text for file, text in before.items()}


def test_a_world_that_does_not_exist_is_told_with_those_that_do(run: Run, tmp_path: Path) -> None:
    ended = run("simulate", "-o", tmp_path / "a", "--world", "atlantis")
    assert ended.status == 2 and "there is no world 'atlantis'; there are: high_street" in ended.err
    assert not (tmp_path / "a").exists()


def test_validate_finds_nothing_wrong_with_a_simulated_dataset(run: Run, tiny: Path) -> None:
    ended = run("validate", tiny)
    assert (ended.status, ended.out.strip()) == (0, "No problems.")


def test_validate_lists_every_problem_at_once(run: Run, tmp_path: Path) -> None:
    planted = files(
        accounts="""account_id,platform,observed_at,followers,following
1,instagram,2026-11-01T00:00:00Z,100,5
1,instagram,2026-11-01T00:00:00Z,100,5
2,myspace,2026-11-01T00:00:00Z,100,5
3,x,2026-11-01T00:00:00Z,-7,5
4,x,2026-11-01T00:00:00Z,1.2k,5
9.00719925474099E+15,x,2026-11-01T00:00:00Z,100,5
6,x,2026-11-01T00:00:00Z,NaN,inf
7,x,yesterday,100,5
""",
        posts="""account_id,post_id,posted_at,likes
1,p1,2026-10-01T00:00:00Z,3
99,p2,2026-10-01T00:00:00Z,3
1,p3,2027-10-01T00:00:00Z,3
""",
    )(tmp_path)
    ended = run("validate", planted)
    assert ended.status == 1 and "Traceback" not in ended.err
    expected = [
        ("accounts.csv row 2", "account_id 1 stands there a second time"),
        ("accounts.csv row 3", 'platform is "myspace"; expected one of instagram'),
        ("accounts.csv row 4", "followers is -7; counts are never negative"),
        ("accounts.csv row 5", 'followers is "1.2k"; shortened counts have lost digits. Write the whole number, such as 1200'),
        ("accounts.csv row 6", "a spreadsheet has rounded this id"),
        ("accounts.csv row 7", "followers is nan"),
        ("accounts.csv row 7", "following is inf"),
        ("accounts.csv row 8", 'observed_at is "yesterday"; expected a moment'),
        ("posts.csv row 2", "account_id 99 is not in the accounts table"),
        ("posts.csv row 3", "posted_at 2027-10-01 00:00:00+00:00 lies after the account's observed_at"),
    ]
    lines = ended.out.splitlines()
    for place, what in expected:
        assert any(place in line and what in line for line in lines), f"{place}: {what} is not among\n{ended.out}"
    assert sum(line.startswith("error") for line in lines) == len(expected), ended.out
    assert lines[-1].startswith(f"{len(expected)} errors")


def test_a_german_spreadsheet_is_read(run: Run, tmp_path: Path) -> None:
    text = "\ufeffaccount_id;platform;observed_at;followers;name\n9007199254740993;x;2026-11-01T00:00:00Z;100;Jürgen; Öz\n"
    planted = files(accounts=text.replace("Jürgen; Öz", '"Jürgen; Öz"'))(tmp_path)
    assert run("validate", planted).status == 0
    assert dataset.read(planted)["accounts"]["account_id"].to_pylist() == ["9007199254740993"]


def test_features_writes_a_row_per_account(run: Run, tiny: Path, tmp_path: Path) -> None:
    assert run("features", tiny, "-o", tmp_path / "f.parquet").status == 0
    table = pq.read_table(tmp_path / "f.parquet")
    assert table.num_rows == 120 and table.column_names == ["account_id", *NAMES]
    assert table["engagement_residual"].null_count < 120
    without = run("features", tiny, "-o", tmp_path / "g.parquet", home=tmp_path / "empty")
    assert without.status == 0 and "no champion yet" in without.err
    assert pq.read_table(tmp_path / "g.parquet")["engagement_residual"].null_count == 120
    assert "parquet" in message(run("features", tiny, "-o", tmp_path / "f.csv"))


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_score_writes_a_row_per_account(run: Run, tiny: Path, tmp_path: Path, suffix: str) -> None:
    ended = run("score", tiny, "-o", tmp_path / f"v.{suffix}")
    assert ended.status == 0 and "120 verdicts" in ended.out
    assert (tmp_path / f"v.{suffix}").stat().st_size > 1_000


def test_followers_writes_a_row_per_sampled_follower(run: Run, tiny: Path, tmp_path: Path) -> None:
    sample = dataset.read(tiny)["follower_sample"]
    ended = run("followers", tiny, "-o", tmp_path / "f.parquet")
    assert ended.status == 0 and f"{sample.num_rows:,} followers of 120 accounts" in ended.out and "10% are of" in ended.out
    table = pq.read_table(tmp_path / "f.parquet")
    assert table.column_names == ["account_id", "follower_id", "probability"]
    for name in ("account_id", "follower_id"):
        assert table[name].to_pylist() == sample[name].to_pylist(), "in order, none dropped"
    assert 0.0 < min(known := table["probability"].drop_null().to_pylist()) < max(known) < 1.0
    assert "written as .parquet" in message(run("followers", tiny, "-o", tmp_path / "f.csv"))
    assert "no champion yet" in message(run("followers", tiny, "-o", tmp_path / "g.parquet", home=tmp_path / "empty"))
    assert "is no folder" in message(run("followers", tmp_path / "nowhere", "-o", tmp_path / "g.parquet"))
    assert [file.name for file in tmp_path.glob("*.parquet")] == ["f.parquet"]


def test_what_cannot_be_scored_is_told(run: Run, tiny: Path, tmp_path: Path) -> None:
    assert "expected .parquet, .csv or .jsonl" in message(run("score", tiny, "-o", tmp_path / "v.xlsx"))
    assert "is no folder" in message(run("score", tmp_path / "nowhere", "-o", tmp_path / "v.csv"))
    assert "no accounts table" in message(run("validate", tmp_path))
    assert not list(tmp_path.glob("v.*"))


def test_catalog_prints_every_feature(run: Run) -> None:
    ended = run("catalog")
    assert ended.status == 0 and f"{len(NAMES)} features" in ended.out
    assert all(name in ended.out for name in NAMES)
    for word in ("formula:", "inputs:", "source:", "unknown:"):
        assert ended.out.count(word) >= len(NAMES)


# Judge


def test_judge_prints_one_verdict(run: Run, tmp_path: Path, champion_home: Path) -> None:
    (tmp_path / "account.json").write_bytes(ACCOUNT)
    ended = run("judge", tmp_path / "account.json")
    assert ended.status == 0 and ended.err == ""
    assert orjson.loads(ended.out)["status"] == "ok"
    bundle = next((champion_home / "bundles").iterdir())
    named = orjson.loads(run("judge", tmp_path / "account.json", "--bundle", bundle, home=tmp_path / "empty").out)
    assert named["heads"] == orjson.loads(ended.out)["heads"] and named["bundle"]["version"] is None


def test_judge_draws_its_verdict_as_a_page(run: Run, tmp_path: Path) -> None:
    (tmp_path / "account.json").write_bytes(ACCOUNT)
    ended = run("judge", tmp_path / "account.json", "--html", tmp_path / "verdict.html")
    assert ended.status == 0 and ended.err == ""
    drawn = (tmp_path / "verdict.html").read_text("utf-8")
    assert drawn.startswith("<!DOCTYPE html>") and orjson.loads(ended.out)["account_id"] in drawn
    assert "no-such-folder" in message(run("judge", tmp_path / "account.json", "--html", tmp_path / "no-such-folder" / "verdict.html"))


def test_settings_reach_the_verdict(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "account.json").write_bytes(ACCOUNT)
    monkeypatch.setenv("AUTHENTICITY_BASE_RATE_BOUGHT_FOLLOWERS", "0.4")
    monkeypatch.setenv("AUTHENTICITY_TIERS", "10,20,30,40")
    monkeypatch.setenv("AUTHENTICITY_HOEM", "x")
    ended = run("judge", tmp_path / "account.json")
    verdict = orjson.loads(ended.out)
    assert verdict["heads"]["bought_followers"]["base_rate"] == 0.4 and verdict["tier"] == "mega"
    assert "AUTHENTICITY_HOEM is no setting; did you mean AUTHENTICITY_HOME?" in ended.err
    monkeypatch.setenv("AUTHENTICITY_BASE_RATE_BOUGHT_FOLLOWERS", "20 %")
    assert "expected a share between 0 and 1" in message(run("judge", tmp_path / "account.json"))


def test_an_account_that_is_none_is_told_with_every_place(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    assert "account.json" in message(run("judge", file))
    file.write_bytes(b"{'account_id': 1}")
    assert "not JSON" in message(run("judge", file))
    file.write_bytes(b'{"account_id": 17, "platform": "myspace", "followers": NaN}')
    assert "not JSON" in message(run("judge", file))
    wrong = orjson.loads(ACCOUNT) | {"account_id": 17, "platform": "myspace", "followers": -3}
    wrong["posts"] += [{"post_id": "p0", "posted_at": "2027-10-01T00:00:00Z", "likes": "1.2k"}]
    file.write_bytes(orjson.dumps(wrong))
    said = message(run("judge", file))
    for pointer in ("/account_id", "/platform", "/followers", "/posts/6/likes", "/posts/6/posted_at", "/posts/6/post_id"):
        assert re.search(rf"{pointer}: ", said), f"{pointer} is not among {said}"


def test_without_a_champion_or_with_a_damaged_one_nothing_is_judged(run: Run, tmp_path: Path, champion_home: Path, tiny: Path) -> None:
    (tmp_path / "account.json").write_bytes(ACCOUNT)
    empty = tmp_path / "empty"
    for arguments in (("judge", tmp_path / "account.json"), ("score", tiny, "-o", tmp_path / "v.csv"), ("evaluate",), ("serve",)):
        assert "run `authenticity train experiments/default.toml` first" in message(run(*arguments, home=empty)), arguments
    shutil.copytree(champion_home / "bundles", tmp_path / "broken" / "bundles")
    shutil.copy(champion_home / "champion.json", tmp_path / "broken")
    trees = next((tmp_path / "broken").rglob("bought_followers.ubj"))
    trees.write_bytes(trees.read_bytes()[:-1])
    said = message(run("judge", tmp_path / "account.json", home=tmp_path / "broken"))
    assert "bought_followers.ubj is damaged" in said and said.strip().count("\n") == 0
    assert "is no bundle" in message(run("judge", tmp_path / "account.json", "--bundle", tmp_path))


# Train, evaluate, serve, ui


def test_train_prints_the_run_and_the_card_and_evaluate_measures_it(run: Run, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY)
    home = tmp_path / "home"
    ended = run("train", tmp_path / "tiny.toml", "--data", tiny, "--quiet", home=home)
    assert ended.status == 0, ended.err
    run_id, version = (re.search(rf"^{name} (\S+)$", ended.out, re.MULTILINE) for name in ("run", "version"))
    assert run_id and version and version[1] == "1" and "bought followers" in ended.out.lower().replace("_", " ")
    assert tracking.store(home).client.get_run(run_id[1]).info.status == "FINISHED"
    assert "\r" not in ended.err and "\x1b" not in ended.err, "plain lines where there is no terminal"
    measured = run("evaluate", "--data", tiny)
    assert measured.status == 0 and "left out, because the bundle has learnt" in measured.out


def test_an_experiment_that_cannot_be_run_is_told(run: Run, tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "bad.toml").write_text('heads = ["moon"]\nsed = 3\n[trees]\neta = 9\n')
    said = message(run("train", tmp_path / "bad.toml", home=tmp_path / "home"))
    assert "moon" in said and "sed is no setting" in said and "trees.eta is 9" in said
    assert "does not exist" in message(run("train", tmp_path / "none.toml", home=tmp_path / "home"))
    (tmp_path / "tiny.toml").write_text(TINY)
    unlabelled = shutil.copytree(tiny, tmp_path / "unlabelled", ignore=shutil.ignore_patterns("labels*"))
    assert "labels" in message(run("train", tmp_path / "tiny.toml", "--data", unlabelled, home=tmp_path / "home"))
    assert "is no folder" in message(run("train", tmp_path / "tiny.toml", "--data", tmp_path / "none", home=tmp_path / "home"))
    assert not (tmp_path / "home" / "mlflow.db").exists()


def test_serve_and_ui_start_the_real_programs(run: Run, champion_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started is left to the tests that ask it; here the process only takes the place of this one."""
    started: list[list[str]] = []

    def become(file: str, arguments: list[str], environment: dict[str, str]) -> None:
        assert file == arguments[0] and environment["PATH"]
        started.append(arguments)

    monkeypatch.setattr(os, "execvpe", become)
    assert run("serve", "--port", free_port()).status == 0
    assert run("ui", "--port", free_port()).status == 0
    assert [arguments[2] for arguments in started] == ["bentoml", "mlflow"]
    assert any(str(champion_home) in argument for argument in started[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use_is_told(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"port {port}" in message(run("serve", "--port", port))


def test_an_address_that_others_reach_is_refused(run: Run) -> None:
    assert "no API keys" in message(run("serve", "--port", free_port(), "--host", "0.0.0.0"))


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["jugde"],
        ["judge"],
        ["score", "data"],
        ["simulate", "-o", "x", "--accounts", "many"],
        ["simulate", "-o", "x", "--seed", "-1"],
        ["serve", "--prot", "1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*arguments)
    assert ended.status == 2 and "Usage:" in ended.err and "Traceback" not in ended.err
    assert not list(tmp_path.iterdir())


def started(*arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """The program in a process of its own, and the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "authenticity", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_asking_what_it_is_takes_no_time(argument: str) -> None:
    # The best of three, because the first one may have to compile what Python has not read yet.
    tries = [started(argument) for _ in range(3)]
    assert all(done.returncode == 0 for done, _ in tries)
    assert min(seconds for _, seconds in tries) < 1.5
    (done, _), *_ = tries
    commands = ("simulate", "validate", "features", "catalog", "train", "evaluate", "judge", "score", "serve", "ui")
    assert re.match(r"^\d+\.\d+", done.stdout) if argument == "--version" else all(name in done.stdout for name in commands)


def test_a_process_of_its_own_ends_with_1_and_without_a_trace(tmp_path: Path) -> None:
    began = time.monotonic()
    done, _ = started("judge", str(tmp_path / "none.json"))
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("error:") == 1 and "Traceback" not in done.stderr
    assert time.monotonic() - began < 30


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError):
        authenticity.main(broken)


def test_the_queue_of_a_dataset_is_a_file_that_can_be_filled_in(run: Run, tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "queue.csv"
    ended = run("queue", tiny, "-n", "5", "-o", file, "--quiet")
    assert (ended.status, ended.out) == (0, f"0 of 120 judged accounts in {file}\n"), "every account of this dataset has a label"
    shutil.copytree(tiny, tmp_path / "unlabelled", ignore=shutil.ignore_patterns("labels*"))
    ended = run("queue", tmp_path / "unlabelled", "-n", "5", "-o", file, "--head", "bought_followers", "--quiet")
    assert ended.status == 0, ended.err
    lines = file.read_text("utf-8").splitlines()
    assert lines[0].endswith(",why,source,corrected,reviewer,note")
    assert len(lines) == 6
    assert all(",bought_followers," in line and line.endswith(",,,,") for line in lines[1:])


def test_the_queue_without_a_dataset_is_of_judged_accounts_and_says_when_there_are_none(run: Run, tmp_path: Path) -> None:
    ended = run("queue", home=tmp_path / "new")
    assert ended.status == 0
    assert ended.out.startswith("account_id,platform,")
    assert "judged no account in the last 30 days" in ended.err
    assert run("queue", "--head", "bought").status == 2


def test_a_database_that_cannot_be_used_is_told_in_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHENTICITY_DATABASE_URL", "mysql://someone:secret@somewhere/db")
    told = message(run("queue", home=tmp_path / "new"))
    assert "expected sqlite:///FILE or postgresql://" in told
    assert "secret" not in told
