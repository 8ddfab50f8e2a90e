"""`authenticity drift`: what it prints, writes and records, its status, and what it refuses."""

import re
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import authenticity
from features import dataset
from features.catalog import NAMES
from models.bundle import REMEMBERED, Bundle
from models.remembered import DECISIONS, Remembered
from tests.models.test_bundle import seal
from training import tracking
from training.drift import DriftRefusal
from training.drift.page import page
from training.drift.run import check
from training.drift.today import Today, of_judged
from training.worlds import simulate


class Ended(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(champion_home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process with a HOME of its own, in which the champion is."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "bundles").symlink_to(champion_home / "bundles")
    shutil.copy(champion_home / "champion.json", home)

    def command(*arguments: object, home: Path = home) -> Ended:
        monkeypatch.setenv("AUTHENTICITY_HOME", str(home))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["authenticity", "drift", *map(str, arguments), "--quiet"])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            authenticity.main()
        return Ended(int(ended.value.code or 0), *capfd.readouterr())

    return command


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "data"
    simulate(folder, 160, 41)
    return folder


def finite(document: Any) -> bool:
    if isinstance(document, dict):
        return all(map(finite, document.values()))
    if isinstance(document, list):
        return all(map(finite, document))
    return not isinstance(document, float) or bool(np.isfinite(document))


def test_an_unchanged_dataset_ends_with_0_and_a_changed_one_with_3(run: Run, fresh: Path, tmp_path: Path) -> None:
    ended = run(fresh, "-o", tmp_path / "calm")
    assert ended.status == 0 and ended.out.startswith("No drift: 160 accounts"), ended
    assert "Next: Nothing to do." in ended.out and "synthetic accounts" in ended.out
    silent = {name: table for name, table in dataset.read(fresh).items() if name not in ("comments", "labels")}
    dataset.write(tmp_path / "silent", silent)
    changed = run(tmp_path / "silent", "-o", tmp_path / "out")
    assert changed.status == 3 and "Comments are missing for 100 % of accounts" in changed.out, changed
    assert changed.out.count("\n  · ") == 1, "one cause, one sentence"
    assert run(tmp_path / "silent", "-o", tmp_path / "out", "--exit-zero").status == 0
    html, document = (tmp_path / "out" / f"drift.{suffix}" for suffix in ("html", "json"))
    text = html.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>") and len(text) < 2_000_000
    assert not re.search(r"<script|src=|https?://|url\(", text.replace("http-equiv", "")), "nothing is loaded from anywhere"
    told = orjson.loads(document.read_bytes())
    assert told["drift"] is True and finite(told) and "NaN" not in document.read_text("utf-8")
    assert told["findings"][0]["sentence"] in text and told["accounts"]["today"] == 160
    store = tracking.store(tmp_path / "home")
    (recorded, *_) = store.client.search_runs([store.client.get_experiment_by_name("drift").experiment_id], order_by=["start_time DESC"])
    assert list(recorded.data.metrics) and set(recorded.data.metrics) == {"alarms", "psi_max", "auc", "accounts"}
    assert recorded.data.metrics["alarms"] >= 1 and recorded.data.tags["mlflow.note.content"].startswith("**Drift: what is delivered")
    assert {each.path for each in store.client.list_artifacts(recorded.info.run_id)} == {"card.md", "drift.html", "drift.json"}


def test_accounts_can_be_held_against_those_of_another_dataset(run: Run, fresh: Path, tmp_path: Path) -> None:
    ended = run(fresh, "--against", fresh, "-o", tmp_path / "out")
    assert ended.status == 0 and "No drift" in ended.out and "synthetic accounts" not in ended.out


def test_what_cannot_be_told_is_said_with_what_to_do(run: Run, fresh: Path, tmp_path: Path) -> None:
    tables = dataset.read(fresh)
    ids = tables["accounts"]["account_id"].slice(0, 12).combine_chunks()
    dataset.write(tmp_path / "few", {name: table.filter(pc.is_in(table["account_id"], value_set=ids)) for name, table in tables.items()})
    dataset.write(tmp_path / "none", {"accounts": tables["accounts"].slice(0, 0)})
    for arguments, said in (
        ((tmp_path / "few",), "12 accounts: whether they have drifted cannot be told from fewer than 30"),
        ((tmp_path / "none",), "holds no account"),
        ((tmp_path / "nowhere",), "is no folder"),
        ((fresh, "--since", "2031-01-01"), "none of 160 accounts was observed since 2031-01-01; the latest was observed on 2026-"),
    ):
        ended = run(*arguments)
        assert ended.status == 1 and said in ended.err and ended.err.count("error:") == 1 and "Traceback" not in ended.err, ended
    assert "no champion yet" in run(fresh, home=tmp_path / "empty").err
    wrong = run(fresh, "--since", "last week")
    assert wrong.status == 2 and "'last week' is no day; write it as 2026-11-01" in wrong.err
    assert not (tmp_path / "home" / "drift").exists()


def test_a_bundle_that_remembers_nothing_is_refused_at_once(run: Run, fresh: Path, trained: Any, tmp_path: Path) -> None:
    old = shutil.copytree(trained.path, tmp_path / "old")
    (old / REMEMBERED).unlink()
    seal(old)
    ended = run(fresh, "--bundle", old)
    assert ended.status == 1 and "remembers no accounts" in ended.err and "train it again" in ended.err
    assert run(fresh, "--bundle", old, "--against", fresh, "-o", tmp_path / "out").status == 0


# What the service has judged


def judged(bundle: Bundle, accounts: Remembered) -> pa.Table:
    """The accounts as the service's store hands them over."""
    features = pa.FixedSizeListArray.from_arrays(pa.array(accounts.features.ravel()), len(NAMES))
    tables = ("posts", "comments", "follower_sample", "history")
    columns: dict[str, Any] = {
        "pseudonym": [f"p{i}" for i in range(accounts.n)],
        "bundle_id": [bundle.id] * accounts.n,
        "platform": [("instagram", "youtube", "x", "snapchat", "tiktok")[code] for code in accounts.platforms],
        "followers": pa.array(accounts.counts["followers"].astype(np.int64)),
        "seen": [",".join(["profile", *(name for name, here in zip(tables, row, strict=True) if here)]) for row in accounts.seen],
        "features": features,
    }
    for name, answers in accounts.heads.items():
        known = ~np.isnan(answers.probability)
        columns[f"{name}_probability"] = pa.array(answers.probability.astype(float), mask=~known)
        columns[f"{name}_decision"] = [DECISIONS[code] if here else None for code, here in zip(answers.decisions, known, strict=True)]
        columns[f"{name}_reasons"] = pa.array([[NAMES[j] for j in row if j >= 0] or None for row in answers.reasons], pa.list_(pa.string()))
    return pa.table(columns)


def test_what_the_service_has_judged_is_compared_as_it_was_remembered(trained: Any) -> None:
    bundle: Bundle = trained.bundle
    sample = bundle.sample()
    table = judged(bundle, sample)
    today = of_judged(bundle, table)
    assert np.array_equal(today.accounts.features, sample.features, equal_nan=True) and np.array_equal(today.accounts.seen, sample.seen)
    for name, answers in sample.heads.items():
        found = today.accounts.heads[name]
        assert found.probability == pytest.approx(answers.probability, abs=1e-6, nan_ok=True)
        assert np.array_equal(found.decisions, answers.decisions)
    assert not check(bundle, today).look.drifted, "the same accounts twice"


def test_judgements_at_another_base_rate_are_stated_at_the_bundles_own(trained: Any) -> None:
    name, sample = "bought_followers", trained.bundle.sample()
    own = trained.bundle.base_rate(name)
    mine = trained.bundle.configured({name: 0.5}, trained.bundle.tiers)
    odds = (1 - own) / own
    p = sample.heads[name].probability.astype(float)
    table = judged(trained.bundle, sample)
    restated = pa.array(p * odds / (p * odds + 1 - p), mask=np.isnan(p))
    today = of_judged(mine, table.set_column(table.column_names.index(f"{name}_probability"), f"{name}_probability", restated))
    assert today.accounts.heads[name].probability == pytest.approx(p, abs=1e-6, nan_ok=True)
    assert (today.accounts.heads[name].decisions < 0).all() and any("base rate of 50%" in note for note in today.notes)


def test_judgements_of_other_bundles_are_left_out_and_counted(trained: Any) -> None:
    table = judged(trained.bundle, trained.bundle.sample())
    others = table.set_column(1, "bundle_id", pa.array(["sha256:other"] * 40 + [trained.bundle.id] * (table.num_rows - 40)))
    today = of_judged(trained.bundle, others)
    assert today.accounts.n == table.num_rows - 40 and today.notes[0].startswith("40 accounts are left out because another bundle")
    since = datetime(2026, 11, 1, tzinfo=UTC)
    with pytest.raises(DriftRefusal, match=r"judged no account since 2026-11-01 with this bundle \(40 with other bundles\)"):
        of_judged(trained.bundle, others.slice(0, 40), since)


def test_the_page_escapes_what_others_have_written(trained: Any) -> None:
    """The name of a folder is anybody's."""
    today = Today(trained.bundle.sample(), "<script>alert(1)</script>", None, ["<b>note</b>"])
    drawn = page(check(trained.bundle, today))
    assert "<script" not in drawn and "&lt;script&gt;" in drawn and "<b>note" not in drawn
