"""What the service counts about itself, for Prometheus; a path is a label only when it is one of our routes."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
# A request whose client went away before it had sent its body; no status was ever sent.
CLIENT_GONE = "gone"

REQUESTS = Counter("authenticity_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "authenticity_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)
RUNNING = Gauge("authenticity_requests_running", "Requests being answered now.", multiprocess_mode="livesum")
VERDICTS = Counter("authenticity_verdicts", "Accounts judged, by the status of the verdict.", ["status"])
LABELS = Counter("authenticity_labels", "Labels of reviewers that were kept.", ["head"])
# kept; dropped: too many were waiting; lost: the database did not take them.
REMEMBERED = Counter("authenticity_remembered", "Judged accounts on their way to the database, by what became of them.", ["outcome"])
READY = Gauge("authenticity_ready", "1 when the last golden account got its stored verdict.", multiprocess_mode="livemin")


class Counted:
    """ASGI middleware: counts and times every request under its route.

    The route is the template of a route of ours or `unmatched`: the stock metrics label by raw path, so 5,000 random
    addresses fill the memory of a worker.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[str]):
        self.app = app
        self.routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = CLIENT_GONE

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        started = time.perf_counter()
        RUNNING.inc()
        try:
            await self.app(scope, receive, noted)
        finally:
            RUNNING.dec()
            template = getattr(scope.get("route"), "path", scope["path"])
            route = template if template in self.routes else "unmatched"
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(route, method, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)


def exposition() -> tuple[bytes, str]:
    """All counters in Prometheus' text format and its media type; BentoML's workers are added up."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


def forget_dead_workers() -> None:
    """Drop the gauges of workers that were killed: what they were doing is not being done any more."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    for file in Path(folder).glob("gauge_live*_*.db") if folder else ():
        process = file.stem.rsplit("_", 1)[1]
        if not _alive(int(process)):
            mark_process_dead(process, folder)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
