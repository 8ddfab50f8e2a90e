"""The routes of reviewers: a label comes in and is kept; what to label next goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from models.wording import HEADS
from serving import openapi, telemetry
from serving.limits import Bodies, Desk, require_json
from serving.problems import Refusal

if TYPE_CHECKING:
    from serving.store import Store

LOG = logging.getLogger("bentoml.authenticity.reviewing")
MOST_ASKED = 1000
JSON = "application/json"


def add(app: FastAPI, clerk: Desk, bodies: Bodies, body_limit: int) -> None:
    """Add the routes to the application; they use the database in `app.state.store`, in the clerk's thread."""

    @app.post("/v1/labels", **openapi.LABELS)
    async def keep_labels(request: Request) -> Response:
        require_json(request)
        async with bodies.read(request, body_limit) as body:
            with clerk.slot():
                kept, answer = await clerk.run(_keep, app.state.store, bytes(body), request.state.request_id)
        for head in kept:
            telemetry.LABELS.labels(head).inc()
        return Response(answer, 201, media_type=JSON)

    @app.get("/v1/queue", **openapi.QUEUE)
    async def next_labels(n: Annotated[int, Query(ge=1, le=MOST_ASKED)] = 20, head: Literal[tuple(HEADS)] | None = None) -> Response:  # type: ignore[valid-type]
        with clerk.slot():
            return Response(await clerk.run(_queue, app.state.store, n, head), media_type=JSON)


def _keep(store: Store | None, body: bytes, request_id: str) -> tuple[list[str], bytes]:
    from serving import labels

    given, many = labels.read(body)
    kept = _asked(store, lambda store: store.keep(given, request_id))
    rows = [each._asdict() for each in kept]
    return [each.head for each in kept], orjson.dumps({"labels": rows} if many else rows[0], option=orjson.OPT_UTC_Z)


def _queue(store: Store | None, n: int, head: str | None) -> bytes:
    from serving import queue

    return orjson.dumps(_asked(store, lambda store: queue.of_store(store, n, head)))


def _asked(store: Store | None, question: Callable[[Store], Any]) -> Any:
    """The database's answer; raises Refusal 503 where it has none, and says why in the log alone: it may name files and hosts."""
    from serving.store import StoreError

    if store is None:
        raise Refusal(503, "The service is still starting.", retry_after=5)
    try:
        return question(store)
    except StoreError as fault:
        LOG.error("the database cannot be used: %s", fault)
        told = "The database cannot be used now; nothing was kept." if fault.passing else "The database cannot be used; the log says why."
        raise Refusal(503, told, retry_after=10 if fault.passing else 60) from None
