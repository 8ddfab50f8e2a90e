"""Hostile bodies over real HTTP: each is refused or judged, none harms the next request, nothing infinite leaves."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving.asking import Service
from tests.serving.conftest import BATCH_BODY_LIMIT, BODY_LIMIT

JSON = {"content-type": "application/json"}
FACTS = '"account_id":"7","platform":"x","observed_at":"2026-11-01T00:00:00Z"'


def known(more: str) -> str:
    """An account of which nothing else is known."""
    return f"{{{FACTS},{more}}}"


HOSTILE: dict[str, tuple[str | bytes, set[int]]] = {
    "deep list": ("[" * 250_000, {400}),
    "deep object": ('{"a":' * 40_000 + "1" + "}" * 40_000, {400}),
    "deep unknown field": (known('"followers":5,"x":' + "[" * 900 + "]" * 900), {200, 422}),
    "NaN": (known('"followers":NaN'), {400}),
    "Infinity": (known('"followers":Infinity'), {400}),
    "-Infinity": (known('"followers":-Infinity'), {400}),
    "1e999": (known('"followers":1e999'), {400, 422}),
    "1e308": (known('"followers":1e308'), {422}),
    "minus zero": (known('"followers":-0'), {200}),
    "100,000 digits": (known('"followers":' + "9" * 100_000), {400, 422}),
    "2^64": (known('"followers":18446744073709551616'), {400, 422}),
    "negative": (known('"followers":-1'), {422}),
    "half a count": (known('"followers":1.5'), {422}),
    "count as text": (known('"followers":"12"'), {422}),
    "short count": (known('"followers":"1.2k"'), {422}),
    "count as flag": (known('"followers":true'), {422}),
    "id as number": ('{"account_id":9007199254740993,"platform":"x","observed_at":"2026-11-01T00:00:00Z","followers":1}', {422}),
    "lone surrogate": (known('"followers":5,"bio":"\\ud800"'), {400, 422}),
    "lone surrogate in a key": (known('"followers":5,"\\udfff":1'), {400, 200}),
    "NUL in a text": (known('"followers":5,"bio":"a\\u0000b"'), {200, 422}),
    "raw NUL": (known('"followers":5,"bio":"a\x00b"'), {400}),
    "BOM": (b"\xef\xbb\xbf{}", {400}),
    "UTF-16": (known('"followers":5').encode("utf-16"), {400}),
    "broken UTF-8": (b'{"bio":"\xc3\x28"}', {400}),
    "overlong UTF-8": (b'{"bio":"\xc0\xaf"}', {400}),
    "repeated key": (known('"followers":1,"followers":2'), {200}),
    "repeated key, last one bad": (known('"followers":1,"followers":-2'), {422}),
    "null": ("null", {422}),
    "text": ('"x"', {422}),
    "number": ("1", {422}),
    "list": ("[]", {422}),
    "empty object": ("{}", {422}),
    "posts is an object": (known('"followers":5,"posts":{}'), {422}),
    "posts holds null": (known('"followers":5,"posts":[null,1,"x"]'), {422}),
    "empty lists": (known('"followers":5,"posts":[],"comments":[],"follower_sample":[],"history":[]'), {200}),
    "null lists": (known('"followers":5,"posts":null'), {200, 422}),
    "all unknown": (known('"followers":null'), {200, 422}),
    "year 9999": ('{"account_id":"7","platform":"x","observed_at":"9999-12-31T23:59:59Z","followers":5}', {200, 422}),
    "year 1": ('{"account_id":"7","platform":"x","observed_at":"0001-01-01T00:00:00+14:00","followers":5}', {200, 422}),
    "no such day": ('{"account_id":"7","platform":"x","observed_at":"2026-02-30T00:00:00Z","followers":5}', {422}),
    "huge text": (known('"followers":5,"bio":"' + "Z͑ͫ̓" * 20_000 + '"'), {200, 422}),
    "emoji flood": (known('"followers":5,"bio":"' + "👨‍👩‍👧‍👦" * 8_000 + '"'), {200, 422}),
    "many unknown fields": (known(",".join(f'"x{i}":1' for i in range(20_000))), {422}),
    "following above followers of all": (known('"followers":0,"following":9999999999'), {200, 422}),
    "two documents": ("{}{}", {400}),
    "comment": ("{/* */}", {400}),
    "trailing comma": (known(""), {400}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_account_is_answered_and_nothing_breaks(client: httpx.Client, alive: Callable[[], None], name: str) -> None:
    body, statuses = HOSTILE[name]
    answer = client.post("/v1/judge", content=body.encode() if isinstance(body, str) else body, headers=JSON, timeout=5.0)
    assert answer.status_code in statuses, answer.text
    _strict(answer)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_account_in_a_batch_leaves_its_neighbours_alone(client: httpx.Client, account: dict[str, Any], name: str) -> None:
    body, statuses = HOSTILE[name]
    raw = body.encode() if isinstance(body, str) else body
    good = json.dumps(account).encode()
    answer = client.post("/v1/judge/batch", content=b'{"accounts":[%b,%b,%b]}' % (good, raw, good), headers=JSON, timeout=5.0)
    _strict(answer)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        first, *_, last = answer.json()["verdicts"]
        assert first == last == client.post("/v1/judge", json=account).json()
    else:
        assert 400 in statuses, "only a body that is no JSON may be refused as a whole"


ENVELOPES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"{}", 422),
    "no rows": (b'{"accounts":[]}', 422),
    "object": (b'{"accounts":{}}', 422),
    "null": (b'{"accounts":null}', 422),
    "list alone": (b"[{}]", 422),
    "1,001 rows": (b'{"accounts":[%b]}' % b",".join([b"{}"] * 1001), 422),
    "500,000 rows": (b'{"accounts":[%b]}' % b",".join([b"{}"] * 500_000), 422),
    "another key": (b'{"accounts":[{}],"reasons":false}', 422),
    "twice": (b'{"accounts":[{}],"accounts":[{}]}', 422),
    "deep": (b'{"accounts":[' + b"[" * 250_000, 400),
    "cut": (b'{"accounts":[{"a":1', 400),
    "comma": (b'{"accounts":[{},]}', 400),
    "no comma": (b'{"accounts":[{}{}]}', 400),
    "tail": (b'{"accounts":[{}]}x', 400),
    "endless text": (b'{"accounts":["' + b"\\" * 300_001, 400),
    "quotes": (b'{"accounts":[{' + b'"a' * 300_001, 400),
}  # fmt: skip


@pytest.mark.parametrize("name", ENVELOPES)
def test_a_hostile_batch_is_refused_as_a_whole(client: httpx.Client, alive: Callable[[], None], name: str) -> None:
    body, status = ENVELOPES[name]
    answer = client.post("/v1/judge/batch", content=body, headers=JSON, timeout=5.0)
    assert answer.status_code == status, answer.text[:500]
    _strict(answer)


def test_hostile_bodies_leave_no_memory_behind(service: Service, client: httpx.Client) -> None:
    bodies = [body.encode() if isinstance(body, str) else body for body, _ in HOSTILE.values()]
    bodies += [b" " * (BODY_LIMIT + 1)]
    worker = _worker(service)

    def round_trip() -> None:
        for body in bodies:
            client.post("/v1/judge", content=body, headers=JSON)
        client.post("/v1/judge/batch", content=b" " * BATCH_BODY_LIMIT, headers=JSON)

    for _ in range(3):
        round_trip()
    before = _resident(worker)
    for _ in range(6):
        round_trip()
    assert _resident(worker) - before < 32 * 2**20


def test_2000_random_paths_add_nothing_to_the_metrics(service: Service, client: httpx.Client) -> None:
    client.get("/random/first")
    client.request("BREW", "/random/first")
    # One more look, so that /metrics itself is in what is compared.
    client.get("/metrics")
    before, resident = client.get("/metrics").text, _resident(_worker(service))
    for i in range(2000):
        client.request("BREW" if i % 9 == 0 else "GET", f"/random/{os.urandom(8).hex()}")
    after = client.get("/metrics").text
    assert {line.split(" ")[0] for line in after.splitlines()} == {line.split(" ")[0] for line in before.splitlines()}
    assert 'route="unmatched"' in after
    assert _resident(_worker(service)) - resident < 32 * 2**20


def test_what_is_hostile_never_shows_our_inside(service: Service) -> None:
    printed = service.log.read_text("utf-8", "replace")
    assert "Traceback" not in printed


def _strict(answer: httpx.Response) -> None:
    def never(constant: str) -> float:
        raise AssertionError(f"{constant} left the service")

    json.loads(answer.content, parse_constant=never)


def _worker(service: Service) -> int:
    """The process that answers: the youngest child of BentoML's supervisor."""
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    if not children.exists():
        pytest.skip("this system has no /proc to read a process's memory from")
    return max(int(pid) for pid in children.read_text().split())


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_killed_worker_comes_back(service: Service, client: httpx.Client, account: dict[str, Any]) -> None:
    expected = client.post("/v1/judge", json=account).json()
    os.kill(_worker(service), signal.SIGKILL)
    patient = httpx.Client(base_url=service.url, timeout=60.0)
    for _ in range(20):
        try:
            assert patient.post("/v1/judge", json=account).json() == expected
            return
        except httpx.TransportError:
            continue
    raise AssertionError("the worker did not come back")
