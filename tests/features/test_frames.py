"""pandas in, pandas out: the same features as from files, the same faults told."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import dataset, frames
from features.catalog import NAMES, build
from features.problems import DatasetError
from features.table import AccountTable


def test_frames_give_the_features_that_the_files_give(small_world: Path) -> None:
    tables = dataset.read(small_world)
    from_files = build(AccountTable.from_tables(tables))
    from_frames = build(AccountTable.from_tables(frames.tables({name: table.to_pandas() for name, table in tables.items()})))
    np.testing.assert_array_equal(from_files.values, from_frames.values)


def test_a_matrix_becomes_a_frame_with_a_row_per_account(small_world: Path) -> None:
    matrix = build(AccountTable.from_tables(dataset.read(small_world)))
    frame = matrix.to_pandas()
    assert frame.index.name == "account_id"
    assert list(frame.columns) == list(NAMES)
    np.testing.assert_array_equal(frame["log_followers"].to_numpy(), matrix.column("log_followers"))


def test_every_fault_of_a_frame_is_told_at_once() -> None:
    when = pd.Timestamp("2026-11-01", tz="UTC")
    accounts = pd.DataFrame(
        {"account_id": ["1", "1"], "platform": ["myspace", "x"], "observed_at": [when, when], "followers": [-1, np.nan]}
    )
    with pytest.raises(DatasetError) as refused:
        frames.tables({"accounts": accounts})
    text = str(refused.value)
    for fault in ('platform is "myspace"', "followers is -1", "followers is missing", "account_id 1 stands there a second time"):
        assert fault in text


def test_a_frame_of_no_known_name_is_refused() -> None:
    with pytest.raises(DatasetError, match="got profiles"):
        frames.tables({"profiles": pd.DataFrame()})
