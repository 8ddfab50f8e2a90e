"""Cutting a batch into accounts: the same pieces as a JSON reader would find, whatever is in them."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.envelope import accounts
from serving.problems import Refusal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(VALUES, min_size=1, max_size=6), indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_the_pieces_are_the_accounts(rows: list[Any], indent: int | None, ascii_only: bool) -> None:
    body = bytearray(json.dumps({"accounts": rows}, indent=indent, ensure_ascii=ascii_only).encode())
    assert [json.loads(body[start:end]) for start, end in accounts(body, 6)] == rows


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40) | st.text('{}[]",:\\ accounts01', max_size=40).map(str.encode))
def test_any_bytes_are_cut_or_refused(tail: bytes) -> None:
    for body in (tail, b'{"accounts":' + tail, b'{"accounts":[' + tail + b"]}"):
        with contextlib.suppress(Refusal):
            pieces = accounts(bytearray(body), 5)
            assert pieces == sorted(pieces)
            assert all(0 < start < end < len(body) for start, end in pieces)


def test_whatever_python_reads_as_a_batch_is_cut() -> None:
    for body in ('{"accounts":[{"a":"\\\\"},{"b":"\\""}]}', ' {\n"\\u0061ccounts" : [ 1 , "]" ] } ', '{"accounts":[[[]],{"}":"{"}]}'):
        pieces = [json.loads(body[start:end]) for start, end in accounts(bytearray(body.encode()), 5)]
        assert pieces == json.loads(body)["accounts"]


def test_the_row_after_the_last_allowed_one_is_named() -> None:
    with pytest.raises(Refusal) as caught:
        accounts(bytearray(b'{"accounts":[1,2,3]}'), 2)
    assert (caught.value.status, caught.value.errors[0][0]) == (422, "/accounts/2")
