"""What `POST /v1/labels` takes and refuses, and what `GET /v1/queue` makes of it."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from features import schema
from features.catalog import build
from features.snapshot import parse
from features.table import AccountTable
from serving.http import application
from serving.judge import Judge
from serving.labels import MOST_LABELS, read
from serving.memory import Memory
from serving.problems import Refusal
from serving.settings import Settings
from serving.store import Store
from tests.serving.asking import assert_problem, make_account
from tests.serving.conftest import BODY_LIMIT

LABELS, QUEUE = "/v1/labels", "/v1/queue"
GOOD: dict[str, Any] = {"account_id": "7", "head": "bought_followers", "value": 1}
NOW = datetime(2026, 11, 20, tzinfo=UTC)
JSON = {"content-type": "application/json"}

FAULTS: dict[str, tuple[Any, list[str]]] = {
    "nothing": ({}, ["/account_id", "/head", "/value"]),
    "null": (None, [""]),
    "a list": ([GOOD], [""]),
    "a text": ("x", [""]),
    "id as number": (GOOD | {"account_id": 7}, ["/account_id"]),
    "empty id": (GOOD | {"account_id": ""}, ["/account_id"]),
    "id of 257": (GOOD | {"account_id": "x" * 257}, ["/account_id"]),
    "NUL in id": (GOOD | {"account_id": "a\0b"}, ["/account_id"]),
    "NUL in a note": (GOOD | {"note": "a\0b"}, ["/note"]),
    "no such head": (GOOD | {"head": "bought"}, ["/head"]),
    "value 2": (GOOD | {"value": 2}, ["/value"]),
    "value -1": (GOOD | {"value": -1}, ["/value"]),
    "value true": (GOOD | {"value": True}, ["/value"]),
    "value as text": (GOOD | {"value": "1"}, ["/value"]),
    "value a half": (GOOD | {"value": 0.5}, ["/value"]),
    "share in per cent": (GOOD | {"share": 31}, ["/share"]),
    "negative share": (GOOD | {"share": -0.1}, ["/share"]),
    "no such day": (GOOD | {"at": "2026-02-30"}, ["/at"]),
    "still to come": (GOOD | {"at": "2026-11-22T00:00:00Z"}, ["/at"]),
    "before any platform": (GOOD | {"at": "1969-12-31T00:00:00Z"}, ["/at"]),
    "endless reviewer": (GOOD | {"by": "x" * 201}, ["/by"]),
    "source a number": (GOOD | {"source": 5}, ["/source"]),
    "misspelt": (GOOD | {"shaer": 0.5}, ["/shaer"]),
    "a name with signs": (GOOD | {"a/b~c": 1}, ["/a~1b~0c"]),
    "several": ({"account_id": 7, "head": "x", "value": 3, "y": 1}, ["/account_id", "/head", "/value", "/y"]),
    "no label": ({"labels": []}, ["/labels"]),
    "too many": ({"labels": [GOOD] * (MOST_LABELS + 1)}, ["/labels"]),
    "labels an object": ({"labels": {}}, ["/labels"]),
    "another key": ({"labels": [GOOD], "x": 1}, ["/x"]),
    "one of three": ({"labels": [GOOD, {"account_id": "8"}, 3]}, ["/labels/1/head", "/labels/1/value", "/labels/2"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_a_label_has_its_place(name: str) -> None:
    body, pointers = FAULTS[name]
    with pytest.raises(Refusal) as caught:
        read(json.dumps(body).encode(), NOW)
    assert caught.value.status == 422
    assert sorted(pointer for pointer, _ in caught.value.errors) == sorted(pointers)
    assert all(detail.endswith((".", "?")) for _, detail in caught.value.errors)


@pytest.mark.parametrize("body", [b"", b"{", b'{"value":NaN}', b'{"value":1e999', b"\xef\xbb\xbf{}", b'{"by":"\\ud800"}', b"[" * 250_000])
def test_what_is_no_json_is_400(body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        read(body, NOW)
    assert caught.value.status == 400


def test_a_good_label_is_read_as_it_is() -> None:
    given = GOOD | {"value": 1.0, "share": 1, "source": " ", "by": " Ana ", "at": "2026-11-20T10:30:00+01:00", "note": None}
    ((label,), many) = read(json.dumps(given).encode(), NOW)
    assert not many
    assert label[:6] == ("7", "bought_followers", 1, 1.0, None, "Ana")
    assert label.at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert read(json.dumps({"labels": [GOOD]}).encode(), NOW)[1]


@pytest.mark.parametrize("body", [{f"x{i}" * 20: 1 for i in range(30_000)}, {"labels": [{f"y{i}": i} for i in range(1_000)]}])
def test_many_faults_take_no_time_and_are_not_all_told(body: Any) -> None:
    started = time.process_time()
    with pytest.raises(Refusal) as caught:
        read(json.dumps(body).encode(), NOW)
    assert time.process_time() - started < 5.0
    assert len(caught.value.errors) == 100


def test_labels_over_http_are_in_the_database(client: httpx.Client, champion_home: Path) -> None:
    one = client.post(LABELS, json=GOOD | {"account_id": "http-1", "by": "Ana"}, headers={"x-request-id": "of-a-test"})
    two = client.post(LABELS, json={"labels": [GOOD | {"account_id": "http-2"}, GOOD | {"account_id": "http-3", "value": 0}]})
    assert (one.status_code, two.status_code) == (201, 201)
    kept = [one.json(), *two.json()["labels"]]
    assert [list(each) for each in kept] == [["id", "pseudonym", "head", "value", "received_at"]] * 3
    assert all(isinstance(each["id"], str) for each in kept)
    with_id = {str(each["id"]): each for each in Store.of(Settings(home=champion_home)).labels().to_pylist()}
    assert [with_id[each["id"]]["account_id"] for each in kept] == ["http-1", "http-2", "http-3"]
    assert [with_id[each["id"]]["value"] for each in kept] == [1, 1, 0]
    assert with_id[kept[0]["id"]]["by"] == "Ana"
    assert [with_id[each["id"]]["pseudonym"] for each in kept] == [each["pseudonym"] for each in kept]


def test_refusals_over_http_have_the_promised_shape(client: httpx.Client, champion_home: Path) -> None:
    before = Store.of(Settings(home=champion_home)).labels().num_rows
    bad = {"labels": [GOOD, GOOD | {"value": 5}]}
    assert_problem(client.post(LABELS, json=bad), 422, "not-a-label", ["/labels/1/value"])
    assert_problem(client.post(LABELS, content=b"{", headers=JSON), 400, "not-json", [])
    assert_problem(client.post(LABELS, content=b"{}", headers={"content-type": "text/plain"}), 415, "wrong-type", [])
    assert_problem(client.post(LABELS, content=b" " * (BODY_LIMIT + 1), headers=JSON), 413, "too-large", [])
    assert_problem(client.get(LABELS), 405, "method-not-allowed", [])
    assert_problem(client.get(QUEUE, params={"n": 0}), 422, "not-an-account", [""])
    assert_problem(client.get(QUEUE, params={"n": 1_001, "head": "x"}), 422, "not-an-account", ["", ""])
    assert Store.of(Settings(home=champion_home)).labels().num_rows == before


def test_a_judged_account_waits_for_a_label_until_it_has_one(client: httpx.Client) -> None:
    account = make_account("in-the-queue", followers=900_000)
    heads = client.post("/v1/judge", json=account).json()["heads"]
    head = max(heads, key=lambda name: heads[name]["probability_high"] - heads[name]["probability_low"])

    def waiting() -> dict[str, Any] | None:
        queue = client.get(QUEUE, params={"n": 1_000, "head": head}).json()["queue"]
        return next((each for each in queue if each["account_id"] == account["account_id"]), None)

    for _ in range(200):
        if (found := waiting()) is not None:
            break
        time.sleep(0.1)
    assert found is not None
    assert found["head"] == head
    assert found["probability"] == pytest.approx(heads[head]["probability"], abs=1e-4)
    assert found["followers"] == 900_000
    assert client.post(LABELS, json=GOOD | {"account_id": account["account_id"], "head": head}).status_code == 201
    assert waiting() is None
    queue = client.get(QUEUE).json()["queue"]
    assert [each["worth"] for each in queue] == sorted((each["worth"] for each in queue), reverse=True)


def test_the_documented_examples_run(client: httpx.Client) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/openapi.json").json()

    def fits(value: Any, name: str) -> None:
        jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]}).validate(value)

    schemas = document["components"]["schemas"]
    assert schemas["Label"]["properties"]["head"]["enum"] == list(schema.HEADS)
    assert schemas["Waiting"]["properties"]["platform"]["enum"] == list(schema.PLATFORMS)
    asked_by = {parameter["name"]: parameter["schema"] for parameter in document["paths"][QUEUE]["get"]["parameters"]}
    assert asked_by["head"]["anyOf"][0]["enum"] == list(schema.HEADS)
    for name in ("Label", "Labels", "KeptLabel", "Kept", "Waiting", "Queue"):
        fits(schemas[name]["example"], name)
    for body in (schemas["Labels"]["example"], {"labels": [schemas["Label"]["example"]]}):
        answer = client.post(LABELS, json=body)
        assert answer.status_code == 201, answer.text
        fits(answer.json(), "Kept")
    fits(client.get(QUEUE).json(), "Queue")


@pytest.fixture(scope="module")
def judge(champion_home: Path) -> Judge:
    return Judge.load(Settings(home=champion_home))


async def asked(app: FastAPI, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    """The answers of the application to these requests, without a server between."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        return [await client.request(method, path, json=body) for method, path, body in requests]


