"""What must hold of every platform, whoever adds it: its own answers become a dataset, nobody is lost, nobody is recognised."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from features import dataset, platforms
from features.importing.importer import Imported, document
from features.problems import InputError
from features.schema import EVENT_TABLES

FIXTURES = Path(__file__).parent / "fixtures" / "platforms"
OBSERVED = "2026-11-01T12:00:00Z"
KEY = bytes(range(32))
KINDS = ("full", "minimal", "broken")
CASES = sorted(
    case
    for folder in FIXTURES.iterdir()
    if folder.is_dir()
    for case in folder.iterdir()
    if case.name.startswith(KINDS) and "expected" not in case.name
)
FULL = [case for case in CASES if case.name.startswith("full")]
# The fields in which platforms name people; what a platform calls them is written down here a second time, so that a slip shows.
PEOPLE = {
    "authorChannelId", "authorDisplayName", "authorChannelUrl", "author_id", "username", "screen_name", "unique_id", "id_str",
    "commenter", "follower", "follower id",
}  # fmt: skip


def named(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A HOME whose key is known, so that strangers are always the same."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "pseudonyms.key").write_bytes(KEY)
    return folder


def load(case: Path | list[Path], home: Path, platform: str = "", **options: Any) -> Imported:
    sources = case if isinstance(case, list) else [case]
    name = platform or next(part for part in sources[0].parts[::-1] if part in platforms.BY_NAME)
    columns = FIXTURES / "csv" / "map.toml" if name == "csv" else None
    return platforms.load(name, sources, home, options.pop("observed_at", OBSERVED), columns=columns, **options)


def plain(imported: Imported) -> dict[str, list[dict[str, Any]]]:
    """The tables as JSON, without what is unknown, in an order of their own."""
    rows = {name: [{k: v for k, v in row.items() if v is not None} for row in table.to_pylist()] for name, table in imported.tables.items()}
    readable = orjson.loads(orjson.dumps(rows))
    return {name: sorted(rows, key=lambda row: str(sorted(row.items()))) for name, rows in readable.items()}


def outcome(case: Path, home: Path) -> dict[str, Any]:
    """What is written down beside a case: the tables, and all that is told."""
    try:
        imported = load(case, home)
        tables, problems = plain(imported), imported.problems
    except InputError as refusal:
        tables, problems = {}, refusal.problems
    told = [f"{problem.severity} {str(problem).replace(str(FIXTURES) + '/', '')}" for problem in problems]
    return {"tables": tables, "told": told}


def test_every_platform_has_full_minimal_and_broken_answers() -> None:
    folders = {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()}
    assert folders == set(platforms.BY_NAME), "one folder of fixtures for each file in features/platforms"
    lacking = [
        f"{name}: {kind}"
        for name in sorted(folders)
        for kind in KINDS
        if not any(c.parent.name == name and c.name.startswith(kind) for c in CASES)
    ]
    assert not lacking


@pytest.mark.parametrize("case", CASES, ids=named)
def test_answers_become_what_is_written_beside_them(case: Path, home: Path) -> None:
    expected = orjson.loads(case.with_name(f"{case.stem}.expected.json").read_bytes())
    assert outcome(case, home) == expected


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_dataset_needs_no_other_step(case: Path, home: Path, tmp_path: Path) -> None:
    load(case, home).write(tmp_path / "data")
    assert not [str(problem) for problem in dataset.validate(tmp_path / "data") if problem.severity == "error"]


@pytest.mark.parametrize("case", [case for case in FULL if case.is_dir()], ids=named)
def test_neither_order_nor_repetition_changes_anything(case: Path, home: Path, tmp_path: Path) -> None:
    files = sorted(path for path in case.rglob("*") if path.is_file())
    again = Path(shutil.copytree(case, tmp_path / "again"))
    assert plain(load(files[::-1], home, case.parent.name)) == plain(load(case, home))
    assert plain(load([*files, again], home, case.parent.name)) == plain(load(case, home))


def people(value: Any, key: str = "") -> set[str]:
    """Everybody that an answer names, by the field's name."""
    if isinstance(value, dict):
        return set().union(*(people(one, key if name == "value" else name) for name, one in value.items()))
    if isinstance(value, list):
        return set().union(*(people(one, key) for one in value))
    return {str(value).removeprefix("@")} if key in PEOPLE and value else set()


