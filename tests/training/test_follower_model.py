"""The model of one follower is taught by several sources, judged on what taught nothing, and says probabilities that come true."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.special import expit

from features.reference import Reference
from features.schema import PLATFORMS
from models.followers import FEATURES
from training import follower_model, pools
from training.follower_model import FALSE_ALARMS, PRIOR, evenly, fit, out_of_fold, table_of, usual_of
from training.pools import FollowerPool, PoolError
from training.refusals import TrainingRefusal


def made(name: str, platform: str, seed: int, purchased: int = 60, others: int = 240, level: float = 0.0) -> FollowerPool:
    """Followers of a platform where everything is e^level times as large; the purchased type follows more and posts less."""
    rng = np.random.default_rng(seed)
    is_made = np.arange(purchased + others) < purchased
    logs = np.where(is_made[:, None], [3.0, 7.5, 1.0], [5.5, 6.0, 4.0]) + level + rng.normal(0, 0.8, (len(is_made), 3))
    counts = np.rint(np.exp(logs)).astype(np.int64)
    columns = {name: pa.nulls(len(is_made), kind) for name, kind in pools.COLUMNS.items()}
    columns |= {key: pa.array(counts[:, j]) for j, key in enumerate(("followers", "following", "post_count"))}
    columns["has_picture"] = pa.array(rng.random(len(is_made)) < np.where(is_made, 0.7, 0.98))
    return FollowerPool(name, platform, pa.table(columns), is_made)


@pytest.fixture(scope="module")
def two() -> list[FollowerPool]:
    return [made("a", "instagram", 1), made("b", "x", 2, purchased=150, others=150, level=2.0)]


def test_what_ships_learns_from_srf_at_three_false_alarms_in_a_hundred() -> None:
    model = fit(pools.load_all("srf"), 7)
    known = model.rates.known
    assert (model.rates.densities.purchased_records, model.rates.densities.other_records) == (98, 877)
    assert expit(known.others.mean) == pytest.approx(FALSE_ALARMS, abs=0.006) and expit(known.purchased.mean) > 0.55
    assert model.trees.save() == fit(pools.load_all("srf"), 7).trees.save(), "the same seed gives the same trees"


def test_probabilities_out_of_fold_come_true_at_the_prior() -> None:
    srf = pools.load_all("srf")
    model, seen = fit(srf, 7), out_of_fold(srf, 7)
    likely = 1 / (1 + np.exp(-(model.slope * seen.margins + model.intercept)))
    weight = np.where(seen.purchased, PRIOR / seen.purchased.sum(), (1 - PRIOR) / (~seen.purchased).sum())
    assert weight @ likely == pytest.approx(PRIOR, abs=0.01)
    for low, high in ((0.0, 0.05), (0.05, 0.3), (0.3, 1.0)):
        mine = (likely >= low) & (likely < high)
        assert (weight @ (mine * likely)) / weight[mine].sum() == pytest.approx(
            (weight @ (mine * seen.purchased)) / weight[mine].sum(), abs=0.08
        )


def test_out_of_fold_no_source_has_taught_its_own_margins(two: list[FollowerPool]) -> None:
    seen = out_of_fold(two, 3)
    assert seen.source.tolist() == ["a"] * 300 + ["b"] * 300
    assert seen.purchased.tolist() == [*two[0].purchased, *two[1].purchased]
    assert len(set(seen.stratum.tolist())) > 3
    b = follower_model.learnt([two[1]], 3).margins(follower_model.values_of(two[0]))
    np.testing.assert_array_equal(seen.margins[:300], b)


def test_equal_records_lie_in_one_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every record twice: a tree that saw the other copy would know the answer."""
    pool = made("a", "instagram", 1)
    twice = FollowerPool("a", "instagram", pa.concat_tables([pool.records, pool.records]), np.tile(pool.purchased, 2))
    taught: list[np.ndarray] = []

    class Deaf:
        def margins(self, values: np.ndarray) -> np.ndarray:
            return np.zeros(len(values))

    def listen(values: np.ndarray, *_: object) -> Deaf:
        taught.append(values)
        return Deaf()

    out_of_fold([twice], 0, listen)
    values = follower_model.values_of(twice)
    for seen in taught:
        rows = {tuple(row) for row in np.nan_to_num(seen)}
        present = np.array([tuple(row) in rows for row in np.nan_to_num(values)])
        assert present.sum() == len(seen), "of some record one copy teaches and the other is judged"


def test_two_platforms_at_other_levels_are_one_problem(two: list[FollowerPool]) -> None:
    """What was learnt where counts are seven times smaller holds; on the plain counts every ordinary one would look odd."""
    model = fit([two[0]], 1)
    values = follower_model.values_of(two[1])
    flagged = model.trees.margins(values) >= model.threshold
    assert flagged[two[1].purchased].mean() > 0.8
    assert flagged[~two[1].purchased].mean() < 0.1


def test_ordinary_followers_are_known_for_the_platforms_that_taught_alone(two: list[FollowerPool]) -> None:
    usual = usual_of(two)
    known = ~np.isnan(usual.centre).any(axis=1)
    assert [PLATFORMS[i] for i in np.flatnonzero(known)] == ["instagram", "x"]
    apart = usual.centre[PLATFORMS.index("x"), :3] - usual.centre[PLATFORMS.index("instagram"), :3]
    np.testing.assert_allclose(apart, 2.0, atol=0.2)


