"""Judged accounts on their way to the database: behind the answer, in bunches, and never at the expense of a judgement."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, Full, Queue

from serving import telemetry
from serving.judged import Judged
from serving.store import Store, StoreError

LOG = logging.getLogger("bentoml.authenticity.memory")
# Some 20 MB. What comes while as many wait for the database is not remembered.
MOST_WAITING = 10_000
# One transaction for many accounts: a bunch is what has come within half a second.
MOST_AT_ONCE, LINGER_SECONDS = 200, 0.5
LONGEST_PAUSE_SECONDS = 30.0
EXPIRY_SECONDS = 3_600.0


class Memory:
    """One thread that writes to the store, and the bounded queue in front of it. Nothing it meets reaches who hands accounts over."""

    def __init__(self, store: Store, waiting: int = MOST_WAITING, linger: float = LINGER_SECONDS):
        self._store = store
        self._waiting: Queue[Judged] = Queue(waiting)
        self._linger = linger
        self._closing = threading.Event()
        self._faulty = False
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()

    async def put(self, accounts: Sequence[Judged]) -> None:
        """Remember these when there is time; counts those for which there is no room."""
        for place, account in enumerate(accounts):
            try:
                self._waiting.put_nowait(account)
            except Full:
                telemetry.REMEMBERED.labels("dropped").inc(len(accounts) - place)
                return

    def close(self, seconds: float = 5.0) -> None:
        """Write what waits, for at most so many seconds."""
        self._closing.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        expired = -EXPIRY_SECONDS
        while not (self._closing.is_set() and self._waiting.empty()):
            if time.monotonic() - expired >= EXPIRY_SECONDS:
                expired = time.monotonic()
                with suppress(StoreError):
                    self._store.expire()
            if bunch := self._bunch():
                self._write(bunch)

    def _bunch(self) -> list[Judged]:
        bunch: list[Judged] = []
        with suppress(Empty):
            bunch.append(self._waiting.get(timeout=self._linger))
            self._closing.wait(self._linger)
            while len(bunch) < MOST_AT_ONCE:
                bunch.append(self._waiting.get_nowait())
        return bunch

    def _write(self, bunch: Sequence[Judged]) -> None:
        """Try until it is written, or until it cannot be, or until the service ends."""
        pause = 1.0
        while True:
            try:
                self._store.remember(bunch)
            except StoreError as fault:
                self._note(fault)
                if fault.passing and not self._closing.wait(pause):
                    pause = min(2.0 * pause, LONGEST_PAUSE_SECONDS)
                    continue
                telemetry.REMEMBERED.labels("lost").inc(len(bunch))
            except Exception:
                # The thread must outlive whatever one bunch holds.
                LOG.exception("%d judged accounts could not be remembered", len(bunch))
                telemetry.REMEMBERED.labels("lost").inc(len(bunch))
            else:
                self._note(None)
                telemetry.REMEMBERED.labels("kept").inc(len(bunch))
            return

    def _note(self, fault: StoreError | None) -> None:
        """One line when the trouble begins and one when it ends, not one for every bunch."""
        if fault is not None and not self._faulty:
            LOG.warning("judged accounts are not remembered, judging goes on: %s", fault)
        elif fault is None and self._faulty:
            LOG.warning("judged accounts are remembered again")
        self._faulty = fault is not None
