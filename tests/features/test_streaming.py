"""Work on parts: the same bytes whoever does it, whatever ends it nothing is half written, and what is finished is not done again."""

import os
import re
import resource
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench import crowds
from features import dataset, parts, streaming
from features.partitions import write_features
from features.problems import DatasetError
from features.slices import slices
from features.table import AccountTable
from tests.features.accounts import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
PARTS, SIZE = 40, 60
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see which processes there are")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of so many parts that work on it can be interrupted. Shared: copy it before changing anything in it."""
    folder = tmp_path_factory.mktemp("crowd") / "set"
    for number in range(PARTS):
        dataset.write(folder, crowds.part(np.random.default_rng([5, number]), number * SIZE, SIZE), number)
    return folder


@pytest.fixture(scope="module")
def whole(crowd: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file that all ways of making it must end in."""
    output = tmp_path_factory.mktemp("whole") / "out.parquet"
    assert write_features(crowd, output, None, processes=1) == PARTS * SIZE
    return output.read_bytes()


@pytest.fixture
def few(tmp_path: Path, crowd: Path) -> Path:
    """Four parts, free to be changed."""
    for number in range(4):
        dataset.write(tmp_path / "set", dataset.read(crowd, part=number), number)
    return tmp_path / "set"


def command(crowd: Path, output: Path, *program: str) -> subprocess.Popen[str]:
    """The command line with two workers and no champion, in a session of its own."""
    program = program or (sys.executable, "-m", "authenticity")
    return subprocess.Popen(
        [*program, "features", str(crowd), "-o", str(output), "--workers", "2"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AUTHENTICITY_HOME": str(output.parent / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def folder_of(output: Path) -> Path:
    return output.with_name(f".{output.name}.parts")


def finished(output: Path) -> set[str]:
    """The parts whose results are there and count."""
    return {file.name for file in folder_of(output).glob("*-*.json")}


def until(holds: Callable[[], object], started: subprocess.Popen[str]) -> None:
    for _ in range(6_000):
        if holds():
            return
        assert started.poll() is None, started.communicate()
        time.sleep(0.01)
    raise AssertionError("waited a minute in vain")


def children(pid: int) -> list[int]:
    """The processes that work on parts for `pid`."""
    found = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2] for pid in pids)


@pytest.fixture
def begun(crowd: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The command under way, with some parts finished and others not."""
    output = tmp_path / "out.parquet"
    started = command(crowd, output)
    try:
        until(lambda: len(finished(output)) >= 2, started)
        yield started, output
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()


def goes_on(crowd: Path, output: Path, kept: set[str], whole: bytes) -> None:
    """A second run takes over what the first has finished, no more and no less, and ends in the same bytes."""
    assert not output.exists() and 2 <= len(kept) < PARTS
    said: list[str] = []
    write_features(crowd, output, None, None, 1, said.append)
    assert said == [f"Parts taken over from an earlier run: {len(kept)} of {PARTS}."]
    assert output.read_bytes() == whole
    assert sorted(path.name for path in output.parent.iterdir() if path.name != "home") == [output.name]


@pytest.mark.parametrize("processes", [2, 3])
def test_many_processes_write_the_bytes_of_one(crowd: Path, whole: bytes, tmp_path: Path, processes: int) -> None:
    told: list[tuple[int, int | None]] = []
    output = tmp_path / "new" / "out.parquet"
    assert write_features(crowd, output, None, lambda done, of: told.append((done, of)), processes) == PARTS * SIZE
    assert output.read_bytes() == whole
    assert [path.name for path in output.parent.iterdir()] == ["out.parquet"]
    assert told == sorted(told) and told[-1] == (1000 * PARTS, 1000 * PARTS)
    ids = pq.read_table(output, columns=["account_id"])["account_id"].to_pylist()
    assert ids == [f"a{i:08d}" for i in range(PARTS * SIZE)]


def test_the_installed_program_starts_its_processes(few: Path, tmp_path: Path) -> None:
    script = Path(sysconfig.get_path("scripts")) / "authenticity"
    done = command(few, tmp_path / "out.parquet", str(script))
    _, said = done.communicate(timeout=120)
    assert done.returncode == 0, said
    assert pq.read_metadata(tmp_path / "out.parquet").num_rows == 4 * SIZE


@needs_proc
def test_a_killed_run_leaves_no_process_and_goes_on_at_the_part(
    begun: tuple[subprocess.Popen[str], Path], crowd: Path, whole: bytes
) -> None:
    started, output = begun
    workers = children(started.pid)
    assert len(workers) == 2
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    for _ in range(1_000):
        if gone(workers):
            break
        time.sleep(0.01)
    assert gone(workers), "a process has outlived the one that started it"
    goes_on(crowd, output, finished(output), whole)


@needs_proc
def test_a_killed_process_is_told_with_its_part(begun: tuple[subprocess.Popen[str], Path], crowd: Path, whole: bytes) -> None:
    started, output = begun
    os.kill(children(started.pid)[0], signal.SIGKILL)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 1 and "Traceback" not in said and said.count("error:") == 1, said
    assert re.search(r"error: part \d+: its process was ended before it was finished \(signal 9\)", said), said
    kept = finished(output)
    assert f": {len(kept)} of {PARTS}; the same command goes on from there" in said
    goes_on(crowd, output, kept, whole)


@needs_proc
def test_ctrl_c_ends_everything_and_says_how_to_go_on(begun: tuple[subprocess.Popen[str], Path], crowd: Path, whole: bytes) -> None:
    started, output = begun
    workers = children(started.pid)
    os.killpg(started.pid, signal.SIGINT)
    _, said = started.communicate(timeout=10)
    assert started.returncode != 0 and "Traceback" not in said and "the same command goes on from there" in said, said
    assert gone(workers)
    goes_on(crowd, output, finished(output), whole)


def test_two_runs_never_write_the_same_file(begun: tuple[subprocess.Popen[str], Path], crowd: Path, whole: bytes) -> None:
    started, output = begun
    os.kill(started.pid, signal.SIGSTOP)
    try:
        with pytest.raises(DatasetError, match=r"out\.parquet is being written by another run"):
            write_features(crowd, output, None, processes=1)
    finally:
        os.kill(started.pid, signal.SIGCONT)
    _, said = started.communicate(timeout=120)
    assert started.returncode == 0, said
    assert output.read_bytes() == whole


def stopped(data: Path, output: Path, after: int = 2) -> None:
    """A run that is interrupted when `after` parts are finished."""

    def interrupt(done: int, of: int | None) -> None:
        if len(finished(output)) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_features(data, output, REFERENCE, interrupt, 1)
    assert len(finished(output)) == after and not output.exists()


def again(data: Path, output: Path, reference: object = REFERENCE) -> list[str]:
    """What a run says, that ends as a run from the start does."""
    said: list[str] = []
    write_features(data, output, reference, None, 1, said.append)  # type: ignore[arg-type]
    afresh = output.with_name("afresh.parquet")
    write_features(data, afresh, reference, None, 1)  # type: ignore[arg-type]
    assert output.read_bytes() == afresh.read_bytes()
    assert not folder_of(output).exists()
    return said


def test_a_part_that_changed_is_made_afresh(few: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    stopped(few, output)
    dataset.write(few, {"accounts": dataset.read(few, part=1)["accounts"].slice(0, SIZE - 1)}, 1)
    for name in ("posts", "comments", "follower_sample", "history"):
        (few / name / "part-00001.parquet").unlink()
    first, second = again(few, output)
    assert first == "Finished parts of an earlier run that are made afresh: 1; changed since then: data."
    assert second == "Parts taken over from an earlier run: 1 of 4."
    assert pq.read_metadata(output).num_rows == 4 * SIZE - 1


def test_a_result_without_its_stamp_or_a_stamp_alone_does_not_count(few: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    stopped(few, output)
    first, second = (folder_of(output) / name for name in sorted(finished(output)))
    first.unlink()
    second.with_suffix(".parquet").unlink()
    assert again(few, output) == []


def test_another_bundle_or_program_starts_afresh(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.parquet"
    stopped(few, output)
    assert again(few, output, None) == ["Finished parts of an earlier run that are made afresh: 2; changed since then: bundle."]
    output.unlink()
    stopped(few, output)
    monkeypatch.setattr("features.partitions.sources", lambda *packages: "changed")
    assert again(few, output) == ["Finished parts of an earlier run that are made afresh: 2; changed since then: software."]


def test_a_faulty_part_keeps_the_others_for_when_it_is_mended(few: Path, tmp_path: Path) -> None:
    sound = dataset.read(few, part=3)
    accounts = sound["accounts"].set_column(3, "followers", [[-1] * SIZE])
    pq.write_table(accounts, few / "accounts" / "part-00003.parquet")
    output = tmp_path / "out.parquet"
    with pytest.raises(DatasetError, match=r"accounts/part-00003.parquet row 1: followers is -1"):
        write_features(few, output, None, processes=2)
    assert not output.exists() and len(finished(output)) == 3
    dataset.write(few, sound, 3)
    assert again(few, output, None) == ["Parts taken over from an earlier run: 3 of 4."]


def test_a_part_that_changes_while_it_is_read_is_told(few: Path, tmp_path: Path) -> None:
    def meddle(done: int, of: int | None) -> None:
        os.utime(few / "comments" / "part-00000.parquet")

    with pytest.raises(DatasetError, match="part 0 was changed while it was read"):
        write_features(few, tmp_path / "out.parquet", None, meddle, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_a_full_disk_is_told_and_leaves_nothing_half_written(few: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    done = subprocess.run(
        [sys.executable, "-m", "authenticity", "features", str(few), "-o", str(output), "--workers", "1"],
        cwd=ROOT,
        env={**os.environ, "AUTHENTICITY_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        # Room for 20,000 bytes in a file is less than a part's result takes.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert re.search(r"error: \S+\.parquet: File too large", done.stderr), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_a_target_that_cannot_be_written_is_told(few: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match=re.escape(str(tmp_path / "file"))):
        write_features(few, tmp_path / "file" / "out.parquet", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "set"]


def test_an_account_in_two_parts_is_told_before_any_work(few: Path, tmp_path: Path) -> None:
    doubled = dataset.read(few, part=2)
    dataset.write(few, doubled, 7)
    with pytest.raises(DatasetError, match="account_id a00000120 stands in part 2 and in part 7") as refused:
        write_features(few, tmp_path / "out.parquet", None)
    assert len(refused.value.problems) == 5 and refused.value.problems[-1].more == SIZE - 5
    assert [problem.detail for problem in dataset.validate(few)] == [problem.detail for problem in refused.value.problems]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set"]


def test_a_part_that_cannot_fit_memory_is_told_before_any_work(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "usable_memory", lambda: parts.BARE)
    with pytest.raises(DatasetError, match=r"part 0 needs about 0\.3 GiB of memory at once, of 0\.3 GiB here\. Write the dataset as parts"):
        write_features(few, tmp_path / "out.parquet", None)


def test_small_data_starts_no_process(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.workers._team", None)
    assert write_features(few, tmp_path / "out.parquet", None) == 4 * SIZE


def test_slices_hold_the_rows_of_their_accounts_in_any_order(few: Path) -> None:
    tables = dataset.read(few, part=0)
    rng = np.random.default_rng(3)
    mixed = {name: table if name == "accounts" else table.take(rng.permutation(table.num_rows)) for name, table in tables.items()}
    mixed["accounts"] = tables["accounts"].slice(0, SIZE - 1)
    groups = list(slices(mixed, 25))
    assert [group["accounts"].num_rows for group in groups] == [25, 25, 9]
    for name in ("posts", "comments", "follower_sample", "history"):
        assert sum(group[name].num_rows for group in groups) * SIZE == tables[name].num_rows * (SIZE - 1)
        for group in groups:
            assert set(group[name]["account_id"].to_pylist()) <= set(group["accounts"]["account_id"].to_pylist())
    own, every = (AccountTable.from_tables(part).text("comment_text").data for part in (next(slices(tables, 20)), tables))
    assert len(own) < len(every) / 2, "a slice holds the text of the whole part"


def test_the_same_fault_in_many_parts_is_counted_not_listed(few: Path) -> None:
    for number in range(4):
        accounts = dataset.read(few, part=number)["accounts"].set_column(3, "followers", [[-1] * SIZE])
        pq.write_table(accounts.append_column("hat", [["L"] * SIZE]), few / "accounts" / f"part-{number:05d}.parquet")
    problems = dataset.validate(few)
    assert [problem.severity for problem in problems] == ["error"] * 5 + ["warning"]
    assert sum(1 + problem.more for problem in problems if problem.severity == "error") == 4 * SIZE
