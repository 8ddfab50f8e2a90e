"""Half a dataset never counts, whether its writer failed, was killed or ran out of room."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from features import dataset
from features.dataset import Tables
from features.problems import DatasetError
from features.whole import whole_file
from tests.features.accounts import crowd, tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made() -> Tables:
    return tables(crowd(12))


def stopped(path: Path, made: Tables) -> None:
    with dataset.writing(path) as draft:
        dataset.write(draft, made)
        raise RuntimeError("stop")


def filled(file: Path) -> None:
    with whole_file(file) as draft:
        draft.write_bytes(b"half")
        raise OSError("no room")


def test_a_dataset_is_never_overwritten(made: Tables, tmp_path: Path) -> None:
    dataset.write(tmp_path / "one", made)
    with pytest.raises(DatasetError, match="exists already"), dataset.writing(tmp_path / "one") as draft:
        dataset.write(draft, made)
    assert dataset.read(tmp_path / "one")["accounts"].num_rows == 12


def test_a_failed_writer_leaves_nothing(made: Tables, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        stopped(tmp_path / "one", made)
    assert list(tmp_path.iterdir()) == []
    with dataset.writing(tmp_path / "one") as draft:
        dataset.write(draft, made)
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


KILLED = """
import sys, time
from pathlib import Path
import pyarrow as pa
from features import dataset
made = {"accounts": pa.table({"account_id": pa.array(["1"], pa.large_string()), "followers": pa.array([1])})}
with dataset.writing(Path(sys.argv[1])) as draft:
    dataset.write(draft, made, 0)
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_nothing_that_counts(made: Tables, tmp_path: Path) -> None:
    target = tmp_path / "one"
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(target)], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
    assert not target.exists()
    assert list(tmp_path.rglob("*.parquet")), "the writer was killed before it had written anything"
    with pytest.raises(DatasetError, match="is no folder"):
        dataset.read(target)
    with dataset.writing(target) as draft:
        dataset.write(draft, made)
    assert dataset.read(target)["accounts"].num_rows == 12


def test_a_file_that_was_being_written_is_no_part(made: Tables, tmp_path: Path) -> None:
    dataset.write(tmp_path, made, 0)
    (tmp_path / "accounts" / ".part-00009.parquet.17.tmp").write_bytes(b"PAR1")
    assert dataset.parts(tmp_path) == [0]
    assert dataset.read(tmp_path)["accounts"].num_rows == 12
    with pytest.raises(OSError, match="no room"):
        filled(tmp_path / "accounts" / "part-00000.parquet")
    assert dataset.read(tmp_path)["accounts"].num_rows == 12


def test_tables_that_are_not_in_the_same_parts_are_refused(tmp_path: Path, small_world: Path) -> None:
    tables = dataset.read(small_world)
    dataset.write(tmp_path, {"accounts": tables["accounts"]}, part=0)
    dataset.write(tmp_path, {"posts": tables["posts"]})
    with pytest.raises(DatasetError, match="posts has one file that accounts does not have"):
        dataset.parts(tmp_path)


def test_a_writers_own_fault_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError, match="mine"), dataset.writing(tmp_path / "new"):
        raise FileExistsError("mine")
    assert not (tmp_path / "new").exists()
