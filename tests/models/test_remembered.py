"""What a bundle remembers of accounts: written and read again, bounded, and refused by name when it is not what it should be."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.catalog import NAMES
from models.bundle import REMEMBERED, Bundle, BundleError
from models.remembered import MOST, Remembered, joined
from tests.models.test_bundle import seal
from tests.training.remembering import HEADS, remembered


def table_of(content: bytes) -> pa.Table:
    return pq.read_table(pa.BufferReader(content))


def content_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


def same(a: Remembered, b: Remembered) -> bool:
    pairs = [(a.platforms, b.platforms), (a.seen, b.seen), (a.features, b.features)]
    pairs += [(a.counts[name], b.counts[name]) for name in a.counts]
    for name, answers in a.heads.items():
        other = b.heads[name]
        pairs += [(answers.probability, other.probability), (answers.decisions, other.decisions), (answers.reasons, other.reasons)]
    return all(np.array_equal(one, two, equal_nan=one.dtype.kind == "f") and one.dtype == two.dtype for one, two in pairs)


def test_what_is_written_is_read_again_bit_for_bit() -> None:
    accounts = remembered(np.random.default_rng(0), 50)
    content = accounts.to_bytes()
    assert same(accounts, Remembered.from_bytes(content, HEADS)) and content == accounts.to_bytes()
    parts = joined([accounts.of(np.arange(20)), accounts.of(np.arange(20, 50))])
    assert same(accounts, parts)


def test_any_tool_can_read_it_and_it_holds_no_id_and_no_text() -> None:
    table = table_of(remembered(np.random.default_rng(0), 5).to_bytes())
    assert set(NAMES) <= set(table.column_names) and table["platform"][0].as_py() in ("instagram", "youtube", "x", "snapchat", "tiktok")
    texts = [field.name for field in table.schema if pa.types.is_string(field.type) or pa.types.is_list(field.type)]
    assert texts == ["platform", *(f"{head}_{name}" for head in HEADS for name in ("decision", "reasons"))]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda table: table.drop_columns([NAMES[3]]), NAMES[3]),
        (lambda table: table.drop_columns(["diluted_audience_reasons"]), "diluted_audience_reasons"),
        (lambda table: table.set_column(0, "platform", pa.array(["myspace"] * table.num_rows)), "myspace"),
        (lambda table: pa.concat_tables([table] * (MOST // 40 + 1)), "at most 1,000"),
        (lambda table: table.set_column(1, "followers", pa.array([np.inf] * table.num_rows)), "followers is not finite"),
    ],
    ids=["a feature is gone", "a head is gone", "a platform nobody knows", "too many", "not finite"],
)
def test_what_does_not_fit_is_refused_and_named(spoil: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Remembered.from_bytes(content_of(spoil(table_of(remembered(np.random.default_rng(0), 40).to_bytes()))), HEADS)


@pytest.mark.parametrize("content", [b"x", b"PAR1", b"PAR1" * 40, b"\x00" * 99])
def test_what_is_no_parquet_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Remembered.from_bytes(content, HEADS)


def test_a_trained_bundle_remembers_what_it_said_of_accounts_that_did_not_teach(trained: Any) -> None:
    sample = trained.bundle.sample()
    assert 100 <= sample.n <= MOST and set(sample.heads) == set(trained.bundle.heads)
    assert sample.features.dtype == np.float32 and len(trained.bundle.remembered) < 2**20
    assert all(np.isfinite(answers.probability).any() and (answers.reasons >= 0).any() for answers in sample.heads.values())


def test_a_bundle_that_remembers_nothing_judges_and_says_that_it_cannot_tell(folder: Path) -> None:
    (folder / REMEMBERED).unlink()
    seal(folder)
    loaded = Bundle.load(folder)
    with pytest.raises(BundleError, match=r"remembers no accounts .* train it again\."):
        loaded.sample()


def test_a_memory_that_was_made_by_hand_is_refused_when_it_is_asked_for(folder: Path) -> None:
    (folder / REMEMBERED).write_bytes(b"PAR1 and nothing else PAR1")
    seal(folder)
    loaded = Bundle.load(folder)
    with pytest.raises(BundleError, match=rf"{REMEMBERED} cannot be used"):
        loaded.sample()
    assert loaded.id != "" and replace(loaded, remembered=b"").remembered == b""
