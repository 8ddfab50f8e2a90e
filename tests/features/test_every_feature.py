"""What must hold of every feature, whoever adds it."""

import math
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog import CATALOG, NAMES, FeatureMatrix
from features.dataset import Tables
from features.feature import ACCOUNTS, DERIVED, Feature, parameters
from features.reference import PARTS
from features.schema import EVENT_TABLES, TABLES
from features.table import INPUTS
from tests.features.accounts import (
    OBSERVED,
    REQUIRED,
    Document,
    accounts,
    bare,
    canonical,
    crowd,
    differing,
    from_documents,
    from_tables,
    iso,
    shuffled,
    sorted_as,
    tables,
)

every_feature = pytest.mark.parametrize("feature", CATALOG, ids=lambda feature: feature.name)
quickly = settings(max_examples=25, deadline=None)


def sources(feature: Feature) -> Iterator[str]:
    """The inputs that a formula starts from, however many steps away."""
    waiting = list(feature.inputs)
    while waiting:
        name = waiting.pop()
        if name in DERIVED:
            waiting += parameters(DERIVED[name])
        else:
            yield name


def needs_only_required(feature: Feature) -> bool:
    return all(name in INPUTS and INPUTS[name][0] == "accounts" and name in REQUIRED["accounts"] for name in sources(feature))


@cache
def together() -> FeatureMatrix:
    return from_documents(crowd())


@cache
def apart() -> FeatureMatrix:
    alone = [from_documents([document]) for document in crowd()]
    return FeatureMatrix([one.account_ids[0] for one in alone], NAMES, np.vstack([one.values for one in alone]))


