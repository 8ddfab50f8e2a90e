"""How much is taken in at once: bytes of a body, bytes of all bodies, seconds to send one, requests being judged."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from starlette.requests import Request

from serving.problems import Refusal

_JSON_TYPE = re.compile(r'application/json\s*(;\s*charset="?utf-8"?\s*)?', re.IGNORECASE)
LOG = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Bodies:
    """Reads bodies whole, and holds no more than `memory` bytes of them at once.

    BentoML and uvicorn have no limit of their own: a body of 256 MiB would be kept whole in memory.
    """

    def __init__(self, memory: int, seconds: float):
        self.memory = memory
        self.seconds = seconds
        self.held = 0

    @asynccontextmanager
    async def read(self, request: Request, limit: int) -> AsyncIterator[bytearray]:
        """The body of at most `limit` bytes; raises Refusal 408, 413 or 503, the 413 before reading where the length is told."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) > limit:
            raise _too_large(limit)
        body = bytearray()
        try:
            await self._fill(body, request, limit)
            yield body
        finally:
            self.held -= len(body)

    async def _fill(self, body: bytearray, request: Request, limit: int) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > limit:
                        raise _too_large(limit)
                    if self.held + len(chunk) > self.memory:
                        raise Refusal(503, "Other requests fill the memory set aside for bodies.", retry_after=2)
                    self.held += len(chunk)
                    body += chunk
        except TimeoutError:
            raise Refusal(408, f"The body did not arrive within {self.seconds:g} s.") from None


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"The body is larger than the {limit:,} bytes that this route takes.")


class Desk:
    """One thread that judges, and the short queue in front of it.

    One thread, because the work holds Python's lock for most of its time: a second one would only make both slower, and
    the loop that answers /livez with them. More cores are used by more workers. `size` requests may wait or be judged.
    """

    def __init__(self, size: int, seconds: float):
        self.size = size
        self.seconds = seconds
        self.taken = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="judge")

    @contextmanager
    def slot(self) -> Iterator[None]:
        """A place in the queue; raises Refusal 503 when all are taken. Take it when the body is there, never before."""
        if self.taken >= self.size:
            raise Refusal(503, f"{self.size} requests are being judged already.", retry_after=1)
        self.taken += 1
        try:
            yield
        finally:
            self._free()

    async def run(self, work: Callable[..., Answer], *arguments: object, seconds: float | None = None) -> Answer:
        """`work(*arguments)` in the judging thread; raises Refusal 503 when it takes longer than `seconds`.

        Work that has been given up still runs, so it keeps a place in the queue until it really ends.
        """
        allowed = self.seconds if seconds is None else seconds
        future = asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        try:
            return await asyncio.wait_for(asyncio.shield(future), allowed)
        except TimeoutError:
            self.taken += 1
            future.add_done_callback(self._ended_late)
            raise Refusal(503, f"The answer was not there within {allowed:g} s.", retry_after=5) from None

    def _free(self) -> None:
        self.taken -= 1

    def _ended_late(self, future: asyncio.Future[Answer]) -> None:
        self._free()
        if not future.cancelled() and (error := future.exception()) is not None:
            LOG.error("work that had been given up failed", exc_info=error)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def require_json(request: Request) -> None:
    """Raises Refusal 415 for a body that is compressed or not said to be JSON in UTF-8."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "The body is compressed; send it as it is.")
    if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):
        raise Refusal(415, "Expected Content-Type: application/json in UTF-8.")
