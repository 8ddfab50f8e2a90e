"""Two readers of one account's JSON: the quick one reads what the careful one reads, bit for bit, and refuses nothing by itself."""

import json
import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features import careful, moments, plain
from features.facts import Snapshot
from features.problems import SnapshotError
from features.schema import EVENT_TABLES, TABLES
from features.snapshot import parse
from features.values import BadValue, from_json
from tests.features.accounts import Document, account, accounts, ago, bare, said
from tests.features.oddities import FULL, ODD, PIECES, TIMES


def answer(reader: Any, body: bytes) -> Any:
    """What a reader makes of a body: columns, or every problem."""
    try:
        return said(reader(body))
    except SnapshotError as refused:
        return refused.not_json, refused.problems


def carefully(body: bytes) -> Snapshot:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return parse(body)
    return careful.read(document)


def agree(body: bytes) -> bool:
    """Holds both quick readers to the careful one; whether the body was read quickly."""
    expected = answer(carefully, body)
    quick = plain.from_json(body)
    assert quick is None or said(quick) == expected
    if not isinstance(expected, tuple):
        again = plain.from_object(orjson.loads(body))
        assert again is None or said(again) == expected
        assert quick is None or again is not None
    assert answer(parse, body) == expected
    return quick is not None


def test_the_full_account_knows_every_list() -> None:
    """Else the mutations below would touch nothing."""
    assert set(EVENT_TABLES) <= set(FULL)
    assert agree(orjson.dumps(FULL))


@settings(max_examples=60, deadline=None)
@given(accounts())
def test_whole_accounts_are_read_quickly_however_they_are_written(document: Document) -> None:
    bodies = [orjson.dumps(document), json.dumps(document).encode(), json.dumps(document, indent=2, ensure_ascii=False).encode()]
    assert all(agree(body) for body in bodies)
    backwards = {key: [dict(reversed(row.items())) for row in v] if isinstance(v, list) else v for key, v in reversed(document.items())}
    assert agree(orjson.dumps(backwards))


def places(document: Document) -> list[tuple[Any, Any, bool]]:
    """Every place of the document where a value stands or could stand, and whether one that is right is read quickly there."""
    found: list[tuple[Any, Any, bool]] = [
        (document, key, key != "shoe_size") for key in (*TABLES["accounts"].by_name, *EVENT_TABLES, "shoe_size")
    ]
    for name in EVENT_TABLES:
        found += [(document[name], i, False) for i in range(len(document[name]))]
        found += [
            (row, key, key not in ("account_id", "shoe_size")) for row in document[name] for key in (*TABLES[name].by_name, "shoe_size")
        ]
    return found


@pytest.mark.parametrize("place", range(len(places(FULL))))
def test_any_value_in_any_place_is_read_or_refused_alike(place: int) -> None:
    quickly = 0
    for odd in ODD:
        document = orjson.loads(orjson.dumps(FULL))
        holder, key, known = places(document)[place]
        holder[key] = orjson.Fragment(odd)
        quickly += agree(orjson.dumps(document))
    assert 0 < quickly < len(ODD) if known else quickly == 0


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_broken_bytes_are_read_or_refused_alike(seed: int) -> None:
    chance = random.Random(seed)
    base = orjson.dumps(FULL if chance.random() < 0.7 else account(seed % 1000))
    for _ in range(5):
        body = bytearray(base)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            at = chance.randrange(len(body))
            # At a brace or comma an insertion has the best chance to leave JSON behind.
            at = max(body.rfind(chance.choice((b"{", b",", b"[", b":")), 0, at), 0) + 1 if chance.random() < 0.6 else at
            if chance.random() < 0.7:
                body[at:at] = chance.choice(PIECES)
            elif chance.random() < 0.5:
                del body[at : at + chance.choice((1, 1, 3, 20))]
            else:
                body[at : at + 1] = bytes([chance.randrange(256)])
        agree(bytes(body))


@pytest.mark.parametrize("wrong", [b"\xef\xbb\xbf", b" ", b"\n\n", b"\x00", b"x"])
def test_what_stands_around_the_document_is_judged_alike(wrong: bytes) -> None:
    body = orjson.dumps(FULL)
    agree(wrong + body)
    agree(body + wrong)


def test_the_last_of_two_keys_counts() -> None:
    body = orjson.dumps(FULL)[:-1]
    assert agree(body + b',"followers":5}')
    assert parse(body + b',"followers":5}').account["followers"] == 5
    assert not agree(body + b',"followers":-5}')
    assert agree(body + b',"posts":null}')
    assert "posts" not in parse(body + b',"posts":null}').events
    agree(b'{"followers":"many",' + body[1:] + b"}")


def unwanted(*_: object, **__: object) -> None:
    raise AssertionError("read by the slower reader")