def test_the_service_judges_on_without_a_database(judge: Judge, tmp_path: Path, account: dict[str, Any]) -> None:
    (tmp_path / "folder").write_text("in the way")
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/folder/a.db")
    app = application(settings)
    app.state.judge, app.state.store = judge, Store.of(settings)
    app.state.memory = Memory(app.state.store, waiting=2)
    wanted = [("POST", "/v1/judge", account)] * 5 + [("POST", LABELS, GOOD), ("GET", QUEUE, None)]
    *judged, label, queue = asyncio.run(asked(app, *wanted))
    app.state.memory.close()
    assert [answer.status_code for answer in judged] == [200] * 5
    for answer in (label, queue):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        assert answer.json()["type"] == "/docs#not-available"
        # Where the database lies is for the log alone.
        assert "folder" not in answer.text


@pytest.mark.parametrize("remembers", [True, False])
def test_what_is_remembered_is_what_was_answered(judge: Judge, tmp_path: Path, account: dict[str, Any], remembers: bool) -> None:
    settings = Settings(home=tmp_path)
    app = application(settings)
    app.state.judge, app.state.store = Judge(judge.bundle, remembers), Store.of(settings)
    app.state.memory = Memory(app.state.store, linger=0.01)
    said = asyncio.run(asked(app, ("POST", "/v1/judge", account), ("GET", "/readyz", None)))[0].json()
    app.state.memory.close()
    judged = app.state.store.judged()
    # The golden account that /readyz judges is nobody's question.
    assert judged["account_id"].to_pylist() == [account["account_id"]] * remembers
    for row in judged.to_pylist():
        assert [row[name] for name in ("platform", "tier", "followers")] == [said["platform"], said["tier"], account["followers"]]
        assert row["seen"].split(",") == said["evidence"]["seen"]
        alone = build(AccountTable.from_snapshots([parse(account)]), judge.bundle.reference).values[0]
        np.testing.assert_array_equal(np.array(row["features"], np.float32), alone.astype(np.float32))
        known = {name: head for name, head in said["heads"].items() if row[f"{name}_probability"] is not None}
        assert known
        for name, head in known.items():
            told = [head["probability"], head["probability_low"], head["probability_high"], head["decision"]]
            assert [row[f"{name}_{part}"] for part in ("probability", "low", "high", "decision")] == told
            assert row[f"{name}_reasons"] == ([reason["feature"] for reason in head["reasons"]] or None)
