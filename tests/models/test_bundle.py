"""A bundle is judged by what it says, refused when a single bit of it has changed, and never seen half-written."""

import hashlib
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from features.snapshot import parse
from models import bundle as bundles
from models.bundle import Bundle, BundleError
from models.heads import HEADS
from models.verdict import judge

ROOT = Path(__file__).resolve().parents[2]
TREES = (*(f"{head}.ubj" for head in HEADS), "followers.ubj")
DOCUMENTS = ("card.json", "causes.json", "followers.json", "golden.json", "heads.json", "peers.json", "reference.json")
FILES = (*TREES, *DOCUMENTS, bundles.REMEMBERED, "manifest.json")


def seal(folder: Path, **more: Any) -> None:
    """A manifest that fits whatever lies in the folder, as somebody would make it who knows how."""
    files = {
        file.name: {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "bytes": file.stat().st_size}
        for file in sorted(folder.iterdir())
        if file.name != "manifest.json"
    }
    body = {"format": 1, "xgboost": bundles.LIBRARY, "files": files, **more}
    (folder / "manifest.json").write_bytes(orjson.dumps({"id": f"sha256:{hashlib.sha256(orjson.dumps(body)).hexdigest()}", **body}))


def change(file: Path, change: Callable[[Any], Any]) -> None:
    """Another content of a JSON file, with a manifest that fits it."""
    document = orjson.loads(file.read_bytes())
    changed = change(document)
    file.write_bytes(orjson.dumps(document if changed is None else changed))
    seal(file.parent)


def refusal(folder: Path) -> str:
    """The one line with which a bundle is refused."""
    with pytest.raises(BundleError) as refused:
        Bundle.load(folder)
    line = str(refused.value)
    assert "\n" not in line and line.endswith(".") and str(folder) in line, line
    assert "again" in line or "take it out" in line, f"it says nothing of what to do: {line}"
    return line


def test_a_loaded_bundle_judges_as_the_saved_one(trained: Any, tmp_path: Path) -> None:
    snapshots = [parse(golden["document"]) for golden in trained.bundle.golden]
    identity = trained.bundle.save(tmp_path / "again")
    loaded = Bundle.load(tmp_path / "again")
    assert loaded.id == identity == trained.bundle.id
    assert judge(loaded, snapshots) == judge(trained.bundle, snapshots)
    assert loaded.card() == trained.bundle.card()


def test_the_id_is_the_hash_of_the_content(trained: Any, tmp_path: Path) -> None:
    manifest = orjson.loads((trained.path / "manifest.json").read_bytes())
    identity = manifest.pop("id")
    assert identity == trained.bundle.id == f"sha256:{hashlib.sha256(orjson.dumps(manifest)).hexdigest()}"
    assert set(manifest["files"]) == set(FILES) - {"manifest.json"} == {file.name for file in trained.path.iterdir()} - {"manifest.json"}
    assert all(
        hashlib.sha256((trained.path / name).read_bytes()).hexdigest() == entry["sha256"] for name, entry in manifest["files"].items()
    )
    other = Bundle(**{**vars(trained.bundle), "facts": {**trained.bundle.facts, "data": "other accounts"}})
    assert other.save(tmp_path / "other") != identity


def test_no_file_of_a_bundle_runs_code_when_it_is_read(trained: Any) -> None:
    for file in trained.path.iterdir():
        content = file.read_bytes()
        # A pickle begins with its protocol and ends with a full stop; a joblib file may also be compressed.
        assert not (content[:1] == b"\x80" and content[-1:] == b".")
        assert content[:2] not in (b"PK", b"\x1f\x8b", b"x\x9c")
        assert file.suffix in (".json", ".ubj", ".parquet")
        if file.suffix == ".json":
            orjson.loads(content)


def test_a_folder_that_holds_anything_is_not_written_over(trained: Any, folder: Path) -> None:
    before = (folder / "manifest.json").stat()
    with pytest.raises(BundleError, match="exists already"):
        trained.bundle.save(folder)
    assert (folder / "manifest.json").stat() == before


def test_no_single_flipped_bit_goes_unseen(folder: Path) -> None:
    chance = random.Random(5)
    for trial in range(70):
        file = folder / FILES[trial % len(FILES)]
        whole = file.read_bytes()
        damaged = bytearray(whole)
        place = chance.randrange(len(whole)) if trial >= len(FILES) else 0
        damaged[place] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        assert file.name in refusal(folder)
        file.write_bytes(whole)
    assert Bundle.load(folder)


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def lengthened(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b" ")


def missing(file: Path) -> None:
    file.unlink()


def linked(file: Path) -> None:
    """The same bytes, but from a place that somebody else may change."""
    elsewhere = file.parents[1] / "elsewhere"
    file.replace(elsewhere)
    file.symlink_to(elsewhere)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    """Reading it would wait for ever."""
    file.unlink()
    os.mkfifo(file)


