"""A store that cannot be used is told in one message that says what to do, and nothing half-written stays."""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.script import ScriptDirectory
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base

from training import tracking
from training.tracking import TrackingError

ROOT = Path(__file__).resolve().parents[2]
ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from training import tracking

store = tracking.store(Path(sys.argv[1]))
with tracking.run(store, "full", "too large") as run:
    run.log_metrics({"recall": 0.5})
    run.log_bundle(Path(sys.argv[2]))
    run.register(alias="champion")
"""


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "htp://127.0.0.1:5000",
        "http://",
        "http://127.0.0.1:port",
        "postgresql://",
        "postgresql://127.0.0.1",
        "sqlite://",
        "file:///tmp/mlruns",
        "./mlruns",
        "mongodb://127.0.0.1/runs",
    ],
)
def test_an_address_that_is_none_is_told_with_what_was_expected(address: str, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"AUTHENTICITY_MLFLOW_TRACKING_URI is .*expected http://HOST:PORT, postgresql://USER"):
        tracking.store(tmp_path, address)
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_an_older_mlflow_is_mended_by_what_the_message_says(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/mlflow.db"
    engine = sqlalchemy.create_engine(address)
    Base.metadata.create_all(engine)
    config = _get_alembic_config(address)
    older = list(ScriptDirectory.from_config(config).walk_revisions())[3].revision
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, older)
    engine.dispose()
    with pytest.raises(TrackingError, match="made by an older MLflow than") as told:
        tracking.store(tmp_path)
    assert "\n" not in str(told.value)
    (says,) = re.findall(r"`(mlflow db upgrade [^`]+)`", str(told.value))
    arguments = [sys.executable, "-m", *shlex.split(says)]
    subprocess.run(arguments, check=True, capture_output=True, timeout=120)
    with tracking.run(tracking.store(tmp_path), "mended", "run") as run:
        run.log_metrics({"recall": 0.5})
    assert tracking.find(tracking.store(tmp_path), run.id).status == "FINISHED"


def test_a_store_of_a_newer_mlflow_is_told_as_such(tmp_path: Path) -> None:
    tracking.store(tmp_path / "own")
    # A copy, because MLflow looks at the tables only when it opens an address for the first time.
    with closing(sqlite3.connect(tmp_path / "own" / "mlflow.db")) as own, closing(sqlite3.connect(tmp_path / "mlflow.db")) as copy:
        own.backup(copy)
        copy.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
        copy.commit()
    with pytest.raises(TrackingError, match=r"made by a newer MLflow than .* \(its tables are at ffffffffffff\): install the newer"):
        tracking.store(tmp_path)


def test_a_store_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"something else entirely, and long enough to be read" * 40)
    with pytest.raises(TrackingError, match=r"mlflow\.db cannot be used: .*file is not a database"):
        tracking.store(tmp_path)


def test_a_deleted_experiment_is_told_and_works_again_once_restored(tmp_path: Path) -> None:
    store = tracking.store(tmp_path)
    with tracking.run(store, "deleted", "before") as run:
        pass
    store.client.delete_experiment(run.experiment_id)
    with pytest.raises(TrackingError, match="'deleted' was deleted; restore it"), tracking.run(store, "deleted", "after"):
        pass
    store.client.restore_experiment(run.experiment_id)
    with tracking.run(store, "deleted", "again"):
        pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of 12 MB."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("needs to mount a small file system, which only root may")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs to mount a small file system: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("free", [200_000, 4_000_000])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(free: int, small_disk: Path, tmp_path: Path) -> None:
    """Full when the database grows, and full when the bundle is copied."""
    home, bundle = small_disk / "home", tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "manifest.json").write_bytes(b"x" * 8_000_000)
    tracking.store(home)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
    arguments = [sys.executable, "-c", ON_A_SMALL_DISK, str(home), str(bundle)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and re.search("disk is full|No space left on device", last), done.stderr
    filler.unlink()
    store = tracking.store(home)
    tracking.sweep(store)
    experiments = [each.experiment_id for each in store.client.search_experiments()]
    assert {run.info.status for run in store.client.search_runs(experiments)} <= {"FAILED", "KILLED"}
    assert store.client.search_model_versions() == [] and tracking.aliases(store) == {}
    (bundle / "manifest.json").write_text("{}")
    with tracking.run(store, "full", "smaller") as run:
        run.log_bundle(bundle)
        run.register(alias="champion")
    assert tracking.find(store, "champion").id == run.id