def strangers_in(case: Path) -> set[str]:
    """Everybody in a case's files except the accounts themselves."""
    found: set[str] = set()
    for path in [case] if case.is_file() else sorted(case.rglob("*")):
        if path.suffix == ".json":
            answer = orjson.loads(path.read_bytes())
            found |= people(answer)
            if "follower" in path.name:
                found |= {one["id"] for one in answer.get("data", {}) if isinstance(one, dict) and "id" in one}
        elif path.suffix == ".jsonl":
            found |= set().union(*(people(orjson.loads(line)) for line in path.read_bytes().splitlines()))
        elif path.name == "followers.csv":
            found |= {cell for line in path.read_text("utf-8").splitlines()[1:] for cell in line.split(",")[1:3]}
    return found


@pytest.mark.parametrize("case", FULL, ids=named)
def test_nobody_is_recognised_in_what_is_written(case: Path, home: Path, tmp_path: Path) -> None:
    imported = load(case, home)
    imported.write(tmp_path / "data")
    accounts = imported.tables["accounts"].to_pylist()
    posts = {row["post_id"] for row in imported.tables["posts"].to_pylist()} if "posts" in imported.tables else set()
    own = {row[name] for row in accounts for name in ("account_id", "handle")} | posts
    written = b"\n".join(orjson.dumps(table.to_pylist()) for table in dataset.read(tmp_path / "data").values()).decode().casefold()
    strangers = {name for name in strangers_in(case) if name not in own and name.casefold() not in map(str, own)}
    comments = {row["comment_id"] for row in plain(imported).get("comments", []) if "comment_id" in row}
    assert not {name for name in strangers - comments if len(name) > 3 and name.casefold() in written}
    assert imported.tables.keys().isdisjoint({"comments", "follower_sample"}) or strangers, "the case names somebody"


@pytest.mark.parametrize("case", FULL, ids=named)
def test_one_account_becomes_the_json_that_judge_takes(case: Path, home: Path, tmp_path: Path) -> None:
    from features.snapshot import parse

    whole = load(case, home)
    for account_id in whole.tables["accounts"]["account_id"].to_pylist():
        imported = load(case, home, account=account_id)
        imported.write(tmp_path / "account.json")
        snapshot = parse((tmp_path / "account.json").read_bytes())
        assert snapshot.account_id == account_id
        assert {name: int(starts[-1]) for name, starts in snapshot.starts.items()} == {
            name: imported.tables[name].num_rows for name in EVENT_TABLES if name in imported.tables
        }
        (tmp_path / "account.json").unlink()


def test_two_accounts_do_not_fit_one_json(home: Path, tmp_path: Path) -> None:
    imported = load(FIXTURES / "csv" / "full", home)
    with pytest.raises(InputError, match="2 accounts do not fit one account's JSON; choose one with --account"):
        imported.write(tmp_path / "account.json")
    assert not (tmp_path / "account.json").exists()
    assert document(load(FIXTURES / "csv" / "full", home, account="@koch_ueli").tables)["followers"] == 812


@pytest.mark.parametrize("case", [case for case in CASES if case.parent.name != "csv"], ids=named)
def test_an_answer_of_another_platform_is_recognised(case: Path, home: Path) -> None:
    other = "tiktok" if case.parent.name != "tiktok" else "youtube"
    if case.suffix == ".csv":
        pytest.skip("a table says nothing about where it comes from")
    title = platforms.BY_NAME[case.parent.name].title
    with pytest.raises(InputError, match=f"this looks like an answer of {title}.*authenticity import {case.parent.name}"):
        load(case, home, other)
