"""The database of labels and judged accounts: what is kept comes back as it was, and what may not be kept is gone."""

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from features.catalog import NAMES
from serving.store import Label, Store, StoreError
from tests.serving.kept import OPEN, WHEN, row

DAYS = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'authenticity.db'}"
    empty: Callable[[], str] = request.getfixturevalue("postgres")
    return empty()


@pytest.fixture
def store(address: str, tmp_path: Path) -> Store:
    return Store(address, tmp_path, DAYS)


def opened(address: str, home: Path, days: int = DAYS) -> Store:
    """Another process's view of the same database."""
    return Store(address, home, days)


def test_labels_come_back_in_order_as_they_were_given(store: Store, address: str, tmp_path: Path) -> None:
    given = [
        Label("=1+1", "bought_followers", 1, 0.25, "an order list", "Ana", WHEN, 'with\nlines, "quotes" and 😍'),
        Label("17841400000000001", "diluted_audience", 0),
        Label("=1+1", "bought_followers", 0, by="Ben"),
    ]
    kept = store.keep(given[:2], "request-1") + store.keep(given[2:])
    table = opened(address, tmp_path).labels().to_pylist()
    assert [str(each["id"]) for each in table] == [each.id for each in kept]
    assert len({each["id"] for each in table}) == 3
    for label, each in zip(given, table, strict=True):
        for name in ("account_id", "head", "value", "share", "source", "by", "note"):
            assert each[name] == getattr(label, name)
        assert each["at"] == (label.at or each["received_at"])
    assert table[0]["pseudonym"] == table[2]["pseudonym"] != table[1]["pseudonym"]
    later = table[2]["received_at"]
    assert [each["id"] for each in store.labels(since=later).to_pylist()] == [table[2]["id"]]


def test_labels_are_kept_all_or_none(store: Store) -> None:
    with pytest.raises(StoreError):
        store.keep([Label("a", "bought_followers", 1), Label("b", "bought_followers", None)])  # type: ignore[arg-type]
    assert store.labels().num_rows == 0