def late(documents: list[Document], days: float) -> list[Document]:
    """The same accounts with events of every kind that lie after the look; lists that were not looked at stay so."""
    documents = deepcopy(documents)
    for document in documents:
        at, day = iso(OBSERVED + timedelta(days=days)), str((OBSERVED + timedelta(days=math.ceil(days))).date())
        events: dict[str, dict[str, Any]] = {
            "posts": {
                "post_id": "late",
                "posted_at": at,
                "likes": 10**9,
                "comments": 10**6,
                "views": 1,
                "hashtags": ["late", "ad", "food"],
                "caption": "food with @late",
                "sponsored": True,
            },
            "comments": {"post_id": "late", "author_id": "late", "commented_at": at, "text": "you late? food", "by_owner": True},
            "follower_sample": {
                "follower_id": "late",
                "rank": 0,
                "handle": "late9",
                "followers": 0,
                "following": 7000,
                "post_count": 0,
                "has_picture": False,
                "bio": "food from tomorrow",
                "private": True,
                "language": "xx",
                "country": "XX",
                "created_at": at,
            },
            "history": {"date": day, "followers": 10**9},
        }
        for name, row in events.items():
            if document.get(name):
                document[name].insert(len(document[name]) // 2, row)
    return documents


@every_feature
def test_the_test_accounts_know_it(feature: Feature) -> None:
    """Else the tests below would hold of nothing."""
    known = together().column(feature.name)
    assert len(np.unique(known[~np.isnan(known)])) >= 3


@every_feature
def test_one_account_alone_gives_what_it_gives_among_many(feature: Feature) -> None:
    np.testing.assert_array_equal(apart().column(feature.name).view(np.int64), together().column(feature.name).view(np.int64))


@quickly
@given(st.lists(accounts(), min_size=2, max_size=5, unique_by=lambda document: document["account_id"]))
def test_any_account_alone_gives_what_it_gives_among_others(documents: list[Document]) -> None:
    many = from_documents(documents)
    for i, document in enumerate(documents):
        one = from_documents([document])
        assert differing(one, FeatureMatrix(one.account_ids, NAMES, many.values[i : i + 1].copy())) == []


@every_feature
def test_a_value_is_unknown_or_within_its_unit(feature: Feature) -> None:
    values = together().column(feature.name)
    known = values[~np.isnan(values)]
    assert np.isfinite(known).all()
    assert ((feature.unit.low <= known) & (known <= feature.unit.high)).all()


@quickly
@given(accounts())
def test_any_value_is_unknown_or_within_its_unit(document: Document) -> None:
    values = from_documents([document]).values[0]
    wrong = {
        f.name: v
        for f, v in zip(CATALOG, values, strict=True)
        if not (math.isnan(v) or (math.isfinite(v) and f.unit.low <= v <= f.unit.high))
    }
    assert wrong == {}


ABSENT = from_documents([bare()])
EMPTY = from_documents([bare(**{name: [] for name in EVENT_TABLES})])
NULL = from_documents(
    [bare(**{field.name: None for field in TABLES["accounts"].fields if not field.required}, **dict.fromkeys(EVENT_TABLES))]
)
NO_TABLE = from_tables({"accounts": tables([bare()])["accounts"]})
NO_ROW = from_tables(tables([bare()]))


@pytest.mark.parametrize("matrix", [ABSENT, EMPTY, NULL, NO_TABLE, NO_ROW], ids=["absent", "empty", "null", "no table", "no row"])
@every_feature
def test_nothing_known_gives_unknown_not_zero(feature: Feature, matrix: FeatureMatrix) -> None:
    assert np.isnan(matrix.column(feature.name)[0]) != needs_only_required(feature)


@cache
def rows_of_unknowns() -> FeatureMatrix:
    """Many events of which only the required columns are known, and these say as little as they can."""
    document = bare(
        posts=[{"post_id": f"p{i}", "posted_at": iso(OBSERVED)} for i in range(40)],
        comments=[{"post_id": "p1", "author_id": f"u{i}", "commented_at": iso(OBSERVED), "text": None} for i in range(40)],
        follower_sample=[{"follower_id": f"f{i}"} for i in range(200)],
    )
    return from_documents([document])


@every_feature
def test_events_of_which_nothing_is_known_give_unknown(feature: Feature) -> None:
    about = {name for name in sources(feature) if name in INPUTS and INPUTS[name][0] != "accounts"}
    names = {name for name in about if INPUTS[name][1].name not in REQUIRED[INPUTS[name][0]] or INPUTS[name][1].name == "text"}
    if names and feature.name not in ("commenter_concentration", "comments_seen"):
        assert np.isnan(rows_of_unknowns().column(feature.name)[0])


@cache
def reordered() -> list[FeatureMatrix]:
    return [sorted_as(from_tables(shuffled(tables(crowd()), seed)), together().account_ids) for seed in range(3)]


@every_feature
def test_the_order_of_rows_changes_nothing(feature: Feature) -> None:
    for matrix in reordered():
        np.testing.assert_array_equal(matrix.column(feature.name).view(np.int64), together().column(feature.name).view(np.int64))


@quickly
@given(st.lists(accounts(), min_size=1, max_size=3, unique_by=lambda document: document["account_id"]), st.integers(0, 1000))
def test_any_order_of_rows_changes_nothing(documents: list[Document], seed: int) -> None:
    plain = from_tables(tables(documents))
    assert differing(sorted_as(from_tables(shuffled(tables(documents), seed)), plain.account_ids), plain) == []


@quickly
@given(st.lists(accounts(), min_size=1, max_size=3, unique_by=lambda document: document["account_id"]))
def test_tables_and_documents_say_the_same(documents: list[Document]) -> None:
    assert differing(from_tables(tables(documents)), from_documents(documents)) == []


@cache
def with_later_events() -> list[FeatureMatrix]:
    return [from_documents(late(crowd(), 0.4)), from_tables(tables(late(crowd(), 0.4))), from_tables(tables(late(crowd(), 400)))]


@every_feature
def test_later_events_change_nothing(feature: Feature) -> None:
    for matrix in with_later_events():
        np.testing.assert_array_equal(matrix.column(feature.name).view(np.int64), together().column(feature.name).view(np.int64))


@every_feature
def test_rows_of_other_accounts_change_nothing(feature: Feature) -> None:
    np.testing.assert_array_equal(among_strangers().column(feature.name).view(np.int64), together().column(feature.name).view(np.int64))


@cache
def among_strangers() -> FeatureMatrix:
    """The crowd, with events of accounts that nobody listed."""
    made, strange = tables(crowd()), tables([{**document, "account_id": "nobody"} for document in crowd(5)])
    mixed: Tables = {"accounts": made["accounts"]}
    for name in EVENT_TABLES:
        mixed[name] = pa.concat_tables([strange[name], made[name]], promote_options="default")
    return from_tables(mixed)


@every_feature
def test_it_says_what_it_is(feature: Feature) -> None:
    assert feature.meaning.strip()
    assert feature.source.strip()
    assert feature.unknown.strip()
    assert feature.raises_suspicion in (-1, 0, 1)
    assert feature.high != feature.low
    assert set(sources(feature)) <= {*INPUTS, *PARTS, ACCOUNTS}


@every_feature
@pytest.mark.parametrize("value", [0.0, 0.004, 0.31, 1.0])
def test_its_sentences_can_be_written(feature: Feature, value: float) -> None:
    for high in (True, False):
        sentence = feature.sentence(value, high)
        assert sentence.endswith(".")
        assert not {"{", "}"} & set(sentence)
        assert "nan" not in sentence
        assert feature.unit.write(value) in sentence or "{value" not in (feature.high if high else feature.low)


def test_names_are_one_of_a_kind_and_families_are_told() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 30
    assert [f.name for f in CATALOG] == list(together().names)
    assert together().values.flags.c_contiguous
    assert {f.family for f in CATALOG} == {"profile", "engagement", "growth", "followers", "comments", "focus", "evidence"}


def test_canonical_reads_what_the_documents_hold() -> None:
    assert canonical(TABLES["posts"]["posted_at"], "2026-11-01T12:00:00Z") == OBSERVED