def swapped(file: Path) -> None:
    other = file.with_name(FILES[(FILES.index(file.name) + 1) % len(FILES)])
    mine, its = file.read_bytes(), other.read_bytes()
    file.write_bytes(its)
    other.write_bytes(mine)


@pytest.mark.parametrize("damage", [truncated, emptied, lengthened, missing, linked, a_folder, a_pipe, swapped], ids=lambda f: f.__name__)
def test_damage_to_any_file_is_refused_and_named(folder: Path, damage: Callable[[Path], None]) -> None:
    for name in FILES:
        copy = folder.parent / name.replace(".", "-") / "bundle"
        shutil.copytree(folder, copy)
        damage(copy / name)
        line = refusal(copy)
        assert name in line or (damage is swapped and any(other in line for other in FILES))


@pytest.mark.parametrize("name", ["../outside.json", "/etc/hostname", "a/b.json", "..", ".", "", "A.json", "x.json\n", "~", "a\\b", ".x"])
def test_a_manifest_that_names_foreign_files_is_refused(folder: Path, name: str) -> None:
    (folder.parent / "outside.json").write_bytes(b"{}")
    entry = {"sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2}
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    seal(folder, files={name: entry, **manifest["files"]})
    assert "no place in a bundle" in refusal(folder)


@pytest.mark.parametrize(
    "more",
    [
        {"files": []},
        {"files": {}},
        {"files": {"heads.json": None}},
        {"files": {"heads.json": {"sha256": "0" * 64}}},
        {"files": {"heads.json": {"sha256": 3, "bytes": 2**60}}},
        {"files": {"heads.json": {"sha256": "0" * 64, "bytes": "many"}}},
        {"format": 2},
        {"format": None},
    ],
    ids=str,
)
def test_a_manifest_of_another_shape_is_refused(folder: Path, more: dict[str, Any]) -> None:
    seal(folder, **more)
    refusal(folder)


@pytest.mark.parametrize("content", [b"[]", b"{}", b"null", b"3", b"\xff", b"[" * 100_000, b'{"files": {}, "format": 1}'], ids=len)
def test_a_manifest_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    assert "manifest.json" in refusal(folder)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("content", ["[]", "{}", "null", "3", '"x"', "[3]", '{"x": 3}', '[{"document": {}, "probabilities": {}}]', "{", ""])
def test_a_document_of_another_shape_is_refused_though_its_hash_fits(folder: Path, name: str, content: str) -> None:
    if (name, content) in (("card.json", "{}"), ("card.json", '{"x": 3}'), ("causes.json", "{}")):
        return  # A card may say anything, and no cause may have been learnt.
    (folder / name).write_text(content)
    seal(folder)
    refusal(folder)


@pytest.mark.parametrize("value", [None, "x", [], {}, 1e400, -1.0], ids=repr)
@pytest.mark.parametrize(
    "place",
    [
        ("features",),
        ("calibration",),
        *[("calibration", name) for name in ("below", "above", "intercept", "prevalence", "interval")],
        *[("calibration", "interval", name) for name in ("steps", "low", "high")],
        ("limits",),
        ("limits", "yes"),
        ("limits", "no"),
        ("limits", "decided"),
    ],
    ids="-".join,
)
def test_a_head_that_cannot_judge_is_refused_though_its_hash_fits(folder: Path, place: tuple[str, ...], value: object) -> None:
    if place[0] == "limits" and len(place) == 2 and value == {}:
        return  # Too few accounts set no limit, and then the head decides nothing.

    def plant(heads: Any) -> None:
        entry = heads["bought_followers"]
        for name in place[:-1]:
            entry = entry[name]
        entry[place[-1]] = value

    change(folder / "heads.json", plant)
    refusal(folder)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("steps", lambda row: row[::-1]),
        ("steps", lambda row: [-7.0, *row[1:]]),
        ("low", lambda row: row[:-1]),
        ("low", lambda row: row[::-1]),
        ("high", lambda row: [0.0] * len(row)),
        ("high", lambda row: [*row[:-1], 1.5]),
    ],
)
def test_an_interval_that_bounds_nothing_is_refused(folder: Path, name: str, spoil: Callable[[Any], Any]) -> None:
    def plant(heads: Any) -> None:
        table = heads["bought_followers"]["calibration"]["interval"]
        table[name] = spoil(table[name])

    change(folder / "heads.json", plant)
    assert "Venn-Abers" in refusal(folder)


