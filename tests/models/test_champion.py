"""The champion is the old one or the new one, whatever happens while it changes, and never half of either."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.bundle import Bundle, BundleError, load_champion, publish

ROOT = Path(__file__).resolve().parents[2]


def cut_off(file: Path) -> None:
    """The second half of the file is gone."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"path": null, "version": "1", "run_id": "r"}',
        b'{"path": 7, "version": "1", "run_id": "r"}',
        b'{"path": "0000", "run_id": "r"}',
        b'{"path": "..", "version": "1", "run_id": "r"}',
        b'{"path": ".", "version": "1", "run_id": "r"}',
        b'{"path": "", "version": "1", "run_id": "r"}',
        b'{"path": "../outside", "version": "1", "run_id": "r"}',
        b'{"path": "/etc", "version": "1", "run_id": "r"}',
        b'{"path": "sub/bundle", "version": "1", "run_id": "r"}',
        b'{"path": "{name}\\n", "version": "1", "run_id": "r"}',
        b'{"path": ".draft", "version": "1", "run_id": "r"}',
        b'{"path": "0000000000000000", "version": "1", "run_id": "r"}',
        b'{"path": "{name}", "version": ["1"], "run_id": "r"}',
        b'{"path": "{name}", "version": "1", "run_id": {"a": 1}}',
    ],
)
def test_a_champion_that_cannot_be_trusted_is_refused(trained: Any, tmp_path: Path, pointer: bytes) -> None:
    name = trained.path.name
    for place in (Path(name), Path(".draft"), Path("sub/bundle"), Path("../outside"), Path()):
        shutil.copytree(trained.path, tmp_path / "home" / "bundles" / place, dirs_exist_ok=True)
    shutil.copytree(trained.path, tmp_path / "home", dirs_exist_ok=True)
    (tmp_path / "home" / "champion.json").write_bytes(pointer.replace(b"{name}", name.encode()))
    with pytest.raises(BundleError) as refused:
        load_champion(tmp_path / "home")
    assert "\n" not in str(refused.value) and "again" in str(refused.value)


def test_without_a_champion_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no champion yet .*: run `authenticity train experiments/default\.toml` first"):
        load_champion(tmp_path)
    (tmp_path / "champion.json").mkdir()
    with pytest.raises(BundleError, match="authenticity train"):
        load_champion(tmp_path)


def test_a_damaged_bundle_is_never_published(folder: Path, champion_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(champion_home / "bundles", home / "bundles")
    shutil.copy(champion_home / "champion.json", home)
    cut_off(folder / "heads.json")
    with pytest.raises(BundleError, match=r"heads\.json"):
        publish(folder, home, "2", "run")
    assert load_champion(home).version == "1"


def test_publishing_again_mends_a_damaged_copy(trained: Any, tmp_path: Path) -> None:
    path = publish(trained.path, tmp_path, "1", "first")
    cut_off(path / "followers.ubj")
    with pytest.raises(BundleError, match=r"followers\.ubj"):
        load_champion(tmp_path)
    publish(trained.path, tmp_path, "2", "second")
    champion = load_champion(tmp_path)
    assert (champion.version, champion.run_id, champion.id) == ("2", "second", trained.bundle.id)


# Kills a forked copy of itself just before a step that touches a file, later each time, and looks at what is left.
KILL = """
import os, shutil, signal, sys
from pathlib import Path
from models.bundle import Bundle, BundleError, load_champion, publish

first, second, place = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
saved = Bundle.load(second)
watched = False
left = 0

def count(event, arguments):
    global left
    if watched and event in ("open", "os.rename", "os.mkdir", "os.rmdir", "os.remove") and str(place) in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)

def killed_at(step, work):
    global watched, left
    child = os.fork()
    if not child:
        watched, left = True, step
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

def whole(folder):
    try:
        Bundle.load(folder, check_golden=False)
    except BundleError:
        return False
    return True

def every_step(work, check):
    step = 0
    while killed_at(step, work):
        check()
        # Every file is opened and then renamed: three steps on, it is another file and the other of the two.
        step += 3
    print(step)

target = place / "saved"
def after_saving():
    assert not target.exists() or whole(target), "half a bundle can be loaded or blocks the next one"
    shutil.rmtree(target, ignore_errors=True)
every_step(lambda: saved.save(target), after_saving)
assert whole(target)

home = place / "home"
old = publish(first, home, "1", "first")
identities = {"1": load_champion(home).id, "2": saved.id}
def after_publishing():
    champion = load_champion(home)
    assert champion.id == identities[champion.version], "the champion is not the one it is said to be"
    assert whole(old), "the previous champion is damaged"
    for folder in (home / "bundles").iterdir():
        assert folder.name.startswith(".") or whole(folder), "half a bundle lies among the whole ones"
        if folder != old:
            shutil.rmtree(folder)
    publish(first, home, "1", "first")
every_step(lambda: publish(second, home, "2", "second"), after_publishing)
assert load_champion(home).version == "2"
"""


def test_killed_at_any_step_it_leaves_the_old_champion_or_the_new_one(trained: Any, tmp_path: Path) -> None:
    other = Bundle(**{**vars(trained.bundle), "facts": {**trained.bundle.facts, "data": "other accounts"}})
    other.save(tmp_path / "other")
    (tmp_path / "place").mkdir()
    arguments = [sys.executable, "-c", KILL, str(trained.path), str(tmp_path / "other"), str(tmp_path / "place")]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    steps = [int(line) for line in done.stdout.split()]
    assert len(steps) == 2 and min(steps) > 20, f"so few places to be killed at: {steps}"
