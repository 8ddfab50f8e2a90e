"""How long a training waits for a server: a few seconds in all, whatever the server does."""

import os
import queue
import re
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, ErrorCode
from sqlalchemy.exc import SQLAlchemyError

from training.tracking.addresses import clean, shown
from training.tracking.errors import NoAnswer

T = TypeVar("T")
# Together below the 15 s that a server out of reach may cost a training: the first question, and all that is waited for.
FIRST_S, IN_ALL_S = 3.0, 8.0
# Of `authenticity sync`, for which nothing waits.
SYNC_FIRST_S, UNHURRIED_S = 30.0, 3600.0
# What a healthy server needs for an answer, and for a file, is not counted as waiting.
FREE_S, BYTES_PER_S = 0.1, 1e6
_DOWN = {"INTERNAL_ERROR", "INVALID_STATE", "TEMPORARILY_UNAVAILABLE", "DEADLINE_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
_SAYS_NO = set(ErrorCode.keys()) - _DOWN
# MLflow calls these internal errors too: another version's tables, and a server of another kind.
_NO = ("out-of-date database schema", "not in a valid JSON format")


class Patience:
    """What is left of it; shared by all questions to one server, so that a slow one cannot cost little by little what it may not."""

    def __init__(self, in_all: float = IN_ALL_S) -> None:
        self.left = self.in_all = in_all

    def wait(self, ask: Callable[[], T], at_most: float | None = None, free: float = 0) -> T:
        """The answer, or what was raised instead of one. Raises NoAnswer once patience is at an end.

        free: seconds that a healthy server may take. Without an answer the question goes on unheard: nothing can end a call that hangs.
        """
        patience, free = min(self.left, at_most or self.left), FREE_S + free
        if patience <= 0:
            raise NoAnswer(f"no answer within {self.in_all:.0f} s")
        answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

        def asked() -> None:
            try:
                answers.put((ask(), None))
            except BaseException as error:
                answers.put((None, error))

        began = time.monotonic()
        threading.Thread(target=asked, daemon=True, name="tracking").start()
        try:
            answer, error = answers.get(timeout=patience + free)
        except queue.Empty:
            raise NoAnswer(f"no answer within {patience:.0f} s") from None
        finally:
            self.left -= max(0.0, time.monotonic() - began - free)
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]


class PatientClient:
    """MLflow's client for a server: it asks with patience, tells a server that is down from an answer, and never tells a password."""

    def __init__(self, uri: str, patience: Patience, opened: Callable[[], MlflowClient]) -> None:
        self._uri, self._patience, self._opened = uri, patience, opened
        self._client: MlflowClient | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*args: Any, **named: Any) -> Any:
            sending = os.path.getsize(args[1]) / BYTES_PER_S if name == "log_artifact" else 0
            return self.wait(lambda: getattr(self.open(), name)(*args, **named), free=sending)

        return ask

    def wait(self, ask: Callable[[], T], at_most: float | None = None, free: float = 0) -> T:
        """What `ask` gives. Raises NoAnswer when the server is down or too slow, MlflowException when it refuses."""
        try:
            return self._patience.wait(ask, at_most, free)
        except (NoAnswer, MlflowException, requests.RequestException, ConnectionError, TimeoutError, SQLAlchemyError, ImportError) as error:
            fault = _fault(error, self._uri)
        # Outside of the handler: the original names the address with its password, and would be shown as the cause.
        raise fault

    def open(self) -> MlflowClient:
        if self._client is None:
            self._client = self._opened()
        return self._client


def _fault(error: Exception, uri: str) -> Exception:
    """The same error without a password: an answer that says no, or none."""
    text = clean(str(error).strip() or type(error).__name__, uri)
    code = getattr(error, "error_code", None)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, ImportError) or code in _SAYS_NO or (status is not None and 400 <= status < 500) or any(no in text for no in _NO):
        return MlflowException(text[:400], ErrorCode.Value(code) if code else INVALID_PARAMETER_VALUE)
    return NoAnswer(f"the tracking server {shown(uri)} does not answer: {_reason(text)}")


def _reason(text: str) -> str:
    """The one clause of a library's error that says something to a person."""
    if found := re.search(r"too many (\d+) error responses|failed with error code (\d+)", text):
        return f"it fails with status {found[1] or found[2]}"
    if found := re.search(r"\[Errno -?\d+\] ([^\"')]+)", text):
        return found[1].lower()
    return re.sub(r"^\(\S+\) ", "", text.splitlines()[0])[:200]
