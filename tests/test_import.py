"""`authenticity import`: from a platform's answers to a verdict, by the real commands, and every command of its manual."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

import authenticity
from features import platforms

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures" / "platforms"
MANUAL = ROOT / "docs" / "import.md"
COMMANDS = re.findall(r"^authenticity (import .*)$", MANUAL.read_text("utf-8"), re.MULTILINE)
# What the manual calls its folders, and the answers that stand for them here.
LAYOUT = {
    "instagram/discovery": "instagram/full_discovery",
    "instagram/own": "instagram/full_own",
    "youtube": "youtube/full",
    "x": "x/full",
    "tiktok/display": "tiktok/full_display",
    "tiktok/research": "tiktok/full_research",
    "tables": "csv/full",
}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(champion_home: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, as the installed program does, in an empty folder; its HOME is a copy of the champion's."""
    home = tmp_path / "home"
    shutil.copytree(champion_home, home, ignore=shutil.ignore_patterns("worlds", "mlflow*", "mlruns"))
    (tmp_path / "work").mkdir()

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path / "work")
        monkeypatch.setenv("AUTHENTICITY_HOME", str(home))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["authenticity", *map(str, arguments)])
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
        said = capfdbinary.readouterr()
        return int(ended.value.code or 0), said.out.decode(), said.err.decode()

    return command


def lay_out(folder: Path) -> None:
    """The folders of the manual's examples, filled with the fixtures' answers."""
    for name, source in LAYOUT.items():
        shutil.copytree(FIXTURES / source, folder / name)
    (folder / "snapchat").mkdir()
    for file in [*(FIXTURES / "snapchat").glob("full_*.json"), ROOT / "docs" / "snapchat.csv"]:
        if "expected" not in file.name:
            shutil.copy2(file, folder / "snapchat")
    shutil.copy2(FIXTURES / "csv" / "map.toml", folder)


def sources_of(platform: str) -> list[Path]:
    return [case for case in sorted((FIXTURES / platform).glob("full*")) if "expected" not in case.name]


@pytest.mark.parametrize(
    "case", [case for name in sorted(platforms.BY_NAME) for case in sources_of(name)], ids=lambda c: f"{c.parent.name}/{c.name}"
)
def test_answers_lead_to_verdicts(case: Path, run: Run, tmp_path: Path) -> None:
    mapped = ["--map", FIXTURES / "csv" / "map.toml"] if case.parent.name == "csv" else []
    status, out, err = run("import", case.parent.name, case, "-o", "data", "--observed-at", "2026-11-01", "--quiet", *mapped)
    assert status == 0 and "Traceback" not in err, (out, err)
    assert run("validate", "data", "--quiet")[0] == 0
    assert run("score", "data", "-o", "verdicts.jsonl", "--quiet")[0] == 0
    verdicts = [orjson.loads(line) for line in (tmp_path / "work" / "verdicts.jsonl").read_bytes().splitlines()]
    assert out.startswith(f"{len(verdicts):,} account") and {verdict["status"] for verdict in verdicts} <= {"ok", "insufficient_data"}
    assert run("features", "data", "-o", "features.parquet", "--quiet")[0] == 0
    first = verdicts[0]["account_id"]
    assert run("import", case.parent.name, case, "-o", "account.json", "--account", first, "--observed-at", "2026-11-01", *mapped)[0] == 0
    status, judged, _ = run("judge", "account.json")
    verdict: dict[str, Any] = orjson.loads(judged)
    assert status == 0 and (verdict["account_id"], verdict["status"]) == (first, verdicts[0]["status"])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_manual_does_what_it_says(command: str, run: Run, tmp_path: Path) -> None:
    lay_out(tmp_path / "work")
    arguments = shlex.split(command)
    status, out, err = run(*arguments)
    target = arguments[arguments.index("-o") + 1]
    assert status == 0 and out.strip().endswith(f"in {target}"), err
    assert (tmp_path / "work" / target).exists()


def test_the_manual_shows_every_platform() -> None:
    assert {command.split()[1] for command in COMMANDS} == set(platforms.BY_NAME)


def test_the_manual_s_map_is_a_map(tmp_path: Path) -> None:
    from features.platforms.csv import mapped

    (shown,) = re.findall(r"```toml\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    (tmp_path / "map.toml").write_text(shown, "utf-8")
    assert mapped(tmp_path / "map.toml").name == "instagram"


def test_snapchat_s_three_sources_are_one_account(run: Run, tmp_path: Path) -> None:
    lay_out(tmp_path / "work")
    assert "1 account, 4 posts" in run("import", "snapchat", "snapchat", "-o", "data")[1]


def test_what_cannot_be_imported_ends_with_one_message_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "cut.json").write_bytes((FIXTURES / "youtube" / "minimal.json").read_bytes()[:60])
    (work / "picture.json").write_bytes(b"\x89PNG\r\n")
    status, _, err = run("import", "youtube", "cut.json", "picture.json", "gone.json", FIXTURES / "x" / "minimal.json", "-o", "data")
    assert status == 1 and err.count("error:") == 1 and "Traceback" not in err
    assert "cut.json: the file is not JSON" in err and "picture.json: the file is not JSON" in err
    assert "gone.json: there is no such file" in err and "this looks like an answer of the X API" in err
    assert sorted(os.listdir(work)) == ["cut.json", "picture.json"]


def test_what_can_be_used_is_imported_and_the_rest_is_told(run: Run) -> None:
    status, out, err = run("import", "youtube", FIXTURES / "youtube" / "broken.json", "-o", "data", "--observed-at", "2026-11-01")
    assert status == 0 and out.startswith("1 account, 1 post in data")
    severities = [word for line in err.splitlines() if (word := line.split()[0]) in ("error", "warning")]
    assert severities == sorted(severities) and set(severities) == {"error", "warning"}
    assert "broken.json /0/items/1/snippet/publishedAt: created_at is" in err


def test_a_dataset_is_never_overwritten(run: Run) -> None:
    arguments = ("import", "youtube", FIXTURES / "youtube" / "minimal.json", "-o", "data", "--observed-at", "2026-11-01")
    assert run(*arguments)[0] == 0
    status, _, err = run(*arguments)
    assert status == 1 and "exists already" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("myspace", "a.json"), "there is no platform 'myspace'; there are: csv, instagram, snapchat, tiktok, x, youtube."),
        (("csv", "a.csv"), "csv takes --map FILE.toml"),
        (("x", "a.json", "--map", "map.toml"), "csv takes --map FILE.toml"),
        (("x", "a.json", "--observed-at", "yesterday"), '--observed-at: observed_at is "yesterday"; expected a moment'),
    ],
)
def test_wrong_wishes_are_told(arguments: tuple[str, ...], message: str, run: Run) -> None:
    status, _, err = run("import", *arguments, "-o", "data")
    assert status == 1 and message in err


def test_a_map_with_faults_tells_all_of_them(run: Run, tmp_path: Path) -> None:
    faults = 'platform = "myspace"\n[accounts]\nfollowrs = "n"\n[orders]\nid = "x"\n[posts]\npost_id = 7\n'
    (tmp_path / "work" / "map.toml").write_text(faults)
    status, _, err = run("import", "csv", ".", "--map", "map.toml", "-o", "data")
    assert status == 1
    for told in (
        "/platform: platform is",
        "/accounts/followrs: expected a column",
        "/accounts: account_id is not mapped",
        "/orders: expected one of",
        "/posts/post_id",
    ):
        assert told in err, told
