"""One account as JSON: everything that is wrong with it is told at once, with the place and what to do."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.problems import SnapshotError
from features.schema import EVENT_TABLES, TABLES
from features.snapshot import json_schema, parse
from tests.features.accounts import OBSERVED, Document, accounts, ago, bare, differing, from_documents, iso, said

POST = {"post_id": "p1", "posted_at": ago(5)}
COMMENT = {"post_id": "p1", "comment_id": "c1", "author_id": "u1", "commented_at": ago(4), "text": "hi"}
AFTER = iso(OBSERVED + timedelta(days=1, seconds=1))


def problems(document: Any) -> dict[str, str]:
    """What `parse` finds wrong, by pointer."""
    with pytest.raises(SnapshotError) as refused:
        parse(document if isinstance(document, bytes | str) else orjson.dumps(document))
    assert not refused.value.not_json
    assert len({problem.pointer for problem in refused.value.problems}) == len(refused.value.problems)
    return {problem.pointer: problem.detail for problem in refused.value.problems}


BAD_ACCOUNT = [
    ({"account_id": 123}, "/account_id", "account_id is 123; ids are text"),
    ({"account_id": True}, "/account_id", "ids are text"),
    ({"account_id": ""}, "/account_id", "cannot be empty"),
    ({"account_id": "  "}, "/account_id", "cannot be empty"),
    ({"account_id": "1.23E+17"}, "/account_id", "a spreadsheet has rounded this id"),
    ({"account_id": None}, "/account_id", "account_id is missing; it is required"),
    ({"platform": "myspace"}, "/platform", 'platform is "myspace"; expected one of instagram'),
    ({"platform": "Instagram"}, "/platform", "expected one of"),
    ({"platform": 3}, "/platform", "expected text"),
    ({"observed_at": "yesterday"}, "/observed_at", "expected a moment such as"),
    ({"observed_at": 1_790_000_000}, "/observed_at", "expected a moment such as"),
    ({"observed_at": "2026-02-30T00:00:00Z"}, "/observed_at", "expected a moment such as"),
    ({"followers": -4}, "/followers", "followers is -4; counts are never negative. Leave it empty if the platform hides it."),
    ({"followers": "1.2k"}, "/followers", 'followers is "1.2k"; shortened counts have lost digits. Write the whole number, such as 1200.'),
    ({"followers": "3,4 Mio."}, "/followers", "such as 3400000"),
    ({"followers": "12.345"}, "/followers", "without parted thousands, such as 12345"),
    ({"followers": "100"}, "/followers", "expected a whole number"),
    ({"followers": True}, "/followers", "expected a whole number"),
    ({"followers": 1.5}, "/followers", "expected a whole number"),
    ({"followers": 10**14}, "/followers", "no platform counts above 10,000,000,000,000"),
    ({"followers": 10**40}, "/followers", "no platform counts above"),
    ({"followers": [1]}, "/followers", "expected a whole number"),
    ({"followers": None}, "/followers", "followers is missing; it is required"),
    ({"verified": 1}, "/verified", "expected true or false"),
    ({"verified": "yes"}, "/verified", "expected true or false"),
    ({"name": 7}, "/name", "expected text"),
    ({"sample_method": "most"}, "/sample_method", "expected one of census"),
    ({"created_at": AFTER}, "/created_at", "created_at lies after observed_at"),
    ({"posts": {}}, "/posts", "posts is an object; expected a list of objects"),
    ({"posts": [POST, 3]}, "/posts/1", "expected an object, got a number"),
    ({"posts": [{"posted_at": ago(1)}]}, "/posts/0/post_id", "post_id is missing"),
    ({"posts": [{**POST, "post_id": 17}]}, "/posts/0/post_id", "ids are text"),
    ({"posts": [POST, {**POST, "likes": -1}, {**POST, "post_id": "p3"}]}, "/posts/1/likes", "counts are never negative"),
    ({"posts": [POST, POST]}, "/posts/1/post_id", 'post_id "p1" stands there a second time'),
    ({"posts": [{**POST, "posted_at": AFTER}]}, "/posts/0/posted_at", "posted_at lies after the account's observed_at"),
    ({"posts": [{**POST, "hashtags": "alps"}]}, "/posts/0/hashtags", "expected a list of texts"),
    ({"posts": [{**POST, "hashtags": [1]}]}, "/posts/0/hashtags", "expected a list of texts"),
    ({"posts": [{**POST, "kind": "reel"}]}, "/posts/0/kind", "expected one of photo"),
    ({"comments": [COMMENT, {**COMMENT, "post_id": "p2"}]}, "/comments/1/comment_id", "a second time"),
    ({"comments": [{**COMMENT, "commented_at": AFTER}]}, "/comments/0/commented_at", "lies after"),
    ({"comments": [{**COMMENT, "text": 5}]}, "/comments/0/text", "expected text"),
    ({"follower_sample": [{"follower_id": "f", "rank": -1}]}, "/follower_sample/0/rank", "never negative"),
    ({"follower_sample": [{"follower_id": "f"}] * 2}, "/follower_sample/1/follower_id", "a second time"),
    ({"follower_sample": [{"follower_id": "f", "created_at": AFTER}]}, "/follower_sample/0/created_at", "lies after"),
    ({"history": [{"date": "2026-13-01", "followers": 1}]}, "/history/0/date", "expected a day such as"),
    ({"history": [{"date": "2026-10-01", "followers": 1}] * 2}, "/history/1/date", "a second time"),
    ({"history": [{"date": "2026-11-09", "followers": 1}]}, "/history/0/date", "lies after"),
    ({"history": [{"date": "2026-10-01"}]}, "/history/0/followers", "followers is missing"),
]


@pytest.mark.parametrize(("wrong", "pointer", "detail"), BAD_ACCOUNT, ids=[f"{i}{case[1]}" for i, case in enumerate(BAD_ACCOUNT)])
def test_a_fault_is_told_with_its_place(wrong: Document, pointer: str, detail: str) -> None:
    text = json.dumps({**bare(), **wrong})
    found = problems(text.encode())
    assert detail in found[pointer]


def test_all_faults_are_told_at_once() -> None:
    document = {**bare(account_id=5, platform="orkut", followers=-1), "posts": [{**POST, "likes": "2k"}, POST], "history": 7}  # type: ignore[arg-type]
    assert set(problems(document)) == {"/account_id", "/platform", "/followers", "/posts/0/likes", "/posts/1/post_id", "/history"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nope", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": "\\ud800"}', b'{"a": "\xff"}', b"[" * 5000]
)
def test_what_is_not_json_is_told_apart(body: bytes) -> None:
    with pytest.raises(SnapshotError) as refused:
        parse(body)
    assert refused.value.not_json
    assert "not JSON" in str(refused.value)


@pytest.mark.parametrize(
    ("body", "came"), [(b"[]", "a list"), (b"3", "a number"), (b'"x"', "a text"), (b"null", "null"), (b"true", "a flag")]
)
def test_what_is_no_object_is_told(body: bytes, came: str) -> None:
    assert problems(body) == {"": f"expected one account as an object, got {came}."}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_an_object_of_a_program_brings_no_nan(number: float) -> None:
    with pytest.raises(SnapshotError, match="NaN and Infinity are no counts"):
        parse({**bare(), "followers": number})


def test_an_object_of_a_program_brings_no_half_characters() -> None:
    with pytest.raises(SnapshotError, match="half a character") as refused:
        parse({**bare(), "comments": [{**COMMENT, "text": "\ud83d"}], "posts": [{**POST, "hashtags": ["\udc00"]}]})
    assert {problem.pointer for problem in refused.value.problems} == {"/comments/0/text", "/posts/0/hashtags"}


def test_an_id_above_2_to_the_53_survives() -> None:
    big = str(2**53 + 1)
    assert parse(orjson.dumps(bare(big))).account_id == big == "9007199254740993"


def test_problems_are_limited_and_a_hostile_value_is_cut() -> None:
    with pytest.raises(SnapshotError) as refused:
        parse({**bare(), "posts": [{"post_id": f"p{i}", "posted_at": "x" * 1000 + "\n"} for i in range(5000)]})
    assert len(refused.value.problems) <= 100
    assert all(len(str(problem)) < 250 and "\n" not in str(problem) for problem in refused.value.problems)


def test_a_list_that_is_too_long_is_refused() -> None:
    assert "at most 100,000 fit one account" in problems({**bare(), "history": [{}] * 100_001})["/history"]


def test_absent_is_not_empty() -> None:
    assert set(parse(bare(posts=[], comments=None)).events) == {"posts"}
    assert {name: starts.tolist() for name, starts in parse(bare(posts=[])).starts.items()} == {"posts": [0, 0]}


def test_unknown_fields_are_counted_and_left_out() -> None:
    snapshot = parse(bare(shoe_size=43, labels=[], posts=[{**POST, "colour": "red"}]))
    assert snapshot.ignored == 2
    assert set(snapshot.events["posts"]) == {"post_id", "posted_at"}


@pytest.mark.parametrize(
    "moment", ["2026-10-31T12:00:00Z", "2026-10-31T14:00:00+02:00", "2026-10-31 12:00:00", "2026-10-31T12:00:00.000000"]
)
def test_a_moment_is_utc_unless_it_says_otherwise(moment: str) -> None:
    assert said(parse(bare(created_at=moment))) == said(parse(bare(created_at=ago(1))))


def test_a_count_that_json_wrote_with_a_point_is_that_count() -> None:
    assert parse(b'{"account_id":"1","platform":"x","observed_at":"2026-11-01","followers":12.0}').account["followers"] == 12


def test_json_text_and_object_give_the_same() -> None:
    document = bare(posts=[POST])
    assert said(parse(json.dumps(document))) == said(parse(json.dumps(document).encode())) == said(parse(document))


@settings(max_examples=25, deadline=None)
@given(accounts())
def test_nulls_say_as_little_as_absence(document: Document) -> None:
    full = {field.name: None for field in TABLES["accounts"].fields} | document
    for name in EVENT_TABLES:
        if document.get(name):
            full[name] = [{field.name: None for field in TABLES[name].fields if field.name != "account_id"} | row for row in document[name]]
    assert differing(from_documents([full]), from_documents([document])) == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*TABLES["accounts"].by_name, *EVENT_TABLES]), junk, max_size=6),
    st.sampled_from(EVENT_TABLES),
    st.data(),
)
def test_any_junk_is_refused_or_read_but_never_breaks(some: Document, name: str, data: st.DataObject) -> None:
    row = data.draw(st.dictionaries(st.sampled_from([*TABLES[name].by_name]), junk, max_size=5))
    with suppress(SnapshotError):
        assert parse({**bare(), **some, name: [row, row]}).account_id.strip()


def test_the_schema_describes_what_is_accepted() -> None:
    schema = json_schema()
    assert schema["required"] == ["account_id", "platform", "observed_at", "followers"]
    assert schema["properties"]["followers"] == {"type": "integer", "minimum": 0}
    assert {"type": "null"} in schema["properties"]["posts"]["anyOf"]
    rows = schema["properties"]["comments"]["anyOf"][0]["items"]
    assert rows["required"] == ["post_id", "author_id", "commented_at"]
    assert "account_id" not in rows["properties"]
