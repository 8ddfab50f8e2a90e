"""The routes: an account comes in as JSON, its verdict goes out. A plain FastAPI application, whatever server runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from serving import openapi, problems, reviewing, telemetry
from serving.documentation import HEADERS, page
from serving.identity import Identified
from serving.judge import Answer, Judge
from serving.limits import Bodies, Desk, require_json
from serving.problems import Refusal
from serving.settings import Settings

JSON = "application/json"
MOST_ACCOUNTS = 1000
# Accounts of a batch judged in one go: 60 to 120 ms, which is the longest that a single account waits behind a batch of 1,000.
SLICE = 32
READY_SECONDS = 5.0
# Requests of reviewers that one worker holds at once, and how long each may wait for the database.
MOST_REVIEWS, REVIEW_SECONDS = 32, 20.0


def application(settings: Settings) -> FastAPI:
    """The application, not ready yet: put a `Judge` into `app.state.judge` once one is loaded."""
    desk = Desk(settings.concurrency, settings.judge_seconds)
    clerk = Desk(MOST_REVIEWS, REVIEW_SECONDS)
    bodies = Bodies(settings.body_memory, settings.body_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()
        clerk.close()
        if app.state.memory is not None:
            app.state.memory.close()

    app = FastAPI(
        title="Authenticity", version="1", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.state.judge = app.state.store = app.state.memory = None

    def judge() -> Judge:
        loaded: Judge | None = app.state.judge
        if loaded is None:
            raise Refusal(503, "No model is loaded; the server's log says why.", retry_after=10)
        return loaded

    def remembered(answers: list[Answer]) -> BackgroundTask | None:
        """What is done once the answer has left."""
        kept = [answer.kept for answer in answers if answer.kept is not None]
        return BackgroundTask(app.state.memory.put, kept) if kept and app.state.memory is not None else None

    @app.post("/v1/judge", **openapi.JUDGE)
    async def judge_account(request: Request, reasons: bool = True) -> Response:
        require_json(request)
        champion = judge()
        async with bodies.read(request, settings.body_limit) as body:
            with desk.slot():
                try:
                    answer = await desk.run(champion.one, bytes(body), reasons)
                except champion.refused as refused:
                    raise _unfit(refused) from None
        telemetry.VERDICTS.labels(answer.status).inc()
        return Response(answer.body, media_type=JSON, background=remembered([answer]))

    @app.post("/v1/judge/batch", **openapi.JUDGE_BATCH)
    async def judge_batch(request: Request, reasons: bool = True) -> Response:
        require_json(request)
        champion = judge()
        answers: list[Answer] = []
        async with bodies.read(request, settings.batch_body_limit) as body:
            with desk.slot():
                rows = await desk.run(champion.cut, body, MOST_ACCOUNTS)
                for first in range(0, len(rows), SLICE):
                    documents = [bytes(body[start:end]) for start, end in rows[first : first + SLICE]]
                    answers += await desk.run(champion.many, documents, reasons)
                    if await request.is_disconnected():
                        break
        for answer in answers:
            telemetry.VERDICTS.labels(answer.status).inc()
        return Response(
            b'{"verdicts":[' + b",".join(answer.body for answer in answers) + b"]}", media_type=JSON, background=remembered(answers)
        )

    @app.get("/v1/model", **openapi.MODEL)
    async def model() -> Response:
        return Response(judge().card, media_type=JSON)

    reviewing.add(app, clerk, bodies, settings.body_limit)

    @app.get("/livez", **openapi.LIVEZ)
    async def livez() -> Response:
        return Response(b'{"status":"alive"}', media_type=JSON)

    @app.get("/readyz", **openapi.READYZ)
    async def readyz() -> Response:
        telemetry.READY.set(0)
        if not await desk.run(judge().golden_holds, seconds=READY_SECONDS):
            raise Refusal(503, "A golden account does not get its stored verdict.", retry_after=10)
        telemetry.READY.set(1)
        return Response(b'{"status":"ready"}', media_type=JSON)

    @app.get("/metrics", **openapi.METRICS)
    def metrics() -> Response:
        text, media_type = telemetry.exposition()
        return Response(text, headers={"content-type": media_type})

    @app.get("/openapi.json", **openapi.OPENAPI)
    def description() -> Response:
        return Response(openapi.as_json(app), media_type=JSON)

    @app.get("/docs", **openapi.DOCS)
    def documentation() -> Response:
        return HTMLResponse(page(openapi.document(app)), headers=HEADERS)

    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _bad_query)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.add_middleware(Identified)
    app.add_middleware(telemetry.Counted, routes=[route.path for route in app.routes if hasattr(route, "path")])
    return app


def _unfit(refused: Any) -> Refusal:
    if refused.not_json:
        return Refusal(400, refused.problems[0].detail)
    errors = [(problem.pointer, problem.detail) for problem in refused.problems]
    return Refusal(422, f"This is not a valid account. Places to mend: {len(errors)}.", errors)


def _answer(request: Request, status: int, detail: str, errors: Any = (), headers: Any = None, kind: Any = None) -> Response:
    answer = problems.document(status, detail, request.url.path, request.state.request_id, errors, kind)
    answer.headers.update(headers or {})
    return answer


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return _answer(request, refusal.status, refusal.detail, refusal.errors, refusal.headers, refusal.kind)


async def _bad_query(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [("", f"{fault['loc'][-1]} in the address: {fault['msg']}.") for fault in error.errors()]
    return _answer(request, 422, "The address has a parameter that cannot be read.", errors)


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {404: "There is nothing at this address.", 405: f"{request.method} is no method of this route."}
    return _answer(request, error.status_code, detail.get(error.status_code, error.detail), headers=error.headers)
