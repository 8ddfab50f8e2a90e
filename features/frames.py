"""Datasets from pandas: frames in, tables of the contract's types out, with the same checks as a folder of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from features import validation
from features.dataset import Loaded, Tables
from features.problems import DatasetError, Problem
from features.reading import Draft, take_columns
from features.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd


def tables(frames: Mapping[str, pd.DataFrame]) -> Tables:
    """Tables from frames by name (`accounts`, `posts` …); NaN, NaT and None are unknown. Raises DatasetError with every problem."""
    unknown = sorted(set(frames) - set(TABLES))
    if unknown or "accounts" not in frames:
        there = ", ".join(unknown) if unknown else "no accounts"
        raise DatasetError([Problem(f"expected frames named {', '.join(TABLES)}, of which accounts is required; got {there}.")])
    loaded = Loaded()
    for name in TABLES:
        if name in frames:
            draft = Draft(TABLES[name], name)
            take_columns(pa.Table.from_pandas(frames[name], preserve_index=False), draft)
            loaded.tables[name], loaded.faulty[name] = draft.table(), draft.faulty
            loaded.problems += draft.problems
    validation.check(loaded.tables, loaded.faulty, loaded.problems, {name: name for name in loaded.tables})
    if loaded.errors:
        raise DatasetError(loaded.errors)
    return loaded.tables
