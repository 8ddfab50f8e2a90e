"""What a client is told when its request cannot be answered: RFC 9457 problem documents."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One sort of problem: its place on the page of documentation, its title, and what a client can do about it."""

    anchor: str
    title: str
    remedy: str


KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        400: Kind("not-json", "Not JSON", "Send one JSON document in UTF-8, without NaN, Infinity or a byte order mark."),
        404: Kind("not-found", "Not found", "The routes are listed in /docs and /openapi.json."),
        405: Kind("method-not-allowed", "Method not allowed", "The Allow header names the methods of this route."),
        408: Kind("too-slow", "Body too slow", "Send the whole body within the time that `detail` names."),
        413: Kind("too-large", "Too large", "Send fewer rows, or split a batch into smaller ones."),
        415: Kind("wrong-type", "Wrong content type", "Send Content-Type: application/json, not compressed."),
        422: Kind("not-an-account", "Not a valid account", "Mend every place that `errors` points at; it lists them all."),
        429: Kind("too-many", "Too many requests", "Wait for the seconds in Retry-After."),
        500: Kind("internal", "Internal error", "Try again; if it stays, report the request_id."),
        503: Kind("not-available", "Full or not ready", "Wait for the seconds in Retry-After and send the request again."),
    }
)
OTHER = Kind("other", "Error", "")
NOT_A_LABEL = Kind("not-a-label", "Not a valid label", KINDS[422].remedy)
# Every sort there is, as (status, kind), for the page that explains them.
SORTS: tuple[tuple[int, Kind], ...] = tuple(sorted([*KINDS.items(), (422, NOT_A_LABEL)], key=lambda sort: sort[0]))


class Refusal(Exception):
    """A request that is answered with a problem document instead of a verdict.

    `errors` are (RFC 6901 pointer into the body, what to mend) pairs; `retry_after` is in seconds; `kind` where it is not the usual one
    of the status.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Iterable[tuple[str, str]] = (),
        retry_after: int | None = None,
        kind: Kind | None = None,
    ):
        super().__init__(detail)
        self.kind = kind or KINDS.get(status) or OTHER
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        if status in (408, 413):
            # The rest of the body is never read, so the connection cannot carry another request.
            self.headers["connection"] = "close"


def document(
    status: int, detail: str, instance: str, request_id: str, errors: Iterable[tuple[str, str]] = (), kind: Kind | None = None
) -> Response:
    """A problem document as an HTTP answer; `type` is an address on this server that explains it."""
    kind = kind or KINDS.get(status) or OTHER
    body = {
        "type": f"/docs#{kind.anchor}",
        "title": kind.title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "errors": [{"pointer": pointer, "detail": told} for pointer, told in errors],
    }
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE)
