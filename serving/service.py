"""The BentoML service. Its only content is our own application: BentoML starts, supervises and stops the processes."""

import gc
import logging

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from serving import telemetry
from serving.http import application
from serving.judge import Judge
from serving.settings import Settings

LOG = logging.getLogger("bentoml.authenticity")
SETTINGS = Settings.load()
APP = application(SETTINGS)


class OursFirst:
    """ASGI middleware: every request goes to our application, never to a route of BentoML's.

    BentoML looks up its own /livez, /readyz and /schema.json before any mounted application, and answers an unknown path
    in plain text.
    """

    def __init__(self, app: ASGIApp, ours: ASGIApp):
        self.app = app
        self.ours = ours

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.ours if scope["type"] == "http" else self.app)(scope, receive, send)


@bentoml.asgi_app(APP, path="/")
@bentoml.service(
    name="authenticity",
    workers=SETTINGS.workers,
    http={"host": "127.0.0.1", "port": 3000},
    # Longer than any deadline of ours, which answer in our own words.
    traffic={"timeout": 2 * (SETTINGS.body_seconds + 60 * SETTINGS.judge_seconds)},
    # The stock metrics are labelled by raw path and fill the memory; the stock log and traces cost a third of a request.
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    tracing={"excluded_urls": ".*"},
    # Would write accounts as they came to files.
    monitoring={"enabled": False},
)
class Authenticity:
    """Judges whether an influencer's audience is real."""

    def __init__(self) -> None:
        # Here and not above, so that BentoML's supervisor stays small.
        from serving.memory import Memory
        from serving.store import Store

        telemetry.forget_dead_workers()
        for hint in SETTINGS.unknown:
            LOG.warning(hint)
        try:
            APP.state.judge = Judge.load(SETTINGS)
        except Exception as error:
            # Alive but never ready: a worker that dies here would be started again and again.
            LOG.error("no model is served: %s", error, exc_info=not str(error))
        APP.state.store = Store.of(SETTINGS)
        APP.state.memory = Memory(APP.state.store)
        # What is loaded now stays; without this a full collection stops the worker for 70 ms every now and then.
        gc.collect()
        gc.freeze()


Authenticity.add_asgi_middleware(OursFirst, ours=APP)  # type: ignore[attr-defined]