def test_the_latest_judgement_of_an_account_counts(store: Store, address: str, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    values = np.arange(len(NAMES), dtype=np.float32)
    values[3] = np.nan
    store.remember([row("a", now, 1.0), row("b", now)])
    store.remember([row("a", now + timedelta(seconds=1), values, followers=None, diluted_audience=OPEN)])
    store.remember([row("a", now - timedelta(seconds=9), 2.0)])
    table = opened(address, tmp_path).judged()
    found = {each["account_id"]: each for each in table.to_pylist()}
    assert set(found) == {"a", "b"}
    np.testing.assert_array_equal(np.array(found["a"]["features"], np.float32), values)
    assert found["a"]["judged_at"] == now + timedelta(seconds=1)
    assert found["a"]["followers"] is None
    assert found["a"]["bought_followers_probability"] is None
    told = [found["a"][f"diluted_audience_{name}"] for name in ("probability", "low", "high", "decision", "reasons")]
    assert told == list(OPEN)
    assert {each["account_id"] for each in store.judged(since=now + timedelta(seconds=1)).to_pylist()} == {"a"}
    assert store.judged(most=1)["account_id"].to_pylist() == ["a"]


def test_features_of_another_version_are_told_apart(store: Store) -> None:
    store.remember([row("a"), row("b")._replace(catalogue="0" * 16), row("c")._replace(features=b"\0" * 8)])
    known = {each["account_id"]: each["features"] is not None for each in store.judged().to_pylist()}
    assert known == {"a": True, "b": False, "c": False}


def test_what_is_older_than_retention_is_neither_shown_nor_kept(store: Store, address: str, tmp_path: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=DAYS, seconds=5)
    store.remember([row("old", old), row("new")])
    assert store.judged(since=old)["account_id"].to_pylist() == ["new"]
    assert store.expire() == 1
    assert opened(address, tmp_path, days=3_650).judged()["account_id"].to_pylist() == ["new"]


def test_with_retention_off_no_plain_id_is_kept(address: str, tmp_path: Path) -> None:
    store = opened(address, tmp_path, days=0)
    (kept,) = store.keep([Label("a", "bought_followers", 1)])
    opened(address, tmp_path).remember([row("b")])
    assert store.judged().num_rows == 0
    store.expire()
    (label,) = opened(address, tmp_path).labels().to_pylist()
    assert (label["account_id"], label["pseudonym"]) == (None, kept.pseudonym)
    assert store.pseudonym("a") == kept.pseudonym
    assert opened(address, tmp_path).judged().num_rows == 0


def test_an_expired_id_is_in_no_byte_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "authenticity.db"
    store = opened(f"sqlite:///{file}", tmp_path)
    ids = [f"canary-{i:04d}" for i in range(500)]
    store.remember([row(each, datetime.now(UTC) - timedelta(days=31)) for each in ids])
    store.close()
    assert b"canary-0007" in file.read_bytes()
    store.expire()
    store.close()
    left = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"canary" not in left


def test_who_has_the_file_alone_links_no_pseudonym_to_an_id(store: Store, tmp_path: Path) -> None:
    first = store.pseudonym("17841400000000001")
    assert first not in {hashlib.new(name, b"17841400000000001").hexdigest()[:32] for name in ("md5", "sha1", "sha256")}
    (tmp_path / "pseudonyms.key").rename(tmp_path / "other.key")
    other = tmp_path / "elsewhere"
    assert Store(f"sqlite:///{other}/a.db", other, DAYS).pseudonym("17841400000000001") != first


def test_another_key_is_refused_and_told(store: Store, address: str, tmp_path: Path) -> None:
    store.keep([Label("a", "bought_followers", 1)])
    with pytest.raises(StoreError, match=r"another key than HOME/pseudonyms\.key.*Bring that key") as caught:
        opened(address, tmp_path / "elsewhere").labels()
    assert not caught.value.passing


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(store: Store, address: str, tmp_path: Path) -> None:
    store.keep([Label("a", "bought_followers", 1)])
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE authenticity_store SET version = 7"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"has version 7 of the tables; this authenticity reads 1\. Update authenticity") as caught:
        opened(address, tmp_path).labels()
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://u:pw@h/d", "names mysql; expected sqlite"),
        ("no address", "no address of a database"),
        ("sqlite://", "names no file"),
        ("postgresql://u:hidden@127.0.0.1:9/d", r"postgresql://u:\*\*\*@127.0.0.1:9/d: .*refused"),
    ],
)
def test_an_address_that_is_no_use_is_told_without_its_password(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=told) as caught:
        Store(url, tmp_path, DAYS).labels()
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"account_id,head,value\n" * 100)
    with pytest.raises(StoreError, match=r"a\.db: file is not a database"):
        Store(f"sqlite:///{tmp_path}/a.db", tmp_path, DAYS).labels()


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/a.db", tmp_path, DAYS)
    store.keep([Label("a", "bought_followers", 1)])
    with store._writing() as connection:
        # The same fault as a full disk, on a database that may not grow.
        connection.execute(text("PRAGMA max_page_count=1"))
    with pytest.raises(StoreError, match="full") as caught:
        store.keep([Label(f"b{i}", "bought_followers", 1, note="x" * 2_000) for i in range(500)])
    assert caught.value.passing
    assert store.labels().num_rows == 1


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/a.db", tmp_path, DAYS).keep([Label("a", "bought_followers", 1)])
    assert {file.name: file.stat().st_mode & 0o077 for file in tmp_path.glob("a.db*")} == dict.fromkeys(
        (file.name for file in tmp_path.glob("a.db*")), 0
    )


def test_many_that_start_at_once_on_a_new_database_all_get_in(tmp_path: Path) -> None:
    """Threads with a store each are to the lock and to SQLite what processes are."""
    for turn in range(5):
        url, faults, begin = f"sqlite:///{tmp_path}/{turn}.db", list[Exception](), threading.Barrier(16)

        def start(number: int, url: str = url, begin: threading.Barrier = begin, faults: list[Exception] = faults) -> None:
            try:
                begin.wait()
                store = Store(url, tmp_path, DAYS)
                store.keep([Label(f"a{number}", "bought_followers", 1)])
                store.remember([row("shared"), row(f"b{number}")])
                store.close()
            except Exception as fault:
                faults.append(fault)

        threads = [threading.Thread(target=start, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not faults
        store = Store(url, tmp_path, DAYS)
        assert (store.labels().num_rows, store.judged().num_rows) == (16, 17)
