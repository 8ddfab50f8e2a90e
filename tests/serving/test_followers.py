"""The followers of a dataset: a row each in the order they came, the same probability as alone, and memory for one part."""

from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.slices import slices
from features.snapshot import parse
from features.table import AccountTable
from models.bundle import Bundle, load_champion
from serving import followers
from serving.followers import SCHEMA, write_followers
from tests.serving.asking import make_account
from tests.serving.test_batch import write_dataset


@pytest.fixture(scope="module")
def bundle(champion_home: Path) -> Bundle:
    return load_champion(champion_home)


def rows(file: Path) -> list[dict[str, Any]]:
    table = pq.read_table(file)
    assert table.schema.equals(SCHEMA)
    return list(table.to_pylist())


def accounts(first: int, many: int) -> list[dict[str, Any]]:
    """Accounts whose sample stands in no order and lacks ranks."""
    made = [make_account(f"a{i}", 800 + 977 * i) for i in range(first, first + many)]
    for account in made:
        for j, row in enumerate(account["follower_sample"]):
            row.pop("rank", None)
            row["follower_id"] = f"{(j * 7919) % 1000:04d}"
    return made


def test_every_row_has_its_row_in_order_and_the_probability_it_has_alone(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "slices", lambda tables: slices(tables, 3))
    made, told = accounts(0, 7), list[int]()
    out = tmp_path / "out.parquet"
    assert write_followers(bundle, write_dataset(tmp_path / "set", made), out, lambda done, _: told.append(done)) == 7
    found = rows(out)
    assert [(row["account_id"], row["follower_id"]) for row in found] == [
        (account["account_id"], row["follower_id"]) for account in made for row in account["follower_sample"]
    ]
    assert told == [429, 857, 1000, 1000], "thousandths of the parts"
    for place in (1, len(found) // 2, len(found) - 1):
        account = next(each for each in made if each["account_id"] == found[place]["account_id"])
        row = next(row for row in account["follower_sample"] if row["follower_id"] == found[place]["follower_id"])
        alone = AccountTable.from_snapshots([parse(orjson.dumps(account | {"follower_sample": [row]}))])
        assert bundle.followers.probabilities(alone, bundle.reference).tolist() == [found[place]["probability"]]


def test_many_processes_write_the_bytes_of_one(bundle: Bundle, tmp_path: Path) -> None:
    for part in range(3):
        write_dataset(tmp_path / "set", accounts(3 * part, 3), part)
    for processes in (1, 2):
        assert write_followers(bundle, tmp_path / "set", tmp_path / f"{processes}.parquet", processes=processes) == 9
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert [row["account_id"] for row in rows(tmp_path / "1.parquet")][:: len(make_account("x")["follower_sample"])] == [
        f"a{i}" for i in range(9)
    ]


def test_what_is_not_known_is_null_and_an_error_harms_nobody(bundle: Bundle, tmp_path: Path) -> None:
    made = accounts(0, 3)
    made[1]["follower_sample"][5]["followers"] = -4
    known = made[2]["follower_sample"]
    made[2]["follower_sample"] = [{"follower_id": "hidden", "private": True}, *known[1:3]]
    out = tmp_path / "out.parquet"
    assert write_followers(bundle, write_dataset(tmp_path / "set", made), out) == 3
    found = {name: [row["probability"] for row in rows(out) if row["account_id"] == name] for name in ("a0", "a1", "a2")}
    assert None not in found["a0"]
    assert set(found["a1"]) == {None} and len(found["a1"]) == len(made[1]["follower_sample"])
    assert [value is None for value in found["a2"]] == [True, False, False]


def test_a_dataset_without_samples_makes_an_empty_file(bundle: Bundle, tmp_path: Path) -> None:
    made = [make_account("a0") | {"follower_sample": []}]
    out = tmp_path / "out.parquet"
    assert write_followers(bundle, write_dataset(tmp_path / "set", made), out) == 1
    assert rows(out) == []
    assert pa.schema(SCHEMA) == pq.read_schema(out)