@pytest.mark.parametrize(
    "effects",
    [
        {"bought_followers": {"dex": -0.1, "spread": 0.1}},
        {"diluted_audience": {"dex": 0.1, "spread": 0.1}},
        {"diluted_audience": {"dex": -0.1}},
    ],
    ids=["a cause that is a share", "a cause that raises engagement", "without a spread"],
)
def test_effects_that_no_cause_has_are_refused(folder: Path, effects: Any) -> None:
    change(folder / "causes.json", lambda _: effects)
    refusal(folder)


@pytest.mark.parametrize("name", ["features", "threshold", "rates"])
def test_a_follower_model_that_cannot_judge_is_refused_though_its_hash_fits(folder: Path, name: str) -> None:
    for value in (None, "x", {}):
        change(folder / "followers.json", lambda rates, value=value: {**rates, name: value})
        refusal(folder)
    change(folder / "followers.json", lambda rates: {key: value for key, value in rates.items() if key != name})
    refusal(folder)


def test_features_in_another_order_are_refused_though_the_hash_fits(folder: Path) -> None:
    """Columns are told apart by place only, so the numbers would be wrong without a word."""
    change(folder / "followers.json", lambda rates: {**rates, "features": rates["features"][::-1]})
    assert "followers.json" in refusal(folder)


def test_peers_that_lack_a_feature_or_a_tier_are_refused(folder: Path) -> None:
    whole = (folder / "peers.json").read_bytes()
    for spoil in (
        lambda peers: {name: rows for name, rows in peers.items() if name != "growth_burst"},
        lambda peers: {**peers, "growth_burst": {group: row[:-1] for group, row in peers["growth_burst"].items()}},
        lambda peers: {**peers, "growth_burst": {group: row[::-1] for group, row in peers["growth_burst"].items()}},
        lambda peers: {**peers, "growth_burst": {group: [None, *row[1:]] for group, row in peers["growth_burst"].items()}},
    ):
        change(folder / "peers.json", spoil)
        assert "peers.json" in refusal(folder)
        (folder / "peers.json").write_bytes(whole)


def test_a_head_or_a_feature_of_another_version_is_refused_by_name(folder: Path) -> None:
    whole = (folder / "heads.json").read_bytes()
    change(folder / "heads.json", lambda heads: {"bought_everything": heads["bought_followers"]})
    assert "bought_everything" in refusal(folder)
    (folder / "heads.json").write_bytes(whole)

    def rename(heads: Any) -> None:
        heads["bought_followers"]["features"][0] = "phase_of_the_moon"

    change(folder / "heads.json", rename)
    assert "phase_of_the_moon" in refusal(folder)


@pytest.mark.parametrize("head", ["bought_followers", "diluted_audience"])
def test_golden_accounts_notice_a_calibration_that_was_changed(folder: Path, head: str) -> None:
    def plant(heads: Any) -> None:
        heads[head]["calibration"]["intercept"] += 0.01

    change(folder / "heads.json", plant)
    assert Bundle.load(folder, check_golden=False)
    line = refusal(folder)
    assert "golden" in line and head in line


@pytest.mark.parametrize("bound", ["low", "high"])
def test_golden_accounts_notice_an_interval_that_was_changed(folder: Path, bound: str) -> None:
    def plant(heads: Any) -> None:
        table = heads["bought_followers"]["calibration"]["interval"]
        table[bound] = [0.9 * value + (0.1 if bound == "high" else 0.0) for value in table[bound]]

    change(folder / "heads.json", plant)
    assert f"probability_{bound}" in refusal(folder)


def test_golden_accounts_notice_limits_that_were_changed(folder: Path) -> None:
    def plant(heads: Any) -> None:
        for entry in heads.values():
            groups = ("follower_sample+history", "follower_sample", "history", "posts", "posts+comments")
            entry["limits"] = {"yes": dict.fromkeys(groups, -99.0), "no": dict.fromkeys(groups, 99.0), "decided": {}, "detectable": 1.0}

    change(folder / "heads.json", plant)
    assert "was decided as" in refusal(folder)


def test_golden_accounts_notice_another_follower_model(folder: Path) -> None:
    change(folder / "followers.json", lambda rates: {**rates, "threshold": rates["threshold"] + 1.0})
    line = refusal(folder)
    assert "golden" in line and "bought_share" in line


def test_a_bundle_without_golden_accounts_is_refused(folder: Path) -> None:
    change(folder / "golden.json", lambda _: [])
    assert "no golden accounts" in refusal(folder)


def test_the_golden_accounts_are_worth_judging(trained: Any) -> None:
    verdicts = judge(trained.bundle, [parse(golden["document"]) for golden in trained.bundle.golden])
    assert len(verdicts) >= 5
    for head in trained.bundle.heads:
        assert len({verdict["heads"][head]["probability"] for verdict in verdicts if verdict["heads"]}) >= 4
    assert all(golden["probabilities"] for golden in trained.bundle.golden)