def test_a_field_that_a_pool_never_shows_is_unknown_and_not_zero() -> None:
    pool = made("a", "instagram", 1)
    at = pool.records.column_names.index("post_count")
    records = pool.records.set_column(at, "post_count", pa.nulls(len(pool), pa.int64()))
    without = FollowerPool("a", "instagram", records, pool.purchased)
    assert np.isnan(usual_of([without]).centre[PLATFORMS.index("instagram"), 2])
    assert np.isnan(follower_model.values_of(without)[:, [FEATURES.index("posts"), FEATURES.index("following_per_post")]]).all()


def test_any_field_can_be_missing(two: list[FollowerPool]) -> None:
    """Trained with hidden fields, every subset of them still ranks."""
    model, pool = fit(two, 1), made("c", "instagram", 9)
    values = follower_model.values_of(pool)
    for j in range(len(FEATURES)):
        only = np.full(values.shape, np.nan)
        only[:, j] = values[:, j]
        margins = model.trees.margins(only)
        assert margins[pool.purchased].mean() > margins[~pool.purchased].mean() + 0.1, FEATURES[j]


def test_sources_and_classes_teach_alike() -> None:
    purchased, source = np.array([True] * 2 + [False] * 8 + [True] * 50 + [False] * 40), np.array(["a"] * 10 + ["b"] * 90)
    weights = evenly(purchased, source)
    assert weights.mean() == pytest.approx(1)
    for name in "ab":
        for kind in (True, False):
            assert weights[(source == name) & (purchased == kind)].sum() == pytest.approx(25)


def test_labels_that_say_nothing_teach_nothing() -> None:
    rng, drawn = np.random.default_rng(0), []
    pool = made("a", "instagram", 1, purchased=120, others=480)
    for _ in range(3):
        seen = out_of_fold([FollowerPool("a", "instagram", pool.records, rng.permutation(pool.purchased))], 1)
        order = np.argsort(np.argsort(seen.margins))
        drawn.append((order[seen.purchased].mean() - 59.5) / 480)
    assert np.mean(drawn) == pytest.approx(0.5, abs=0.06)


def test_too_few_of_a_class_are_refused_by_the_name_of_the_pool(two: list[FollowerPool]) -> None:
    with pytest.raises(TrainingRefusal, match="the pool few has 9 followers of its rarer class"):
        fit([*two, made("few", "x", 3, purchased=9)], 1)


def test_several_pools_are_named_in_one_text(tmp_path: Path) -> None:
    columns = {"source": ["m"] * 2 + ["n"] * 2, "platform": ["x"] * 4, "label": ["real", "bought"] * 2, "followers": [1, 2, 3, 4]}
    file = tmp_path / "records.parquet"
    pq.write_table(pa.table(columns), file)
    found = pools.load_all(f"srf, {file}:m,{file}:n")
    assert [(pool.name, pool.platform, len(pool)) for pool in found] == [("srf", "instagram", 975), ("m", "x", 2), ("n", "x", 2)]
    with pytest.raises(PoolError, match="choose ONE source"):
        pools.load_all(str(file))
    with pytest.raises(PoolError, match="srf more than once"):
        pools.load_all("srf,srf")
    with pytest.raises(PoolError, match="no record has source 'o'"):
        pools.load_all(f"{file}:o")
    with pytest.raises(PoolError, match="there is no follower pool 'nowhere'"):
        pools.load_all("srf,nowhere")
    (tmp_path / "words.parquet").write_text("no parquet")
    with pytest.raises(PoolError, match="no Parquet file that can be read"):
        pools.load_all(str(tmp_path / "words.parquet"))


def test_published_tables_are_read_by_their_own_columns(tmp_path: Path) -> None:
    purba = {
        "flw": [7, 9],
        "flg": [900, 80],
        "pos": [0, 12],
        "pic": [0, 1],
        "bl": [0, 30],
        "lin": [0, 1],
        "cs": [0.5, 0.1],
        "class": ["f", "r"],
    }
    kaggle = {
        "#followers": [7, 9],
        "#follows": [900, 80],
        "#posts": [0, 12],
        "profile pic": [0, 1],
        "description length": [0, 30],
        "external URL": [0, 1],
        "private": [True, False],
        "fake": [1, 0],
    }
    for name, columns in (("purba", purba), ("kaggle", kaggle)):
        pq.write_table(pa.table(columns), tmp_path / "t.parquet")
        pool = pools.load(tmp_path / "t.parquet")
        assert (pool.name, pool.platform, pool.purchased.tolist()) == (name, "instagram", [True, False])
        row = pool.records.to_pylist()[0]
        assert (row["followers"], row["following"], row["post_count"], row["has_picture"], row["bio_length"]) == (7, 900, 0, False, 0)


def test_on_x_the_trees_of_srf_find_who_was_bought(shared_data: Path) -> None:
    """The fault that this model was made against: on plain counts none of them was found."""
    bought = pools.load(shared_data / "followers" / "records.parquet", "cresci2015")
    model = fit(pools.load_all("srf"), 7)
    flagged = model.trees.margins(follower_model.values_of(bought)) >= model.threshold
    assert flagged[bought.purchased].mean() > 0.95
    assert flagged[~bought.purchased].mean() < 0.05
    assert np.isnan(model.probabilities(table_of(bought), Reference())).all(), "and without ordinary followers of X it says nothing"
