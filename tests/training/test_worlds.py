"""The simulated world: same seed same bytes, purchases that change only what purchases change, and shards that never meet."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from features import dataset
from features.snapshot import parse
from training import pools
from training.worlds import WORLDS, high_street, read_truth, simulate
from training.worlds.documents import document, golden_accounts
from training.worlds.high_street import audiences, growth, kinds, people, posts, purchases, topics
from training.worlds.scenarios import SCENARIOS, TRUTH


def _bytes(path: Path) -> dict[str, str]:
    return {str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(path.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("world") / "street"
    simulate(path, accounts=200, seed=11)
    return path


@pytest.fixture(scope="module")
def street():
    root, child = np.random.SeedSequence(21).spawn(2)
    setting = high_street.setting(root)
    return setting, high_street.part(setting, child, 0, 1_200)


def test_the_same_seed_gives_the_same_bytes(written, tmp_path):
    simulate(tmp_path / "again", accounts=200, seed=11)
    simulate(tmp_path / "other", accounts=200, seed=12)
    assert _bytes(tmp_path / "again") == _bytes(written)
    assert not set(_bytes(tmp_path / "other").values()) & set(_bytes(written).values())


def test_many_processes_draw_the_same_bytes(tmp_path):
    simulate(tmp_path / "one", accounts=2_600, seed=11, processes=1)
    simulate(tmp_path / "two", accounts=2_600, seed=11, processes=2)
    assert _bytes(tmp_path / "two") == _bytes(tmp_path / "one")


def test_parts_come_with_progress_and_without_shared_accounts(tmp_path, monkeypatch):
    monkeypatch.setattr("training.worlds.PART", 60)
    seen: list[tuple[int, int]] = []
    simulate(tmp_path / "parts", accounts=150, seed=11, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(60, 150), (120, 150), (150, 150)]
    assert dataset.parts(tmp_path / "parts") == [0, 1, 2]
    ids = dataset.read(tmp_path / "parts", ["accounts"])["accounts"]["account_id"].to_pylist()
    assert len(set(ids)) == 150
    alone = dataset.read(tmp_path / "parts", part=2)
    assert set(alone["posts"]["account_id"].to_pylist()) <= set(alone["accounts"]["account_id"].to_pylist())


def test_a_simulated_dataset_has_no_problem(written):
    assert [str(problem) for problem in dataset.validate(written)] == []


def test_a_killed_simulation_leaves_nothing(tmp_path):
    def killed(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "half", accounts=20, seed=1, progress=killed)
    assert list(tmp_path.iterdir()) == []


def test_unknown_world_and_no_accounts_are_refused(tmp_path):
    with pytest.raises(ValueError, match="there are: high_street"):
        simulate(tmp_path / "a", 10, 1, world="low_road")
    with pytest.raises(ValueError, match="at least 1 account"):
        simulate(tmp_path / "a", 0, 1)
    assert "high_street" in WORLDS


def test_labels_follow_their_rules(street):
    _, tables = street
    labels = tables["labels"].to_pandas()
    assert labels.groupby("account_id").size().eq(4).all()
    bought = labels[labels["head"] == "bought_followers"]
    assert ((bought["share"] >= 0.05) == (bought["value"] == 1)).all()
    assert (bought.loc[bought["share"] == 0, "share"].size) > 600
    assert 0.18 < (bought["share"] >= 0.1).mean() < 0.32
    assert labels.loc[labels["head"] != "bought_followers", "share"].isna().all()
    assert labels["source"].str.match(r"high_street-srf/[012]/(none|vendor-\d+)$").all()
    vendors = labels["source"].str.extract(r"/([012])/vendor-(\d+)$").dropna().drop_duplicates()
    assert (vendors[0].astype(int) == vendors[1].astype(int) // 12).all()
    assert abs(sum(kind.frequency for kind in kinds.KINDS) - 1) < 1e-9
    assert kinds.NAMES == SCENARIOS


def test_samples_hold_records_of_one_shard_at_the_labelled_share(street):
    setting, tables = street
    names = ("followers", "following", "post_count", "has_picture", "private")
    where = {
        content: number
        for number, part in enumerate(setting.parts)
        for content in zip(*(part.records[n].to_pylist() for n in names), strict=True)
    }
    bought = tables["labels"].to_pandas().query("head == 'bought_followers'").set_index("account_id")
    sample = tables["follower_sample"].to_pandas()[["account_id", "rank"]]
    contents = list(zip(*(tables["follower_sample"][n].to_pylist() for n in names), strict=True))
    # Two kinds of account say themselves how many of their followers are private.
    private = tables["truth"].to_pandas().query("scenario in ('teens', 'private_families')")["account_id"]
    kept = ~sample["account_id"].isin(private).to_numpy()
    sample, contents = sample[kept].copy(), [content for content, keep in zip(contents, kept, strict=True) if keep]
    sample["found"] = [where[content] for content in contents]
    assert (sample["found"] == sample["account_id"].map(bought["source"].str.split("/").str[1]).astype(int)).all()
    purchased = {
        c
        for part in setting.parts
        for c, flag in zip(zip(*(part.records[n].to_pylist() for n in names), strict=True), part.purchased, strict=True)
        if flag
    }
    sample["purchased"] = [content in purchased for content in contents]
    rate = sample.groupby("account_id")["purchased"].mean()
    share = bought["share"].reindex(rate.index)
    slope, base = np.polyfit(share, rate, 1)
    assert 0.85 < slope < 1.0
    assert 0.07 < base < 0.13
    total = tables["accounts"].to_pandas().set_index("account_id")["followers"]
    assert (sample["rank"] < sample["account_id"].map(total)).all()
    assert not sample.duplicated(["account_id", "rank"]).any()


def _same_crowd_with_and_without_purchases(seed: int):
    rngs = [np.random.default_rng([seed, i]) for i in range(8)]
    setting = high_street.setting(np.random.SeedSequence(seed))
    buyers = people.draw(rngs[0], 0, 400, pools.SHARES)
    buyers = dataclasses.replace(buyers, buys=np.full(400, "instant"), engagement=np.full(400, "own"))
    for crowd in (buyers, dataclasses.replace(buyers, buys=np.full(400, "never"))):
        again = [np.random.default_rng([seed, i]) for i in range(8)]
        orders = purchases.draw(again[1], crowd, setting.vendors)
        events = growth.draw_events(again[2], crowd)
        interests = topics.draw(again[5], crowd)
        dates = posts.calendar(again[3], crowd, events, interests)
        stray = audiences.background(again[7], crowd)
        written = posts.draw(again[4], crowd, interests, events, dates, crowd.organic + orders.bought)
        yield (
            orders,
            written,
            growth.organic_series(again[6], crowd, events, dates.by_day(400)[0], stray),
            purchases.series(again[1], orders, growth.purged(crowd)),
        )


def test_buying_raises_the_count_and_leaves_likes_and_comments():
    (orders, with_, organic, delivered), (none, without, same, nothing) = _same_crowd_with_and_without_purchases(31)
    assert (orders.bought > 0).mean() > 0.95
    assert none.bought.sum() == 0
    assert not nothing.any()
    assert (with_.likes == without.likes).all()
    assert (with_.comments == without.comments).all()
    assert (organic == same).all()
    assert np.allclose(delivered[:, -1], orders.bought)
    recent = (orders.start_age < 80) & (orders.left > 0)
    jumped = np.diff(delivered, axis=1).max(axis=1) > 0.4 * (orders.left * recent).max(axis=1)
    assert jumped[recent.any(axis=1)].mean() > 0.9


def test_diluted_accounts_lose_likes_where_new_topics_lose_people(street):
    rng = np.random.default_rng(41)
    crowd = people.draw(rng, 0, 3_000, pools.SHARES)
    interests = topics.draw(rng, crowd)
    label = topics.diluted(interests, crowd, topics.organic_median(rng))
    assert label[crowd.topics == "diluted"].mean() > 0.75
    assert label[crowd.topics != "diluted"].mean() < 0.05
    general = crowd.topics == "wide"
    spread = (interests.late > 0.05).sum(axis=1)
    # The trap: a general store with loyal fans has as many topics as a diluted one.
    assert np.median(spread[general]) >= np.median(spread[label])
    assert interests.cares[general].min(axis=1).mean() > 0.6


def test_comments_are_unicode_and_owners_answer(street):
    text = street[1]["comments"].to_pandas()
    assert text["text"].str.contains("😍").any()
    assert text["text"].str.contains("[ışğçöüß]").any()
    assert text["text"].str.len().min() > 0
    replies = text[text["by_owner"]]
    assert (replies["author_id"] == replies["account_id"]).all()
    assert replies["reply_to"].notna().all()
    assert set(replies["reply_to"]) <= set(text["comment_id"])
    asked = text.set_index(["account_id", "comment_id"])["commented_at"]
    answered = replies.set_index(["account_id", "reply_to"])["commented_at"]
    assert (answered >= asked.reindex(answered.index)).all()
    assert text.groupby("account_id").size().median() > 40


def test_package_comments_come_from_the_library_of_the_labelled_vendor(street):
    setting, tables = street
    libraries = [set(library.to_pylist()) for library in setting.vendors.texts]
    for number, library in enumerate(libraries):
        assert 100 <= len(library) <= 500
        assert not any(library & other for v, other in enumerate(libraries) if v // 12 != number // 12)
    labels = tables["labels"].to_pandas().query("head == 'bought_engagement' and value == 1").set_index("account_id")["source"]
    vendor = labels.str.extract(r"vendor-(\d+)$")[0].dropna().astype(int)
    text = tables["comments"].to_pandas().query("not by_owner")
    text = text[text["account_id"].isin(vendor.index)]
    own = [said in libraries[vendor[account]] for account, said in zip(text["account_id"], text["text"], strict=True)]
    another = [said in libraries[(vendor[account] + 12) % 36] for account, said in zip(text["account_id"], text["text"], strict=True)]
    assert np.mean(own) > 0.3 > 5 * np.mean(another)


def test_golden_accounts_are_valid_documents_of_the_kinds_they_claim(street):
    golden = golden_accounts(7)
    assert len({account["account_id"] for account in golden}) == 6
    assert golden == golden_accounts(7)
    assert [parse(account).account_id for account in golden] == [account["account_id"] for account in golden]
    assert "follower_sample" not in golden[4]
    assert "posts" not in golden[5]
    assert "comments" not in golden[5]
    with pytest.raises(KeyError, match="not in the accounts table"):
        document(street[1], "nobody")


def test_the_truth_lies_beside_the_tables_and_is_no_table_of_them(written, tmp_path, monkeypatch):
    truth = read_truth(written)
    assert truth.schema == TRUTH
    labels = dataset.read(written)["labels"].to_pandas().query("head == 'bought_followers'").set_index("account_id")
    assert truth["account_id"].to_pylist() == dataset.read(written)["accounts"]["account_id"].to_pylist()
    assert truth["bought_share"].to_pylist() == labels["share"].loc[truth["account_id"].to_pylist()].tolist()
    assert set(truth["scenario"].to_pylist()) <= set(SCENARIOS)
    monkeypatch.setattr("training.worlds.PART", 60)
    simulate(tmp_path / "parts", accounts=150, seed=11)
    assert read_truth(tmp_path / "parts").num_rows == 150
    assert [str(problem) for problem in dataset.validate(tmp_path / "parts")] == []


def test_one_scenario_alone_and_none_that_is_unknown(tmp_path):
    simulate(tmp_path / "pods", accounts=30, seed=3, scenarios={"pod_topic": 1.0})
    assert set(read_truth(tmp_path / "pods")["scenario"].to_pylist()) == {"pod_topic"}
    with pytest.raises(ValueError, match="no scenario 'pod'; there are: organic_boutique"):
        simulate(tmp_path / "none", accounts=30, seed=3, scenarios={"pod": 1.0})
    with pytest.raises(FileNotFoundError, match="Simulate it again"):
        read_truth(tmp_path)
