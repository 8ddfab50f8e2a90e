"""The OpenAPI 3.1 document: what each route takes and answers, in the same words as the errors."""

from functools import cache
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from serving.problems import KINDS, MEDIA_TYPE
from serving.schemas import components

DESCRIPTION = """Judges whether an influencer's audience is real.

A missing field means unknown, never zero; a list that is absent was not looked at, an empty one was looked at and is empty.
Ids are strings. Times are UTC. Where a key is repeated in an object, its last value counts. NaN and Infinity are refused.
Every answer carries `X-Request-ID`; send your own to find it again."""


def _holds(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def _route(
    summary: str, schema: str | None, *refusals: int, media: str = "application/json", body: str = "", done: int = 200
) -> dict[str, Any]:
    """The keywords of one route's decorator: its summary, its answers, its problems, its body."""
    content = _holds(schema) if schema else {"schema": {"type": "object" if media == "application/json" else "string"}}
    responses: dict[int | str, Any] = {done: {"description": "Done.", "content": {media: content}}}
    for status in refusals:
        kind = KINDS[status]
        responses[status] = {"description": f"{kind.title}. {kind.remedy}", "content": {MEDIA_TYPE: _holds("Problem")}}
        if status in (429, 503):
            responses[status]["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    extra = {"requestBody": {"required": True, "content": {"application/json": _holds(body)}}} if body else {}
    shown = {"summary": summary, "responses": responses, "openapi_extra": extra, "status_code": done}
    return {**shown, "response_class": Response, "response_model": None}


_BODY_FAULTS = (400, 408, 413, 415, 422, 500, 503)
JUDGE = _route("Judge one account", "Verdict", *_BODY_FAULTS, body="Account")
JUDGE_BATCH = _route("Judge 1 to 1,000 accounts: a verdict each, in order, even where one is bad", "Verdicts", *_BODY_FAULTS, body="Batch")
LABELS = _route("Keep a reviewer's label, or 1 to 1,000 of them, all or none", "Kept", *_BODY_FAULTS, body="Labels", done=201)
QUEUE = _route("The judged accounts that are most worth a label", "Queue", 422, 500, 503)
MODEL = _route("The card of the bundle that judges", None, 503)
LIVEZ = _route("Whether the process answers", None)
READYZ = _route("Whether a golden account gets its stored verdict", None, 503)
METRICS = _route("Counters for Prometheus", None, media="text/plain")
OPENAPI = _route("This document", None)
DOCS = _route("This document for people", None, media="text/html")


@cache
def document(app: FastAPI) -> dict[str, Any]:
    """The whole OpenAPI document of the application."""
    described = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    described["components"] = {"schemas": components()}
    return described


@cache
def as_json(app: FastAPI) -> bytes:
    """The document as it is served."""
    return orjson.dumps(document(app))
