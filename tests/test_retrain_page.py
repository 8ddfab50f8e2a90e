"""The page on retraining: every command in it runs, in order, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import authenticity

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "retrain.md"
MAY_END = re.compile(r"\s+# may end with (\d)$")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    return [line.removeprefix("$ ") for block in blocks(text, "console") for line in block.splitlines() if line.startswith("$ ")]


def ended(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The status of a command: ours in this process, since starting one costs seconds, any other in a shell."""
    if not command.startswith("authenticity "):
        return subprocess.run(["bash", "-c", command], timeout=60, check=False).returncode
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(SystemExit) as left:
        authenticity.main()
    return int(left.value.code or 0)


def test_every_command_of_the_page_is_in_a_block_that_runs() -> None:
    text = PAGE.read_text("utf-8")
    found = commands(text)
    # Whatever else the page shows as code is no command, except the line for cron and the experiment.
    others = [block for block in re.findall(r"^```(\w*)$", text, re.MULTILINE) if block not in ("", "console", "toml")]
    unrun = [line for block in blocks(text, "console") for line in block.splitlines() if line and not line.startswith("$ ")]
    assert (others, unrun) == ([], [])
    ours = {command.split()[1] for command in found if command.startswith("authenticity ")}
    assert {"simulate", "validate", "train", "label", "labels", "retrain", "compare", "promote"} <= ours


def test_the_page_leads_from_tables_to_a_champion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AUTHENTICITY_")]:
        monkeypatch.delenv(name)
    (tmp_path / "mine.toml").write_text(blocks(text, "toml")[0], "utf-8")
    said = {}
    for command in commands(text):
        allowed = {0} | {int(status) for status in MAY_END.findall(command)}
        status = ended(MAY_END.sub("", command), monkeypatch)
        said[command] = (told := capfd.readouterr()).out
        assert status in allowed, f"{command} ended with {status}, expected {allowed}\n{told.out}\n{told.err}"
    trained, *again = (out for command, out in said.items() if command.startswith(("authenticity train", "authenticity retrain")))
    assert "1,200 labels that people gave" in trained and "real labels" in trained
    assert "Krippendorff's alpha" in again[0] and "laid over" in again[0]
    assert "nothing new since last time, status 0" in again[1]
    assert "alpha 0." in next(out for command, out in said.items() if command.startswith("authenticity labels"))
    assert (tmp_path / "verdicts.jsonl").read_text("utf-8").count("\n") == 1
