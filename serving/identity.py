"""The outermost layer of every request: an id that is sent back, and a plain answer when something breaks."""

import logging
import re
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving import problems

LOG = logging.getLogger(__name__)
# An id of the client's own is kept when it is short and harmless in a log line.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Identified:
    """ASGI middleware: `X-Request-ID` in and out; an unforeseen fault becomes a 500 that shows nothing but that id."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _ACCEPTABLE.fullmatch(asked) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        begun = False

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-content-type-options"] = "nosniff"
            await send(message)

        try:
            await self.app(scope, receive, marked)
        except ClientDisconnect:
            return
        except Exception:
            LOG.exception("request %s to %s failed", request_id, scope.get("path", "").encode("ascii", "backslashreplace").decode())
            if begun:
                raise
            answer = problems.document(500, "Something broke on our side; nothing was kept.", scope["path"], request_id)
            await answer(scope, receive, marked)
