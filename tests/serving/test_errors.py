"""Every refusal over real HTTP, with the exact shape that the contract promises."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving.asking import Service, assert_problem
from tests.serving.conftest import BATCH_BODY_LIMIT, BODY_LIMIT

JSON = {"content-type": "application/json"}
JUDGE, BATCH = "/v1/judge", "/v1/judge/batch"


@pytest.mark.parametrize("path", [JUDGE, BATCH])
@pytest.mark.parametrize("body", [b"", b"x", b"{", b"[1,", b'{"accounts": tru', b"\xef\xbb\xbf{}", b"\xff\xfe"])
def test_what_is_not_json_is_400(client: httpx.Client, path: str, body: bytes) -> None:
    assert_problem(client.post(path, content=body, headers=JSON), 400, "not-json", [])


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/v1/judge/", "/v1/labels/", "/v1/labels/7", "/v1/accounts/7", "/healthz", "/schema.json", "/docs.json", "/%00"]
)
def test_what_does_not_exist_is_404_in_our_words(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "/docs#not-found"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path", "allowed"), [("GET", JUDGE, "POST"), ("DELETE", BATCH, "POST"), ("POST", "/readyz", "GET")])
def test_a_wrong_method_is_405_and_names_the_right_one(client: httpx.Client, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert_problem(answer, 405, "method-not-allowed", [])
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "sent", ["", "text/plain", "application/xml", "application/json; charset=latin-1", "application/vnd.bentoml+pickle"]
)
def test_another_content_type_is_415(client: httpx.Client, account: dict[str, Any], sent: str) -> None:
    assert_problem(client.post(JUDGE, content=json.dumps(account), headers={"content-type": sent}), 415, "wrong-type", [])


def test_a_compressed_body_is_415(client: httpx.Client) -> None:
    answer = client.post(JUDGE, content=b"\x1f\x8b\x08", headers=JSON | {"content-encoding": "gzip"})
    assert "compressed" in assert_problem(answer, 415, "wrong-type", [])["detail"]


@pytest.mark.parametrize(
    "sent", ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"']
)
def test_json_in_utf8_is_taken_however_it_is_written(client: httpx.Client, account: dict[str, Any], sent: str) -> None:
    assert client.post(JUDGE, content=json.dumps(account), headers={"content-type": sent}).status_code == 200


def test_what_is_no_account_is_422_with_every_place(client: httpx.Client, account: dict[str, Any]) -> None:
    account["posts"][3]["likes"] = -4
    account["platform"] = "myspace"
    account["follower_sample"][1]["follower_id"] = 2**53 + 1
    del account["observed_at"]
    places = ["/posts/3/likes", "/platform", "/follower_sample/1/follower_id", "/observed_at"]
    assert_problem(client.post(JUDGE, json=account), 422, "not-an-account", places)


def test_a_parameter_that_cannot_be_read_is_422(client: httpx.Client, account: dict[str, Any]) -> None:
    answer = client.post(JUDGE, params={"reasons": "perhaps"}, json=account)
    assert "reasons" in assert_problem(answer, 422, "not-an-account", [""])["errors"][0]["detail"]


@pytest.mark.parametrize(("path", "limit"), [(JUDGE, BODY_LIMIT), (BATCH, BATCH_BODY_LIMIT)])
def test_the_body_limit_holds_at_the_exact_byte(client: httpx.Client, account: dict[str, Any], path: str, limit: int) -> None:
    text = json.dumps(account if path == JUDGE else {"accounts": [account]}).encode()
    full = text + b" " * (limit - len(text))
    assert client.post(path, content=full, headers=JSON).status_code == 200
    assert client.post(path, content=iter([full]), headers=JSON).status_code == 200
    assert_problem(client.post(path, content=full + b" ", headers=JSON), 413, "too-large", [])
    assert_problem(client.post(path, content=iter([full, b" "]), headers=JSON), 413, "too-large", [])


def test_a_told_length_above_the_limit_is_refused_before_a_byte_is_read(service: Service) -> None:
    with _connected(service) as connection:
        connection.sendall(b"POST /v1/judge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 52428800\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_end_is_cut(service: Service, client: httpx.Client) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(4096):
            sent += 65_536
            yield b" " * 65_536

    started = time.monotonic()
    # The service may hang up while we are still sending, which is an answer too.
    with contextlib.suppress(httpx.TransportError):
        assert_problem(client.post(JUDGE, content=endless(), headers=JSON), 413, "too-large", [])
    assert sent < 16 * 2**20
    assert time.monotonic() - started < 5.0


def test_a_body_that_does_not_come_is_408(service: Service) -> None:
    with _connected(service) as connection:
        connection.sendall(b'POST /v1/judge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"account')
        started = time.monotonic()
        assert connection.recv(4096).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - started < 10.0


def test_half_bodies_take_no_place_in_the_queue(service: Service, client: httpx.Client, account: dict[str, Any]) -> None:
    head = b"POST /v1/judge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"
    waiting = [_connected(service) for _ in range(100)]
    try:
        for connection in waiting:
            connection.sendall(head)
        assert [client.post(JUDGE, json=account).status_code for _ in range(20)] == [200] * 20
    finally:
        for connection in waiting:
            connection.close()


def test_the_request_id_comes_back_when_it_is_harmless(client: httpx.Client) -> None:
    assert client.get("/livez", headers={"x-request-id": "abc-123"}).headers["x-request-id"] == "abc-123"
    for strange in (b"a b", b"x" * 129, b'"><script>', b"\xc3\xa4", b""):
        assert len(client.get("/livez", headers=[(b"x-request-id", strange)]).headers["x-request-id"]) == 32


def _connected(service: Service) -> socket.socket:
    host, port = service.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)