def test_plain_accounts_never_reach_a_slower_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [FULL, account(1), bare()]
    expected = [said(parse(document)) for document in documents]
    monkeypatch.setattr(careful, "read", unwanted)
    with monkeypatch.context() as still:
        still.setattr(plain, "from_object", unwanted)
        assert [said(parse(orjson.dumps(document))) for document in documents] == expected
    assert said(parse(json.dumps(FULL))) == expected[0]
    more = parse(orjson.dumps({**FULL, "shoe_size": 43, "posts": [{**FULL["posts"][0], "colour": "red"}]}))
    assert more.ignored == 1
    with pytest.raises(AssertionError, match="slower reader"):
        parse(orjson.dumps({**FULL, "followers": -1}))


def whole_moment(text: str) -> int | None:
    try:
        return int(from_json(TABLES["posts"]["posted_at"], text))
    except BadValue:
        return None


def quick_moment(text: str) -> tuple[int, float]:
    data, days = np.frombuffer(text.encode(), dtype=np.uint8), np.empty(1)
    latest = moments.moments(data, np.array([0, len(data)], dtype=np.int64), np.ones(1, dtype=np.bool_), days)
    return int(latest), float(days[0])


digits = st.integers(0, 99).map(lambda number: f"{number:02}")
fractions = st.one_of(st.just(""), st.integers(0, 10**7).map(lambda number: f".{number}"), st.just(".000001"), st.just("."))
zones = st.one_of(
    st.sampled_from(["", "Z", "z", " Z", "+00:00", "-00:00", "+0100", "+01"]),
    st.builds("{}{}:{}".format, st.sampled_from("+-"), digits, digits),
)


@settings(max_examples=1000, deadline=None)
@given(
    st.builds(
        "{}-{}-{}{}{}:{}{}{}{}".format,
        st.integers(1965, 2205),
        st.integers(0, 13).map(lambda number: f"{number:02}"),
        st.integers(0, 32).map(lambda number: f"{number:02}"),
        st.sampled_from(["T", "T", " ", "t", ""]),
        st.integers(0, 25).map(lambda number: f"{number:02}"),
        st.integers(0, 61).map(lambda number: f"{number:02}"),
        st.one_of(st.just(""), st.integers(0, 61).map(lambda number: f":{number:02}")),
        fractions,
        zones,
    )
)
@example("2199-12-31T23:59:59.999999Z")
@example("2200-01-01T00:59:59+01:00")
@example("1970-01-01T00:00:00+00:01")
def test_a_moment_is_the_same_microsecond_or_left_to_be_read_alone(text: str) -> None:
    expected, (found, days) = whole_moment(text), quick_moment(text)
    assert found == moments.UNREAD or (found == expected and days == found / 86_400_000_000)


@pytest.mark.parametrize("text", TIMES)
def test_odd_times_are_the_same_or_left_alone(text: str) -> None:
    text = json.loads(f'"{text}"')
    assert quick_moment(text)[0] in (moments.UNREAD, whole_moment(text))


@pytest.mark.parametrize(
    "text", ["2026-10-31", "2026-10-31T12:00Z", "2026-10-31 12:00:00", "2026-10-31T12:00:00.5+02:00", "2026-10-31T12:00:00.123456-11:30"]
)
def test_usual_forms_of_moments_are_plain(text: str) -> None:
    assert quick_moment(text)[0] == whole_moment(text) is not None


def test_every_day_of_the_calendar_is_the_right_one() -> None:
    first = date(1969, 12, 1)
    calendar = [first + timedelta(days=i) for i in range((date(2200, 2, 1) - first).days)]
    for day in calendar:
        data, days = np.frombuffer(str(day).encode(), dtype=np.uint8), np.empty(1)
        latest = moments.days(data, np.array([0, 10], dtype=np.int64), np.ones(1, dtype=np.bool_), days)
        known = 1970 <= day.year < 2200
        assert latest == ((day - date(1970, 1, 1)).days * 86_400_000_000 if known else moments.UNREAD)
        assert not known or days[0] == (day - date(1970, 1, 1)).days


def test_hostile_bodies_are_read_or_refused() -> None:
    comment = {"post_id": "p", "author_id": "u", "commented_at": ago(1)}
    assert agree(orjson.dumps(bare(comments=[{**comment, "text": "x#" * 500_000}, {**comment, "text": "\u0000"}]))) is False
    assert agree(orjson.dumps(bare(comments=[{**comment, "text": "é#" * 500_000}])))
    assert agree(orjson.dumps(bare(comments=[comment] * 100_000)))
    assert not agree(orjson.dumps(bare(comments=[comment] * 100_001)))
    assert not agree(orjson.dumps(bare())[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert not agree(orjson.dumps(bare())[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}")
    assert not agree(orjson.dumps(bare())[:-1] + b',"posts":' + b'[{"hashtags":' * 100_000)
