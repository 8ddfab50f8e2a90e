"""The same facts as columns: an account's events in the order they happened, unknown where nobody looked."""

import numpy as np
import pyarrow as pa
import pytest

from features.catalog import CATALOG, NAMES, build
from features.columns import Column, Events, Nested
from features.reference import PARTS
from features.schema import EVENT_TABLES
from features.snapshot import parse
from features.table import INPUTS, AccountTable
from features.text import Text
from tests.features.accounts import REFERENCE, ago, bare, crowd, differing, from_documents, from_tables, tables
from tests.features.test_every_feature import sources


def table(*documents: dict[str, object]) -> AccountTable:
    return AccountTable.from_snapshots([parse(document) for document in documents])


def events(facts: AccountTable, name: str) -> list[list[float]]:
    column = facts.fact(name)
    assert isinstance(column, Events)
    return [column.values[first:last].tolist() for first, last in zip(column.starts[:-1], column.starts[1:], strict=True)]


def test_events_stand_in_the_order_they_happened() -> None:
    posts = [{"post_id": str(i), "posted_at": ago(days), "likes": i} for i, days in enumerate((1, 30, 7, 8, 2))]
    assert events(table(bare(posts=posts)), "post_likes") == [[1, 3, 2, 4, 0]]


def test_followers_stand_in_the_order_they_followed() -> None:
    sample = [{"follower_id": f"f{i}", "rank": rank, "followers": rank} for i, rank in enumerate((5, 0, 3))]
    assert events(table(bare(follower_sample=sample)), "follower_followers") == [[0, 3, 5]]


def test_each_account_keeps_its_own() -> None:
    posts = [{"post_id": str(i), "posted_at": ago(i), "likes": i} for i in range(3)]
    facts = table(bare("a", posts=posts), bare("b"), bare("c", posts=[]), bare("d", posts=posts[:1]))
    assert events(facts, "post_likes") == [[2, 1, 0], [], [], [0]]
    assert facts.looked_at["posts"].tolist() == [True, False, True, True]
    assert facts.account_ids == ["a", "b", "c", "d"]


def test_a_column_that_one_account_lacks_is_unknown_for_it_alone() -> None:
    facts = table(
        bare("a", posts=[{"post_id": "1", "posted_at": ago(1), "likes": 4}]), bare("b", posts=[{"post_id": "1", "posted_at": ago(1)}])
    )
    np.testing.assert_array_equal(np.concatenate(events(facts, "post_likes")), [4, np.nan])


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_is_unknown_where_nothing_is_known(name: str) -> None:
    """All but the four required columns."""
    fact, (of, field) = table(bare()).fact(name), INPUTS[name]
    if isinstance(fact, Column):
        assert np.isnan(fact.values[0]) != field.required
    elif isinstance(fact, Text):
        assert fact.known.tolist() == ([field.required] if of == "accounts" else [])
    elif isinstance(fact, Events | Nested) or of != "accounts":
        assert fact.starts[-1] == 0
    else:
        assert fact.codes[0] != 0


def test_moments_are_days_and_keep_their_microseconds() -> None:
    made = tables([bare(created_at="2026-10-01T00:00:00.000001Z")])
    created = AccountTable.from_tables(made).fact("created_at")
    assert isinstance(created, Column)
    assert created.values[0] == 1_790_812_800_000_001 / 86_400_000_000


def test_events_of_nobody_are_left_out() -> None:
    made = tables([bare("a", posts=[{"post_id": "1", "posted_at": ago(1), "likes": 4}])])
    stranger = tables([bare("b", posts=[{"post_id": "1", "posted_at": ago(1), "likes": 5}])])["posts"]
    made["posts"] = pa.concat_tables([stranger, made["posts"]])
    assert events(AccountTable.from_tables(made), "post_likes") == [[4]]


def test_two_ids_that_differ_beyond_2_to_the_53_are_two_accounts() -> None:
    one, other = str(2**53), str(2**53 + 1)
    made = tables([bare(name, posts=[{"post_id": "1", "posted_at": ago(1), "likes": int(name[-1])}]) for name in (one, other)])
    assert events(AccountTable.from_tables(made), "post_likes") == [[2], [3]]


def test_tables_in_chunks_or_slices_say_the_same() -> None:
    made, documents = tables(crowd(12)), crowd(12)
    chunked = {name: pa.concat_tables([whole.slice(0, 3), whole.slice(3)]) for name, whole in made.items()}
    padded = {name: pa.concat_tables([whole.slice(0, 2), whole]).combine_chunks().slice(2) for name, whole in made.items()}
    assert differing(from_tables(chunked), from_documents(documents)) == []
    assert differing(from_tables(padded), from_documents(documents)) == []


def test_extra_columns_reach_no_feature() -> None:
    made = tables(crowd(5))
    more = {name: whole.append_column("likes_bought", pa.array([7] * len(whole))) for name, whole in made.items()}
    assert differing(from_tables(more), from_tables(made)) == []


def test_no_account_gives_no_row() -> None:
    nobody = {name: whole.slice(0, 0) for name, whole in tables(crowd(3)).items()}
    assert from_tables(nobody).values.shape == build(AccountTable.from_snapshots([])).values.shape == (0, len(NAMES))


def test_pandas_at_the_edge_has_names_and_ids() -> None:
    matrix = from_documents(crowd(3))
    frame = matrix.to_pandas()
    assert list(frame.columns) == list(NAMES)
    assert frame.index.name == "account_id"
    assert frame.loc[matrix.account_ids[1], "log_followers"] == matrix.column("log_followers")[1]
    np.testing.assert_array_equal(matrix.only(["growth_gini", "log_followers"])[:, 1], matrix.column("log_followers"))


def test_without_a_reference_comparisons_with_peers_are_unknown_and_nothing_else_changes() -> None:
    facts = AccountTable.from_snapshots([parse(document) for document in crowd(20)])
    differ = {name.split(" ")[0] for name in differing(build(facts), build(facts, REFERENCE))}
    compare = {feature.name for feature in CATALOG if set(sources(feature)) & set(PARTS)}
    assert {"engagement_residual", "comment_like_residual", "creation_date_burst"} <= differ <= compare
    assert all(np.isnan(build(facts).column(name)).all() for name in compare)


def test_the_lists_of_an_account_are_the_tables_of_a_dataset() -> None:
    assert set(EVENT_TABLES) == {"posts", "comments", "follower_sample", "history"}


def test_hiding_a_table_is_not_having_looked_at_it() -> None:
    documents = crowd(12)
    hidden = {"posts": np.arange(12) % 2 == 0, "history": np.arange(12) % 3 == 0}
    without = [{key: value for key, value in d.items() if key not in hidden or not hidden[key][i]} for i, d in enumerate(documents)]
    facts = AccountTable.from_snapshots([parse(document) for document in documents])
    assert differing(build(facts.without(hidden), REFERENCE), from_documents(without)) == []


def test_texts_come_back_as_they_were() -> None:
    names = ["Mira Öz", None, "", "日本"]
    facts = table(*[bare(str(i), name=name) for i, name in enumerate(names)])
    assert facts.texts("name") == names
