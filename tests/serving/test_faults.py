"""Faults of our own, put into the real application: nothing leaks, nothing infinite leaves, and the queue stays honest."""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from serving.http import application
from serving.judge import Judge
from serving.settings import Settings
from tests.serving.asking import assert_problem, make_account

JUDGE, BATCH = "/v1/judge", "/v1/judge/batch"
SECRET = "hunter2 in /etc/secret"


@pytest.fixture(scope="module")
def champion(champion_home: Path) -> Judge:
    return Judge.load(Settings(home=champion_home))


@pytest.fixture
def app(champion: Judge, champion_home: Path) -> FastAPI:
    app = application(Settings(home=champion_home, concurrency=2, judge_seconds=0.3))
    app.state.judge = champion
    return app


def ask(app: FastAPI, questions: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Run the questions against the application without a socket between."""

    async def run() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            await questions(client)

    asyncio.run(run())


def test_an_unforeseen_fault_is_500_and_shows_nothing_but_an_id(
    app: FastAPI, champion: Judge, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> list[Any]:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(champion, "_judge", broken)

    async def questions(client: httpx.AsyncClient) -> None:
        answer = await client.post(JUDGE, json=make_account("a"))
        problem = assert_problem(answer, 500, "internal", [])
        assert "hunter2" not in answer.text
        assert "Traceback" not in answer.text
        assert ".py" not in answer.text
        # The log has what the answer hides, under the same id.
        assert problem["request_id"] in caplog.text
        assert SECRET in caplog.text

    ask(app, questions)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_never_leaves(app: FastAPI, champion: Judge, monkeypatch: pytest.MonkeyPatch, number: float) -> None:
    real = champion._judge

    def poisoned(bundle: Any, table: Any, reasons: bool) -> Any:
        verdicts, matrix = real(bundle, table, reasons)
        return [verdict | ({"deep": [{"x": number}]} if verdict["account_id"] == "poison" else {}) for verdict in verdicts], matrix

    monkeypatch.setattr(champion, "_judge", poisoned)

    async def questions(client: httpx.AsyncClient) -> None:
        assert_problem(await client.post(JUDGE, json=make_account("poison")), 500, "internal", [])
        names = ["a", "poison", "b"]
        verdicts = (await client.post(BATCH, json={"accounts": [make_account(name) for name in names]})).json()["verdicts"]
        assert [verdict["status"] for verdict in verdicts] == ["ok", "error", "ok"]
        assert [verdict["account_id"] for verdict in verdicts] == names

    ask(app, questions)


def test_without_a_model_the_service_lives_but_is_not_ready(champion_home: Path) -> None:
    async def questions(client: httpx.AsyncClient) -> None:
        assert (await client.get("/livez")).status_code == 200
        for answer in [
            await client.get("/readyz"),
            await client.get("/v1/model"),
            await client.post(JUDGE, json=make_account("a")),
            await client.post(BATCH, json={"accounts": [make_account("a")]}),
        ]:
            assert_problem(answer, 503, "not-available", [])
            assert int(answer.headers["retry-after"]) > 0

    ask(application(Settings(home=champion_home)), questions)


def test_a_golden_account_with_another_verdict_makes_it_not_ready(app: FastAPI, champion: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    real = champion._judge

    def drifted(*arguments: Any) -> Any:
        verdicts, matrix = real(*arguments)
        return [verdict | {"tier": "drifted"} for verdict in verdicts], matrix

    monkeypatch.setattr(champion, "_judge", drifted)

    async def questions(client: httpx.AsyncClient) -> None:
        answer = await client.get("/readyz")
        assert "golden" in assert_problem(answer, 503, "not-available", [])["detail"]
        assert int(answer.headers["retry-after"]) > 0
        monkeypatch.setattr(champion, "_judge", real)
        assert (await client.get("/readyz")).status_code == 200

    ask(app, questions)


def test_when_the_queue_is_full_the_answer_is_503_at_once_and_the_loop_stays_free(
    app: FastAPI, champion: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, gate = champion._judge, threading.Event()

    def held(*arguments: Any, **named: Any) -> Any:
        gate.wait(10)
        return real(*arguments, **named)

    monkeypatch.setattr(champion, "_judge", held)

    async def questions(client: httpx.AsyncClient) -> None:
        first = [asyncio.create_task(client.post(JUDGE, json=make_account(f"a{i}"))) for i in range(2)]
        await asyncio.sleep(0.1)
        started = time.monotonic()
        refused = await client.post(JUDGE, json=make_account("late"))
        assert (await client.get("/livez")).status_code == 200
        assert time.monotonic() - started < 0.2
        assert_problem(refused, 503, "not-available", [])
        assert refused.headers["retry-after"] == "1"
        # Both are given up after 0.3 s, but their thread still hangs: their places must stay taken.
        assert [(await task).status_code for task in first] == [503, 503]
        still_full = await client.post(JUDGE, json=make_account("still full"))
        assert "are being judged already" in assert_problem(still_full, 503, "not-available", [])["detail"]
        gate.set()
        await asyncio.sleep(0.3)
        assert (await client.post(JUDGE, json=make_account("free again"))).status_code == 200

    ask(app, questions)


def test_bodies_together_stay_within_their_memory(champion: Judge, champion_home: Path) -> None:
    app = application(Settings(home=champion_home, body_memory=8192))
    app.state.judge = champion

    async def questions(client: httpx.AsyncClient) -> None:
        answer = await client.post(JUDGE, content=b" " * 9000, headers={"content-type": "application/json"})
        assert_problem(answer, 503, "not-available", [])
        # What was answered or refused is no longer counted: 5 times 3 kB would not fit at once.
        account = json.dumps({"account_id": "a", "platform": "x", "observed_at": "2026-11-01T00:00:00Z", "followers": 5})
        for _ in range(5):
            answer = await client.post(JUDGE, content=account + " " * 3000, headers={"content-type": "application/json"})
            assert answer.status_code == 200

    ask(app, questions)


def test_a_single_account_does_not_wait_for_a_batch_of_many(app: FastAPI, champion: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    real = champion.many

    def slow(*arguments: Any) -> Any:
        time.sleep(0.05)
        return real(*arguments)

    monkeypatch.setattr(champion, "many", slow)
    bare = {"platform": "x", "observed_at": "2026-11-01T00:00:00Z", "followers": 5}

    async def questions(client: httpx.AsyncClient) -> None:
        batch = asyncio.create_task(client.post(BATCH, json={"accounts": [bare | {"account_id": f"a{i}"} for i in range(640)]}))
        await asyncio.sleep(0.1)
        assert (await client.post(JUDGE, json=make_account("one"))).status_code == 200
        assert not batch.done()
        assert len((await batch).json()["verdicts"]) == 640

    ask(app, questions)
