"""Answers that somebody has tampered with: a dataset without errors or a refusal in words, and never a number made up."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features import dataset, platforms
from features.importing.importer import Imported
from features.problems import InputError
from features.schema import TABLES

FIXTURES = Path(__file__).parents[1] / "fixtures" / "platforms"
OBSERVED = "2026-11-01T12:00:00Z"
MAP = FIXTURES / "csv" / "map.toml"
ANSWERS = sorted(path for path in FIXTURES.rglob("*.json") if "expected" not in path.name)
DEEP = 900
IDENTITIES = {
    "id",
    "open_id",
    "id_str",
    "username",
    "screen_name",
    "video_id",
    "oneLinkParams",
    "deepLinkUrl",
    "publicProfileInfo",
    "snap_user_name",
}


def deep(depth: int) -> Any:
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"data": value}
    return value


BAD: list[Any] = [
    None, True, False, 0, -1, -7, 1.5, 1e300, -1e300, 2**63, 2**64, 10**39, 1e-300, "", " ", "0", "-1", "NaN", "1.2k", "yesterday", "\x00",
    "\u202e@\u200d", "@" * 300, "<" * 500, "<br" * 200, "&" * 500, "&#x110000;&#xD800;", "@a" + "." * 500, "=cmd|'/c'", "9" * 400,
    [], {}, [[]], [None], [1, "a", {}], {"id": {"id": 1}}, {"data": [{"data": []}]}, deep(40), {"value": None}, ["x"] * 300,
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in an answer."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in parts:
        yield from places(one, (*path, key))


def put(answer: Any, path: tuple[Any, ...], value: Any, drop: bool) -> None:
    """Change or take away what lies at a path, if it is still there."""
    for step in path[:-1]:
        if not isinstance(answer, dict | list) or (isinstance(answer, list) and not (isinstance(step, int) and step < len(answer))):
            return
        answer = answer.get(step) if isinstance(answer, dict) else answer[step]
    last = path[-1]
    if isinstance(answer, dict) and last in answer:
        answer.pop(last) if drop else answer.update({last: value})
    elif isinstance(answer, list) and isinstance(last, int) and last < len(answer):
        answer[last] = value


def load(platform: str, sources: list[Path], home: Path) -> Imported:
    return platforms.load(platform, sources, home, OBSERVED, columns=MAP if platform == "csv" else None)


def survives(platform: str, sources: list[Path], folder: Path) -> None:
    """Either a dataset without errors, or a refusal that says something."""
    try:
        imported = load(platform, sources, folder / "home")
    except InputError as refusal:
        problems = refusal.problems
    else:
        problems = imported.problems
        written(imported, folder / "data")
    assert problems or sources, "a refusal says why"
    assert not [str(one) for one in problems if not str(one).isprintable() or len(str(one)) > 3_000]


def written(imported: Imported, data: Path) -> None:
    imported.write(data)
    errors = [str(problem) for problem in dataset.validate(data) if problem.severity == "error"]
    for file in data.iterdir():
        file.unlink()
    assert not errors


@pytest.mark.parametrize("file", ANSWERS, ids=lambda path: str(path.relative_to(FIXTURES)))
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_tampered_answers_never_break_the_import(file: Path, tmp_path: Path, seed: int) -> None:
    try:
        answer = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError:
        pytest.skip("broken on purpose, and no JSON")
    drawn = random.Random(seed)
    everywhere = list(places(answer))
    for _ in range(drawn.choice([1, 3, 12])):
        put(answer, drawn.choice(everywhere), drawn.choice(BAD), drawn.random() < 0.3)
    platform = file.relative_to(FIXTURES).parts[0]
    siblings = sorted(path for path in file.parent.iterdir() if path.is_file()) if file.parent.name.startswith("full") else []
    tampered = tmp_path / file.name
    tampered.write_text(json.dumps(answer))
    survives(platform, [*(path for path in siblings if path != file), tampered], tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * DEEP + b"]" * DEEP,
        b"1" * 50_000,
        b'{"data": ' + b"9" * 50_000 + b"}",
        b'"' + b"a" * 1_000_000,
        b'{"data": {"id": "\\ud800", "username": "\\udfff", "public_metrics": {"followers_count": 1}}}',
        b"null",
        b"[]",
        b"{}" * 5_000,
        b"[[[[{}]]]]",
        b'{"error": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"data": {"id": "1", "username": "a", "name": ' + b"[" * DEEP + b"]" * DEEP + b', "public_metrics": {"followers_count": 1}}}',
        b"id,name\n" + b"a," * 100_000,
    ],
    ids=range(16),
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv"])
def test_files_that_mean_harm_are_refused_in_words(content: bytes, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"harm{suffix}"
    file.write_bytes(content)
    for platform in platforms.BY_NAME:
        survives(platform, [file], tmp_path)


def counts(imported: Imported) -> set[tuple[str, str, str, int]]:
    """Every count in the tables, with the row it stands in."""
    found = set()
    for name, table in imported.tables.items():
        columns = [field.name for field in TABLES[name].fields if field.kind == "count" and field.name in table.column_names]
        for row in table.to_pylist():
            found |= {(name, str(row[TABLES[name].key[-1]]), column, row[column]) for column in columns if row[column] is not None}
    return found


@pytest.mark.parametrize(
    "file", [path for path in ANSWERS if path.parent.name.startswith("full")], ids=lambda path: str(path.relative_to(FIXTURES))
)
def test_what_is_taken_away_becomes_unknown_and_never_another_number(file: Path, tmp_path: Path) -> None:
    answer = orjson.loads(file.read_bytes())
    platform = file.relative_to(FIXTURES).parts[0]
    siblings = [path for path in sorted(file.parent.iterdir()) if path.is_file() and path != file]
    before = counts(load(platform, [*siblings, file], tmp_path / "home"))
    # Without its name a row is another row; everything else may only be lost.
    leaves = [path for path in places(answer) if not isinstance(path[-1], int) and path[-1] not in IDENTITIES]
    for path in random.Random(1).sample(leaves, min(len(leaves), 40)):
        less = orjson.loads(file.read_bytes())
        put(less, path, None, drop=True)
        (tmp_path / file.name).write_bytes(orjson.dumps(less))
        try:
            after = counts(load(platform, [*siblings, tmp_path / file.name], tmp_path / "home"))
        except InputError:
            continue
        assert after <= before, path
